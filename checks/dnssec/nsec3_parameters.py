"""Whether NSEC3 is used without extra iterations and without salt (RFC 9276 section 3.1)."""

from collections.abc import Iterator
from typing import TypeGuard

import dns.name
import dns.rdata
import dns.rdatatype
from dns.rdtypes.ANY.NSEC3 import NSEC3
from dns.rdtypes.ANY.NSEC3PARAM import NSEC3PARAM

from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Outcome, failed, not_applicable, passed, warned
from netaudit.rules.zones import authoritative, label, survey, where

from ._helpers import signed_zone

_Parameters = NSEC3 | NSEC3PARAM


def judge(evidence: ZoneEvidence, *, max_iterations: int) -> Outcome:
    """Look at the NSEC3PARAM record and at the NSEC3 records in negative answers, server by server.

    An NSEC3PARAM with flags is one that is not in use (RFC 5155 section 4.1.2).
    """
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    found = [(server, id, record) for server in evidence.servers for id, record in _records(evidence, server)]
    if not found:
        asked = survey(evidence, dns.rdatatype.NSEC3PARAM)
        return not_applicable("nsec", facts=asked.facts) if asked.answers else asked.untested()
    rows = tuple(
        dict.fromkeys(where(server, _shown(record), _is_good(record, max_iterations)) for server, _, record in found)
    )
    facts = tuple(dict.fromkeys(id for _, id, _ in found))
    strange = tuple(dict.fromkeys(label(server) for server, _, record in found if int(record.algorithm) != 1))
    if strange:
        return failed("algorithm", observed=rows, facts=facts, servers=strange)
    iterations = max(int(record.iterations) for _, _, record in found)
    if iterations > max_iterations:
        bad = tuple(dict.fromkeys(label(s) for s, _, record in found if record.iterations > max_iterations))
        return failed(
            "iterations", observed=rows, facts=facts, iterations=iterations, maximum=max_iterations, servers=bad
        )
    salts = sorted({record.salt.hex() for _, _, record in found if record.salt})
    if salts:
        return warned("salt", observed=rows, facts=facts, salt=salts[0])
    return passed("ok", observed=rows, facts=facts, iterations=iterations)


def _records(evidence: ZoneEvidence, server: ServerEvidence) -> Iterator[tuple[str, _Parameters]]:
    for exchange in server.exchanges:
        if exchange.message is None or not authoritative(exchange):
            continue
        for rrset in (*exchange.message.answer, *exchange.message.authority):
            yield from ((exchange.id, record) for record in rrset if _is_in_use(record, rrset.name, evidence.apex))


def _is_in_use(record: dns.rdata.Rdata, owner: dns.name.Name, apex: dns.name.Name) -> TypeGuard[_Parameters]:
    if isinstance(record, NSEC3PARAM):
        return owner == apex and not record.flags
    return isinstance(record, NSEC3) and owner.is_subdomain(apex)


def _is_good(record: _Parameters, max_iterations: int) -> bool:
    return int(record.algorithm) == 1 and record.iterations <= max_iterations and not record.salt


def _shown(record: _Parameters) -> str:
    salt = record.salt.hex() or "-"
    return f"NSEC3 hash {int(record.algorithm)}, {int(record.iterations)} iterations, salt {salt}"
