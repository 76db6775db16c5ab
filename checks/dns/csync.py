"""Whether the parent can follow the zone's CSYNC, and what it would change (RFC 7477). No zone needs one."""

from typing import NamedTuple

import dns.rdatatype
from dns.rdtypes.ANY.CSYNC import CSYNC, Bitmap

from netaudit.model.evidence import FoundRecords, ZoneEvidence
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Argument, Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.records import INDETERMINATE, NOT_LOOKED_UP, find, malformed, missing, reason_of, status_of
from netaudit.rules.zones import delegations, label, server_names, survey, where

from ._helpers import ADDRESS_TYPES, authoritative_addresses, glue, parent_failure, served_by_parent

_IMMEDIATE, _SOA_MINIMUM = 1, 2
_NS = dns.rdatatype.NS
_COPIED = {_NS, *ADDRESS_TYPES}  # the types for which RFC 7477 section 3.2 says how
_CIRCLE = 1 << 32


def judge(evidence: ZoneEvidence) -> Outcome:
    """One record, secure, with flags and types that parents know, and no server behind its serial.

    With the flag `immediate` a parent acts by itself, without it after somebody confirmed the change elsewhere.
    """
    item = find(evidence.found, "CSYNC", evidence.zone)
    if item is None or item.lookup.failure is not None:
        return _not_looked_up(evidence, item)
    facts = item.lookup.facts
    if error := malformed(item):
        return failed("malformed", facts=facts, error=error)
    if (unknown := missing(item)) is not None:
        return could_not_test("not_tested", unknown, facts=facts)
    records = [rdata for rdata in sorted(item.rdatas) if isinstance(rdata, CSYNC)]
    if not records:
        return not_applicable("none", facts=facts)
    rows = tuple(Observation(where=evidence.zone, saw=f"CSYNC {record.to_text()}") for record in records)
    if len(records) > 1:
        return failed("several", observed=rows, facts=facts, count=len(records))
    status = status_of(item.security)
    if status is SecurityStatus.INDETERMINATE:
        return could_not_test("not_tested", INDETERMINATE, observed=rows, facts=facts)
    if status is not SecurityStatus.SECURE:
        return failed("not_secure", observed=rows, facts=facts, reason=reason_of(item.security))
    return _followed(evidence, records[0], rows, facts)


def _not_looked_up(evidence: ZoneEvidence, item: FoundRecords | None) -> Outcome:
    """Without keys nobody asks for a CSYNC: parents copy secure data alone (RFC 7477 section 2.1).

    Of a zone that answers nothing it is not asked either.
    """
    keys = survey(evidence, dns.rdatatype.DNSKEY)
    if item is None and keys.answers and not any(answer.rrset for answer in keys.answers):
        return not_applicable("unsigned", facts=keys.facts)
    if item is None and not keys.answers:
        return could_not_test("not_tested", keys.failure, observed=keys.unseen())
    return could_not_test("not_tested", missing(item) or NOT_LOOKED_UP)


def _followed(evidence: ZoneEvidence, record: CSYNC, rows: tuple[Observation, ...], facts: tuple[str, ...]) -> Outcome:
    """What a parent that follows the record comes to."""
    types = frozenset(dns.rdatatype.from_text(text) for text in Bitmap(record.windows).to_text().split())
    if record.flags & ~(_IMMEDIATE | _SOA_MINIMUM):
        return failed("unknown_flags", observed=rows, facts=facts, flags=int(record.flags))
    if types - _COPIED:
        return failed("unknown_types", observed=rows, facts=facts, types=_texts(types - _COPIED))
    if record.flags & _SOA_MINIMUM:
        soas = survey(evidence, dns.rdatatype.SOA)
        behind = [a for a in soas.answers for soa in a.rrset or () if _behind(int(soa.serial), int(record.serial))]
        if behind:
            rows += tuple(where(answer.server, f"SOA behind {record.serial}", False) for answer in behind)
            servers = tuple(label(answer.server) for answer in behind)
            return failed("serial_ahead", observed=rows, facts=facts, serial=int(record.serial), servers=servers)
    told: dict[str, Argument] = {"types": _texts(types)}
    if not delegations(evidence):
        if served_by_parent(evidence):
            return passed("same_servers", observed=rows, facts=facts, **told)
        return could_not_test("not_tested", parent_failure(evidence.referrals), observed=rows, facts=facts)
    changes = _changes(evidence, types)
    if not (changes.added or changes.removed):
        return passed("in_step", observed=rows, facts=facts, **told)
    message = "pending" if record.flags & _IMMEDIATE else "to_confirm"
    return passed(message, observed=rows, facts=facts, added=changes.added, removed=changes.removed, **told)


class _Changes(NamedTuple):
    """What the parent would add to the delegation, and take out of it."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def _changes(evidence: ZoneEvidence, types: frozenset[dns.rdatatype.RdataType]) -> _Changes:
    """The child's NS, A and AAAA that the parent lacks, and the parent's that the child lacks."""
    exchanges = delegations(evidence)
    above = frozenset[str]().union(*(server_names(exchange, evidence.apex) for exchange in exchanges))
    answers = survey(evidence, _NS).answers
    own = frozenset[str]().union(*(server_names(answer.exchange, evidence.apex) for answer in answers)) or above
    added: list[str] = []
    removed: list[str] = []
    if _NS in types:
        added += [f"NS {name}" for name in sorted(own - above)]
        removed += [f"NS {name}" for name in sorted(above - own)]
    at_parent, in_zone = glue(evidence), authoritative_addresses(evidence)
    for name, rdtype in sorted(in_zone):
        if rdtype in types and name in own:
            parent, child = at_parent.get((name, rdtype), set()), in_zone[name, rdtype]
            kind = dns.rdatatype.to_text(rdtype)
            added += [f"{name} {kind} {address}" for address in sorted(child - parent)]
            removed += [f"{name} {kind} {address}" for address in sorted(parent - child)]
    return _Changes(tuple(added), tuple(removed))


def _behind(serial: int, minimum: int) -> bool:
    """Whether a serial is less than another (RFC 1982 section 3.2)."""
    return 0 < (minimum - serial) % _CIRCLE < _CIRCLE // 2


def _texts(types: frozenset[dns.rdatatype.RdataType]) -> tuple[str, ...]:
    return tuple(dns.rdatatype.to_text(rdtype) for rdtype in sorted(types))
