"""Whether every name server that can be reached answers over TCP (RFC 7766, RFC 9210)."""

import dns.rdatatype

from netaudit.model.common import Transport
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.verdict import Outcome, failed, passed
from netaudit.rules.zones import label, reach, survey, where


def judge(evidence: ZoneEvidence) -> Outcome:
    """Judge the TCP answers of the servers that answer at all; what they say is another check's matter."""
    rows = []
    refused: list[str] = []
    answered = 0
    facts: list[str] = []
    for server in evidence.servers:
        ok, saw = _reach(evidence, server)
        rows.append(where(server, f"TCP: {saw}", ok))
        facts += [exchange.id for exchange in _over_tcp(server)]
        answered += ok is True
        refused += [label(server)] if ok is False else []
    if refused:
        return failed(
            "refused", observed=tuple(rows), facts=tuple(facts), servers=tuple(refused), total=len(evidence.servers)
        )
    if not answered:
        return survey(evidence, dns.rdatatype.SOA).untested()
    return passed("ok", observed=tuple(rows), facts=tuple(facts), answered=answered, total=len(evidence.servers))


def _reach(evidence: ZoneEvidence, server: ServerEvidence) -> tuple[bool | None, str]:
    if evidence.blind(server.family) is not None:
        return None, "our own host can't test this family"
    ok, saw = reach(_over_tcp(server))
    return (ok, saw) if server.responded else (None, saw)


def _over_tcp(server: ServerEvidence) -> list[Exchange]:
    return [exchange for exchange in server.exchanges if exchange.transport is Transport.TCP]
