"""Whether visitors read the same page over IPv4 and IPv6."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.similarity import similarity

from ._helpers import row, sides


def judge(evidence: EndpointEvidence, *, min_percent: int, min_control_percent: int) -> Outcome:
    """Compare visible text, with IPv4 fetched twice as the control: what differs there is the page's own change.

    An IPv6 page is another page when it is less like the IPv4 page than `min_percent` of what the
    control allows. A page that is not even like itself can't be compared.
    """
    compared = sides(evidence)
    if isinstance(compared, Outcome):
        return compared
    v4, v6 = compared
    facts = tuple(fact.id for fact in (*v4, *v6, *evidence.controls))
    if not all(fact.hops[-1].status == 200 for fact in (*v4, *v6)):
        return not_applicable("other_status", facts=facts)
    control = _control(evidence, v4)
    if control < min_control_percent / 100:
        detail = f"two IPv4 fetches are {control:.0%} alike"
        failure = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=detail)
        return could_not_test("changes_by_itself", failure, facts=facts)
    found = [(fact, max(_alike(one, fact) for one in v4)) for fact in v6]
    needed = control * min_percent / 100
    rows = (
        *(row(fact, f"{len(fact.hops[-1].body)} bytes compared") for fact in v4),
        *(row(fact, f"{value:.0%} like IPv4; control {control:.0%}", value >= needed) for fact, value in found),
    )
    percent = int(100 * min(value for _, value in found))
    other = tuple(fact.address for fact, value in found if value < needed)
    if other:
        return failed("differs", observed=rows, facts=facts, addresses=other, percent=percent)
    return passed("ok", observed=rows, facts=facts, percent=percent)


def _alike(one: WebFact, other: WebFact) -> float:
    return similarity(one.hops[-1].body, other.hops[-1].body)


def _control(evidence: EndpointEvidence, v4: tuple[WebFact, ...]) -> float:
    """How alike the same page is to itself a moment later; 1 when it was not fetched again."""
    found = [
        _alike(fact, again)
        for again in evidence.controls
        for fact in v4
        if again.address == fact.address and again.failure is None and again.hops and again.hops[-1].status == 200
    ]
    return min(found, default=1.0)
