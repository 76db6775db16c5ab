"""What the checks of the hosts that a page names have in common."""

from collections.abc import Callable

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import PageFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import endpoint_reach, is_web, untested
from netaudit.rules.page_reach import NamedHosts, seen_in_browser

_BOTH = (Family.IPV4, Family.IPV6)
_NOT_LOOKED_UP = Failure(
    reason=Reason.NO_DATA, side=Side.OURS, detail="the hosts that the page names were not looked up"
)


def judge_hosts(evidence: EndpointEvidence, find: Callable[[PageFact], NamedHosts], unseen: Failure | None) -> Outcome:
    """Judge the hosts that `find` takes from the page; `unseen`: why there may be more of them.

    Messages: `ok`, `none`, `ipv4_only`, `browser_ipv4_only`; `partly_tested`, `not_tested`, `not_loaded`; `not_web`.
    """
    if not is_web(evidence):
        return not_applicable("not_web")
    page = evidence.page
    if page is None:
        return untested(evidence, _BOTH, endpoint_reach(evidence, _BOTH, min_tries=1))
    found = find(page)
    facts = (page.id, *((evidence.browser.id,) if evidence.browser is not None else ()))
    total = len(found.rows)
    if found.ipv4_only:
        hidden = set(found.ipv4_only) <= set(seen_in_browser(page, evidence.browser))
        return failed(
            "browser_ipv4_only" if hidden else "ipv4_only", observed=found.rows, facts=facts,
            hosts=found.ipv4_only, failing=len(found.ipv4_only), total=total,
        )  # fmt: skip
    if found.unknown:
        failure = found.failure or _NOT_LOOKED_UP
        return could_not_test("partly_tested", failure, observed=found.rows, facts=facts, hosts=found.unknown)
    if unseen is not None:
        return could_not_test("not_loaded", unseen, observed=found.rows, facts=facts)
    if not found.rows:
        return passed("none", facts=facts)
    return passed("ok", observed=found.rows, facts=facts, total=total)
