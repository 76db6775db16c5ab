"""A name server that gives answers written down beforehand, and puts all other questions to an honest one.

python -m tests.lab.agreement.liar SCRIPT
"""

import asyncio
import sys

import dns.flags
import dns.message
import dns.rdatatype
import msgspec

from netaudit.model.common import Record, Transport
from netaudit.net.internet import InternetNetwork
from netaudit.net.limits import Limits
from netaudit.net.policy import TargetPolicy
from tests.lab.agreement.places import ANYWHERE, UNHURRIED

__all__ = ["Script"]


class Script(Record, frozen=True, kw_only=True):
    """Where to listen, whom to ask, and what to say: "NAME TYPE" -> a response in wire format."""

    address: str
    upstream: str
    answers: dict[str, bytes]


class _Server(asyncio.DatagramProtocol):
    def __init__(self, script: Script) -> None:
        self._script = script
        self._upstream = InternetNetwork(
            Limits(udp_timeout=1.0, sockets=256, per_server=UNHURRIED), TargetPolicy(allowed=ANYWHERE)
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        task = asyncio.create_task(self._reply(data, addr))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reply(self, data: bytes, peer: tuple[str, int]) -> None:
        assert self._transport is not None
        self._transport.sendto(await self._answer(data, Transport.UDP), peer)

    async def stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client over TCP until it hangs up."""
        try:
            while True:
                query = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
                answer = await self._answer(query, Transport.TCP)
                writer.write(len(answer).to_bytes(2, "big") + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, wire: bytes, transport: Transport) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        key = f"{question.name.canonicalize()} {dns.rdatatype.to_text(question.rdtype)}"
        written = self._script.answers.get(key)
        if written is None:
            exchange = await self._upstream.dns(wire, self._script.upstream, transport=transport)
            return exchange.response or b""
        response = dns.message.from_wire(written)
        response.id, response.question = query.id, query.question
        response.flags |= query.flags & dns.flags.RD
        if query.edns < 0:
            response.use_edns(False)
        return response.to_wire()


async def serve(script: Script) -> None:
    """Serve until the process is ended."""
    server = _Server(script)
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: server, local_addr=(script.address, 53))
    async with await asyncio.start_server(server.stream, script.address, 53) as listening:
        await listening.serve_forever()


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        asyncio.run(serve(msgspec.json.decode(file.read(), type=Script)))
