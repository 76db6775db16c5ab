"""Whether each name server serves the same zone over IPv4 and IPv6 (RFC 4472 section 1.3, RFC 3901)."""

from collections.abc import Callable, Iterable

import dns.rdatatype
from dns.rdtypes.ANY.SOA import SOA

from netaudit.model.common import Family
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.rrsig import DNSKEY, key_text, validity
from netaudit.rules.zones import authoritative, replies, server_names, signatures, survey, where

_Signers = tuple[frozenset[tuple[int, int]], str]  # algorithms and key tags, and how the signatures stand in time
_Look = Callable[[ZoneEvidence, ServerEvidence, dns.rdatatype.RdataType], Iterable[object]]

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
    servers = [server for found in both.values() for server in found]
    rows = tuple(where(server, _shown(evidence, server)) for server in servers)
    facts = tuple(exchange.id for server in servers for exchange in server.exchanges if authoritative(exchange))
    states = {name: _compared(evidence, found) for name, found in both.items()}
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


def _compared(evidence: ZoneEvidence, servers: list[ServerEvidence]) -> dict[str, bool]:
    """For each kind of data that both families told: whether it is the same."""
    compared: dict[str, bool] = {}
    for rdtype in _TYPES:
        looks: dict[str, _Look] = {rdtype.name: _values, f"RRSIG/{rdtype.name}": _signers}
        for kind, look in looks.items():
            v4, v6 = (
                {value for s in servers if s.family is family for value in look(evidence, s, rdtype)}
                for family in (Family.IPV4, Family.IPV6)
            )
            if v4 and v6:
                # a zone that changes between two questions shows more than one version: one in common is enough
                compared[kind] = bool(v4 & v6)
    return compared


def _values(evidence: ZoneEvidence, server: ServerEvidence, rdtype: dns.rdatatype.RdataType) -> set[object]:
    """What the server says, once for each complete response: the data, or the kind of refusal."""
    values: set[object] = set()
    for exchange in replies(server, evidence.apex, rdtype):
        rrset = exchange.answer(evidence.apex, rdtype)
        if not authoritative(exchange):
            values |= set() if exchange.truncated else {f"RCODE {exchange.rcode}, not authoritative"}
        elif rdtype == dns.rdatatype.NS:
            values.add(server_names(exchange, evidence.apex))
        else:
            values.add(frozenset(rrset or ()))
    return values


def _signers(evidence: ZoneEvidence, server: ServerEvidence, rdtype: dns.rdatatype.RdataType) -> set[_Signers]:
    """By which keys each complete answer is signed, and whether that is in date.

    Not the signatures themselves: who signs when asked makes new ones each time.
    """
    values: set[_Signers] = set()
    for exchange in replies(server, evidence.apex, rdtype):
        if authoritative(exchange) and exchange.answer(evidence.apex, rdtype) is not None:
            made = signatures(exchange, evidence.apex, rdtype)
            keys = frozenset((int(one.algorithm), int(one.key_tag)) for one in made)
            values.add((keys, validity(made, evidence.now).state))
    return values


def _shown(evidence: ZoneEvidence, server: ServerEvidence) -> str:
    told = [f"{rdtype.name} {text}" for rdtype in _TYPES for text in _texts(evidence, server, rdtype)]
    signed = [
        f"RRSIG/{rdtype.name} by {', '.join(str(tag) for _, tag in sorted(keys)) or 'none'}, {state}"
        for rdtype in _TYPES
        for keys, state in sorted(_signers(evidence, server, rdtype), key=str)
        if keys
    ]
    return "; ".join((*told, *signed)) or "no response"


def _texts(evidence: ZoneEvidence, server: ServerEvidence, rdtype: dns.rdatatype.RdataType) -> list[str]:
    """The values of a type as a person reads them: SOA by its serial, NS by name, DNSKEY by tag."""
    return sorted(value if isinstance(value, str) else _text(value) for value in _values(evidence, server, rdtype))


def _text(value: object) -> str:
    items = value if isinstance(value, frozenset) else frozenset({value})
    return ", ".join(sorted(map(_item, items))) or "none"


def _item(item: object) -> str:
    if isinstance(item, SOA):
        return f"serial {int(item.serial)}"
    return key_text(item) if isinstance(item, DNSKEY) else str(item)
