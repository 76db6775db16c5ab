"""One question over one UDP socket, deaf to replies that do not match it."""

import asyncio
import socket
from collections.abc import Callable

__all__ = ["ask", "give_up", "matches"]

_LARGEST = 65_535  # octets of a datagram
_OPT = b"\0\0\x29"  # how an OPT record begins: the root, type 41


async def ask(
    payload: bytes, remote: tuple[str, int], accept: Callable[[bytes], bytes | None], timeout: float
) -> tuple[bytes, str]:
    """Send `payload` to `remote` and return the first datagram that `accept` takes, and our own address.

    A fresh connected socket per question gives an unpredictable source port and lets the kernel drop
    strangers' datagrams. What `accept` answers None to is ignored until `timeout` seconds are up
    (an early forged reply must not end the question: CVE-2023-29483). Raises TimeoutError or OSError,
    and whatever `accept` raises.

    The socket is watched without a transport of asyncio's, which costs as much as the question itself.
    """
    loop = asyncio.get_running_loop()
    reply: asyncio.Future[bytes] = loop.create_future()
    with socket.socket(_kind(remote[0]), socket.SOCK_DGRAM) as asking:  # noqa: TID251
        asking.setblocking(False)
        asking.connect(remote)
        asking.send(payload)
        loop.add_reader(asking.fileno(), _take, asking, reply, accept)
        timer = loop.call_later(timeout, give_up, reply)
        try:
            return await reply, asking.getsockname()[0]
        finally:
            timer.cancel()
            loop.remove_reader(asking.fileno())


def give_up(reply: "asyncio.Future[bytes]") -> None:
    """End the wait for a reply: the time is up."""
    if not reply.done():
        reply.set_exception(TimeoutError())


def _take(
    asking: socket.socket,  # noqa: TID251
    reply: "asyncio.Future[bytes]",
    accept: Callable[[bytes], bytes | None],
) -> None:
    """Read one datagram, or the error that an ICMP message left; the loop calls again while there are more."""
    if reply.done():
        return
    try:
        accepted = accept(asking.recv(_LARGEST))
    except BlockingIOError:
        return  # its checksum was wrong: the kernel dropped it after it had woken us
    except OSError as error:
        reply.set_exception(error)
        return
    if accepted is not None:
        reply.set_result(accepted)


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


def _kind(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _question_end(query: bytes) -> int:
    """Offset behind the question of our own, uncompressed query."""
    position = 12
    while position < len(query) and query[position]:
        position += query[position] + 1
    return position + 5
