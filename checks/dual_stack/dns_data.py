"""Whether each name server serves the same zone over IPv4 and IPv6 (RFC 4472 section 1.3, RFC 3901)."""

from typing import NamedTuple

import dns.rdatatype
from dns.rdtypes.ANY.SOA import SOA

from netaudit.model.common import Family
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.rrsig import DNSKEY, key_text, validity
from netaudit.rules.zones import authoritative, replies, server_names, signatures, survey, where

_Signers = tuple[tuple[tuple[int, int], ...], str]  # algorithms and key tags, and how the signatures stand in time


class _Told(NamedTuple):
    """What one server says of one type, once for each complete response."""

    values: frozenset[object]
    signers: frozenset[_Signers]


_TYPES = (dns.rdatatype.SOA, dns.rdatatype.NS, dns.rdatatype.DNSKEY)


def judge(evidence: ZoneEvidence) -> Outcome:
    """Compare SOA, NS, DNSKEY and who signed them, at each server name that has addresses of both families."""
    for family in Family:
        blind = evidence.blind(family)
        if blind is not None:
            return could_not_test("blind", blind)
    by_name: dict[str, list[ServerEvidence]] = {}
    for server in evidence.servers:
        by_name.setdefault(server.server.name, []).append(server)
    both = {name: found for name, found in by_name.items() if len({server.family for server in found}) == len(Family)}
    if evidence.servers and not both:
        return not_applicable("single_family", servers=tuple(sorted(by_name)))
    told = {name: [(server, _told(evidence, server)) for server in found] for name, found in both.items()}
    rows = tuple(where(server, _shown(said)) for found in told.values() for server, said in found)
    servers = [server for found in both.values() for server in found]
    facts = tuple(exchange.id for server in servers for exchange in server.exchanges if authoritative(exchange))
    states = {name: _compared(found) for name, found in told.items()}
    differing = {
        name: kinds for name, found in states.items() if (kinds := [k for k, same in found.items() if not same])
    }
    if differing:
        what = tuple(dict.fromkeys(kind for kinds in differing.values() for kind in kinds))
        return failed("differs", observed=rows, facts=facts, servers=tuple(sorted(differing)), what=what)
    if not any(states.values()):
        failure = survey(evidence, dns.rdatatype.SOA).failure
        return could_not_test("no_answer", failure, observed=rows, facts=facts)
    compared = sum(bool(found) for found in states.values())
    return passed("ok", observed=rows, facts=facts, compared=compared, total=len(by_name))


def _told(evidence: ZoneEvidence, server: ServerEvidence) -> dict[str, _Told]:
    return {t.name: _Told(_values(evidence, server, t), _signers(evidence, server, t)) for t in _TYPES}


def _compared(found: list[tuple[ServerEvidence, dict[str, _Told]]]) -> dict[str, bool]:
    """For each kind of data that both families told: whether it is the same."""
    compared: dict[str, bool] = {}
    for rdtype in (rdtype.name for rdtype in _TYPES):
        sides = [[told[rdtype] for server, told in found if server.family is family] for family in Family]
        values = [frozenset[object]().union(*(told.values for told in side)) for side in sides]
        signers = [frozenset[_Signers]().union(*(told.signers for told in side)) for side in sides]
        # a zone that changes between two questions shows more than one version: one in common is enough
        if all(values):
            compared[rdtype] = bool(frozenset.intersection(*values))
        if all(signers):
            compared[f"RRSIG/{rdtype}"] = bool(frozenset.intersection(*signers))
    return compared


def _values(evidence: ZoneEvidence, server: ServerEvidence, rdtype: dns.rdatatype.RdataType) -> frozenset[object]:
    """The data, or the kind of refusal."""
    values: set[object] = set()
    for exchange in replies(server, evidence.apex, rdtype):
        rrset = exchange.answer(evidence.apex, rdtype)
        if not authoritative(exchange):
            values |= set() if exchange.truncated else {f"RCODE {exchange.rcode}, not authoritative"}
        elif rdtype == dns.rdatatype.NS:
            values.add(server_names(exchange, evidence.apex))
        else:
            values.add(frozenset(rrset or ()))
    return frozenset(values)


def _signers(evidence: ZoneEvidence, server: ServerEvidence, rdtype: dns.rdatatype.RdataType) -> frozenset[_Signers]:
    """By which keys each complete answer is signed, and whether that is in date.

    Not the signatures themselves: who signs when asked makes new ones each time.
    """
    values: set[_Signers] = set()
    for exchange in replies(server, evidence.apex, rdtype):
        if authoritative(exchange) and exchange.answer(evidence.apex, rdtype) is not None:
            made = signatures(exchange, evidence.apex, rdtype)
            keys = {(int(one.algorithm), int(one.key_tag)) for one in made}
            values.add((tuple(sorted(keys)), validity(made, evidence.now).state))
    return frozenset(values)


def _shown(told: dict[str, _Told]) -> str:
    """SOA by its serial, NS by name, DNSKEY by tag, and who signed each."""
    data = [f"{rdtype} {text}" for rdtype, said in told.items() for text in sorted(map(_text, said.values))]
    signed = [
        f"RRSIG/{rdtype} by {', '.join(str(tag) for _, tag in keys)}, {state}"
        for rdtype, said in told.items()
        for keys, state in sorted(said.signers)
        if keys
    ]
    return "; ".join((*data, *signed)) or "no response"


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    items = value if isinstance(value, frozenset) else frozenset({value})
    return ", ".join(sorted(map(_item, items))) or "none"


def _item(item: object) -> str:
    if isinstance(item, SOA):
        return f"serial {int(item.serial)}"
    return key_text(item) if isinstance(item, DNSKEY) else str(item)
