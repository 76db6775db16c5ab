"""Whom the parent wants to be told when the zone's CDS or CSYNC change (RFC 9859). For information: no parent must."""

import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.DSYNC import DSYNC

from netaudit.model.evidence import FoundRecords, ZoneEvidence
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Outcome, could_not_test, not_applicable, passed, warned
from netaudit.rules.records import NOT_LOOKED_UP, find, missing, status_of
from netaudit.rules.signal_names import dsync_names
from netaudit.rules.zones import name_text

_NOTIFY = 1  # the only scheme so far


def judge(evidence: ZoneEvidence) -> Outcome:
    """The records for this child, else those for all children; they count when secure and their target resolves."""
    if evidence.fact.delegation is None:
        return (
            not_applicable("no_parent")
            if evidence.zone == "."
            else could_not_test("not_tested", evidence.fact.failure or NOT_LOOKED_UP)
        )
    parent = dns.name.from_text(evidence.fact.delegation.parent)
    made = [find(evidence.found, "DSYNC", name_text(name)) for name in dsync_names(evidence.apex, parent)]
    asked = [item for item in made if item is not None]
    facts = tuple(id for item in asked for id in item.lookup.facts)
    having = next((item for item in asked if item.rdatas), None)
    if having is None:
        unknown = missing(asked[-1] if asked else None)
        if unknown is not None:
            return could_not_test("not_tested", unknown, facts=facts)
        return not_applicable("none", facts=facts, parent=evidence.fact.delegation.parent)
    targets = tuple(dict.fromkeys(_text(rdata) for rdata in _usable(having)))
    if status_of(having.security) is not SecurityStatus.SECURE:
        return warned("insecure", facts=facts, name=having.lookup.name)
    if not targets:
        return not_applicable("other_scheme", facts=facts, name=having.lookup.name)
    lost = tuple(dict.fromkeys(name_text(r.target) for r in _usable(having) if _lost(evidence, name_text(r.target))))
    if lost:
        return warned("no_address", facts=facts, name=having.lookup.name, targets=lost)
    return passed("ok", facts=facts, name=having.lookup.name, targets=targets)


def _usable(found: FoundRecords) -> list[DSYNC]:
    return [rdata for rdata in sorted(found.rdatas) if isinstance(rdata, DSYNC) and int(rdata.scheme) == _NOTIFY]


def _text(rdata: DSYNC) -> str:
    return f"{dns.rdatatype.to_text(rdata.rrtype)} {name_text(rdata.target)} port {rdata.port}"


def _lost(evidence: ZoneEvidence, target: str) -> bool:
    """Whether a target is known to have no address."""
    made = [find(evidence.found, rdtype, target) for rdtype in ("A", "AAAA")]
    known = [item.lookup for item in made if item is not None and item.lookup.failure is None]
    return len(known) == len(made) and not any(lookup.addresses for lookup in known)
