"""The walk from the root down to a name: zone cuts found, each once, and cycles among them noticed."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import dns.name
import dns.rdatatype

from netaudit.dns.budget import Budget
from netaudit.dns.message import Kind, Response, name_text
from netaudit.dns.questions import Questions, Usable, Work
from netaudit.dns.zonecut import (
    ADDRESS_TYPES,
    Addresses,
    ResolutionError,
    ZoneCut,
    addresses_in,
    glue_addresses,
    root_cut,
    server_names,
)  # fmt: skip
from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.facts import Delegation, ServerAddress

__all__ = ["Walk", "authoritative", "distinct_addresses"]


class Walk:
    """Finds zone cuts label by label, asking each zone's servers for the NS of the next name.

    Every cut is found once, whoever waits for it. Zones that wait for one another's addresses
    (TsuNAME) are found in a graph of who waits for whom, before anybody waits forever.
    """

    def __init__(self, questions: Questions, hints: Mapping[str, Sequence[str]], budget: Budget) -> None:
        self._questions = questions
        self._budget = budget
        self._root = root_cut(hints)
        self._cuts: dict[dns.name.Name, asyncio.Task[ZoneCut]] = {}
        self._waits: dict[dns.name.Name, Counter[dns.name.Name]] = {}

    async def at(self, name: dns.name.Name, work: Work) -> ZoneCut:
        """The zone cut at or above `name`, with the servers that are known so far.

        Raises ResolutionError.
        """
        if name == dns.name.root:
            return self._root
        task = self._cuts.get(name)
        if task is None:
            task = asyncio.create_task(self._find(name, work.on_behalf_of(name)))
            self._cuts[name] = task
            task.add_done_callback(lambda done: self._keep(name, done))
        return await self._wait(name, task, work)

    async def ask(
        self, cut: ZoneCut, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, usable: Usable, work: Work
    ) -> Response:
        """Ask the servers of `cut`; when all known ones fail, those whose addresses were not known yet, some at a time.

        Raises ResolutionError.
        """
        addresses = distinct_addresses(cut.servers)
        try:
            return await self._questions.ask(name, rdtype, addresses, usable, work)
        except ResolutionError as error:
            failure = error
        known = set(addresses)
        for names in _portions((*cut.names, *cut.others), self._budget.ns_names):
            if failure.reason.startswith("budget_"):
                break
            more = await self._further_addresses(cut, names, known, work)
            known.update(more)
            if more:
                try:
                    return await self._questions.ask(name, rdtype, more, usable, work)
                except ResolutionError as error:
                    failure = error
        raise failure

    async def addresses(self, server: dns.name.Name, work: Work) -> Addresses:
        """The addresses of a name server, both families, from its own zone. Raises ResolutionError when it has none.

        The zone above the name is asked at once: should the name be a zone cut itself, a referral tells.
        """
        work = work.deeper()
        if work.depth > self._budget.ns_depth:
            detail = f"{name_text(server)}: servers depend on one another more than {self._budget.ns_depth} deep"
            raise ResolutionError(Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail), "budget_depth")
        above = await self.at(server.parent() if server != dns.name.root else server, work)
        return await self._addresses_in(above, server, work)

    async def _addresses_in(self, cut: ZoneCut, server: dns.name.Name, work: Work) -> Addresses:
        """The addresses of a name server, as the servers of `cut` or of a zone below know them.

        Raises ResolutionError when no address is found.
        """
        found: list[str] = []
        failures: dict[Family, Failure] = {}
        worst: ResolutionError | None = None
        for family, rdtype in ADDRESS_TYPES.items():
            try:
                response = await self._ask_for_address(cut, server, rdtype, work)
            except ResolutionError as error:
                failures[family] = error.failure
                worst = error
                continue
            found += addresses_in(response.find(response.answer, server, rdtype), self._budget.addresses_per_server)
        if not found:
            missing = Failure(
                reason=Reason.NO_ADDRESS, side=Side.TARGET, detail=f"{name_text(server)} has neither A nor AAAA"
            )
            raise worst or ResolutionError(missing, "no_server_address")
        return Addresses(tuple(found), failures)

    async def _ask_for_address(
        self, cut: ZoneCut, server: dns.name.Name, rdtype: dns.rdatatype.RdataType, work: Work
    ) -> Response:
        """The authoritative answer of the servers of `cut`, or of those that they refer to. Raises ResolutionError."""
        usable = authoritative(cut)
        response = await self.ask(cut, server, rdtype, lambda r: usable(r) or _refers_down(r, cut), work)
        if not _refers_down(response, cut):
            return response
        below = await self.at(server, work)
        return await self.ask(below, server, rdtype, authoritative(below), work)

    async def aclose(self) -> None:
        """End the walks under way."""
        tasks = [task for task in self._cuts.values() if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _find(self, name: dns.name.Name, work: Work) -> ZoneCut:
        above = await self.at(name.parent(), work)
        response = await self.ask(above, name, dns.rdatatype.NS, lambda r: _tells_cut(r, above), work)
        rrset = response.find(response.answer, name, dns.rdatatype.NS)
        if rrset is None and response.kind is Kind.REFERRAL:
            rrset = response.referral()
        if rrset is None:
            return above
        names, others = server_names(rrset, self._budget.ns_names)
        servers = tuple(self._glue((*names, *others), above, response))
        delegation = Delegation(parent=name_text(above.name), referrals=(response.exchange.id,))
        cut = ZoneCut(
            name=name,
            parent=above,
            chain=(*above.chain, name_text(name)),
            servers=servers,
            names=names,
            others=others,
            delegation=delegation,
            exchanges=(response.exchange.id,),
        )
        if self._questions.reachable(distinct_addresses(servers)):
            return cut
        # who answered with authority serves parent and child alike, and may leave the glue out
        beside = above if response.kind is Kind.ANSWER else None
        return await self._with_some_server(cut, beside, work)

    def _glue(self, names: Sequence[dns.name.Name], above: ZoneCut, response: Response) -> list[ServerAddress]:
        """Addresses that the parent may tell: of names in its own bailiwick, and only those."""
        found = []
        for server in names:
            if server.is_subdomain(above.name):
                for address in glue_addresses(response, server, self._budget.addresses_per_server):
                    found.append(ServerAddress(name=name_text(server), address=address, source="glue"))
        return found

    async def _with_some_server(self, cut: ZoneCut, beside: ZoneCut | None, work: Work) -> ZoneCut:
        """Resolve the names of the servers until one has an address.

        `beside` is the parent when its servers serve the zone too: they know the addresses of servers within it.
        """
        unresolved: dict[str, Failure] = {}
        looked_at = frozenset(cut.names)
        worst: ResolutionError | None = None
        for server in (*cut.names, *cut.others):
            if server.is_subdomain(cut.name) and beside is None:
                detail = f"{name_text(server)} lies in the zone it serves, and the parent gives no usable glue"
                error = ResolutionError(Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail=detail))
            else:
                try:
                    if beside is not None and server.is_subdomain(cut.name):
                        addresses = await self._addresses_in(beside, server, work)
                    else:
                        addresses = await self.addresses(server, work)
                except ResolutionError as caught:
                    if caught.reason == "budget_queries":
                        raise  # the names that are left may have an address
                    error = caught
                else:
                    if self._questions.reachable(addresses.found):
                        return _with_servers(cut, server, addresses.found, unresolved, work)
                    detail = "our own host lacks the only family its servers have"
                    error = ResolutionError(Failure(reason=Reason.NO_ROUTE, side=Side.OURS, detail=detail))
            if server in looked_at:
                unresolved[name_text(server)] = error.failure
            if worst is None or error.reason == "cyclic_dependency":
                worst = error
        raise worst or _no_servers(cut.name)

    async def _further_addresses(
        self, cut: ZoneCut, names: Sequence[dns.name.Name], known: set[str], work: Work
    ) -> list[str]:
        named = {server.name for server in cut.servers}
        found: list[str] = []
        for server in names:
            if name_text(server) in named or server.is_subdomain(cut.name):
                continue
            try:
                found += (await self.addresses(server, work)).found
            except ResolutionError as error:
                if error.reason == "budget_queries":
                    raise
        return [address for address in dict.fromkeys(found) if address not in known]

    async def _wait(self, name: dns.name.Name, task: asyncio.Task[ZoneCut], work: Work) -> ZoneCut:
        if task.done() or work.owner is None:
            return await asyncio.shield(task)
        cycle = self._path(name, work.owner)
        if cycle is not None:
            shown = " -> ".join(name_text(zone) for zone in (work.owner, *cycle))
            failure = Failure(
                reason=Reason.NAME_RESOLUTION, side=Side.TARGET, detail=f"name servers depend on one another: {shown}"
            )
            raise ResolutionError(failure, "cyclic_dependency")
        waits = self._waits.setdefault(work.owner, Counter())
        waits[name] += 1
        try:
            return await asyncio.shield(task)
        finally:
            waits[name] -= 1

    def _path(self, start: dns.name.Name, goal: dns.name.Name) -> list[dns.name.Name] | None:
        """Who waits for whom, from `start` to `goal`; None when nothing there waits for `goal`."""
        paths = [[start]]
        met = {start}
        while paths:
            path = paths.pop()
            if path[-1] == goal:
                return path
            for following, count in self._waits.get(path[-1], {}).items():
                if count > 0 and following not in met:
                    met.add(following)
                    paths.append([*path, following])
        return None

    def _keep(self, name: dns.name.Name, task: asyncio.Task[ZoneCut]) -> None:
        """Forget failures that depend on who asked first: a cycle or a budget met from elsewhere."""
        self._waits.pop(name, None)
        error = None if task.cancelled() else task.exception()
        lasting = isinstance(error, ResolutionError) and not error.reason.startswith(("budget_", "cyclic_"))
        if task.cancelled() or (error is not None and not lasting):
            self._cuts.pop(name, None)


def authoritative(cut: ZoneCut) -> Usable:
    """Whether a response is an authoritative answer, positive or negative, from the servers of `cut`."""

    def usable(response: Response) -> bool:
        return response.exchange.authoritative and response.kind in (
            Kind.ANSWER, Kind.ALIAS, Kind.NODATA, Kind.NXDOMAIN,
        )  # fmt: skip

    return usable


def distinct_addresses(servers: Sequence[ServerAddress]) -> list[str]:
    """The addresses, each once."""
    return list(dict.fromkeys(server.address for server in servers))


def _portions(names: Sequence[dns.name.Name], size: int) -> Iterator[Sequence[dns.name.Name]]:
    return (names[start : start + size] for start in range(0, len(names), size))


def _tells_cut(response: Response, above: ZoneCut) -> bool:
    """Whether a response to an NS question tells if there is a zone cut at the name."""
    if response.kind is Kind.REFERRAL:
        return _refers_down(response, above)
    if response.kind is Kind.ANSWER:
        return True
    return authoritative(above)(response)


def _refers_down(response: Response, above: ZoneCut) -> bool:
    """Whether a response says that the very name asked is a zone of its own, below `above`."""
    rrset = response.referral() if response.kind is Kind.REFERRAL else None
    return rrset is not None and rrset.name == response.name and rrset.name != above.name


def _with_servers(
    cut: ZoneCut, server: dns.name.Name, addresses: Sequence[str], unresolved: dict[str, Failure], work: Work
) -> ZoneCut:
    found = tuple(ServerAddress(name=name_text(server), address=a, source="resolved") for a in addresses)
    return ZoneCut(
        name=cut.name,
        parent=cut.parent,
        chain=cut.chain,
        servers=(*cut.servers, *found),
        names=cut.names,
        others=cut.others,
        unresolved=unresolved,
        delegation=cut.delegation,
        exchanges=tuple(dict.fromkeys((*cut.exchanges, *work.ids))),
    )


def _no_servers(name: dns.name.Name) -> ResolutionError:
    detail = f"the delegation of {name_text(name)} names no server"
    return ResolutionError(Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail=detail), "no_server_address")
