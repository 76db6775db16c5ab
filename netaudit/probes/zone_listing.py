"""What a zone holds, from the file that the inventory names or from a transfer that its servers permit."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype

from netaudit.authority.content import ZoneContent
from netaudit.authority.listing import list_zone
from netaudit.authority.masterfile import MasterFileError, read_zone_file
from netaudit.model.common import Failure, Reason, Side
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


def transferred(messages: Sequence[bytes], source: str, apex: dns.name.Name) -> ZoneListing | None:
    """List the zone that the messages of a transfer hold (RFC 5936 section 2.2); None when no zone was given.

    The listing is complete when every record could be read and the last is the SOA that the first was.
    """
    records: list[tuple[dns.name.Name, int, dns.rdata.Rdata]] = []
    readable = True
    for wire in messages:
        message = _read(wire)
        if message is None or message.rcode() != dns.rcode.NOERROR:
            readable = False
            break
        readable = readable and not message.errors
        records += [(rrset.name, rrset.ttl, rdata) for rrset in message.answer for rdata in rrset]
    if not records or (records[0][0], records[0][2].rdtype) != (apex, dns.rdatatype.SOA):
        return None
    content = ZoneContent(apex)
    for name, ttl, rdata in records:
        if name.is_subdomain(apex):
            content.add(name, rdata, ttl)
    content.finish()
    ended = len(records) > 1 and records[-1] == records[0]
    return list_zone(content, source, complete=readable and ended)


def _read(wire: bytes) -> dns.message.Message | None:
    try:
        return dns.message.from_wire(wire, continue_on_error=True, one_rr_per_rrset=True, xfr=True)
    except (dns.exception.DNSException, ValueError):
        return None


def _unread(path: Path, reason: Reason, detail: str) -> ZoneListing:
    failure = Failure(reason=reason, side=Side.OURS, detail=f"{path.name}: {detail}"[:300])
    return ZoneListing(source=path.name, complete=False, failure=failure)
