"""Whether each name server serves the same zone over IPv4 and IPv6 (RFC 4472 section 1.3, RFC 3901)."""

import dns.rdatatype

from netaudit.model.common import Family
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.zones import authoritative, replies, server_names, survey, where

_TYPES = (dns.rdatatype.SOA, dns.rdatatype.NS, dns.rdatatype.DNSKEY)


def judge(evidence: ZoneEvidence) -> Outcome:
    """Compare serials, NS and DNSKEY of each server name that has addresses of both families."""
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
    states = {name: _same(evidence, found) for name, found in both.items()}
    differing = tuple(sorted(name for name, same in states.items() if same is False))
    if differing:
        return failed("differs", observed=rows, facts=facts, servers=differing)
    if True not in states.values():
        failure = survey(evidence, dns.rdatatype.SOA).failure
        return could_not_test("no_answer", failure, observed=rows, facts=facts)
    compared = sum(same is True for same in states.values())
    return passed("ok", observed=rows, facts=facts, compared=compared, total=len(by_name))


def _same(evidence: ZoneEvidence, servers: list[ServerEvidence]) -> bool | None:
    """None: one family gave no response, so nothing can be compared."""
    compared: list[bool] = []
    for rdtype in _TYPES:
        seen = {
            family: set().union(*(_values(evidence, s, rdtype) for s in servers if s.family is family))
            for family in Family
        }
        if all(seen.values()):
            # a zone that changes between two questions shows more than one serial: one in common is enough
            compared.append(bool(seen[Family.IPV4] & seen[Family.IPV6]))
    return all(compared) if compared else None


def _values(evidence: ZoneEvidence, server: ServerEvidence, rdtype: dns.rdatatype.RdataType) -> set[object]:
    """What the server says, once for each complete response: the data, or the kind of refusal."""
    values: set[object] = set()
    for exchange in replies(server, evidence.apex, rdtype):
        rrset = exchange.answer(evidence.apex, rdtype)
        if not authoritative(exchange):
            values |= set() if exchange.truncated else {f"RCODE {exchange.rcode}, not authoritative"}
        elif rdtype == dns.rdatatype.SOA:
            values |= {int(rdata.serial) for rdata in rrset or ()}
        elif rdtype == dns.rdatatype.NS:
            values.add(server_names(exchange, evidence.apex))
        else:
            values.add(frozenset(rrset or ()))
    return values


def _shown(evidence: ZoneEvidence, server: ServerEvidence) -> str:
    serials = _values(evidence, server, dns.rdatatype.SOA)
    names = [", ".join(sorted(n)) for n in _values(evidence, server, dns.rdatatype.NS) if isinstance(n, frozenset)]
    if not serials:
        return "no response"
    return "; ".join([*(f"serial {s}" if isinstance(s, int) else str(s) for s in serials), *(f"NS {n}" for n in names)])
