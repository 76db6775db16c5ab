"""Records that say how a service is reached and trusted: HTTPS (RFC 9460), TLSA (RFC 6698), CAA (RFC 8659)."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

import dns.name
import dns.rdata
import dns.rdatatype
from dns.rdtypes.svcbbase import SVCBBase

from netaudit.dns.message import name_text
from netaudit.model.facts import Lookup
from netaudit.probes.context import ADDRESS_TYPES, ProbeContext, parse_name
from netaudit.rules.mta_sts import mta_sts_records, policy_host
from netaudit.rules.service_names import MAIL_TEXTS, MTA_STS, dkim_name, https_name, tlsa_name

__all__ = ["mail_records", "mail_texts", "text_records", "web_records"]

_PORTS = 4  # of one host
_SELECTORS = 8  # of one mail domain
_TARGETS = 4  # names that one host's HTTPS records lead to
_CLIMB = 10  # names that are asked for CAA; the Public Suffix List is nowhere near as deep


async def web_records(context: ProbeContext, host: str, ports: Sequence[int]) -> list[Lookup]:
    """What is published about the HTTPS endpoints of a host at these ports, each question asked once.

    HTTPS and the addresses that it leads to, TLSA at the host's name and at the one its aliases end at (RFC 7671
    section 7), CAA at the host and above until there are some.
    """
    if not ports:
        return []
    bases = await _bases(context, host)
    if not bases:
        return []
    wanted = [(https_name(host, port), dns.rdatatype.HTTPS) for port in ports[:_PORTS]]
    wanted += [(tlsa_name(base, port), dns.rdatatype.TLSA) for port in ports[:_PORTS] for base in bases]
    found, authorities = await asyncio.gather(_look_up(context, wanted), _climb(context, host))
    targets = {target for lookup in found for target in _targets(context, lookup)} - {host}
    types = (*ADDRESS_TYPES.values(), dns.rdatatype.HTTPS)
    return [*found, *authorities, *await _look_up(context, [(t, k) for t in sorted(targets)[:_TARGETS] for k in types])]


async def mail_records(context: ProbeContext, exchangers: Iterable[str]) -> list[Lookup]:
    """The TLSA records of each exchanger that has an address (RFC 7672 section 2.2)."""
    bases = await asyncio.gather(*(_bases(context, exchanger) for exchanger in exchangers))
    return await _look_up(context, [(tlsa_name(base, 25), dns.rdatatype.TLSA) for found in bases for base in found])


async def mail_texts(context: ProbeContext, domain: str, selectors: Sequence[str]) -> list[Lookup]:
    """What a mail domain publishes about MTA-STS (RFC 8461), TLS reports (RFC 8460) and DKIM keys (RFC 6376)."""
    names = [*MAIL_TEXTS, *(dkim_name(selector) for selector in selectors[:_SELECTORS])]
    found = await _look_up(context, [(f"{name}.{domain}", dns.rdatatype.TXT) for name in names])
    if any(mta_sts_records(text_records(context, lookup)) for lookup in found if lookup.name == f"{MTA_STS}.{domain}"):
        found += await _look_up(context, [(policy_host(domain), rdtype) for rdtype in ADDRESS_TYPES.values()])
    return found


def text_records(context: ProbeContext, lookup: Lookup) -> list[str]:
    """The TXT records that a look-up found, each with its strings put together (RFC 7208 section 3.3)."""
    owner = parse_name(lookup.canonical or lookup.name)
    exchanges = (context.record.exchange(id) for id in lookup.facts)
    rrsets = (e.answer(owner, dns.rdatatype.TXT) for e in exchanges if e is not None)
    return sorted({b"".join(rdata.strings).decode("utf-8", "replace") for rrset in rrsets for rdata in rrset or ()})


async def _bases(context: ProbeContext, host: str) -> list[str]:
    """The names that TLSA may be published for: where the host's aliases end, and the host; none without an address."""
    lookups = await asyncio.gather(*(context.addresses(host, family) for family in ADDRESS_TYPES))
    if not any(lookup.addresses for lookup in lookups):
        return []
    ends = [lookup.canonical for lookup in lookups if lookup.addresses and lookup.canonical]
    return list(dict.fromkeys((*ends, host)))


async def _look_up(context: ProbeContext, wanted: Iterable[tuple[str, dns.rdatatype.RdataType]]) -> list[Lookup]:
    names = [(parse_name(name), rdtype) for name, rdtype in dict.fromkeys(wanted)]
    return await asyncio.gather(*(context.lookup(name, rdtype) for name, rdtype in names))


async def _climb(context: ProbeContext, host: str) -> list[Lookup]:
    """CAA of the host and of the names above it, up to the first that has some (RFC 8659 section 3)."""
    found: list[Lookup] = []
    name = parse_name(host)
    while name != dns.name.root and len(found) < _CLIMB:
        lookup = await context.lookup(name, dns.rdatatype.CAA)
        found.append(lookup)
        if lookup.failure is not None or any(_records(context, lookup)):
            break
        name = name.parent()
    return found


def _targets(context: ProbeContext, lookup: Lookup) -> Iterator[str]:
    for rdata in _records(context, lookup):
        if isinstance(rdata, SVCBBase):
            target = name_text(rdata.target)
            yield target if target != "." else lookup.canonical or lookup.name


def _records(context: ProbeContext, lookup: Lookup) -> Iterator[dns.rdata.Rdata]:
    owner, rdtype = parse_name(lookup.canonical or lookup.name), dns.rdatatype.from_text(lookup.rdtype)
    for id in lookup.facts:
        exchange = context.record.exchange(id)
        if exchange is not None and exchange.question == (owner, rdtype):
            yield from exchange.answer(owner, rdtype) or ()
