"""Whether the site sends visitors the same way over IPv4 and IPv6, hop by hop (RFC 9110 section 15.4)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, failed, not_applicable
from netaudit.rules.fetches import in_circle, origin, own, row

from ._helpers import BOTH, by_value, sides


def judge(evidence: EndpointEvidence) -> Outcome:
    """Compare status and origin of every hop; paths may carry sessions, and differ by themselves.

    A family whose redirects lead in a circle, while the other's arrive, shows nobody the page.
    """
    circle = _circle(evidence)
    if circle is not None:
        return circle
    compared = sides(evidence)
    if isinstance(compared, Outcome):
        return compared
    v4, v6 = compared
    if all(len(fact.hops) == 1 for fact in (*v4, *v6)):
        return not_applicable("no_redirect", facts=tuple(fact.id for fact in (*v4, *v6)))
    return by_value(v4, v6, _way, "way")


def _circle(evidence: EndpointEvidence) -> Outcome | None:
    """Of the one family, every fetch ends in a circle, and of the other every one arrives; or nothing."""
    facts = own(evidence)
    for family, other in (BOTH, BOTH[::-1]):
        lost = [fact for fact in facts if fact.family is family and in_circle(fact)]
        arrived = [fact for fact in facts if fact.family is other and fact.hops and fact.failure is None]
        if lost and arrived and not any(fact.family is other and in_circle(fact) for fact in facts):
            rows = tuple(row(fact, _way(fact), False if fact in lost else None) for fact in (*lost, *arrived))
            return failed(
                f"circle_{family}", observed=rows, facts=tuple(fact.id for fact in (*lost, *arrived)),
                addresses=tuple(fact.address for fact in lost), back=lost[0].hops[-1].url,
            )  # fmt: skip
    return None


def _way(fact: WebFact) -> str:
    """`301 http://host → 200 https://host`."""
    return " → ".join(f"{hop.status} {origin(hop.url)}" for hop in fact.hops if hop.status is not None)
