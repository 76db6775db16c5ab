"""Whether the server's certificate is within its validity, with time to renew it (RFC 5280 section 4.1.2.5)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Outcome, failed, passed, warned
from netaudit.rules.fetches import endpoint_reach, row, untested, vouched
from netaudit.rules.registers import day

from ._helpers import BOTH, not_for_sessions

_DAY = 86_400


def judge(evidence: EndpointEvidence, *, min_days: int) -> Outcome:
    """The certificate that ends first, among all addresses, decides."""
    problem = not_for_sessions(evidence)
    if problem is not None:
        return problem
    seen = vouched(evidence)
    if not seen:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    rows = tuple(
        row(fact, f"valid {day(trust.not_before)} to {day(trust.not_after)}",
            trust.not_before <= evidence.now < trust.not_after)
        for fact, trust in seen
    )  # fmt: skip
    facts = tuple(fact.id for fact, _ in seen)
    early = [trust.not_before for _, trust in seen if trust.not_before > evidence.now]
    if early:
        return failed("not_yet_valid", observed=rows, facts=facts, starts=day(max(early)))
    until = min(trust.not_after for _, trust in seen)
    days = int((until - evidence.now) // _DAY)
    if days < 0:
        return failed("expired", observed=rows, facts=facts, ended=day(until))
    if days < min_days:
        return warned("expires_soon", observed=rows, facts=facts, until=day(until), days=days)
    return passed("ok", observed=rows, facts=facts, until=day(until), days=days)
