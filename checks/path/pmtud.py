"""Whether large packets of a web service arrive: no black hole for "packet too big" (RFC 8201, RFC 1191, RFC 2923)."""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import HttpHop, WebFact
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import first_failure, is_web, own, untested
from netaudit.rules.zones import trouble

_BOTH = (Family.IPV4, Family.IPV6)
_UNTOLD = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the sizes of segments were not recorded")
_SMALL = Failure(reason=Reason.NO_DATA, side=Side.TARGET, detail="what it sent fits into small packets")

_ALWAYS_PASSES = 1_220  # octets of data in a packet that every link must take (RFC 8200 section 5)


def judge(evidence: EndpointEvidence, *, min_octets: int) -> Outcome:
    """A page that stalls, and comes over a connection that takes small segments only, proves a black hole.

    Large segments that come prove that there is none on this path now, and so do `min_octets` in segments as small as
    the server likes. Of a smaller page there is nothing to cut.
    """
    if not is_web(evidence):
        return not_applicable("no_page")
    fetched = [fact for fact in own(evidence) if fact.hops and evidence.blind(fact.family) is None]
    states = {fact.address: _state(fact.hops[0], min_octets) for fact in fetched}
    rows = tuple(_row(evidence, fact, *states[fact.address]) for fact in fetched)
    facts = tuple(fact.id for fact in fetched)
    lost = tuple(address for address, (ok, _) in states.items() if ok is False)
    if lost:
        mss = max(fact.hops[0].clamped.mss for fact in fetched if fact.hops[0].clamped is not None)
        return failed("black_hole", observed=rows, facts=facts, addresses=lost, mss=mss)
    if not fetched:
        return untested(evidence, _BOTH)
    if all(failure is _SMALL for _, failure in states.values()):
        return not_applicable("small_page", observed=rows, facts=facts)
    unknown = first_failure(failure for _, failure in states.values() if failure is not _SMALL)
    if unknown is not None:
        return could_not_test("not_tested", unknown, observed=rows, facts=facts)
    largest = max(fact.hops[0].segments.largest for fact in fetched if fact.hops[0].segments is not None)
    return passed("ok", observed=rows, facts=facts, total=len(fetched), largest=largest)


def _state(hop: HttpHop, min_octets: int) -> tuple[bool | None, Failure | None]:
    """Whether large packets came over this connection; with None, why that is not known."""
    if hop.failure is not None:
        proved = hop.clamped is not None and hop.clamped.failure is None
        return (False, None) if proved else (None, hop.failure)
    if hop.segments is None:
        return None, _UNTOLD
    large = hop.segments.largest > _ALWAYS_PASSES or hop.segments.received >= min_octets
    return (True, None) if large else (None, _SMALL)


def _row(evidence: EndpointEvidence, fact: WebFact, ok: bool | None, failure: Failure | None) -> Observation:
    hop = fact.hops[0]
    if ok is False and hop.clamped is not None:
        saw = f"stalls after connecting; comes with segments of {hop.clamped.mss} octets"
    elif ok and hop.segments is not None:
        saw = f"{hop.segments.received} octets came, in segments of up to {hop.segments.largest}"
    else:
        saw = trouble(failure or _UNTOLD)
    return Observation(where=evidence.endpoint, saw=saw, address=fact.address, family=fact.family, ok=ok)
