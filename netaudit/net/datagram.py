"""One DNS question over one UDP socket, deaf to replies that do not match it."""

import asyncio
from collections.abc import Callable

__all__ = ["ask", "matches"]

_OPT = b"\0\0\x29"  # how an OPT record begins: the root, type 41


async def ask(
    payload: bytes, remote: tuple[str, int], accept: Callable[[bytes], bytes | None], timeout: float
) -> tuple[bytes, str]:
    """Send `payload` to `remote` and return the first datagram that `accept` takes, and our own address.

    A fresh connected socket per question gives an unpredictable source port and lets the kernel drop
    strangers' datagrams. What `accept` answers None to is ignored until `timeout` seconds are up
    (an early forged reply must not end the question: CVE-2023-29483). Raises TimeoutError or OSError,
    and whatever `accept` raises.
    """
    loop = asyncio.get_running_loop()
    reply: asyncio.Future[bytes] = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Listener(reply, accept), remote_addr=remote)
    try:
        transport.sendto(payload)
        async with asyncio.timeout(timeout):
            data = await reply
        own = transport.get_extra_info("sockname")
        return data, own[0] if own else ""
    finally:
        transport.close()


class _Listener(asyncio.DatagramProtocol):
    def __init__(self, reply: asyncio.Future[bytes], accept: Callable[[bytes], bytes | None]) -> None:
        self._reply = reply
        self._accept = accept

    def datagram_received(self, data: bytes, addr: object) -> None:
        if self._reply.done():
            return
        try:
            accepted = self._accept(data)
        except OSError as error:
            self._reply.set_exception(error)
            return
        if accepted is not None:
            self._reply.set_result(accepted)

    def error_received(self, exc: Exception) -> None:
        if not self._reply.done():
            self._reply.set_exception(exc)


def matches(query: bytes, reply: bytes) -> bool:
    """Whether `reply` answers `query`: same id, QR set, same question (RFC 5452 section 4).

    A reply without a question is taken only with an error code: servers that can't read EDNS answer so. The upper
    bits of BADVERS are in an OPT record (RFC 6891 section 6.1.3).
    """
    if len(reply) < 12 or reply[:2] != query[:2] or not reply[2] & 0x80:
        return False
    if reply[4:6] == b"\0\0":
        return reply[3] & 0x0F != 0 or (reply[12:15] == _OPT and reply[17:18] not in (b"", b"\0"))
    end = _question_end(query)
    return reply[4:6] == query[4:6] and reply[12:end].lower() == query[12:end].lower()


def _question_end(query: bytes) -> int:
    """Offset behind the question of our own, uncompressed query."""
    position = 12
    while position < len(query) and query[position]:
        position += query[position] + 1
    return position + 5
