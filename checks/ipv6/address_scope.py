"""Whether every published IPv6 address is one that the Internet can reach (RFC 4291, RFC 6890)."""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import HostEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.addresses import classify, within

_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the name's AAAA was not looked up")


def judge(evidence: HostEvidence) -> Outcome:
    """An address counts when it is global unicast, or of a prefix that the inventory's scope allows."""
    lookup = evidence.aaaa
    if lookup is None:
        return could_not_test("not_tested", _NOT_ASKED)
    if not lookup.addresses:
        if lookup.failure is not None:
            return could_not_test("not_tested", lookup.failure, facts=lookup.facts)
        return not_applicable("no_aaaa", facts=lookup.facts)
    rows: list[Observation] = []
    special: list[str] = []
    for address in lookup.addresses:
        kind = classify(address)
        fits = kind.is_global or within(address, evidence.allowed_special)
        special += [] if fits else [f"{address} ({kind.name}, {kind.rfc})"]
        rows.append(Observation(where=evidence.host, saw=kind.name, address=address, family=Family.IPV6, ok=fits))
    if special:
        return failed("special", observed=tuple(rows), facts=lookup.facts, addresses=tuple(special))
    return passed("ok", observed=tuple(rows), facts=lookup.facts, addresses=lookup.addresses)
