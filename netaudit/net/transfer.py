"""A zone transfer over one TCP connection (RFC 5936): all of its messages, within bounds of octets, number and time."""

import asyncio
from contextlib import suppress

import dns.rcode
import dns.rdatatype

from netaudit.model.wire import Unusual, records
from netaudit.net.datagram import matches
from netaudit.net.limits import Limits
from netaudit.net.network import Network, NetworkError, Stream

__all__ = ["read_transfer", "soas_in"]

_ANSWER = 1
_AT_ONCE = 65_536  # octets asked of the stream


async def read_transfer(network: Network, query: bytes, server: str, limits: Limits | None = None) -> list[bytes]:
    """Ask `server` for a zone and return the messages up to the one with the closing SOA (section 2.2).

    What came until then is returned when the server ends it early, says an error, or reaches a bound of `limits`.
    Raises nothing.
    """
    limits = limits or Limits()
    found: list[bytes] = []
    with suppress(NetworkError, OSError, TimeoutError, RuntimeError):
        connection = await network.connect(server, 53)
        try:
            async with asyncio.timeout(limits.transfer_timeout):
                await connection.stream.write(len(query).to_bytes(2, "big") + query)
                await _read(connection.stream, query, found, limits)
        finally:
            with suppress(OSError, RuntimeError):
                await connection.stream.aclose()
    return found


def soas_in(message: bytes) -> int:
    """How many SOA records the answer section of a message of a transfer holds: a zone begins and ends with one.

    Counted without reading any data. An unreadable message has none.
    """
    try:
        return sum(r.section == _ANSWER and r.rdtype == dns.rdatatype.SOA for r in records(message))
    except Unusual:
        return 0


async def _read(stream: Stream, query: bytes, found: list[bytes], limits: Limits) -> None:
    """Add whole messages to `found` until the transfer is over."""
    buffer, octets, soas = bytearray(), 0, 0
    while True:
        while (message := _take(buffer)) is not None:
            if not _belongs(message, query, first=not found):
                return
            found.append(message)
            soas += soas_in(message)
            if soas != 1 or len(found) == limits.transfer_messages:  # none: no zone begins here
                return
        more = await stream.read(_AT_ONCE)
        octets += len(more)
        if not more or octets > limits.transfer_bytes:
            return
        buffer += more


def _take(buffer: bytearray) -> bytes | None:
    """Take the first message out of the buffer, if it is whole."""
    end = 2 + int.from_bytes(buffer[:2], "big")
    if len(buffer) < max(end, 2):
        return None
    message = bytes(buffer[2:end])
    del buffer[:end]
    return message


def _belongs(message: bytes, query: bytes, *, first: bool) -> bool:
    """Whether a message continues the transfer: our id, no error; only the first must repeat the question (2.2.1)."""
    if first:
        return matches(query, message)
    return (
        len(message) >= 12
        and message[:2] == query[:2]
        and bool(message[2] & 0x80)
        and message[3] & 0x0F == dns.rcode.NOERROR
    )
