"""The paths of the real network, as far as this process is permitted to look at them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import msgspec

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import HttpHop
from netaudit.model.path import Echo, Injection, Trace
from netaudit.net import http, icmp, raw
from netaudit.net.network import Connection, NetworkError
from netaudit.net.rights import may_mark
from netaudit.net.streams import StreamNetwork
from netaudit.net.tcp import Way, open_by

__all__ = ["InternetPaths"]

T = TypeVar("T")

_HOP_TRIES = 2
_THREADS = 64  # they do nothing but wait; a silent address keeps one for half a minute
_PATIENCE = 6.0  # seconds for a request in a special way: it repeats one that had its time

_NO_MARK = Failure(
    reason=Reason.NOT_PERMITTED, side=Side.OURS, detail="firewall marks need CAP_NET_RAW or CAP_NET_ADMIN"
)


class InternetPaths:
    """A `PathNetwork` over the host's own sockets; scope, politeness and times are those of `network`."""

    def __init__(self, network: StreamNetwork) -> None:
        self._network = network
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="path")

    async def connect(self, address: str, port: int, way: Way) -> Connection:
        """See `PathNetwork.connect`. Raises NetworkError."""
        if way.mark and not may_mark():
            raise NetworkError(_NO_MARK, tries=0)
        return await self._network.connect_with(address, partial(open_by, address, port, way))

    async def http(self, url: str, address: str, way: Way) -> HttpHop:
        """See `PathNetwork.http`."""
        limits = self._network.limits
        patience = min(limits.http_timeout, _PATIENCE)
        limits = msgspec.structs.replace(limits, http_timeout=patience, http_tries=1)
        return await http.get(_By(self, way), url, address, limits, self._network.identity)

    async def echo(self, address: str, size: int) -> Echo:
        """See `PathNetwork.echo`."""
        limits = self._network.limits
        found = await self._look(address, partial(icmp.echo, address, size, limits.udp_timeout, limits.udp_tries))
        return Echo(size=size, tries=0, failure=found) if isinstance(found, Failure) else found

    async def trace(self, address: str) -> Trace:
        """See `PathNetwork.trace`."""
        found = await self._look(address, partial(icmp.trace, address, self._network.limits.hop_timeout, _HOP_TRIES))
        return Trace(protocol="udp", port=icmp.TRACE_PORT, failure=found) if isinstance(found, Failure) else found

    async def trace_tcp(self, address: str, port: int) -> Trace:
        """See `PathNetwork.trace_tcp`."""
        found = await self._look(address, partial(raw.trace_tcp, address, port, self._network.limits.hop_timeout))
        return Trace(protocol="tcp", port=port, failure=found) if isinstance(found, Failure) else found

    async def inject(self, url: str, address: str, mtu: int) -> Injection:
        """See `PathNetwork.inject`."""
        before = await self._network.http(url, address)
        if before.failure is not None or before.segments is None:
            return Injection(mtu=mtu, failure=before.failure)
        sent = await self._look(
            address, partial(raw.packet_too_big, url, address, mtu, self._network.limits.tcp_timeout)
        )
        if isinstance(sent, Failure):
            return Injection(mtu=mtu, before=before.segments.largest, failure=sent)
        after = await self._network.http(url, address)
        largest = after.segments.largest if after.segments is not None else 0
        return Injection(mtu=mtu, before=before.segments.largest, after=largest, failure=after.failure)

    def now(self) -> float:
        """The network's time."""
        return self._network.now()

    async def _look(self, address: str, look: Callable[[], T]) -> T | Failure:
        """Do something that blocks in a thread, when it is the address's turn."""
        refusal = self._network.refusal(address)
        if refusal is not None:
            return refusal
        async with self._network.turn(address):
            return await asyncio.get_running_loop().run_in_executor(self._threads, look)


class _By:
    """What a request needs of a network, all of it going one way."""

    def __init__(self, paths: InternetPaths, way: Way) -> None:
        self._paths = paths
        self._way = way

    async def connect(self, address: str, port: int) -> Connection:
        """Open a connection that way. Raises NetworkError."""
        return await self._paths.connect(address, port, self._way)

    def now(self) -> float:
        """The network's time."""
        return self._paths.now()
