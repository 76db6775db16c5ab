"""The second, smaller door: what a network can tell of the way to an address, apart from what serves there."""

from typing import Protocol, runtime_checkable

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import HttpHop
from netaudit.model.path import Echo, Injection, Trace
from netaudit.net.network import Connection, Network, NetworkError
from netaudit.net.tcp import Way

__all__ = ["PathNetwork", "UnseenPaths", "paths_of"]


class PathNetwork(Protocol):
    """Looks at paths. Politeness and scope hold as for `Network`; failures are data, but for `connect`'s."""

    async def connect(self, address: str, port: int, way: Way) -> Connection:
        """Open a TCP connection in a special way. Raises NetworkError."""
        ...

    async def http(self, url: str, address: str, way: Way) -> HttpHop:
        """`Network.http` over such a connection."""
        ...

    async def echo(self, address: str, size: int) -> Echo:
        """Send an echo request as a packet of `size` octets that must not be fragmented."""
        ...

    async def trace(self, address: str) -> Trace:
        """Send one flow of UDP to a port that nobody uses, with rising hop limits."""
        ...

    async def trace_tcp(self, address: str, port: int) -> Trace:
        """Send SYNs of one flow to a service, with rising hop limits. Needs raw sockets."""
        ...

    async def inject(self, url: str, address: str, mtu: int) -> Injection:
        """Tell the server that packets above `mtu` octets do not pass, and see whether it heeds it.

        This changes the server's memory of the path for some minutes: for owned hosts only. Needs raw sockets.
        """
        ...


@runtime_checkable
class _SeesPaths(Protocol):
    @property
    def paths(self) -> PathNetwork: ...


def paths_of(network: Network) -> PathNetwork:
    """The network's view of its paths; of one that has none, a view that says so."""
    return network.paths if isinstance(network, _SeesPaths) else UnseenPaths()


class UnseenPaths:
    """A `PathNetwork` of a network that has no real paths: the lab on loopback, a recording, a test's own."""

    failure = Failure(
        reason=Reason.NOT_PERMITTED, side=Side.OURS, detail="this network has no real paths: it simulates its targets"
    )

    async def connect(self, address: str, port: int, way: Way) -> Connection:
        """Raise NetworkError."""
        raise NetworkError(self.failure, tries=0)

    async def http(self, url: str, address: str, way: Way) -> HttpHop:
        """Tell that nothing was sent."""
        return HttpHop(url=url, address=address, at=0.0, failure=self.failure, tries=0)

    async def echo(self, address: str, size: int) -> Echo:
        """Tell that nothing was sent."""
        return Echo(size=size, tries=0, failure=self.failure)

    async def trace(self, address: str) -> Trace:
        """Tell that nothing was sent."""
        return Trace(protocol="udp", port=0, failure=self.failure)

    async def trace_tcp(self, address: str, port: int) -> Trace:
        """Tell that nothing was sent."""
        return Trace(protocol="tcp", port=port, failure=self.failure)

    async def inject(self, url: str, address: str, mtu: int) -> Injection:
        """Tell that nothing was sent."""
        return Injection(mtu=mtu, failure=self.failure)
