"""The one place of budgets: how long, how often, how much, and how politely."""

import asyncio
import time
from dataclasses import dataclass

from netaudit import __version__
from netaudit.model.common import Record
from netaudit.model.inventory import RateLimits

__all__ = ["Identity", "Limits", "Pacer"]


class Limits(Record, frozen=True, kw_only=True):
    """Budgets of one scan. Times in seconds, sizes in bytes."""

    udp_timeout: float = 2.0  # per try
    udp_tries: int = 3  # RFC 9520 section 3.1: at most three sends per server, transport and question
    pause: float = 0.2  # before another try where the first one failed at once
    tcp_timeout: float = 4.0  # to connect, per try
    tcp_tries: int = 2
    dns_tcp_timeout: float = 6.0  # for the whole answer, once connected
    transfer_timeout: float = 20.0  # for all messages of a zone transfer, once connected
    transfer_bytes: int = 4_194_304
    transfer_messages: int = 20_000
    round_pause: float = 4.0  # before what failed is looked at again: longer than a retransmission or a burst of loss
    http_timeout: float = 12.0  # for one request and its response, connecting included
    http_tries: int = 2
    hop_timeout: float = 1.0  # for what a packet with a limited number of hops brings back, per try
    smtp_timeout: float = 15.0  # for one dialogue, connecting included
    datagram_bytes: int = 2_048  # kept of a reply over UDP that is not DNS
    body_bytes: int = 65_536  # kept of a page
    body_read_bytes: int = 2_000_000  # read of a page before hanging up
    header_count: int = 64
    header_bytes: int = 2_048  # kept of one header value
    sockets: int = 96  # open at once; with the store and the lab below 256 descriptors
    jobs: int = 64  # targets in work at once
    job_deadline: float = 90.0  # what one target may cost
    per_server: RateLimits = RateLimits()


class Identity(Record, frozen=True, kw_only=True):
    """How the scanner introduces itself to targets."""

    user_agent: str = f"netaudit/{__version__}"
    ehlo: str = "netaudit.invalid"


class Pacer:
    """Keeps one scan polite: bounded sockets in all, and per server a rate and a number at once."""

    def __init__(self, limits: Limits) -> None:
        self._interval = 1.0 / limits.per_server.per_server_per_second
        self._concurrent = limits.per_server.per_server_concurrent
        self._sockets = asyncio.Semaphore(limits.sockets)
        self._servers: dict[str, _Server] = {}

    def turn(self, server: str) -> "_Turn":
        """A context: wait until `server` may be sent to, and hold one of its places and one socket meanwhile."""
        known = self._servers.get(server)
        if known is None:
            known = self._servers[server] = _Server(asyncio.Semaphore(self._concurrent))
        return _Turn(known, self._interval, self._sockets)


@dataclass
class _Server:
    places: asyncio.Semaphore
    free_at: float = 0.0  # when the next question may be sent


class _Turn:
    """One question's turn. A class and no generator: each question takes one."""

    __slots__ = ("_interval", "_server", "_sockets")

    def __init__(self, server: _Server, interval: float, sockets: asyncio.Semaphore) -> None:
        self._server = server
        self._interval = interval
        self._sockets = sockets

    async def __aenter__(self) -> None:
        await self._server.places.acquire()
        try:
            now = time.monotonic()
            slot = max(now, self._server.free_at)
            self._server.free_at = slot + self._interval
            if slot > now:
                await asyncio.sleep(slot - now)
            await self._sockets.acquire()
        except BaseException:
            self._server.places.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._sockets.release()
        self._server.places.release()
