"""How many name servers serve a zone over one address family, and whether all do: the same rules for IPv4 and IPv6."""

import dns.rdatatype

from netaudit.model.common import Family, Transport
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, passed
from netaudit.rules.zones import authoritative, label, reach, replies, survey, unlooked, where

_LABEL = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


def enough_servers(evidence: ZoneEvidence, family: Family, min_servers: int) -> Outcome:
    """Count the server names that gave an authoritative answer over a family.

    Messages `ok`, `too_few`, `none`, `no_answer` and `blind`.
    """
    blind = evidence.blind(family)
    if blind is not None:
        return could_not_test("blind", blind)
    if not evidence.servers:
        return survey(evidence, dns.rdatatype.SOA).untested()
    servers = [server for server in evidence.servers if server.family is family]
    states = [(server, *_standing(evidence, server)) for server in servers]
    good = {server.server.name for server, ok, _ in states if ok}
    open_names = {server.server.name for server, ok, _ in states if ok is None} | unlooked(evidence)
    rows = tuple(where(server, saw, ok) for server, ok, saw in states)
    rows += tuple(where(s, f"no {_LABEL[family]} address", False) for s in evidence.servers if not _among(servers, s))
    facts = tuple(e.id for s in servers for e in replies(s, evidence.apex, dns.rdatatype.SOA))
    if len(good) >= min_servers:
        return passed(
            "ok", observed=rows, facts=facts, count=len(good), servers=tuple(sorted(good)), minimum=min_servers
        )
    if len(good | open_names) >= min_servers:
        failure = survey(evidence, dns.rdatatype.SOA).failure
        return could_not_test("no_answer", failure, observed=rows, facts=facts)
    if not servers:
        return failed("none", observed=rows, minimum=min_servers)
    return failed(
        "too_few", observed=rows, facts=facts, count=len(good), servers=tuple(sorted(good)), minimum=min_servers
    )


def every_server_answers(
    evidence: ZoneEvidence,
    servers: list[ServerEvidence],
    missing: tuple[str, ...] = (),
    rows: tuple[Observation, ...] = (),
) -> Outcome:
    """Whether each of these addresses answers over UDP; `missing` names servers that lack any address, told in `rows`.

    Messages `ok`, `silent`, `no_address` and `no_answer`.
    """
    states = [(server, *_over_udp(server)) for server in servers]
    rows += tuple(where(server, saw, ok) for server, ok, saw in states)
    facts = tuple(exchange.id for server in servers for exchange in server.exchanges[:1])
    silent = tuple(label(server) for server, ok, _ in states if ok is False)
    if silent:
        return failed("silent", observed=rows, facts=facts, servers=silent, total=len(servers))
    if missing:
        return failed("no_address", observed=rows, facts=facts, servers=missing)
    if not all(ok for _, ok, _ in states):
        failure = survey(evidence, dns.rdatatype.SOA).failure
        return could_not_test("no_answer", failure, observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts, total=len(servers))


def _over_udp(server: ServerEvidence) -> tuple[bool | None, str]:
    return reach(exchange for exchange in server.exchanges if exchange.transport is Transport.UDP)


def _standing(evidence: ZoneEvidence, server: ServerEvidence) -> tuple[bool | None, str]:
    responses = list(replies(server, evidence.apex, dns.rdatatype.SOA))
    over = _LABEL[server.family]
    if any(authoritative(response) for response in responses):
        return True, f"authoritative answer over {over}"
    if responses:
        return False, f"no authoritative answer over {over} (RCODE {responses[0].rcode})"
    return reach(server.exchanges)


def _among(servers: list[ServerEvidence], other: ServerEvidence) -> bool:
    return any(server.server.name == other.server.name for server in servers)
