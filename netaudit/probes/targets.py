"""Where records lead: look-ups of the names that they name, only as many as show whether those exist.

A name that does not exist has no records of any type (RFC 8020), so that one question for each name will do.
"""

import asyncio
from collections.abc import Iterable

import dns.name
import dns.rdatatype

from netaudit.model.facts import Lookup
from netaudit.model.targets import ZoneListing
from netaudit.probes.context import ProbeContext, parse_name
from netaudit.probes.records import text_records
from netaudit.rules.spf import LOOKUP_LIMIT, spf_names, spf_records

__all__ = ["listed_targets", "lost_servers", "spf_targets"]

_SERVERS = 26  # name servers of one zone
_LISTED = 200  # names that the records of one zone lead to


async def spf_targets(context: ProbeContext, domain: str) -> list[Lookup]:
    """What an SPF record leads to, and the records that it includes: ten names at most (RFC 7208 section 4.6.4)."""
    found: dict[tuple[str, str], Lookup] = {}
    records = [await context.lookup(parse_name(domain), dns.rdatatype.TXT)]
    for lookup in records:  # which grows on the way
        for name, rdtype in (
            item for record in spf_records(text_records(context, lookup)) for item in spf_names(record)
        ):
            if len(found) >= LOOKUP_LIMIT or (name, rdtype) in found or (name, rdtype) == (domain, "TXT"):
                continue
            found[name, rdtype] = await context.lookup(parse_name(name), dns.rdatatype.from_text(rdtype))
            if rdtype == "TXT":
                records.append(found[name, rdtype])
    return list(found.values())


async def lost_servers(context: ProbeContext, names: Iterable[str]) -> list[Lookup]:
    """The names of a zone's servers that have no address, looked up once more for themselves."""
    return await _addresses(context, sorted(set(names))[:_SERVERS])


async def listed_targets(context: ProbeContext, listing: ZoneListing) -> list[Lookup]:
    """Where the records that a zone holds lead: 200 names at most."""
    return await _addresses(context, list(dict.fromkeys(item.target for item in listing.targets))[:_LISTED])


async def _addresses(context: ProbeContext, names: Iterable[str]) -> list[Lookup]:
    return await asyncio.gather(*(context.lookup(name, dns.rdatatype.A) for name in _parsed(names)))


def _parsed(names: Iterable[str]) -> list[dns.name.Name]:
    return [parse_name(name) for name in names]
