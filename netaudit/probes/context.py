"""What every probe works with: the network, the resolver, and the one place where facts are recorded."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import dns.exception
import dns.name
import dns.rdatatype
import msgspec

from netaudit.dns.query import make_query
from netaudit.dns.resolver import Resolver
from netaudit.model.common import Failure, Family, Transport
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.facts import Fact, Lookup
from netaudit.model.inventory import Scope
from netaudit.probes.courtesy import CourteousNetwork
from netaudit.rules.covering import covering_zone
from netaudit.sources.library import Library

__all__ = ["ADDRESS_TYPES", "OwnPath", "ProbeContext", "Recorder", "parse_name"]

ADDRESS_TYPES = {Family.IPV4: dns.rdatatype.A, Family.IPV6: dns.rdatatype.AAAA}

_AT_HAND = 20_000


class OwnPath(Protocol):
    """Looks again whether our own host can use a family."""

    async def failure(self, family: Family) -> Failure | None:
        """Why it can't, or None."""
        ...


class Recorder:
    """Hands each fact on once, and keeps the latest exchanges at hand for probes that read them."""

    def __init__(self, record: Callable[[Fact], None]) -> None:
        self._record = record
        self._seen: set[str] = set()
        self._exchanges: OrderedDict[str, Exchange] = OrderedDict()

    def __call__(self, fact: Fact) -> None:
        """Record a fact. An exchange that was recorded before is passed over."""
        if not isinstance(fact, Exchange):
            self._record(fact)
            return
        if fact.id in self._seen:
            return
        self._seen.add(fact.id)
        self._exchanges[fact.id] = fact
        if len(self._exchanges) > _AT_HAND:
            self._exchanges.popitem(last=False)
        self._record(fact)

    def exchange(self, id: str) -> Exchange | None:
        """A recently recorded exchange."""
        return self._exchanges.get(id)


class ProbeContext:
    """Shared by all probes of one scan. Look-ups are made once, whoever asks for them."""

    def __init__(
        self,
        network: CourteousNetwork,
        resolver: Resolver,
        recorder: Recorder,
        scope: Scope,
        own: frozenset[str],
        round_pause: float,
    ) -> None:
        self.network = network
        self.resolver = resolver
        self.record = recorder
        self.scope = scope
        self.own_path: OwnPath | None = None  # set once the self-check was made
        self.library: Library | None = None  # the way to live sources; None: none is to be asked
        self.round_pause = round_pause
        self._own = own  # hosts, mail domains and zones of the inventory

    async def own_failure(self, family: Family) -> Failure | None:
        """Why our own host can't use a family any more, although it could at the start; None: it still can."""
        return await self.own_path.failure(family) if self.own_path is not None else None

    async def ask(
        self,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        server: str,
        *,
        transport: Transport = Transport.UDP,
        again: bool = False,
    ) -> Exchange:
        """Put one question to one server, with DO set, and record it. `again`: whatever was asked before."""
        send = self.network.dns_again if again else self.network.dns
        exchange = await send(make_query(name, rdtype), server, transport=transport)
        self.record(exchange)
        return exchange

    async def ask_extra(self, purpose: Purpose, query: bytes, server: str, *, again: bool = False) -> Exchange:
        """Put an out-of-the-way question over UDP, and record it with its purpose."""
        send = self.network.dns_again if again else self.network.dns
        exchange = msgspec.structs.replace(await send(query, server), purpose=purpose)
        self.record(exchange)
        return exchange

    async def lookup(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Lookup:
        """Resolve; the resolver does it once a scan for each name and type."""
        return await self.resolver.lookup(name, rdtype)

    async def addresses(self, host: str, family: Family) -> Lookup:
        """The address look-up of a host in one family."""
        return await self.lookup(parse_name(host), ADDRESS_TYPES[family])

    def excluded(self, host: str) -> bool:
        """Whether the inventory says that nothing may be sent to this host or to a domain above it."""
        return any(host == name or host.endswith(f".{name}") for name in self.scope.exclude)

    def outside(self, host: str) -> bool:
        """Whether the inventory names neither this host nor a domain above it; a top-level domain names nobody."""
        above = covering_zone(host, self._own)
        return above is None or "." not in above.strip(".")

    async def aclose(self) -> None:
        """End the look-ups under way, then the network's questions."""
        await self.resolver.aclose()
        await self.network.aclose()


def parse_name(text: str) -> dns.name.Name:
    """A name from an inventory or a fact. Raises ValueError when it is none."""
    try:
        return dns.name.from_text(text)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{text[:80]!r} is no domain name: {error}") from error
