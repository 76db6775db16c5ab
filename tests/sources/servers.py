"""Servers on loopback that play live sources: their manners follow what the services document, or are bad on purpose.

None of it was verified against the live services.
"""

import asyncio
import gzip
import json
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk, secured: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A TCP or TLS server on 127.0.0.1; gives its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=secured)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@dataclass
class Reply:
    """An HTTP response; `drip` sends its body an octet each so many seconds, `endless` repeats it for ever."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0
    endless: bool = False


@dataclass
class Site:
    """An HTTP server that notes what it is asked, and how many requests it had at once."""

    answer: Callable[[str], Reply]
    asked: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    pause: float = 0.0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        target = head.split()[1]
        self.asked.append(target)
        self.headers.append(head)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await asyncio.sleep(self.pause)
            await _reply(self.answer(target), writer)
        finally:
            self.at_once -= 1


async def _reply(reply: Reply, writer: asyncio.StreamWriter) -> None:
    headers = {"Content-Type": "application/json", "Connection": "close", **reply.headers}
    if not reply.endless:
        headers.setdefault("Content-Length", str(len(reply.body)))
    lines = [f"HTTP/1.1 {reply.status} X", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    writer.write("\r\n".join(lines).encode())
    if reply.drip:
        for octet in reply.body:
            writer.write(bytes((octet,)))
            await writer.drain()
            await asyncio.sleep(reply.drip)
    writer.write(b"" if reply.drip else reply.body)
    await writer.drain()
    while reply.endless:
        writer.write(reply.body)
        await writer.drain()


def envelope(name: str, data: object, *, messages: tuple[tuple[str, str], ...] = (), at: str) -> bytes:
    """An answer of the RIPEstat Data API."""
    return json.dumps(
        {
            "messages": messages,
            "see_also": [],
            "version": "1.0",
            "data_call_name": name,
            "data_call_status": "supported",
            "cached": False,
            "data": data,
            "query_id": "20261126103000-0",
            "process_time": 5,
            "server_id": "app1",
            "build_version": "live",
            "status": "ok",
            "status_code": 200,
            "time": at,
        }
    ).encode()


def ripestat(data: Mapping[tuple[str, str], object], at: str) -> Callable[[str], Reply]:
    """A Data API that knows `data` by data call and resource."""

    def answer(target: str) -> Reply:
        parts = urlsplit(target)
        call = parts.path.split("/")[2]
        asked = parse_qs(parts.query)
        key = (call, asked.get("prefix", asked.get("resource", [""]))[0])
        if key not in data:
            return Reply(status=404)
        return Reply(envelope(call, data[key], at=at))

    return answer


def whois(texts: Mapping[str, str]) -> Talk:
    """A whois server that answers the lines that it knows."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readuntil(b"\r\n")).decode().strip()
        writer.write(texts.get(line, "%  No entries found\n").encode())
        await writer.drain()

    return talk


def packed(body: bytes) -> Reply:
    """A response in gzip."""
    return Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})


RESPONSE, PREFIX4, PREFIX6, END, ERROR = 3, 4, 6, 7, 10


def pdu(version: int, kind: int, code: int = 0, body: bytes = b"", length: int | None = None) -> bytes:
    """A PDU of RTR; `length` may lie."""
    return struct.pack(">BBHI", version, kind, code, 8 + len(body) if length is None else length) + body


def prefix4(version: int, prefix: bytes, length: int, most: int, asn: int) -> bytes:
    """An IPv4 Prefix PDU that announces (RFC 8210 section 5.6)."""
    return pdu(version, PREFIX4, 0, struct.pack(">BBBB", 1, length, most, 0) + prefix + struct.pack(">I", asn))


def end_of_data(version: int, session: int = 7) -> bytes:
    """End of Data with its timers, which version 0 has not (RFC 8210 section 5.8)."""
    timers = struct.pack(">IIII", 1, 3600, 600, 7200) if version else struct.pack(">I", 1)
    return pdu(version, END, session, timers)


@dataclass
class RtrCache:
    """A cache of RTR that answers each Reset Query by `answer(version)`."""

    answer: Callable[[int], bytes]
    asked: list[int] = field(default_factory=list)
    hold: bool = False

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        query = await reader.readexactly(8)
        self.asked.append(query[0])
        writer.write(self.answer(query[0]))
        await writer.drain()
        while self.hold and not reader.at_eof():
            await reader.read(1)
