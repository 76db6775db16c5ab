"""A zone as all its servers and all its parent's servers show it."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

import dns.name
import dns.rdatatype

from netaudit.dns.message import name_text
from netaudit.dns.zonecut import ResolutionError, ZoneCut
from netaudit.model.common import Failure, Family, Reason, Side, Transport
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Delegation, Fact, Lookup, ServerAddress, ZoneFact
from netaudit.model.targets import ZoneListing
from netaudit.probes.ancestors import Ancestors
from netaudit.probes.context import ADDRESS_TYPES, ProbeContext, parse_name
from netaudit.probes.extras import Extras
from netaudit.probes.targets import listed_targets, lost_servers
from netaudit.probes.zone_listing import read_listing
from netaudit.probes.zone_records import apex_records, bootstrap_signals, notification_targets, report_agents
from netaudit.rules.names import nonexistent_name
from netaudit.rules.zones import server_names

__all__ = ["ZoneProbe"]

_ABOUT_KEYS = (dns.rdatatype.NSEC3PARAM, dns.rdatatype.CDS, dns.rdatatype.CDNSKEY)
_SERVERS = 26  # name servers of one zone; the root has 13
_ADDRESSES = 64  # of one zone
_RETRY_SIDES = {Side.PATH, Side.TARGET}


class ZoneProbe:
    """Asks every server of a zone, and every server of its parent, over UDP and TCP.

    The zone's own for SOA, NS, DNSKEY and a name that should not exist, for NSEC3PARAM, CDS and CDNSKEY where there
    are keys, and with `extras` how they behave; the parent's for NS and DS. ZONEMD, CSYNC, DSYNC, bootstrap signals and
    the agents for error reports are looked up once (`netaudit.probes.zone_records`), and so are name servers without an
    address, and where the records lead that `file` or a permitted transfer shows. A server that leaves the first
    question unanswered after all tries is asked nothing more, but for one try after the others are done
    (RFC 9520).
    """

    def __init__(
        self, context: ProbeContext, ancestors: Ancestors, zone: str, *, extras: bool = False, file: Path | None = None
    ) -> None:
        self._context = context
        self._file = file
        self._extras = extras
        self._more: Extras | None = None
        self._ancestors = ancestors
        self._zone = zone
        self._parent: ZoneCut | None = None
        self._met: Delegation | None = None
        self._chain: tuple[str, ...] = ()
        self._servers: dict[tuple[str, str], ServerAddress] = {}
        self._unresolved: dict[str, Failure] = {}
        self._answers: dict[str, None] = {}  # ordered set of ids
        self._referrals: dict[str, None] = {}
        self._ds: dict[str, None] = {}
        self._lookups: list[Lookup] = []
        self._listing: ZoneListing | None = None
        self._failure: Failure | None = None

    async def run(self) -> None:
        """Observe the zone. Trouble with its servers is in the facts."""
        name = parse_name(self._zone)
        await self._observe(name)
        self._lookups += await lost_servers(self._context, self._lost(name))
        if self._file is not None:
            self._listing = await read_listing(self._file, name)
        if self._listing is not None:
            self._lookups += await listed_targets(self._context, self._listing)
        told = self._recorded()
        if any(exchange.authoritative for exchange in told):
            own = apex_records(self._context, name, signed=self._signed())
            for lookups in await asyncio.gather(own, report_agents(self._context, told)):
                self._lookups += lookups
        if self._parent is not None:
            self._lookups += await notification_targets(self._context, name, self._parent.name)
            if self._signed() and not self._delegated_securely():
                servers = sorted({server.name for server in self._servers.values()})
                self._lookups += await bootstrap_signals(self._context, name, map(parse_name, servers))

    async def _observe(self, name: dns.name.Name) -> None:
        try:
            cut = await self._context.resolver.zone(name)
        except ResolutionError as error:
            self._failure = error.failure
            await self._ask_above(name)
            return
        if cut.name != name:
            self._failure = _not_a_zone(name, cut.name)
            self._ancestors.note(cut)
            return
        self._chain = cut.chain
        self._parent = cut.parent
        self._met = cut.delegation
        self._unresolved = dict(cut.unresolved)
        async with asyncio.TaskGroup() as group:
            if cut.parent is not None:
                group.create_task(self._ask_parent(name, cut.parent))
                group.create_task(self._ancestors.meet(cut.parent))
            group.create_task(self._ask_servers(cut))

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """The zone's fact; the exchanges were recorded as they were made."""
        yield ZoneFact(
            id=f"zone-{self._zone}",
            zone=self._zone,
            chain=self._chain,
            servers=tuple(self._servers.values()),
            delegation=self._delegation(),
            answers=tuple(self._answers),
            unresolved=self._unresolved,
            failure=failure or self._failure,
            extras=self._extras,
            lookups=tuple(dict.fromkeys(self._lookups)),
            listing=self._listing,
        )

    def _lost(self, name: dns.name.Name) -> set[str]:
        """The names of servers that no address is known of, as the parent and the zone itself tell them."""
        told = (self._context.record.exchange(id) for id in self._referrals)
        named = {server for exchange in told if exchange is not None for server in server_names(exchange, name)}
        named |= _own_server_names(name, self._recorded()) | set(self._unresolved)
        return named - {server.name for server in self._servers.values()}

    def _signed(self) -> bool:
        name, keys = parse_name(self._zone), dns.rdatatype.DNSKEY
        return any(e.answer(name, keys) is not None for e in self._recorded() if e.question[1] == keys)

    def _delegated_securely(self) -> bool:
        delegation, name = self._delegation(), parse_name(self._zone)
        told = [self._context.record.exchange(id) for id in (delegation.ds if delegation is not None else ())]
        return any(e is not None and e.answer(name, dns.rdatatype.DS) is not None for e in told)

    def _delegation(self) -> Delegation | None:
        if self._parent is None:
            return None
        parent = name_text(self._parent.name)
        met = self._met or Delegation(parent=parent)
        return Delegation(
            parent=parent,
            referrals=tuple(dict.fromkeys((*met.referrals, *self._referrals))),
            ds=tuple(dict.fromkeys((*met.ds, *self._ds))),
        )

    async def _ask_above(self, name: dns.name.Name) -> None:
        """What the zones above say of a zone that can't be reached: the delegation is evidence by itself."""
        try:
            above = await self._context.resolver.zone(name.parent())
        except (ResolutionError, dns.name.NoParent):
            return
        self._chain = above.chain
        self._parent = above
        self._ancestors.note(above)
        await self._ask_parent(name, above)

    async def _ask_parent(self, name: dns.name.Name, parent: ZoneCut) -> None:
        async with asyncio.TaskGroup() as group:
            for address in _distinct(parent.servers):
                group.create_task(self._ask_parent_server(name, address))

    async def _ask_parent_server(self, name: dns.name.Name, address: str) -> None:
        for rdtype, ids in ((dns.rdatatype.NS, self._referrals), (dns.rdatatype.DS, self._ds)):
            exchange = await self._context.ask(name, rdtype, address)
            ids[exchange.id] = None
            if exchange.response is None:
                return
            if exchange.truncated:
                exchange = await self._context.ask(name, rdtype, address, transport=Transport.TCP)
                ids[exchange.id] = None

    async def _ask_servers(self, cut: ZoneCut) -> None:
        """The servers the parent names first, then those that only the zone itself names."""
        await self._ask_wave(cut, cut.servers)
        names = _own_server_names(cut.name, self._recorded())
        known = {server.name for server in self._servers.values()} | set(self._unresolved)
        extra = sorted(names - known)[:_SERVERS]
        if extra:
            await self._ask_wave(cut, await self._resolve(extra))
        await self._ask_own_addresses(cut, names | known)

    async def _ask_own_addresses(self, cut: ZoneCut, names: Iterable[str]) -> None:
        """What the zone itself says of its servers inside it, which their glue must equal: one server tells.

        Mostly the resolver has asked already.
        """
        inside = [name for name in map(parse_name, sorted(names)) if name.is_subdomain(cut.name)][:_SERVERS]
        telling = next((e.server for e in self._recorded() if e.authoritative), None)
        if telling is None or cut.name == dns.name.root:  # no parent has glue for the root
            return
        told = self._told_by_servers(cut)
        async with asyncio.TaskGroup() as group:
            for question in ((name, rdtype) for name in inside for rdtype in ADDRESS_TYPES.values()):
                if question in told:
                    self._answers[told[question]] = None
                else:
                    group.create_task(self._ask_whole(*question, telling))

    def _told_by_servers(self, cut: ZoneCut) -> dict[tuple[dns.name.Name, dns.rdatatype.RdataType], str]:
        """The questions that the zone's servers answered the resolver with authority, and the exchanges' ids."""
        addresses = {server.address for server in self._servers.values()}
        exchanges = (self._context.record.exchange(id) for id in cut.exchanges)
        told = [e for e in exchanges if e is not None and e.server in addresses and e.authoritative and not e.truncated]
        return {exchange.question: exchange.id for exchange in told}

    async def _ask_wave(self, cut: ZoneCut, servers: Sequence[ServerAddress]) -> None:
        asked = {server.address for server in self._servers.values()}
        for server in servers:
            if len(self._servers) < _ADDRESSES:
                self._servers.setdefault((server.name, server.address), server)
        addresses = [a for a in _distinct(self._servers.values()) if a not in asked]
        async with asyncio.TaskGroup() as group:
            tasks = {address: group.create_task(self._ask_server(cut.name, address)) for address in addresses}
        silent = [address for address, task in tasks.items() if not task.result()]
        async with asyncio.TaskGroup() as group:
            for address in silent:
                group.create_task(self._ask_server(cut.name, address, again=True))

    async def _ask_server(self, apex: dns.name.Name, address: str, *, again: bool = False) -> bool:
        """Ask one server everything. False: it was silent, and a later try is worth it."""
        first = await self._ask(apex, dns.rdatatype.SOA, address, again=again)
        if first.response is None:
            return first.failure is not None and first.failure.side not in _RETRY_SIDES
        missing = nonexistent_name(apex)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ask(apex, dns.rdatatype.SOA, address, Transport.TCP))
            group.create_task(self._ask_about_keys(apex, address))
            group.create_task(self._ask_whole(apex, dns.rdatatype.NS, address))
            if missing is not None:
                group.create_task(self._ask_whole(missing, dns.rdatatype.A, address))
        if self._extras:  # last, so that rate limits that they meet cost no ordinary answer
            self._more = self._more or Extras(self._context, apex)
            self._answers |= {exchange.id: None for exchange in await self._more.ask(address)}
            self._listing = self._more.listing
        return True

    async def _ask_about_keys(self, apex: dns.name.Name, address: str) -> None:
        """The keys; where there are some, how absence is proved, and what the parent is to know of them (RFC 7344)."""
        told = await self._ask_whole(apex, dns.rdatatype.DNSKEY, address)
        if told.answer(apex, dns.rdatatype.DNSKEY) is not None:
            await asyncio.gather(*(self._ask_whole(apex, rdtype, address) for rdtype in _ABOUT_KEYS))

    async def _ask_whole(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, address: str) -> Exchange:
        """Over UDP, and again over TCP when the answer was truncated; return the last."""
        exchange = await self._ask(name, rdtype, address)
        if exchange.truncated:
            exchange = await self._ask(name, rdtype, address, Transport.TCP)
        return exchange

    async def _ask(
        self,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        address: str,
        transport: Transport = Transport.UDP,
        *,
        again: bool = False,
    ) -> Exchange:
        exchange = await self._context.ask(name, rdtype, address, transport=transport, again=again)
        self._answers[exchange.id] = None
        return exchange

    def _recorded(self) -> Iterable[Exchange]:
        found = (self._context.record.exchange(id) for id in self._answers)
        return [exchange for exchange in found if exchange is not None]

    async def _resolve(self, names: Sequence[str]) -> list[ServerAddress]:
        """The addresses of name servers that the parent does not know of."""
        servers: list[ServerAddress] = []
        for name in names:
            lookups = [await self._context.lookup(parse_name(name), ADDRESS_TYPES[family]) for family in Family]
            found = [ServerAddress(name=name, address=a, source="resolved") for k in lookups for a in k.addresses]
            servers += found
            failure = next((k.failure for k in lookups if k.failure is not None), None)
            if failure is not None:  # with an address of the other family too: who lacks one is not known
                self._unresolved[name] = failure
            elif not found:
                missing = Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail="it has neither A nor AAAA")
                self._unresolved[name] = missing
        return servers


def _distinct(servers: Iterable[ServerAddress]) -> list[str]:
    return list(dict.fromkeys(server.address for server in servers))[:_ADDRESSES]


def _own_server_names(apex: dns.name.Name, exchanges: Iterable[Exchange]) -> set[str]:
    """The NS targets that the zone's own servers tell."""
    names: set[str] = set()
    for exchange in exchanges:
        if exchange.question[1] == dns.rdatatype.NS and exchange.authoritative and exchange.question[0] == apex:
            rrset = exchange.answer(apex, dns.rdatatype.NS)
            names |= {name_text(rdata.target) for rdata in rrset or ()}
    return names


def _not_a_zone(name: dns.name.Name, found: dns.name.Name) -> Failure:
    return Failure(
        reason=Reason.NAME_RESOLUTION,
        side=Side.TARGET,
        detail=f"there is no zone cut at {name_text(name)}; its data are in the zone {name_text(found)}",
    )
