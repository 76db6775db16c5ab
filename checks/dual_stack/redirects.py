"""Whether the site sends visitors the same way over IPv4 and IPv6, hop by hop (RFC 9110 section 15.4)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, failed, not_applicable, passed
from netaudit.rules.fetches import origin

from ._helpers import row, sides


def judge(evidence: EndpointEvidence) -> Outcome:
    """Compare status and origin of every hop; paths may carry sessions, and differ by themselves."""
    compared = sides(evidence)
    if isinstance(compared, Outcome):
        return compared
    v4, v6 = compared
    facts = tuple(fact.id for fact in (*v4, *v6))
    if all(len(fact.hops) == 1 for fact in (*v4, *v6)):
        return not_applicable("no_redirect", facts=facts)
    ways = {_way(fact) for fact in v4}
    odd = tuple(fact for fact in v6 if _way(fact) not in ways)
    rows = tuple(row(fact, _way(fact), fact not in odd if fact in v6 else None) for fact in (*v4, *v6))
    if odd:
        return failed(
            "differs", observed=rows, facts=facts, addresses=tuple(fact.address for fact in odd),
            ipv4=_way(v4[0]), ipv6=_way(odd[0]),
        )  # fmt: skip
    return passed("ok", observed=rows, facts=facts, way=_way(v4[0]))


def _way(fact: WebFact) -> str:
    """`301 http://host → 200 https://host`."""
    return " → ".join(f"{hop.status} {origin(hop.url)}" for hop in fact.hops)
