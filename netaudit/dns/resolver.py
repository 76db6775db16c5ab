"""Iterative resolution from the root over any `Network`, recording every exchange (RFC 1034 section 5.3.3).

The resolver collects; it judges nothing. For every zone it passes through it also fetches, once, what
the chain of trust needs: DS from the parent's servers and DNSKEY from the zone's own.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import dns.name
import dns.rdatatype

from netaudit.dns.budget import Budget
from netaudit.dns.message import Kind, Response, has_signatures, in_date, name_text
from netaudit.dns.questions import Questions, Work, fitting_or_first
from netaudit.dns.walk import Walk, authoritative
from netaudit.dns.zonecut import Addresses, ResolutionError, ZoneCut
from netaudit.model.common import Failure, Family, Reason, Side, family_of
from netaudit.model.facts import Delegation, Fact, Lookup, ServerAddress
from netaudit.net.network import Network

__all__ = ["ResolutionError", "Resolver", "ZoneCut"]

_ADDRESSES = 32  # of one look-up


class Resolver:
    """Resolves from `hints` (server name -> addresses); `record` receives every exchange as it is made.

    One resolver serves one scan: zone cuts and look-ups are made once and shared by all callers.
    Close it with `aclose` when look-ups may still be under way.
    """

    def __init__(
        self,
        network: Network,
        hints: Mapping[str, Sequence[str]],
        *,
        record: Callable[[Fact], None],
        budget: Budget | None = None,
    ) -> None:
        self._network = network
        self._budget = budget or Budget()
        self.hints = hints
        self._walk = Walk(Questions(network, record, self._budget), hints, self._budget)
        self._zones: dict[dns.name.Name, asyncio.Task[ZoneCut]] = {}
        self._lookups: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], asyncio.Task[Lookup]] = {}

    async def zone(self, name: dns.name.Name) -> ZoneCut:
        """The zone cut at or above `name`, with all server addresses, its DS and its keys asked for.

        Raises ResolutionError.
        """
        try:
            async with asyncio.timeout(self._budget.lookup_seconds):
                return await self._zone(name, Work())
        except TimeoutError:
            raise ResolutionError(_out_of_time(name, self._budget), "budget_time") from None

    async def lookup(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Lookup:
        """Ask the authoritative servers, following CNAME and DNAME. Remote trouble is in `failure`."""
        key = (name, rdtype)
        task = self._lookups.get(key)
        if task is None:
            task = self._lookups[key] = asyncio.create_task(self._lookup(name, rdtype))
        return await asyncio.shield(task)

    async def aclose(self) -> None:
        """End what is under way."""
        tasks = [task for task in (*self._lookups.values(), *self._zones.values()) if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._walk.aclose()

    async def _zone(self, name: dns.name.Name, work: Work) -> ZoneCut:
        try:
            cut = await self._walk.at(name, work)
        except ResolutionError as error:
            if error.reason != "cyclic_dependency":
                raise
            # two walks that began at once may have met each other: alone, the second try decides
            cut = await self._walk.at(name, work)
        return await self._completed(cut)

    async def _completed(self, cut: ZoneCut) -> ZoneCut:
        task = self._zones.get(cut.name)
        if task is None:
            task = self._zones[cut.name] = asyncio.create_task(self._complete(cut))
        return await asyncio.shield(task)

    async def _complete(self, cut: ZoneCut) -> ZoneCut:
        """Ask for DS, DNSKEY and every server's addresses. Trouble is in the result, not raised."""
        parent = await self._completed(cut.parent) if cut.parent is not None else None
        self._afford(cut.name, parent.queries if parent else {})
        work = Work()
        many = len(cut.servers) > self._budget.ns_names  # then one question finds out first who answers at all
        early = await self._ask(cut, cut.name, dns.rdatatype.DNSKEY, work) if many else None
        addresses, ds, later = await asyncio.gather(
            self._server_addresses(cut, work),
            self._ask(parent, cut.name, dns.rdatatype.DS, work) if parent else _nothing(),
            _nothing() if many else self._ask(cut, cut.name, dns.rdatatype.DNSKEY, work),
        )
        keys = early or later
        signed = ds is not None and ds.kind is Kind.ANSWER
        if signed and keys is not None and not has_signatures(keys):
            await self._ask(replace(cut, signed=True), cut.name, dns.rdatatype.DNSKEY, work)
        servers, unresolved = addresses
        delegation = cut.delegation
        if delegation is not None and ds is not None:
            delegation = Delegation(parent=delegation.parent, referrals=delegation.referrals, ds=(ds.exchange.id,))
        return replace(
            cut,
            parent=parent,
            servers=servers,
            unresolved=unresolved,
            delegation=delegation,
            exchanges=tuple(dict.fromkeys((*cut.exchanges, *work.ids))),
            signed=signed,
            queries={**(parent.queries if parent else {}), cut.name: work.spent[0]},
        )

    def _afford(self, name: dns.name.Name, queries: Mapping[dns.name.Name, int]) -> None:
        """Refuse to begin another zone when those before it cost too much. Raises ResolutionError."""
        limit = self._budget.queries_per_chain
        if sum(queries.values()) > limit:
            detail = f"{name_text(name)}: its chain of zones costs more than {limit} queries"
            raise ResolutionError(Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail), "budget_queries")

    async def _ask(
        self, cut: ZoneCut, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, work: Work
    ) -> Response | None:
        try:
            return await self._fresh_or_any(cut, name, rdtype, work)
        except ResolutionError:
            return None  # the exchanges that failed are recorded: they are the evidence

    async def _fresh_or_any(
        self, cut: ZoneCut, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, work: Work
    ) -> Response:
        """Ask on while signatures are out of date or missing, as a validating resolver does; then take what there is.

        Raises ResolutionError.
        """

        def fresh(response: Response) -> bool:
            return in_date(response, self._network.now()) and (has_signatures(response) or not cut.signed)

        usable = authoritative(cut)
        return await fitting_or_first(
            lambda fitting: self._walk.ask(cut, name, rdtype, lambda r: usable(r) and fitting(r), work), fresh
        )

    async def _server_addresses(self, cut: ZoneCut, work: Work) -> tuple[tuple[ServerAddress, ...], dict[str, Failure]]:
        """Every address of every server: the parent's glue, and what the servers' own zones say.

        Glue may lack a family that the server has. Where that could not be looked up, the server is unresolved too.
        """
        found = await asyncio.gather(*(self._addresses_of(server, work) for server in cut.names))
        servers = {(server.name, server.address): server for server in cut.servers}
        unresolved: dict[str, Failure] = {}
        for name, addresses in zip(map(name_text, cut.names), found, strict=True):
            for address in addresses.found:
                servers.setdefault((name, address), ServerAddress(name=name, address=address, source="resolved"))
            known = {family_of(address) for server, address in servers if server == name}
            unknown = [failure for family, failure in addresses.failures.items() if family not in known]
            if unknown and not (known and _settles(unknown[0])):
                unresolved[name] = unknown[0]
        return tuple(sorted(servers.values(), key=lambda server: server.name)), unresolved

    async def _addresses_of(self, server: dns.name.Name, work: Work) -> Addresses:
        try:
            return await self._walk.addresses(server, work)
        except ResolutionError as error:
            return Addresses((), dict.fromkeys(Family, error.failure))

    async def _lookup(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Lookup:
        chase = _Chase(name=name, rdtype=rdtype)
        try:
            async with asyncio.timeout(self._budget.lookup_seconds):
                await self._follow(chase)
        except ResolutionError as error:
            chase.failure = error.failure
        except TimeoutError:
            chase.failure = _out_of_time(name, self._budget)
        if chase.failure is not None:
            await self._complete_above(chase.current, chase.work)
        return chase.result()

    async def _complete_above(self, name: dns.name.Name, work: Work) -> None:
        """Ask for the DS and the keys of the zones above a name that could not be resolved: how far trust reaches.

        The zones that were found cost no further look; the rest is charged to what was spent before.
        """
        try:
            async with asyncio.timeout(self._budget.lookup_seconds):
                while name != dns.name.root:
                    name = name.parent()
                    try:
                        await self._zone(name, work)
                    except ResolutionError:
                        continue
                    return
        except TimeoutError:
            return  # what was recorded until now is the evidence

    async def _follow(self, chase: "_Chase") -> None:
        queries: dict[dns.name.Name, int] = {}
        for _ in range(self._budget.aliases + 1):
            self._afford(chase.current, queries)
            cut = await self._zone_for(chase.current, chase.rdtype, chase.work)
            queries.update(cut.queries)
            chase.zones += [zone for zone in cut.chain if zone not in chase.zones]
            try:
                response = await self._fresh_or_any(cut, chase.current, chase.rdtype, chase.work)
            finally:
                chase.facts = list(dict.fromkeys(chase.work.ids))
            target = chase.take(response)
            if target is None:
                return
            if target in chase.seen:
                raise ResolutionError(
                    Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=f"CNAME loop at {name_text(target)}"),
                    "cname_loop",
                )
            chase.seen.append(target)
        detail = f"more than {self._budget.aliases} aliases"
        raise ResolutionError(Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail), "budget_aliases")

    async def _zone_for(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, work: Work) -> ZoneCut:
        """The zone that answers for the name: for DS, the parent's side of the cut."""
        return await self._zone(name.parent() if rdtype == dns.rdatatype.DS and len(name) > 1 else name, work)


