"""Whether visitors read the same page over IPv4 and IPv6."""

from collections.abc import Callable

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import row
from netaudit.rules.similarity import similarity, structure_similarity

from ._helpers import sides


def judge(
    evidence: EndpointEvidence, *, min_percent: int, min_structure_percent: int, min_control_percent: int
) -> Outcome:
    """Compare visible text and elements, with IPv4 fetched twice as the control: what differs there is its own change.

    An IPv6 page is another page when its text is less like the IPv4 page's than `min_percent` of what the
    control allows, or its elements than `min_structure_percent`. A page that is not even like itself can't be compared.
    """
    compared = sides(evidence)
    if isinstance(compared, Outcome):
        return compared
    v4, v6 = compared
    facts = tuple(fact.id for fact in (*v4, *v6, *evidence.controls))
    if not all(fact.hops[-1].status == 200 for fact in (*v4, *v6)):
        return not_applicable("other_status", facts=facts)
    control = _control(evidence, v4, similarity)
    if control < min_control_percent / 100:
        detail = f"two IPv4 fetches are {control:.0%} alike"
        failure = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=detail)
        return could_not_test("changes_by_itself", failure, facts=facts)
    text = {fact.address: _alike(v4, fact, similarity) for fact in v6}
    built = {fact.address: _alike(v4, fact, structure_similarity) for fact in v6}
    needed = control * min_percent / 100
    needed_built = _control(evidence, v4, structure_similarity) * min_structure_percent / 100
    other = tuple(address for address, alike in text.items() if alike < needed)
    rebuilt = tuple(address for address, alike in built.items() if alike < needed_built)
    rows = (
        *(row(fact, f"{len(fact.hops[-1].body)} bytes compared") for fact in v4),
        *(row(fact, f"{text[fact.address]:.0%} like IPv4, elements {built[fact.address]:.0%}; control {control:.0%}",
              fact.address not in (*other, *rebuilt)) for fact in v6),
    )  # fmt: skip
    if other:
        percent = int(100 * min(text.values()))
        return failed("differs", observed=rows, facts=facts, addresses=other, percent=percent)
    if rebuilt:
        percent = int(100 * min(built.values()))
        return failed("built_differently", observed=rows, facts=facts, addresses=rebuilt, percent=percent)
    return passed("ok", observed=rows, facts=facts, percent=int(100 * min(text.values())))


def _alike(v4: tuple[WebFact, ...], fact: WebFact, measure: Callable[[bytes, bytes], float]) -> float:
    """How alike a page is to the IPv4 page that it is most like."""
    return max(measure(one.hops[-1].body, fact.hops[-1].body) for one in v4)


def _control(evidence: EndpointEvidence, v4: tuple[WebFact, ...], measure: Callable[[bytes, bytes], float]) -> float:
    """How alike the same page is to itself a moment later; 1 when it was not fetched again."""
    found = [
        measure(fact.hops[-1].body, again.hops[-1].body)
        for again in evidence.controls
        for fact in v4
        if again.address == fact.address and again.failure is None and again.hops and again.hops[-1].status == 200
    ]
    return min(found, default=1.0)
