"""What every socket-backed network does alike: politeness, tries, DNS over TCP, HTTP, and other services.

A realisation says only how a datagram and a connection are made: `_datagram` and `_open`.
"""

import asyncio
import ipaddress
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import TypeVar

import msgspec

from netaudit.model.common import Failure, Family, Reason, Side, Transport, family_of
from netaudit.model.exchange import Exchange
from netaudit.model.facts import DatagramFact, DialogueFact, HttpHop, MailFact
from netaudit.net import http, smtp
from netaudit.net.datagram import matches
from netaudit.net.dialogues import service_dialogue
from netaudit.net.errors import failure_of
from netaudit.net.limits import Identity, Limits, Pacer
from netaudit.net.network import Connection, NetworkError, Stream
from netaudit.net.services import Answers, new_datagram

__all__ = ["StreamNetwork"]

T = TypeVar("T")

_AT_ONCE = {
    Reason.REFUSED,
    Reason.RESET,
    Reason.UNREACHABLE,
    Reason.PROHIBITED,
}  # failures that come within a round trip
_TRY_AGAIN = {Reason.TIMEOUT, *_AT_ONCE}


class StreamNetwork(ABC):
    """A `Network` on top of two primitives. Needs a running event loop."""

    def __init__(self, limits: Limits | None = None, identity: Identity | None = None) -> None:
        self.limits = limits or Limits()
        self.identity = identity or Identity()
        self._pacer = Pacer(self.limits)
        self._refusals: dict[str, Failure | None] = {}

    @abstractmethod
    async def _datagram(self, request: bytes, server: str, port: int, answers: Answers) -> tuple[bytes, str | None]:
        """Send one datagram once; return the first reply that answers it and our address, or raise."""

    @abstractmethod
    async def _open(self, address: str, port: int) -> Stream:
        """Open one TCP connection once, or raise."""

    @abstractmethod
    def forbids(self, address: str) -> Failure | None:
        """Why nothing may be sent to `address`, or None."""

    @abstractmethod
    def unavailable(self, family: Family) -> Failure | None:
        """Why our own host lacks `family`, or None."""

    def _seen_from_here(self, failure: Failure, address: str) -> Failure:
        """Tell a router's word on the path from our own host's, where the operating system gives both one number."""
        return failure

    def now(self) -> float:
        """The wall clock."""
        return time.time()

    async def aclose(self) -> None:
        """Return at once: nothing is kept open between calls."""
        return

    async def dns(self, query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53) -> Exchange:
        """See `Network.dns`."""
        at = self.now()
        began = time.monotonic()
        refusal = self.refusal(server)
        if refusal is not None:
            return Exchange.new(
                server=server, transport=transport, query=query, at=at, port=port, failure=refusal, tries=0
            )
        datagram = transport is Transport.UDP
        if datagram:
            send, tries = partial(self._datagram, query, server, port, partial(matches, query)), self.limits.udp_tries
        else:
            send, tries = partial(self._message, query, server, port), self.limits.tcp_tries
        outcome, made = await self._try(send, server, tries)
        failure = outcome if isinstance(outcome, Failure) else None
        response, own = (None, None) if isinstance(outcome, Failure) else outcome
        return Exchange.new(
            server=server,
            transport=transport,
            query=query,
            at=at,
            response=response,
            failure=failure,
            port=port,
            elapsed_ms=round((time.monotonic() - began) * 1000, 2),
            local_address=own,
            tries=made,
        )

    async def connect(self, address: str, port: int) -> Connection:
        """See `Network.connect`. Raises NetworkError."""
        return await self.connect_with(address, partial(self._open, address, port))

    async def connect_with(self, address: str, open_stream: Callable[[], Awaitable[Stream]]) -> Connection:
        """Open a connection to `address` politely, in so many tries. Raises NetworkError."""
        refusal = self.refusal(address)
        if refusal is not None:
            raise NetworkError(refusal, tries=0)
        took = 0.0

        async def once() -> Stream:
            nonlocal took
            began = time.monotonic()
            async with asyncio.timeout(self.limits.tcp_timeout):
                stream = await open_stream()
            took = (time.monotonic() - began) * 1000
            return stream

        outcome, made = await self._try(once, address, self.limits.tcp_tries)
        if isinstance(outcome, Failure):
            raise NetworkError(outcome, tries=made)
        own = outcome.get_extra_info("client_addr")
        return Connection(stream=outcome, connect_ms=round(took, 2), tries=made, local_address=own[0] if own else None)

    def turn(self, address: str) -> AbstractAsyncContextManager[None]:
        """A context: wait until `address` may be sent to."""
        return self._pacer.turn(address)

    async def http(self, url: str, address: str) -> HttpHop:
        """See `Network.http`."""
        return await http.get(self, url, address, self.limits, self.identity)

    async def load(self, url: str, address: str) -> HttpHop:
        """`http`, but all that is read is kept."""
        limits = msgspec.structs.replace(
            self.limits, body_bytes=self.limits.body_read_bytes, header_bytes=self.limits.header_bytes * 8
        )
        return await http.get(self, url, address, limits, self.identity)

    async def smtp(self, domain: str, exchanger: str, address: str, port: int = 25) -> MailFact:
        """See `Network.smtp`."""
        return await smtp.dialogue(self, domain, exchanger, address, port, self.limits, self.identity)

    async def dialogue(self, endpoint: str, address: str) -> DialogueFact:
        """See `ServiceNetwork.dialogue`."""
        return await service_dialogue(self, endpoint, address, self.limits, self.identity)

    async def datagram(self, endpoint: str, address: str, request: bytes, answers: Answers) -> DatagramFact:
        """See `ServiceNetwork.datagram`."""
        fact = new_datagram(endpoint, address, self.now(), request)
        refusal = self.refusal(address)
        if refusal is not None:
            return msgspec.structs.replace(fact, tries=0, failure=refusal)
        port = int(endpoint.rpartition(":")[2])
        at, took = fact.at, 0.0

        async def once() -> bytes:
            nonlocal at, took
            at, began = self.now(), time.monotonic()
            reply, _ = await self._datagram(request, address, port, answers)
            took = time.monotonic() - began
            return reply

        outcome, made = await self._try(once, address, self.limits.udp_tries)
        fact = msgspec.structs.replace(fact, at=at, tries=made, elapsed_ms=round(took * 1000, 3))
        if isinstance(outcome, Failure):
            return msgspec.structs.replace(fact, failure=outcome)
        return msgspec.structs.replace(fact, reply=outcome[: self.limits.datagram_bytes])

    async def _try(self, attempt: Callable[[], Awaitable[T]], server: str, tries: int) -> tuple[T | Failure, int]:
        """Make up to `tries` attempts; a silence, a refusal or a broken path is worth another (design.md 5.2)."""
        failure = Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail="no try was allowed")
        for made in range(1, tries + 1):
            try:
                async with self._pacer.turn(server):
                    return await attempt(), made
            except Exception as error:  # every failure becomes data; CancelledError is no Exception
                failure = self._seen_from_here(failure_of(error), server)
            if failure.reason not in _TRY_AGAIN:
                return failure, made
            if failure.reason in _AT_ONCE and made < tries:
                await asyncio.sleep(self.limits.pause)
        return failure, tries

    def refusal(self, address: str) -> Failure | None:
        """Why nothing may be sent to `address`; found once, for neither policy nor routes change during a scan."""
        if address not in self._refusals:
            self._refusals[address] = self._find_refusal(address)
        return self._refusals[address]

    def _find_refusal(self, address: str) -> Failure | None:
        try:
            family = family_of(address)
        except ValueError:
            return Failure(reason=Reason.MALFORMED, side=Side.TARGET, detail=f"not an address: {address[:80]!r}")
        return self.forbids(address) or self._no_route(address, family)

    def _no_route(self, address: str, family: Family) -> Failure | None:
        """Loopback needs no route."""
        return None if ipaddress.ip_address(address).is_loopback else self.unavailable(family)

    async def _message(self, query: bytes, server: str, port: int) -> tuple[bytes, str | None]:
        """Send one DNS message over TCP once; return the matching reply and our address, or raise."""
        async with asyncio.timeout(self.limits.tcp_timeout):
            stream = await self._open(server, port)
        try:
            async with asyncio.timeout(self.limits.dns_tcp_timeout):
                await stream.write(len(query).to_bytes(2, "big") + query)
                while True:
                    length = int.from_bytes(await _exactly(stream, 2), "big")
                    reply = await _exactly(stream, length)
                    if matches(query, reply):
                        own = stream.get_extra_info("client_addr")
                        return reply, own[0] if own else None
        finally:
            with suppress(OSError, RuntimeError):
                await stream.aclose()


async def _exactly(stream: Stream, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = await stream.read(count - len(data))
        if not more:
            raise ConnectionResetError(f"closed after {len(data)} of {count} bytes")
        data += more
    return data
