"""Records looked up once for a zone: what it says of itself (RFC 8976, RFC 7477), and what others publish about it.

Others are its parent, which says whom to notify (RFC 9859), and its servers' operators (RFC 9615, RFC 9567).
"""

import asyncio
from collections.abc import Iterable

import dns.exception
import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.DSYNC import DSYNC

from netaudit.model.exchange import Exchange
from netaudit.model.facts import Lookup
from netaudit.probes.context import ADDRESS_TYPES, ProbeContext, parse_name
from netaudit.rules.edns import report_agent
from netaudit.rules.signal_names import bootstrap_name, dsync_names

__all__ = ["apex_records", "bootstrap_signals", "notification_targets", "report_agents"]

_SERVERS = 8  # name servers whose signals are looked up
_AGENTS = 2  # for error reports
_TARGETS = 2  # of the DSYNC records


async def apex_records(context: ProbeContext, zone: dns.name.Name, *, signed: bool) -> list[Lookup]:
    """The digest of the zone's content, and in a signed zone what its parent is to copy: one server tells."""
    wanted = (dns.rdatatype.ZONEMD, dns.rdatatype.CSYNC) if signed else (dns.rdatatype.ZONEMD,)
    return await asyncio.gather(*(context.lookup(zone, rdtype) for rdtype in wanted))


async def notification_targets(context: ProbeContext, zone: dns.name.Name, parent: dns.name.Name) -> list[Lookup]:
    """DSYNC for the zone, else for all of the parent's children (RFC 9859 section 4.1), and its targets' addresses."""
    found: list[Lookup] = []
    for name in dsync_names(zone, parent):
        lookup = await context.lookup(name, dns.rdatatype.DSYNC)
        found.append(lookup)
        targets = _targets(context, lookup)
        if targets:
            wanted = [(target, rdtype) for target in targets[:_TARGETS] for rdtype in ADDRESS_TYPES.values()]
            return [*found, *await asyncio.gather(*(context.lookup(*question) for question in wanted))]
        if lookup.failure is not None:
            break
    return found


async def bootstrap_signals(
    context: ProbeContext, zone: dns.name.Name, servers: Iterable[dns.name.Name]
) -> list[Lookup]:
    """CDS and CDNSKEY under each name server outside the zone (RFC 9615 section 4.2); too long names are left out."""
    outside = [server for server in servers if not server.is_subdomain(zone)][:_SERVERS]
    names = [name for server in outside if (name := bootstrap_name(zone, server)) is not None]
    wanted = [(name, rdtype) for name in names for rdtype in (dns.rdatatype.CDS, dns.rdatatype.CDNSKEY)]
    return await asyncio.gather(*(context.lookup(*question) for question in wanted))


async def report_agents(context: ProbeContext, exchanges: Iterable[Exchange]) -> list[Lookup]:
    """The agents that responses name for error reports, looked up by the type of reports (RFC 9567 section 6)."""
    agents = sorted({agent for exchange in exchanges if (agent := report_agent(exchange)) not in ("", ".")})[:_AGENTS]
    return await asyncio.gather(*(context.lookup(parse_name(agent), dns.rdatatype.TXT) for agent in agents))


def _targets(context: ProbeContext, lookup: Lookup) -> list[dns.name.Name]:
    owner = parse_name(lookup.canonical or lookup.name)
    exchanges = (context.record.exchange(id) for id in lookup.facts)
    rrsets = (e.answer(owner, dns.rdatatype.DSYNC) for e in exchanges if e is not None)
    targets = (rdata.target for rrset in rrsets for rdata in rrset or () if isinstance(rdata, DSYNC))
    return list(dict.fromkeys(targets))
