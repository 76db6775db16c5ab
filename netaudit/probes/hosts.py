"""Which machines stand behind a name: a zone's servers, a mail domain's exchangers, a host's addresses."""

import asyncio

import dns.rdatatype

from netaudit.dns.message import name_text
from netaudit.model.common import Family
from netaudit.probes.context import ProbeContext, parse_name

__all__ = ["addresses_of", "exchangers_of", "servers_of"]

EXCHANGERS = 10  # of one mail domain
SERVERS = 26  # of one zone


async def exchangers_of(context: ProbeContext, domain: str) -> list[str]:
    """The targets of a domain's MX records by preference, at most ten; none with a null MX (RFC 7505)."""
    lookup = await context.lookup(parse_name(domain), dns.rdatatype.MX)
    owner = parse_name(lookup.canonical or domain)
    records: list[tuple[int, str]] = []
    for id in lookup.facts:
        exchange = context.record.exchange(id)
        rrset = exchange.answer(owner, dns.rdatatype.MX) if exchange is not None else None
        records += [(rdata.preference, name_text(rdata.exchange)) for rdata in rrset or ()]
    return list(dict.fromkeys(target for _, target in sorted(records) if target != "."))[:EXCHANGERS]


async def servers_of(context: ProbeContext, zone: str) -> list[str]:
    """The name servers that a zone itself names, by name; none where it could not be asked."""
    lookup = await context.lookup(parse_name(zone), dns.rdatatype.NS)
    found = (context.record.exchange(id) for id in lookup.facts)
    told = (e.answer(parse_name(zone), dns.rdatatype.NS) for e in found if e is not None)
    return sorted({name_text(rdata.target) for rrset in told for rdata in rrset or ()})[:SERVERS]


async def addresses_of(context: ProbeContext, host: str, at_most: int) -> list[str]:
    """The addresses of a host, IPv6 first, at most so many of each family."""
    lookups = await asyncio.gather(*(context.addresses(host, family) for family in (Family.IPV6, Family.IPV4)))
    return [address for lookup in lookups for address in lookup.addresses[:at_most]]
