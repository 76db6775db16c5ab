"""TCP beyond the usual connection: what the system knows of one, and connections made in a special way."""

import asyncio
import os
import socket
import ssl
import struct
from contextlib import suppress
from typing import Any

import httpcore

from netaudit.model.common import Record
from netaudit.model.path import Segments
from netaudit.net.network import Stream

__all__ = ["USUAL", "Way", "open_by", "segments_of"]

_INFO_LENGTH = 192
_TIMESTAMPS = 1  # a bit of tcpi_options
_TIMESTAMP_OCTETS = 12  # the option takes its place from the data of each segment (RFC 7323 appendix A)
_READ = 65_536


Socket = socket.socket  # noqa: TID251 - this is the room of sockets


class Way(Record, frozen=True, kw_only=True):
    """How a connection is to go. `mss`: segments that we take, in octets; `mark`: the firewall mark of its packets."""

    mss: int = 0
    mark: int = 0


USUAL = Way()


def segments_of(stream: Stream) -> Segments | None:
    """What the system says of an open connection; None where it says nothing. A lab's stream tells its own."""
    told = stream.get_extra_info("segments")
    if isinstance(told, Segments):
        return told
    wrapped = stream.get_extra_info("socket")
    if wrapped is None or wrapped.fileno() < 0:
        return None
    try:
        # event loops wrap their sockets in objects that have no getsockopt
        with Socket(fileno=os.dup(wrapped.fileno())) as connection:
            return _linux(connection) if hasattr(socket, "TCP_INFO") else _elsewhere(connection)
    except (OSError, struct.error):  # closed already, or an old system that tells less
        return None


async def open_by(address: str, port: int, way: Way) -> Stream:
    """Open a TCP connection `way`. Raises OSError; PermissionError without CAP_NET_ADMIN or CAP_NET_RAW for a mark."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = Socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        if way.mss:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, way.mss)
        if way.mark:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, way.mark)
        await asyncio.get_running_loop().sock_connect(made, (address, port))
        reader, writer = await asyncio.open_connection(sock=made)  # noqa: TID251
    except BaseException:
        made.close()
        raise
    return _Plain(reader, writer)


def _linux(connection: Socket) -> Segments:
    """From `struct tcp_info` of linux/tcp.h."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_LENGTH)
    sending, largest = struct.unpack_from("=II", info, 16)
    (own,) = struct.unpack_from("=I", info, 84)
    (received,) = struct.unpack_from("=Q", info, 128)
    stamps = _TIMESTAMP_OCTETS if info[5] & _TIMESTAMPS else 0
    return Segments(
        received_mss=sending + stamps,
        own_mss=own + stamps,
        largest=min(largest, received),  # a guess of the system until a segment has come
        received=received,
    )


def _elsewhere(connection: Socket) -> Segments:
    mss = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) + _TIMESTAMP_OCTETS
    return Segments(received_mss=mss, own_mss=mss)


class _Plain(httpcore.AsyncNetworkStream):
    """A stream over asyncio's own; httpcore's backends set no options before they connect."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        async with asyncio.timeout(timeout):
            return await self._reader.read(min(max_bytes, _READ))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._writer.write(buffer)
        async with asyncio.timeout(timeout):
            await self._writer.drain()

    async def aclose(self) -> None:
        self._writer.transport.abort()  # nothing of ours is left to send
        with suppress(OSError):
            await self._writer.wait_closed()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        async with asyncio.timeout(timeout):
            await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        if info in ("client_addr", "server_addr"):
            return self._writer.get_extra_info("sockname" if info == "client_addr" else "peername")
        if info == "is_readable":
            return self._reader.at_eof()
        return self._writer.get_extra_info(info)
