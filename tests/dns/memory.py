"""A world of the lab behind the public `Network` protocol, in memory: signed zones, no socket, a settable clock."""

import time
from collections.abc import Callable

import dns.name
import dns.rdatatype

from netaudit.dns.anchors import DS, parse_anchors
from netaudit.dns.resolver import Resolver
from netaudit.lab.authority import Contents, zone_contents
from netaudit.lab.dns_server import DnsServers
from netaudit.lab.flaws import Flaws
from netaudit.lab.keyring import Keyring
from netaudit.lab.world import World
from netaudit.model.common import Failure, Family, Reason, Side, Transport, family_of
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact, HttpHop, MailFact
from netaudit.net.network import Connection, NetworkError

__all__ = ["MemoryNetwork", "collected"]

Mutate = Callable[[Exchange], Exchange]

_NO_SERVER = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply")


class MemoryNetwork:
    """Asks the world's servers directly. `mutate` may change what came back, as a hostile server would."""

    def __init__(
        self,
        world: World,
        now: float | None = None,
        mutate: Mutate = lambda exchange: exchange,
        *,
        keyring: Keyring | None = None,
    ) -> None:
        self._now = time.time() if now is None else now
        self.contents: Contents = zone_contents(world, self._now, keyring)
        self._servers = DnsServers(self.contents.zones, Flaws(world))
        self._machines = {address: machine.id for machine in world.machines for address in machine.addresses}
        self._mutate = mutate
        self.asked = 0

    def wait(self, days: float) -> None:
        """Let time pass: the clock is later, and nothing was signed since."""
        self._now += days * 86_400

    @property
    def anchors(self) -> dict[dns.name.Name, tuple[DS, ...]]:
        """The world's trust anchors."""
        return parse_anchors(self.contents.anchors)

    async def dns(self, query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53) -> Exchange:
        """See `Network.dns`."""
        self.asked += 1
        serving = self._servers.of(self._machines.get(server, ""), family_of(server))
        response = serving.respond(query, datagram=transport is Transport.UDP) if serving else None
        failure = _NO_SERVER if response is None else None
        exchange = Exchange.new(
            server=server, transport=transport, query=query, at=self._now, response=response, failure=failure
        )
        return self._mutate(exchange)

    async def connect(self, address: str, port: int) -> Connection:
        """There is nothing but DNS here."""
        raise NetworkError(_NO_SERVER)

    async def http(self, url: str, address: str) -> HttpHop:
        """There is nothing but DNS here."""
        return HttpHop(url=url, address=address, at=self._now, failure=_NO_SERVER)

    async def smtp(self, domain: str, exchanger: str, address: str, port: int = 25) -> MailFact:
        """There is nothing but DNS here."""
        raise NetworkError(_NO_SERVER)

    def unavailable(self, family: Family) -> Failure | None:
        """Both families are there."""
        return None

    def now(self) -> float:
        """The clock as it was set."""
        return self._now

    async def aclose(self) -> None:
        """Nothing is open."""


async def collected(network: MemoryNetwork, *questions: tuple[str, str]) -> list[Exchange]:
    """Resolve the questions as a scan does, and return every exchange that was recorded."""
    facts: list[Fact] = []
    resolver = Resolver(network, network.contents.hints, record=facts.append)
    try:
        for name, rdtype in questions:
            await resolver.lookup(dns.name.from_text(name), dns.rdatatype.from_text(rdtype))
    finally:
        await resolver.aclose()
    return [fact for fact in facts if isinstance(fact, Exchange)]
