"""Whether every IPv4 address of every name server answers over UDP (RFC 1034 section 4.1, RFC 2182)."""

import dns.rdatatype

from netaudit.model.common import Family, Reason, Side
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, warned
from netaudit.rules.zones import survey, trouble, where

from ._family_servers import every_server_answers


def judge(evidence: ZoneEvidence) -> Outcome:
    """Judge the servers' IPv4 addresses; a server name without any address counts as out of reach."""
    blind = evidence.blind(Family.IPV4)
    if blind is not None:
        return could_not_test("blind", blind)
    nameless, rows = _nameless(evidence)
    servers = [server for server in evidence.servers if server.family is Family.IPV4]
    if not servers and not nameless:
        return _without_ipv4(evidence)
    return every_server_answers(evidence, servers, nameless, rows)


def _nameless(evidence: ZoneEvidence) -> tuple[tuple[str, ...], tuple[Observation, ...]]:
    """The server names that, as their own zones say, have no address."""
    missing = {
        name: failure
        for name, failure in evidence.fact.unresolved.items()
        if failure.side is Side.TARGET and failure.reason is Reason.NO_ADDRESS
    }
    rows = tuple(Observation(where=name, saw=trouble(failure), ok=False) for name, failure in missing.items())
    return tuple(sorted(missing)), rows


def _without_ipv4(evidence: ZoneEvidence) -> Outcome:
    if evidence.servers:
        names = tuple(sorted({server.server.name for server in evidence.servers}))
        return warned("no_ipv4", observed=tuple(where(s, "IPv6 only") for s in evidence.servers), servers=names)
    return survey(evidence, dns.rdatatype.SOA).untested()
