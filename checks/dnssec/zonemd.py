"""Whether the zone's own digest (ZONEMD) can be used to check a copy of it (RFC 8976). No zone needs one.

The digest is over the whole zone: it is verified where a zone file or a permitted transfer shows that.
"""

from collections import Counter

import dns.rdatatype
from dns.rdtypes.ANY.ZONEMD import ZONEMD

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.records import NOT_LOOKED_UP, find, malformed, missing, reason_of, status_of
from netaudit.rules.zones import survey

_KNOWN = {(1, 1): "SIMPLE SHA-384", (1, 2): "SIMPLE SHA-512"}  # (scheme, hash algorithm), RFC 8976 sections 5.2, 5.3
_CIRCLE = 1 << 32
_CHANGED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the zone was changed while it was being asked")


def judge(evidence: ZoneEvidence) -> Outcome:
    """One record at least must be of a known kind, alone of its kind, and of the zone's serial (RFC 8976 section 4)."""
    item = find(evidence.found, "ZONEMD", evidence.zone)
    facts = item.lookup.facts if item is not None else ()
    if error := malformed(item):
        return failed("malformed", facts=facts, error=error)
    unknown = missing(item)
    if item is None:
        return _not_looked_up(evidence)
    if unknown is not None:
        return could_not_test("not_tested", unknown, facts=facts)
    records = [rdata for rdata in sorted(item.rdatas) if isinstance(rdata, ZONEMD)]
    if not records:
        return not_applicable("none", facts=facts)
    rows = tuple(Observation(where=evidence.zone, saw=f"ZONEMD {_text(record)}") for record in records)
    kinds = Counter((int(record.scheme), int(record.hash_algorithm)) for record in records)
    known = [record for record in records if (int(record.scheme), int(record.hash_algorithm)) in _KNOWN]
    if not known:
        return failed("unknown_kind", observed=rows, facts=facts, kinds=tuple(_kind(kind) for kind in sorted(kinds)))
    alone = [record for record in known if kinds[int(record.scheme), int(record.hash_algorithm)] == 1]
    if not alone:
        twice = tuple(_kind(kind) for kind in sorted(kinds) if kinds[kind] > 1)
        return failed("duplicate", observed=rows, facts=facts, kinds=twice)
    listing = evidence.fact.listing
    seen = {d.published: d.computed for d in listing.digests} if listing is not None else {}
    wrong = [record for record in alone if seen.get(record.to_text(), record.to_text()) != record.to_text()]
    if wrong and listing is not None:
        kind = tuple(_kind((int(record.scheme), int(record.hash_algorithm))) for record in wrong)
        return failed("mismatch", observed=rows, facts=(*facts, evidence.fact.id), kinds=kind, source=listing.source)
    return _in_step(evidence, alone, rows, facts) or _secured(evidence, alone, rows, facts)


def _not_looked_up(evidence: ZoneEvidence) -> Outcome:
    """Of a zone that answers nothing the record is not asked for: then that is why."""
    soas = survey(evidence, dns.rdatatype.SOA)
    return could_not_test("not_tested", NOT_LOOKED_UP if soas.answers else soas.failure, observed=soas.unseen())


def _in_step(
    evidence: ZoneEvidence, records: list[ZONEMD], rows: tuple[Observation, ...], facts: tuple[str, ...]
) -> Outcome | None:
    """The outcome when no record has a serial that a server serves; a zone may change between two questions."""
    answers = survey(evidence, dns.rdatatype.SOA)
    serials = {int(soa.serial) for answer in answers.answers for soa in answer.rrset or ()}
    if not serials:
        return answers.untested()
    told = {int(record.serial) for record in records}
    if told & serials:
        return None
    if all(0 < (one - other) % _CIRCLE < _CIRCLE // 2 for one in told for other in serials):
        return could_not_test("not_tested", _CHANGED, observed=rows, facts=facts)
    return failed(
        "serial", observed=rows, facts=facts,
        serials=tuple(map(str, sorted(serials))), digests=tuple(map(str, sorted(told))),
    )  # fmt: skip


def _secured(
    evidence: ZoneEvidence, records: list[ZONEMD], rows: tuple[Observation, ...], facts: tuple[str, ...]
) -> Outcome:
    """What the record is worth: unsigned it shows damage alone, and no forgery (RFC 8976 section 6)."""
    item = find(evidence.found, "ZONEMD", evidence.zone)
    kinds = tuple(_kind((int(record.scheme), int(record.hash_algorithm))) for record in records)
    security = item.security if item is not None else None
    match status_of(security):
        case SecurityStatus.SECURE if any(record.to_text() in _verified(evidence) for record in records):
            return passed("verified", observed=rows, facts=(*facts, evidence.fact.id), kinds=kinds)
        case SecurityStatus.SECURE:
            return passed("ok", observed=rows, facts=facts, kinds=kinds)
        case SecurityStatus.INSECURE:
            return passed("insecure", observed=rows, facts=facts, kinds=kinds)
        case SecurityStatus.BOGUS:
            return failed("bogus", observed=rows, facts=facts, reason=reason_of(security))
        case SecurityStatus.INDETERMINATE:
            return passed("undetermined", observed=rows, facts=facts, kinds=kinds)


def _verified(evidence: ZoneEvidence) -> frozenset[str]:
    """The records whose digest is that of the whole zone."""
    listing = evidence.fact.listing
    return frozenset(d.published for d in listing.digests if d.published == d.computed) if listing else frozenset()


def _kind(kind: tuple[int, int]) -> str:
    return _KNOWN.get(kind, f"{kind[0]}/{kind[1]}")


def _text(record: ZONEMD) -> str:
    kind = _kind((int(record.scheme), int(record.hash_algorithm)))
    return f"serial {record.serial}, {kind}, {record.digest.hex()[:16]}…"