@dataclass
class _Chase:
    """A look-up under way."""

    name: dns.name.Name
    rdtype: dns.rdatatype.RdataType
    seen: list[dns.name.Name] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    failure: Failure | None = None
    nonexistent: bool = False
    work: Work = field(default_factory=Work)

    def __post_init__(self) -> None:
        self.seen.append(self.name)

    @property
    def current(self) -> dns.name.Name:
        return self.seen[-1]

    def take(self, response: Response) -> dns.name.Name | None:
        """Take the addresses of an answer, or return the alias's target that must be asked next."""
        if response.kind is Kind.ALIAS:
            return response.alias()
        self.nonexistent = response.kind is Kind.NXDOMAIN
        rrset = response.find(response.answer, self.current, self.rdtype)
        if rrset is not None and self.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
            self.addresses = [address for rdata in rrset if (address := getattr(rdata, "address", ""))][:_ADDRESSES]
        return None

    def result(self) -> Lookup:
        return Lookup(
            name=name_text(self.name),
            rdtype=dns.rdatatype.to_text(self.rdtype),
            zones=tuple(self.zones),
            facts=tuple(self.facts),
            failure=self.failure,
            canonical=name_text(self.current) if len(self.seen) > 1 else "",
            addresses=tuple(self.addresses),
            nonexistent=self.nonexistent,
        )


def _settles(failure: Failure) -> bool:
    """Whether it is known that there is no address, and not only unknown whether there is one."""
    return failure.side is Side.TARGET and failure.reason is Reason.NO_ADDRESS


async def _nothing() -> None:
    return None


def _out_of_time(name: dns.name.Name, budget: Budget) -> Failure:
    return Failure(
        reason=Reason.BUDGET,
        side=Side.BUDGET,
        detail=f"{name_text(name)} was not resolved within {budget.lookup_seconds:.0f} s",
    )
