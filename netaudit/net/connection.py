"""One DNS question over one TCP connection, deaf to messages that do not match it (RFC 7766)."""

import asyncio
from typing import cast

from netaudit.net.datagram import give_up, matches

__all__ = ["ask"]


async def ask(
    query: bytes, remote: tuple[str, int], connect_timeout: float, answer_timeout: float
) -> tuple[bytes, str | None]:
    """Connect to `remote`, send `query`, and return the first message that answers it, and our own address.

    Times in seconds: to connect, and then for the whole answer. Raises TimeoutError or OSError.
    """
    loop = asyncio.get_running_loop()
    reply: asyncio.Future[bytes] = loop.create_future()
    async with asyncio.timeout(connect_timeout):
        transport, _ = await loop.create_connection(lambda: _Question(query, reply), *remote)
    timer = loop.call_later(answer_timeout, give_up, reply)
    try:
        own = transport.get_extra_info("sockname")
        return await reply, own[0] if own else None
    finally:
        timer.cancel()
        transport.abort()  # nothing of ours is left to send


class _Question(asyncio.Protocol):
    """Takes messages out of the stream, each behind its length in two octets."""

    def __init__(self, query: bytes, reply: "asyncio.Future[bytes]") -> None:
        self._query = query
        self._reply = reply
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask at once."""
        # no isinstance: the transports of event loops are of this type by agreement and not all by inheritance
        cast("asyncio.WriteTransport", transport).write(len(self._query).to_bytes(2, "big") + self._query)

    def data_received(self, data: bytes) -> None:
        """Go through the messages that are whole."""
        self._received += data
        while len(self._received) >= 2 and not self._reply.done():
            end = 2 + int.from_bytes(self._received[:2], "big")
            if len(self._received) < end:
                return
            message = bytes(self._received[2:end])
            del self._received[:end]
            if matches(self._query, message):
                self._reply.set_result(message)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        if not self._reply.done():
            self._reply.set_exception(exc or ConnectionResetError("closed before the answer was whole"))
