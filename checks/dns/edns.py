"""Whether every name server speaks EDNS (RFC 6891; RFC 4035 section 3 for DNSSEC)."""

import dns.rcode
import dns.rdatatype

from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Outcome, failed, passed
from netaudit.rules.zones import label, readable, survey, where

_REFUSALS = (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS)


def judge(evidence: ZoneEvidence) -> Outcome:
    """Queries carry an OPT record: a response to the question without one shows a server without EDNS."""
    rows = []
    without: list[str] = []
    good = 0
    for server in evidence.servers:
        ok, saw = _standing(server)
        rows.append(where(server, saw, ok))
        good += ok is True
        without += [label(server)] if ok is False else []
    facts = tuple(e.id for s in evidence.servers for e in s.exchanges[:1])
    if without:
        return failed("no_edns", observed=tuple(rows), facts=facts, servers=tuple(without), total=len(evidence.servers))
    if not good:
        return survey(evidence, dns.rdatatype.SOA).untested()
    return passed("ok", observed=tuple(rows), facts=facts, answered=good, total=len(evidence.servers))


def _standing(server: ServerEvidence) -> tuple[bool | None, str]:
    asked = [exchange for exchange in server.exchanges if _has_additional(exchange.query) and readable(exchange)]
    messages = [exchange.message for exchange in asked if exchange.message is not None]
    with_opt = [message for message in messages if message.edns >= 0 and message.rcode() != dns.rcode.BADVERS]
    if with_opt:
        return True, f"EDNS version {with_opt[0].edns}, {with_opt[0].payload} bytes"
    for message in messages:
        if message.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN, *_REFUSALS):
            return False, f"{dns.rcode.to_text(message.rcode())} without OPT"
    return None, "no response that tells"


def _has_additional(query: bytes) -> bool:
    """Whether a query carries a record in its additional section: its OPT (RFC 1035 section 4.1.1)."""
    return query[10:12] != b"\0\0"
