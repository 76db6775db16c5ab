"""Whether a service seems to be behind a tunnel: the segment size that it announces (RFC 9293 section 3.7.1)."""

from typing import NamedTuple

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, not_applicable, passed, warned
from netaudit.rules.fetches import first_failure, is_web, own, why_unseen

from ._helpers import mtu_of

_BOTH = (Family.IPV4, Family.IPV6)
_UNTOLD = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the sizes of segments were not recorded")


class _Announced(NamedTuple):
    address: str
    family: Family
    fact: str
    theirs: int  # packet sizes, in octets
    own: int


def judge(evidence: EndpointEvidence, *, min_mtu: int) -> Outcome:
    """Packets of 1500 octets are usual, 1492 come of PPPoE; less suggests a tunnel, which costs and breaks more."""
    if not is_web(evidence):
        return not_applicable("no_page")
    seen = [
        _Announced(
            fact.address, fact.family, fact.id,
            mtu_of(hop.segments.received_mss, fact.family), mtu_of(hop.segments.own_mss, fact.family),
        )
        for fact in own(evidence)
        if fact.hops and (hop := fact.hops[0]).segments is not None
    ]  # fmt: skip
    if not seen:
        failures = (fact.hops[0].failure or _UNTOLD for fact in own(evidence) if fact.hops)
        failure = first_failure(failures) or why_unseen(evidence, _BOTH)
        return could_not_test("not_tested", failure)
    known = [item for item in seen if item.own >= min_mtu]
    rows = tuple(_row(evidence, item, min_mtu) for item in seen)
    facts = tuple(item.fact for item in seen)
    small = [item for item in known if item.theirs < min_mtu]
    if small:
        addresses = tuple(item.address for item in small)
        smallest = min(item.theirs for item in small)
        return warned("small", observed=rows, facts=facts, addresses=addresses, mtu=smallest, minimum=min_mtu)
    if not known:
        detail = f"our own link takes packets of {seen[0].own} octets only"
        failure = Failure(reason=Reason.TOO_LARGE, side=Side.OURS, detail=detail)
        return could_not_test("not_tested", failure, observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts, mtu=min(item.theirs for item in known))


def _row(evidence: EndpointEvidence, item: _Announced, min_mtu: int) -> Observation:
    ok = None if item.own < min_mtu else item.theirs >= min_mtu
    saw = f"announces segments for packets of {item.theirs} octets"
    return Observation(where=evidence.endpoint, saw=saw, address=item.address, family=item.family, ok=ok)
