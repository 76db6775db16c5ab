"""Whether the site answers alike over IPv4 and IPv6: the same status, at the same final host (RFC 6540)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, failed, passed
from netaudit.rules.fetches import origin, row

from ._helpers import sides


def judge(evidence: EndpointEvidence) -> Outcome:
    """Compare where every fetch of each family ended, redirects followed over that family."""
    compared = sides(evidence)
    if isinstance(compared, Outcome):
        return compared
    v4, v6 = compared
    rows = tuple(row(fact, f"HTTP {fact.hops[-1].status} at {fact.hops[-1].url}") for fact in (*v4, *v6))
    facts = tuple(fact.id for fact in (*v4, *v6))
    status4, status6 = _statuses(v4), _statuses(v6)
    if status4 != status6:
        return failed("status_differs", observed=rows, facts=facts, ipv4=status4, ipv6=status6)
    end4, end6 = _ends(v4), _ends(v6)
    if end4 != end6:
        return failed("leads_elsewhere", observed=rows, facts=facts, ipv4=end4, ipv6=end6)
    return passed("ok", observed=rows, facts=facts, status=status4)


def _statuses(facts: tuple[WebFact, ...]) -> tuple[str, ...]:
    return tuple(sorted({str(fact.hops[-1].status) for fact in facts}))


def _ends(facts: tuple[WebFact, ...]) -> tuple[str, ...]:
    return tuple(sorted({origin(fact.hops[-1].url) for fact in facts}))
