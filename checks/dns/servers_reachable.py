"""Whether every IPv4 address of every name server answers over UDP (RFC 1034 section 4.1, RFC 2182)."""

import dns.rdatatype

from netaudit.model.common import Family, Reason, Side, Transport
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, passed, warned
from netaudit.rules.zones import label, reach, survey, trouble, where


def judge(evidence: ZoneEvidence) -> Outcome:
    """Judge the servers' IPv4 addresses; a server name without any address counts as out of reach."""
    blind = evidence.blind(Family.IPV4)
    if blind is not None:
        return could_not_test("blind", blind)
    nameless, rows = _nameless(evidence)
    servers = [server for server in evidence.servers if server.family is Family.IPV4]
    if not servers and not nameless:
        return _without_ipv4(evidence)
    silent: list[str] = []
    answered = 0
    for server in servers:
        ok, saw = _reach(server)
        rows.append(where(server, saw, ok))
        answered += ok is True
        silent += [label(server)] if ok is False else []
    facts = tuple(exchange.id for server in servers for exchange in server.exchanges[:1])
    if silent:
        return failed("silent", observed=tuple(rows), facts=facts, servers=tuple(silent), total=len(servers))
    if nameless:
        return failed("no_address", observed=tuple(rows), facts=facts, servers=nameless)
    if answered < len(servers):
        failure = survey(evidence, dns.rdatatype.SOA).failure
        return could_not_test("no_answer", failure, observed=tuple(rows), facts=facts)
    return passed("ok", observed=tuple(rows), facts=facts, total=len(servers))


def _reach(server: ServerEvidence) -> tuple[bool | None, str]:
    return reach(exchange for exchange in server.exchanges if exchange.transport is Transport.UDP)


def _nameless(evidence: ZoneEvidence) -> tuple[tuple[str, ...], list[Observation]]:
    """The server names that, as their own zones say, have no address."""
    missing = {
        name: failure
        for name, failure in evidence.fact.unresolved.items()
        if failure.side is Side.TARGET and failure.reason is Reason.NO_ADDRESS
    }
    rows = [Observation(where=name, saw=trouble(failure), ok=False) for name, failure in missing.items()]
    return tuple(sorted(missing)), rows


def _without_ipv4(evidence: ZoneEvidence) -> Outcome:
    if evidence.servers:
        names = tuple(sorted({server.server.name for server in evidence.servers}))
        return warned("no_ipv4", observed=tuple(where(s, "IPv6 only") for s in evidence.servers), servers=names)
    return survey(evidence, dns.rdatatype.SOA).untested()
