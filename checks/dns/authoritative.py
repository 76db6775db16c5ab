"""Whether every name server of the delegation answers with authority (RFC 1034 section 4.2.2, RFC 1912 section 2.8)."""

import dns.name
import dns.rcode
import dns.rdatatype

from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.verdict import Outcome, failed, passed
from netaudit.rules.zones import authoritative, label, replies, survey, where

_NO_EDNS = (dns.rcode.FORMERR, dns.rcode.NOTIMP)


def judge(evidence: ZoneEvidence) -> Outcome:
    """A server is lame when it responds and none of its responses about the SOA is an authoritative answer."""
    found = survey(evidence, dns.rdatatype.SOA)
    rows = []
    lame: list[str] = []
    good = 0
    for server in evidence.servers:
        ok, saw = _standing(evidence.apex, server)
        rows.append(where(server, saw, ok))
        good += ok is True
        lame += [label(server)] if ok is False else []
    facts = tuple(e.id for s in evidence.servers for e in replies(s, evidence.apex, dns.rdatatype.SOA))
    if lame:
        return failed("lame", observed=tuple(rows), facts=facts, servers=tuple(lame), total=len(evidence.servers))
    if not good:
        return found.untested()
    return passed("ok", observed=tuple(rows), facts=facts, answered=good, total=len(evidence.servers))


def _standing(apex: dns.name.Name, server: ServerEvidence) -> tuple[bool | None, str]:
    responses = list(replies(server, apex, dns.rdatatype.SOA))
    if any(authoritative(r) and r.answer(apex, dns.rdatatype.SOA) is not None for r in responses):
        return True, "authoritative answer"
    decided = [r for r in responses if not r.truncated and not (r.rcode in _NO_EDNS and _without_opt(r))]
    if not decided:
        return None, "no response that tells"
    return False, _described(apex, decided[0])


def _described(apex: dns.name.Name, response: Exchange) -> str:
    if response.rcode:
        return dns.rcode.to_text(dns.rcode.Rcode.make(response.rcode))
    if response.answer(apex, dns.rdatatype.SOA) is not None:
        return "SOA without AA"
    sections = response.message.authority if response.message is not None else []
    upward = [rrset.name for rrset in sections if rrset.rdtype == dns.rdatatype.NS and apex.is_subdomain(rrset.name)]
    return f"referral to {upward[0]}" if upward else "NOERROR without SOA"


def _without_opt(response: Exchange) -> bool:
    return response.message is not None and response.message.edns < 0
