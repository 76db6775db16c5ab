"""Who may send in a domain's name: the addresses that the terms of its SPF record lead to, in both families."""

import asyncio

import dns.rdatatype

from netaudit.model.facts import Lookup
from netaudit.probes.context import ADDRESS_TYPES, ProbeContext, parse_name
from netaudit.probes.hosts import exchangers_of
from netaudit.probes.records import text_records
from netaudit.rules.spf import LOOKUP_LIMIT, mechanisms, parse_spf, spf_names, spf_records

__all__ = ["sender_addresses"]

_EXCHANGERS = 10  # of one term `mx` (RFC 7208 section 4.6.4)


async def sender_addresses(context: ProbeContext, domain: str) -> list[Lookup]:
    """Look up what `a` and `mx` stand for in the domain's record and in those that it includes.

    Names that were asked for before are not asked for again, so that a usual record costs a question or two.
    """
    found: dict[tuple[str, str], Lookup] = {}
    owners = [domain]
    terms = 0
    for owner in owners:  # which grows on the way
        found_there = text_records(context, await context.lookup(parse_name(owner), dns.rdatatype.TXT))
        for record in spf_records(found_there):
            if parse_spf(record).problem:
                continue
            known = {item.name for item in spf_names(record)}
            owners += [item.name for item in spf_names(record) if item.rdtype == "TXT" and item.name not in owners]
            for mechanism in mechanisms(record):
                name = mechanism.value.lower().rstrip(".") or owner
                if mechanism.name not in ("a", "mx") or (name != owner and name not in known):
                    continue
                terms += 1
                if terms > LOOKUP_LIMIT:
                    return list(found.values())
                hosts = await _exchangers(context, name, found) if mechanism.name == "mx" else [name]
                await _look_up(context, hosts, found)
        if len(owners) > LOOKUP_LIMIT:
            break
    return list(found.values())


async def _exchangers(context: ProbeContext, name: str, found: dict[tuple[str, str], Lookup]) -> list[str]:
    found[name, "MX"] = await context.lookup(parse_name(name), dns.rdatatype.MX)
    return (await exchangers_of(context, name))[:_EXCHANGERS]


async def _look_up(context: ProbeContext, hosts: list[str], found: dict[tuple[str, str], Lookup]) -> None:
    wanted = [(parse_name(host), rdtype) for host in hosts for rdtype in ADDRESS_TYPES.values()]
    for lookup in await asyncio.gather(*(context.lookup(name, rdtype) for name, rdtype in wanted)):
        found[lookup.name, lookup.rdtype] = lookup
