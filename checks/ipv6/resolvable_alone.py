"""Whether the zone can be found from the root by a resolver that has IPv6 alone (RFC 3901, RFC 9471)."""

import dns.name
import dns.rdatatype

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, passed
from netaudit.rules.zones import authoritative, reach, replies, survey, unlooked, where

_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the zone's servers were not asked over IPv6")


def judge(evidence: ZoneEvidence) -> Outcome:
    """Walk the zone cuts from the root; each needs one server that is known and answers over IPv6.

    The addresses of servers outside the zone are taken as found: their own zones are judged where they
    are audited.
    """
    blind = evidence.blind(Family.IPV6)
    if blind is not None:
        return could_not_test("blind", blind)
    rows: list[Observation] = []
    for zone in (*evidence.ancestors, evidence):
        state, found = _state(zone)
        rows += found
        if state in ("no_address", "silent", "no_glue"):
            return failed(state, observed=tuple(rows), zone=zone.zone)
        if state == "unknown":
            failure = survey(zone, dns.rdatatype.SOA).failure if zone.servers else zone.fact.failure or _NOT_ASKED
            return could_not_test("no_answer", failure, observed=tuple(rows), zone=zone.zone)
    facts = tuple(e.id for s in evidence.servers for e in replies(s, evidence.apex, dns.rdatatype.SOA))
    return passed("ok", observed=tuple(rows), facts=facts, zones=tuple(z.zone for z in (*evidence.ancestors, evidence)))


def _state(zone: ZoneEvidence) -> tuple[str, list[Observation]]:
    servers = [server for server in zone.servers if server.family is Family.IPV6]
    answering = [server for server in servers if _answers(zone, server)]
    known = [server for server in answering if not _needs_glue(zone, server)]
    rows = [_row(zone, server, server in answering, server in known) for server in servers]
    if known:
        return "ok", rows
    if answering:
        return "no_glue", rows
    if not servers:
        return ("no_address" if zone.servers and not unlooked(zone) else "unknown"), rows
    alive = any(server.responded for server in zone.servers)
    settled = not unlooked(zone) and all(reach(server.exchanges)[0] is not None for server in servers)
    return ("silent" if alive and settled else "unknown"), rows


def _answers(zone: ZoneEvidence, server: ServerEvidence) -> bool:
    return any(authoritative(response) for response in replies(server, zone.apex, dns.rdatatype.SOA))


def _needs_glue(zone: ZoneEvidence, server: ServerEvidence) -> bool:
    """Whether only the zone itself knows the address, so that a resolver must be there to learn how to get there."""
    inside = dns.name.from_text(server.server.name).is_subdomain(zone.apex)
    return inside and server.server.source == "resolved"


def _row(zone: ZoneEvidence, server: ServerEvidence, answers: bool, known: bool) -> Observation:
    saw = "authoritative answer over IPv6" if answers else f"no authoritative answer: {reach(server.exchanges)[1]}"
    missing = "" if known or not answers else ", but the parent has no glue for it"
    return where(server, f"{zone.zone}: {saw}{missing}", known)
