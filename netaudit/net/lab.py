"""The lab's network: simulated addresses of both families, reached through two listeners on loopback.

This is the only code that knows of the mapping. Each datagram and each connection starts with a PROXY
protocol v2 header that names the simulated destination; the listener answers with one byte whether the
destination took it, so that a refusal and a silence look as they do on a real network.
"""

import asyncio
import errno
import ipaddress
import random
import ssl
from collections.abc import Sequence
from typing import Any

import httpcore

from netaudit.model.common import Failure, Family, Reason, Record, Side
from netaudit.model.path import Segments
from netaudit.net.datagram import ask
from netaudit.net.limits import Identity, Limits
from netaudit.net.network import Stream
from netaudit.net.policy import TargetPolicy
from netaudit.net.services import Answers
from netaudit.net.streams import StreamNetwork
from netaudit.net.tcp import segments_of

__all__ = ["ACCEPTED", "REFUSED", "UNREACHABLE", "LabMap", "LabNetwork", "proxy_header"]

ACCEPTED, REFUSED, UNREACHABLE = 0, 1, 2  # the listener's byte

_EVERYWHERE = ("0.0.0.0/0", "::/0")
_LOOPBACK = "127.0.0.1"
_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_OWN_ADDRESS = {Family.IPV4: "192.0.2.250", Family.IPV6: "2001:db8:ffff::250"}


class LabMap(Record, frozen=True, kw_only=True):
    """Where the lab listens on 127.0.0.1, and the round trip and loss to simulate."""

    udp_port: int
    tcp_port: int
    delay_ms: float = 0.0
    loss: float = 0.0


class LabNetwork(StreamNetwork):
    """A `Network` whose every address is simulated; nothing ever leaves 127.0.0.1.

    `seed` makes the simulated losses repeatable; `families` takes a family away from the scanner's host; `excluded`
    are prefixes that nothing is sent to.
    """

    def __init__(
        self,
        lab: LabMap,
        limits: Limits | None = None,
        identity: Identity | None = None,
        families: tuple[Family, ...] = (Family.IPV4, Family.IPV6),
        seed: int | None = None,
        excluded: Sequence[str] = (),
    ) -> None:
        super().__init__(limits, identity)
        self._policy = TargetPolicy(allowed=_EVERYWHERE, excluded=excluded)
        self._lab = lab
        self._families = families
        self._chance = random.Random(seed)  # noqa: S311 - losses, not secrets
        self._backend = httpcore.AnyIOBackend()

    def forbids(self, address: str) -> Failure | None:
        """Every address is simulated, so only those that the inventory excludes are forbidden."""
        return self._policy.forbids(address)

    def unavailable(self, family: Family) -> Failure | None:
        """Both families exist in the lab, unless one was taken away."""
        if family in self._families:
            return None
        return Failure(reason=Reason.NO_ROUTE, side=Side.OURS, detail=f"{family} was switched off for this scan")

    async def _datagram(self, request: bytes, server: str, port: int, answers: Answers) -> tuple[bytes, str]:
        if self._chance.random() < self._lab.loss:
            await asyncio.sleep(self.limits.udp_timeout)
            raise TimeoutError
        await self._travel()
        reply, _ = await ask(
            proxy_header(server, port, datagram=True) + request,
            (_LOOPBACK, self._lab.udp_port),
            lambda data: _unwrap(answers, data),
            self.limits.udp_timeout,
        )
        return reply, _own_address(server)

    async def _open(self, address: str, port: int) -> Stream:
        stream = await self._backend.connect_tcp(_LOOPBACK, self._lab.tcp_port)
        try:
            await stream.write(proxy_header(address, port, datagram=False))
            if self._chance.random() < self._lab.loss:
                await asyncio.sleep(self.limits.tcp_timeout)
                raise TimeoutError
            await self._travel()
            _raise_unless_accepted(await stream.read(1))
        except BaseException:
            await stream.aclose()
            raise
        return _Delayed(stream, self._lab.delay_ms / 1000, _own_address(address))

    async def _travel(self) -> None:
        if self._lab.delay_ms:
            await asyncio.sleep(self._lab.delay_ms / 1000)


def proxy_header(address: str, port: int, *, datagram: bool) -> bytes:
    """Return a PROXY protocol v2 header for the simulated destination."""
    destination = ipaddress.ip_address(address)
    family = Family.IPV6 if destination.version == 6 else Family.IPV4
    source = ipaddress.ip_address(_OWN_ADDRESS[family])
    addresses = source.packed + destination.packed + (0).to_bytes(2, "big") + port.to_bytes(2, "big")
    kind = (0x20 if family is Family.IPV6 else 0x10) | (0x02 if datagram else 0x01)
    return _SIGNATURE + bytes((0x21, kind)) + len(addresses).to_bytes(2, "big") + addresses


def _own_address(server: str) -> str:
    return _OWN_ADDRESS[Family.IPV6 if ":" in server else Family.IPV4]


def _unwrap(answers: Answers, data: bytes) -> bytes | None:
    _raise_unless_accepted(data[:1])
    return data[1:] if answers(data[1:]) else None


def _raise_unless_accepted(byte: bytes) -> None:
    if not byte:
        raise ConnectionResetError("the lab closed the connection")
    if byte[0] == REFUSED:
        raise ConnectionRefusedError("connection refused")
    if byte[0] != ACCEPTED:
        raise OSError(errno.EHOSTUNREACH, "no route to host")


class _Delayed(httpcore.AsyncNetworkStream):
    """A stream on which every answer takes the simulated round trip."""

    def __init__(self, stream: Stream, delay: float, own: str, wrote: bool = False) -> None:
        self._stream = stream
        self._delay = delay
        self._own = own
        self._wrote = wrote

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._wrote and self._delay:
            self._wrote = False
            await asyncio.sleep(self._delay)
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._wrote = True
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        if self._delay:
            await asyncio.sleep(self._delay)
        return _Delayed(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._delay, self._own)

    def get_extra_info(self, info: str) -> Any:
        if info == "client_addr":
            return (self._own, 0)
        if info == "segments":
            return self._segments()
        return self._stream.get_extra_info(info)

    def _segments(self) -> Segments | None:
        """What TCP would tell if it had come over links of 1500 octets."""
        real = segments_of(self._stream)
        mss = 1440 if ":" in self._own else 1460
        largest = min(mss, real.received // 3) if real is not None else 0  # handshake and page come in several writes
        return real and Segments(received_mss=mss, own_mss=mss, largest=largest, received=real.received)
