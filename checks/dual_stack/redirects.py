"""Whether the site sends visitors the same way over IPv4 and IPv6, hop by hop (RFC 9110 section 15.4)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, not_applicable
from netaudit.rules.fetches import origin

from ._helpers import by_value, sides


def judge(evidence: EndpointEvidence) -> Outcome:
    """Compare status and origin of every hop; paths may carry sessions, and differ by themselves."""
    compared = sides(evidence)
    if isinstance(compared, Outcome):
        return compared
    v4, v6 = compared
    if all(len(fact.hops) == 1 for fact in (*v4, *v6)):
        return not_applicable("no_redirect", facts=tuple(fact.id for fact in (*v4, *v6)))
    return by_value(v4, v6, _way, "way")


def _way(fact: WebFact) -> str:
    """`301 http://host → 200 https://host`."""
    return " → ".join(f"{hop.status} {origin(hop.url)}" for hop in fact.hops)
