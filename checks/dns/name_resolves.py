"""Whether a host name has an address at all (RFC 1034 section 3.6)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import HostEvidence
from netaudit.model.facts import Lookup
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, passed
from netaudit.rules.zones import trouble

_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the name was not looked up")


def judge(evidence: HostEvidence) -> Outcome:
    """One address in either family is enough; without any, both look-ups must have been answered."""
    lookups = [lookup for lookup in (evidence.a, evidence.aaaa) if lookup is not None]
    rows = tuple(Observation(where=_path(lookup), saw=_found(lookup), ok=bool(lookup.addresses)) for lookup in lookups)
    facts = tuple(dict.fromkeys(id for lookup in lookups for id in lookup.facts))
    addresses = tuple(dict.fromkeys(address for lookup in lookups for address in lookup.addresses))
    if addresses:
        return passed("ok", observed=rows, facts=facts, addresses=addresses)
    failure = next((lookup.failure for lookup in lookups if lookup.failure is not None), None)
    if failure is not None or len(lookups) < 2:
        failure = failure or _NOT_ASKED
        return could_not_test("no_answer", failure, observed=rows, facts=facts)
    alias = next((lookup.canonical for lookup in lookups if lookup.canonical), "")
    if alias:
        return failed("dangling_alias", observed=rows, facts=facts, alias=alias)
    denied = all(lookup.nonexistent for lookup in lookups)
    believed = all(status.status is not SecurityStatus.BOGUS for status in evidence.security.values())
    return failed("no_such_name" if denied and believed else "no_address", observed=rows, facts=facts)


def _path(lookup: Lookup) -> str:
    return f"{lookup.name} -> {lookup.canonical}" if lookup.canonical else lookup.name


def _found(lookup: Lookup) -> str:
    if lookup.failure is not None:
        return f"{lookup.rdtype}: {trouble(lookup.failure)}"
    none = "no such name" if lookup.nonexistent else "none"
    return f"{lookup.rdtype}: {', '.join(lookup.addresses) or none}"
