"""The lab's two sockets on 127.0.0.1: one for every simulated UDP port, one for every TCP port.

Each datagram and each connection begins with a PROXY protocol v2 header that names its simulated
destination. Each answer begins with one byte: 0 accepted, 1 refused, 2 unreachable; nothing at all is a
silent drop. Whatever else comes is dropped, and never ends the lab.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from netaudit.lab.hosts import Host, Hosts
from netaudit.lab.manners import MannerlyServer
from netaudit.lab.proxy import PREAMBLE, Destination, parse_addresses, parse_datagram, parse_preamble
from netaudit.lab.recursor import Fate, Recursor

__all__ = ["listening"]

_LOOPBACK = "127.0.0.1"
_ACCEPTED = b"\0"
_BYTES = {Fate.REFUSED: b"\1", Fate.UNREACHABLE: b"\2", Fate.SILENT: b""}
_RECEIVE_BUFFER = 4 * 1024 * 1024  # a scan's burst must not look like packet loss
_BACKLOG = 256
_CONNECTIONS = 110  # at once: half of 256 descriptors, when lab and scanner share a process
_PREAMBLE_TIME = 5.0  # seconds
_SILENT_TIME = 60.0  # how long a silently dropped connection is held
_MAIL = (25, 587, 465, 143, 993)
_DNS_IDLE = 10.0  # RFC 7766 section 6.2.3
_DNS_QUERIES = 1_000  # in one connection
_HANDSHAKE = 10.0
_READ_AHEAD = 65_536
_STREAM_ERRORS = (OSError, ssl.SSLError, TimeoutError, asyncio.IncompleteReadError, ValueError)


@asynccontextmanager
async def listening(hosts: Hosts) -> AsyncIterator[tuple[int, int]]:
    """Serve `hosts` in this event loop; yields the UDP and the TCP port. Raises OSError when neither can be had."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(hosts), local_addr=(_LOOPBACK, 0))
    try:
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        connections = _Connections(hosts)
        server = await asyncio.start_server(
            connections.accept, _LOOPBACK, 0, backlog=_BACKLOG, limit=_READ_AHEAD, start_serving=True
        )
        try:
            yield transport.get_extra_info("sockname")[1], server.sockets[0].getsockname()[1]
        finally:
            server.close()
            await connections.aclose()
            await server.wait_closed()
    finally:
        transport.close()
        await asyncio.sleep(0)  # let the transport close its socket


class _Datagrams(asyncio.DatagramProtocol):
    """Answers DNS and NTP over UDP."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._recursing: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's is no DatagramTransport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            destination, payload = parse_datagram(data)
        except ValueError:
            return
        server = self._hosts.udp(destination)
        if isinstance(server, Recursor):
            task = asyncio.get_running_loop().create_task(self._recurse(server, payload, destination, addr))
            self._recursing.add(task)
            task.add_done_callback(self._recursing.discard)
            return
        if isinstance(server, Fate):
            reply = _BYTES[server]
        else:
            response = server.respond(payload, datagram=True)
            reply = b"" if response is None else _ACCEPTED + response
        if reply and self._transport is not None:
            self._transport.sendto(reply, addr)

    async def _recurse(
        self, resolver: Recursor, query: bytes, destination: Destination, client: tuple[str, int]
    ) -> None:
        response = await resolver.respond(query, destination.source, datagram=True)
        if response is not None and self._transport is not None:
            self._transport.sendto(_ACCEPTED + response, client)

    def connection_lost(self, exc: Exception | None) -> None:
        for task in self._recursing:
            task.cancel()

    def error_received(self, exc: Exception) -> None:
        """A client that has gone away is its own affair."""


class _Connections:
    """Takes TCP connections, each in a task of its own."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._tasks: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin to serve a connection."""
        if len(self._tasks) >= _CONNECTIONS:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """End every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(*_STREAM_ERRORS):
                await self._route(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        finally:
            await _close(writer)

    async def _route(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_PREAMBLE_TIME):
            family, length = parse_preamble(await reader.readexactly(PREAMBLE), datagram=False)
            destination = parse_addresses(family, await reader.readexactly(length))
        host = self._hosts.tcp(destination)
        if host is Fate.SILENT:
            async with asyncio.timeout(_SILENT_TIME):
                while await reader.read(_READ_AHEAD):
                    pass
        elif isinstance(host, Fate):
            writer.write(_BYTES[host])
            await writer.drain()
        else:
            await asyncio.sleep(self._hosts.lateness(host))
            writer.write(_ACCEPTED)
            await self._talk(destination, host, reader, writer)

    async def _talk(
        self, destination: Destination, host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        server = self._hosts.dns(host)
        if destination.port == 53 and server is not None:
            await _answer_dns(server, destination.source, reader, writer)
        elif destination.port in _MAIL:
            mail, context = self._hosts.mail(host, destination.port)
            if context is not None:  # no await before this, as for the web
                await writer.start_tls(context, ssl_handshake_timeout=_HANDSHAKE)
            await mail.serve(reader, writer, secure=context is not None)
        else:
            secure = destination.port == 443
            if secure:  # no await before this: the client's hello must not reach the reader
                await writer.start_tls(self._hosts.tls(host), ssl_handshake_timeout=_HANDSHAKE)
            await self._hosts.web.serve(reader, writer, machine=host.machine, family=host.family, secure=secure)


async def _answer_dns(
    server: MannerlyServer | Recursor, client: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer length-prefixed queries (RFC 1035 section 4.2.2) until the client leaves or falls silent."""
    for _ in range(_DNS_QUERIES):
        async with asyncio.timeout(_DNS_IDLE):
            length = int.from_bytes(await reader.readexactly(2), "big")
            query = await reader.readexactly(length)
        if isinstance(server, Recursor):
            response = await server.respond(query, client, datagram=False)
            messages = [] if response is None else [response]
        else:
            messages = server.stream(query)
        for message in messages:
            writer.write(len(message).to_bytes(2, "big") + message)
            await writer.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    """Close politely, but not for long: a peer that keeps TLS open is cut off."""
    try:
        async with asyncio.timeout(1.0):
            writer.close()
            await writer.wait_closed()
    except _STREAM_ERRORS:
        writer.transport.abort()
