"""What a zone holds, from the file that the inventory names or from a transfer that its servers permit."""

import asyncio
from pathlib import Path

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from netaudit.authority.content import ZoneContent
from netaudit.authority.listing import list_zone
from netaudit.authority.masterfile import MasterFileError, read_zone_file
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.exchange import Exchange
from netaudit.model.targets import ZoneListing

__all__ = ["read_listing", "transferred"]


async def read_listing(path: Path, apex: dns.name.Name) -> ZoneListing:
    """List the zone file; in a thread, for it may be large. Never raises: what is wrong with the file is told."""
    try:
        found = await asyncio.to_thread(read_zone_file, path, apex)
    except MasterFileError as error:
        return _unread(path, Reason.MALFORMED, str(error.mistakes[0]))
    except (OSError, ValueError) as error:
        return _unread(path, Reason.NO_DATA, getattr(error, "strerror", None) or str(error))
    return list_zone(found.content, path.name)


def transferred(exchange: Exchange, apex: dns.name.Name) -> ZoneListing | None:
    """List the first message of a zone transfer (RFC 5936 section 2.2); None when no zone was given.

    The listing is complete when the message ends with the SOA that it began with.
    """
    if exchange.response is None:
        return None
    try:
        message = dns.message.from_wire(exchange.response, continue_on_error=True, one_rr_per_rrset=True, xfr=True)
    except (dns.exception.DNSException, ValueError):
        return None
    records = [(rrset.name, rrset.ttl, rdata) for rrset in message.answer for rdata in rrset]
    ends = [(name, rdata.rdtype) for name, _, rdata in (records[:1] + records[-1:])]
    if message.rcode() != dns.rcode.NOERROR or ends[:1] != [(apex, dns.rdatatype.SOA)]:
        return None
    content = ZoneContent(apex)
    for name, ttl, rdata in records:
        if name.is_subdomain(apex):
            content.add(name, rdata, ttl)
    content.finish()
    return list_zone(content, exchange.server, complete=_whole(message, ends))


def _whole(message: dns.message.Message, ends: list[tuple[dns.name.Name, dns.rdatatype.RdataType]]) -> bool:
    """Whether the message holds all of the zone, and every record of it could be read."""
    return len(message.answer) > 1 and ends[0] == ends[-1] and not message.errors


def _unread(path: Path, reason: Reason, detail: str) -> ZoneListing:
    failure = Failure(reason=reason, side=Side.OURS, detail=f"{path.name}: {detail}"[:300])
    return ZoneListing(source=path.name, complete=False, failure=failure)
