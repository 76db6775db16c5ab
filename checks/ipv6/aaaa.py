"""Whether a host name has an IPv6 address (RFC 3596)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import HostEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, passed

_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the name's AAAA was not looked up")


def judge(evidence: HostEvidence) -> Outcome:
    """An AAAA record is enough here; whether its address can serve is for other checks."""
    lookup = evidence.aaaa
    if lookup is None:
        return could_not_test("not_tested", _NOT_ASKED)
    if lookup.addresses:
        rows = tuple(Observation(where=evidence.host, saw="AAAA", address=a, ok=True) for a in lookup.addresses)
        return passed("ok", observed=rows, facts=lookup.facts, addresses=lookup.addresses)
    if lookup.failure is not None:
        return could_not_test("not_tested", lookup.failure, facts=lookup.facts)
    row = Observation(where=lookup.canonical or evidence.host, saw="no AAAA", ok=False)
    ipv4 = evidence.a.addresses if evidence.a is not None else ()
    if ipv4:
        return failed("ipv4_only", observed=(row,), facts=lookup.facts, ipv4=ipv4)
    return failed("no_aaaa", observed=(row,), facts=lookup.facts)
