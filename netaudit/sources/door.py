"""The door to sources: it opens connections to hosts that the inventory names, and to those they redirect to.

A host that the inventory names may have any address: a validator of one's own mostly has a private one. A host that
only an answer names must have global addresses, so that no answer leads into the scanner's own network. With
`loopback_only`, as in the lab, nothing leaves this machine whatever is named.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore

from netaudit.model.common import Reason, Side
from netaudit.net.errors import failure_of
from netaudit.rules.addresses import classify
from netaudit.sources.limits import SourceError, SourceLimits

__all__ = ["Door", "Stream", "failed"]

Stream = httpcore.AsyncNetworkStream

_ADDRESSES = 4  # of one host that are tried


class Door(httpcore.AsyncNetworkBackend):
    """Resolves names with the system's resolver, looks at every address before it connects, and connects to that."""

    def __init__(self, limits: SourceLimits, named: Iterable[str] = (), *, loopback_only: bool = False) -> None:
        self._limits = limits
        self._named = frozenset(host.lower() for host in named)
        self._loopback_only = loopback_only
        self._backend = httpcore.AnyIOBackend()

    async def open(self, host: str, port: int) -> Stream:
        """Open a TCP connection. Raises SourceError."""
        try:
            async with asyncio.timeout(self._limits.connect_timeout):
                return await self._open(host, port)
        except TimeoutError as error:
            raise SourceError.of(Reason.TIMEOUT, f"{host} port {port}: no reply", side=Side.PATH) from error

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        """See `open`; httpcore asks so. Raises SourceError."""
        return await self.open(host, port)

    async def _open(self, host: str, port: int) -> Stream:
        addresses = [address for address in await self._resolved(host, port) if self._allowed(host, address)]
        if not addresses:
            side = Side.OURS if self._loopback_only else Side.SOURCE
            raise SourceError.of(Reason.OUT_OF_SCOPE, f"{host} is not at an address that may be asked", side=side)
        error: Exception = OSError("no address")
        for address in addresses[:_ADDRESSES]:
            try:
                return await self._backend.connect_tcp(address, port)
            except (OSError, httpcore.ConnectError, httpcore.ConnectTimeout) as found:
                error = found
        raise failed(error, f"{host} port {port}") from error

    async def _resolved(self, host: str, port: int) -> list[str]:
        with suppress(ValueError):
            return [str(ipaddress.ip_address(host))]
        if self._loopback_only:  # where a name would be asked for somewhere else
            return []
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise SourceError.of(Reason.NAME_RESOLUTION, f"{host} was not resolved", side=Side.PATH) from error
        return list(dict.fromkeys(str(item[4][0]) for item in found))

    def _allowed(self, host: str, address: str) -> bool:
        if self._loopback_only:
            return ipaddress.ip_address(address.partition("%")[0]).is_loopback
        return host.lower() in self._named or classify(address).is_global


def failed(error: BaseException, where: str) -> SourceError:
    """What went wrong on the way to a source, seen from here: whatever is a target's fault elsewhere is a source's."""
    if isinstance(error, SourceError):
        return error
    found = failure_of(error)
    side = Side.SOURCE if found.side is Side.TARGET else found.side
    detail = "connection refused" if found.reason is Reason.REFUSED else found.detail
    return SourceError.of(found.reason, f"{where}: {detail}", side=side)
