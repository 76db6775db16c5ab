"""What the checks of the hosts that a page names have in common."""

from collections.abc import Sequence

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import endpoint_reach, is_web, untested
from netaudit.rules.page_reach import named_hosts

_BOTH = (Family.IPV4, Family.IPV6)
_NOT_LOOKED_UP = Failure(
    reason=Reason.NO_DATA, side=Side.OURS, detail="the hosts that the page names were not looked up"
)


def judge_hosts(evidence: EndpointEvidence, hosts: Sequence[str]) -> Outcome:
    """Messages: `ok`, `none`, `ipv4_only`; `partly_tested`, `not_tested`; `not_web`."""
    if not is_web(evidence):
        return not_applicable("not_web")
    page = evidence.page
    if page is None:
        return untested(evidence, _BOTH, endpoint_reach(evidence, _BOTH, min_tries=1))
    if not hosts:
        return passed("none", facts=(page.id,))
    found = named_hosts(page, hosts)
    if found.ipv4_only:
        return failed(
            "ipv4_only", observed=found.rows, facts=(page.id,),
            hosts=found.ipv4_only, failing=len(found.ipv4_only), total=len(hosts),
        )  # fmt: skip
    if found.unknown:
        failure = found.failure or _NOT_LOOKED_UP
        return could_not_test("partly_tested", failure, observed=found.rows, facts=(page.id,), hosts=found.unknown)
    return passed("ok", observed=found.rows, facts=(page.id,), total=len(hosts))
