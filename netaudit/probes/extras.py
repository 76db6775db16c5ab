"""The active extras: out-of-the-way questions about how a name server behaves. Asked only when wanted.

They show what ordinary questions do not: EDNS compliance (RFC 8906), large responses (RFC 9715), cookies (RFC 7873),
the server's own name (RFC 5001), whether it recurses for strangers (RFC 5358) and gives the zone away (RFC 5936).
Nobody but the server itself is sent anything. Some intrusion detection takes a few of them for the start of an attack.
"""

import asyncio
import os

import dns.flags
import dns.name
import dns.rdatatype
import msgspec

from netaudit.dns.query import Edns, edns_query
from netaudit.model.common import Side, Transport
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.targets import ZoneListing
from netaudit.net.transfer import read_transfer, soas_in
from netaudit.probes.context import ProbeContext
from netaudit.probes.zone_listing import transferred
from netaudit.rules.edns import COOKIE, NSID, option_of

__all__ = ["QUESTIONS", "Extras", "extra_queries", "without_data"]

_NOBODYS_VERSION, _NOBODYS_OPTION, _RESERVED_FLAG = 100, 100, 0x0080
_LARGE = 4_096  # bytes: what resolvers offered before the DNS flag day of 2020
_CLIENT_COOKIE = 8  # bytes (RFC 7873 section 4)
_COOKIES = range(16, 41)  # bytes of both cookies together
_HEADER = 12
_WHOLE = 2  # times that a long transfer is asked for: a second server, when the first did not end it
_LATER_TRY = {Side.PATH, Side.TARGET}

QUESTIONS = 11
"""How many questions one server gets at most, later tries aside."""


class Extras:
    """Puts the extra questions about one zone to its servers, one server at a time or several."""

    def __init__(self, context: ProbeContext, apex: dns.name.Name) -> None:
        self._context = context
        self._apex = apex
        self.listing: ZoneListing | None = None  # of the zone, where a server gave it
        self._whole = 0  # how often all of the zone was asked for
        self._reading = asyncio.Lock()

    async def ask(self, address: str) -> list[Exchange]:
        """Ask one server everything; what got no answer is asked once more when the rest is done."""
        queries = extra_queries(self._apex)
        async with asyncio.TaskGroup() as group:
            tasks = {p: group.create_task(self._context.ask_extra(p, q, address)) for p, q in queries.items()}
            transfer = group.create_task(self._transfer(address))
        found = {purpose: task.result() for purpose, task in tasks.items()}
        silent = [purpose for purpose, exchange in found.items() if _worth_another(exchange)]
        later = [await self._context.ask_extra(p, queries[p], address, again=True) for p in silent]
        return [*found.values(), *later, transfer.result(), *await self._show_cookie(found[Purpose.COOKIE])]

    async def _show_cookie(self, first: Exchange) -> list[Exchange]:
        """Show a server the cookie that it gave: it must know it again."""
        cookie = option_of(first, COOKIE) or b""
        if len(cookie) not in _COOKIES:
            return []
        query = edns_query(self._apex, dns.rdatatype.SOA, Edns(options=((COOKIE, cookie),)))
        return [await self._context.ask_extra(Purpose.COOKIE_AGAIN, query, first.server)]

    async def _transfer(self, address: str) -> Exchange:
        """Ask for a zone transfer; keep of the first message what tells whether it was granted."""
        query = edns_query(self._apex, dns.rdatatype.AXFR, None)
        exchange = await self._context.network.dns_unkept(query, address, transport=Transport.TCP)
        if exchange.response is not None and soas_in(exchange.response):
            async with self._reading:
                await self._list(query, exchange.response, address)
        kept = without_data(exchange)
        self._context.record(kept)
        return kept

    async def _list(self, query: bytes, first: bytes, address: str) -> None:
        """Keep which names the zone holds. Where the first message is not all, one server is asked for all of it."""
        if self.listing is not None and (self.listing.complete or self._whole == _WHOLE):
            return
        messages = [first]
        if soas_in(first) < 2:
            self._whole += 1
            messages = await read_transfer(self._context.network, query, address) or messages
        found = await asyncio.to_thread(transferred, messages, address, self._apex)
        if found is not None and (self.listing is None or len(found.names) > len(self.listing.names) or found.digests):
            self.listing = found


def extra_queries(apex: dns.name.Name) -> dict[Purpose, bytes]:
    """The questions that go over UDP. About the root none can be outside the zone, so recursion is not asked."""
    soa = dns.rdatatype.SOA
    made = {
        Purpose.EDNS_PLAIN: edns_query(apex, soa, None),
        Purpose.EDNS_VERSION: edns_query(apex, soa, Edns(version=_NOBODYS_VERSION)),
        Purpose.EDNS_OPTION: edns_query(apex, soa, Edns(options=((_NOBODYS_OPTION, b""),))),
        Purpose.EDNS_FLAGS: edns_query(apex, soa, Edns(flags=_RESERVED_FLAG)),
        Purpose.EDNS_BUFSIZE: edns_query(apex, dns.rdatatype.DNSKEY, Edns(flags=dns.flags.DO, size=512)),
        Purpose.EDNS_LARGE: edns_query(apex, dns.rdatatype.DNSKEY, Edns(flags=dns.flags.DO, size=_LARGE)),
        Purpose.COOKIE: edns_query(apex, soa, Edns(options=((COOKIE, os.urandom(_CLIENT_COOKIE)),))),
        Purpose.NSID: edns_query(apex, soa, Edns(options=((NSID, b""),))),
    }
    if apex != dns.name.root:
        made[Purpose.RECURSION] = edns_query(dns.name.root, dns.rdatatype.NS, Edns(), recursion=True)
    return made


def without_data(exchange: Exchange) -> Exchange:
    """A zone transfer's exchange with the header and question of its response alone: its counts, and no data."""
    response = exchange.response
    if response is not None:
        end = len(exchange.query) if response[4:6] != b"\0\0" else _HEADER  # our query ends with its question
        response = response[:end]
    return msgspec.structs.replace(exchange, response=response, purpose=Purpose.AXFR)


def _worth_another(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.failure.side in _LATER_TRY
