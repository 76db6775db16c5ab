"""The one door to audited targets: what a network can do, whichever network it is.

Realisations: `internet.InternetNetwork` (sockets), `lab.LabNetwork` (the lab's simulated addresses on
loopback), `replay.ReplayNetwork` (recorded exchanges). A caller may pass its own.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from httpcore import AsyncNetworkStream

from netaudit.model.common import Failure, Family, Transport
from netaudit.model.exchange import Exchange
from netaudit.model.facts import HttpHop, MailFact

__all__ = ["Connection", "Network", "NetworkError", "Stream", "loader_of"]

Stream = AsyncNetworkStream
"""An open byte stream: `read`, `write`, `start_tls`, `get_extra_info`, `aclose` (httpcore's interface)."""


class NetworkError(Exception):
    """A connection that could not be made or kept; `failure` says why and on whose side, `tries` how often."""

    def __init__(self, failure: Failure, tries: int = 1) -> None:
        super().__init__(f"{failure.reason}: {failure.detail}")
        self.failure = failure
        self.tries = tries


@dataclass(frozen=True)
class Connection:
    """An open stream with how long it took and how many tries it needed."""

    stream: Stream
    connect_ms: float
    tries: int
    local_address: str | None = None


class Network(Protocol):
    """Asynchronous access to targets.

    Every call names a literal address, keeps to the budgets of `net.limits`, tries again within them,
    and returns what was sent and what came back. Only `connect` raises (NetworkError); the others put
    failures into what they return. CancelledError always passes through.
    """

    async def dns(self, query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53) -> Exchange:
        """Send a DNS message; ignore replies that do not match it until the time is up (CVE-2023-29483)."""
        ...

    async def connect(self, address: str, port: int) -> Connection:
        """Open a TCP connection. Raises NetworkError."""
        ...

    async def http(self, url: str, address: str) -> HttpHop:
        """GET `url` from `address` with the URL's host as Host and SNI; follow nothing, verify nothing."""
        ...

    async def smtp(self, domain: str, exchanger: str, address: str, port: int = 25) -> MailFact:
        """Banner, EHLO, STARTTLS, QUIT. No mail is sent."""
        ...

    def unavailable(self, family: Family) -> Failure | None:
        """Why this network can't reach a family at all (our own host lacks it), or None."""
        ...

    def now(self) -> float:
        """The time that facts are stamped with, seconds since 1970-01-01 UTC."""
        ...

    async def aclose(self) -> None:
        """Close what is open."""
        ...


@runtime_checkable
class _LoadsWhole(Protocol):
    async def load(self, url: str, address: str) -> HttpHop: ...


def loader_of(network: Network) -> Callable[[str, str], Awaitable[HttpHop]]:
    """`Network.http` with the whole body, for who must run a script; where a network has no such call, `http`."""
    return network.load if isinstance(network, _LoadsWhole) else network.http
