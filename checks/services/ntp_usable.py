"""Whether every address of a time server gives a time that clients may use (RFC 5905 sections 7.3, 7.4 and 11.2)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import DatagramFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import endpoint_reach, row, untested
from netaudit.rules.network_time import is_time, replies, said
from netaudit.rules.ntp import REFUSALS, NtpReply

from ._helpers import BOTH


def judge(evidence: EndpointEvidence, *, max_offset_ms: int, max_distance_ms: int) -> Outcome:
    """Addresses that do not answer do not count here. A server may turn us away, which says nothing of its clients.

    The offset is to our own clock: where that is known to be wrong, nothing can be said of it. What the server's own
    account leaves open, and the way there, is given in its favour.
    """
    if not is_time(evidence):
        return not_applicable("other_service")
    found = replies(evidence)
    if not found:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    facts = tuple(fact.id for fact, _ in found)
    wrong = {fact.id: _wrong(reply, max_offset_ms, max_distance_ms) for fact, reply in found}
    rows = tuple(row(fact, said(reply), None if wrong[fact.id] == "refused" else not wrong[fact.id])
                 for fact, reply in found)  # fmt: skip
    for message in ("unsynchronised", "too_far"):
        bad = tuple(fact.address for fact, _ in found if wrong[fact.id] == message)
        if bad:
            return failed(message, observed=rows, facts=facts, addresses=bad)
    off = [(fact, reply) for fact, reply in found if wrong[fact.id] == "wrong_time"]
    own = evidence.vantage.clock_offset_s if evidence.vantage is not None else None
    if off and own:
        detail = f"our own clock is wrong by {own:+.0f} s"
        failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=detail)
        return could_not_test("not_tested", failure, observed=rows, facts=facts)
    if off:
        return failed("wrong_time", observed=rows, facts=facts, **_worst(off))
    turned = [(fact, reply) for fact, reply in found if wrong[fact.id] == "refused"]
    if turned:
        failure = Failure(reason=Reason.TURNED_AWAY, side=Side.TARGET, detail=f"kiss code {turned[0][1].kiss}")
        return could_not_test("not_tested", failure, observed=rows, facts=facts)
    strata = tuple(sorted({str(reply.stratum) for _, reply in found}))
    return passed("ok", observed=rows, facts=facts, strata=strata, total=len(found))


def _wrong(reply: NtpReply, max_offset_ms: int, max_distance_ms: int) -> str:
    """What keeps clients from this reply; nothing where it is fit for use."""
    if reply.kiss in REFUSALS:
        return "refused"
    if not reply.synchronised:
        return "unsynchronised"
    if reply.distance * 1000 > max_distance_ms:
        return "too_far"
    doubt = reply.delay / 2 + reply.distance
    return "wrong_time" if (abs(reply.offset) - doubt) * 1000 > max_offset_ms else ""


def _worst(off: list[tuple[DatagramFact, NtpReply]]) -> dict[str, tuple[str, ...] | float]:
    worst = max((reply.offset for _, reply in off), key=abs)
    return {"addresses": tuple(fact.address for fact, _ in off), "seconds": round(worst, 3)}
