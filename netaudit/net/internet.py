"""The real network: sockets of this host."""

import ipaddress
import socket
from functools import cached_property

import httpcore
import msgspec

from netaudit.model.common import Failure, Family, Reason, Side, family_of
from netaudit.net import connection, datagram
from netaudit.net.internet_paths import InternetPaths
from netaudit.net.limits import Identity, Limits
from netaudit.net.network import Stream
from netaudit.net.paths import PathNetwork
from netaudit.net.policy import TargetPolicy
from netaudit.net.services import Answers
from netaudit.net.streams import StreamNetwork

__all__ = ["InternetNetwork"]

_BY_ICMP = {Reason.NO_ROUTE: Reason.UNREACHABLE, Reason.NOT_PERMITTED: Reason.PROHIBITED}

# Documentation addresses: routed like any other, sent to by nobody. Only the routing table is asked.
_ROUTE_PROBES = {
    Family.IPV4: (socket.AF_INET, "203.0.113.1"),
    Family.IPV6: (socket.AF_INET6, "2001:db8::1"),
}


class InternetNetwork(StreamNetwork):
    """A `Network` of asyncio sockets. `policy` says which addresses may be sent to.

    `families` limits the scan to some families, as `--no-ipv6` does.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        policy: TargetPolicy | None = None,
        identity: Identity | None = None,
        families: tuple[Family, ...] = (Family.IPV4, Family.IPV6),
    ) -> None:
        super().__init__(limits, identity)
        self._policy = policy or TargetPolicy()
        self._families = families
        self._backend = httpcore.AnyIOBackend()
        self._missing = {family: _missing(family) for family in Family}

    @cached_property
    def paths(self) -> PathNetwork:
        """What this host can see of its paths."""
        return InternetPaths(self)

    def forbids(self, address: str) -> Failure | None:
        """Ask the policy."""
        return self._policy.forbids(address)

    def unavailable(self, family: Family) -> Failure | None:
        """Tell whether this host has a route in `family`."""
        if family not in self._families:
            return Failure(reason=Reason.NO_ROUTE, side=Side.OURS, detail=f"{family} was switched off for this scan")
        return self._missing[family]

    async def _datagram(self, request: bytes, server: str, port: int, answers: Answers) -> tuple[bytes, str]:
        def accept(reply: bytes) -> bytes | None:
            return reply if answers(reply) else None

        return await datagram.ask(request, (server, port), accept, self.limits.udp_timeout)

    async def _message(self, query: bytes, server: str, port: int) -> tuple[bytes, str | None]:
        return await connection.ask(query, (server, port), self.limits.tcp_timeout, self.limits.dns_tcp_timeout)

    async def _open(self, address: str, port: int) -> Stream:
        return await self._backend.connect_tcp(address, port)

    def _seen_from_here(self, failure: Failure, address: str) -> Failure:
        """ENETUNREACH and EACCES come from our own routes, or from ICMP on the path where our own routes have a way."""
        told = _BY_ICMP.get(failure.reason)
        if told is None or failure.side is not Side.OURS or not _routed(address):
            return failure
        return msgspec.structs.replace(failure, reason=told, side=Side.PATH)


def _routed(address: str) -> bool:
    """Whether our own routing table has a way: connecting a UDP socket asks it and sends nothing."""
    kind = socket.AF_INET6 if family_of(address) is Family.IPV6 else socket.AF_INET
    try:
        with socket.socket(kind, socket.SOCK_DGRAM) as probing:  # noqa: TID251
            probing.connect((address, 53))
    except OSError:
        return False
    return True


def _missing(family: Family) -> Failure | None:
    """Why this host can't send in `family`: connecting a UDP socket asks the routing table and sends nothing."""
    kind, probe = _ROUTE_PROBES[family]
    try:
        with socket.socket(kind, socket.SOCK_DGRAM) as probing:  # noqa: TID251
            probing.connect((probe, 53))
            own = ipaddress.ip_address(probing.getsockname()[0])
    except OSError as error:
        return Failure(
            reason=Reason.NO_ROUTE, side=Side.OURS, detail=f"no {family} route on this host: {error.strerror}"
        )
    if own.is_link_local:
        return Failure(
            reason=Reason.NO_ROUTE, side=Side.OURS, detail=f"only a link-local {family} address on this host"
        )
    return None
