"""Putting one question to a set of servers: in turn, with patience, until one gives a usable answer."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field

import dns.name
import dns.rcode
import dns.rdatatype

from netaudit.dns.budget import Budget
from netaudit.dns.message import Kind, Response, name_text
from netaudit.dns.query import make_query
from netaudit.dns.zonecut import ResolutionError, spread
from netaudit.model.common import Failure, Reason, Side, Transport, family_of
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact
from netaudit.net.network import Network

__all__ = ["Questions", "Usable", "Work", "fitting_or_first"]

Usable = Callable[[Response], bool]

_PATIENCE = 2.0  # seconds before the next server is asked as well
_PATIENTLY = 8  # servers asked with patience; whoever has more that are silent gets less of it
_HASTE = 0.5
_EDNS_TROUBLE = {dns.rcode.FORMERR, dns.rcode.NOTIMP}


@dataclass(frozen=True)
class Work:
    """On whose behalf questions are put: which zone waits, how deep, what was spent, what was recorded."""

    owner: dns.name.Name | None = None
    depth: int = 0
    spent: list[int] = field(default_factory=lambda: [0])  # queries, all that one caller causes
    ids: list[str] = field(default_factory=list)  # exchanges, in order

    def on_behalf_of(self, owner: dns.name.Name) -> "Work":
        """Work for the zone `owner`, charged to the same caller."""
        return Work(owner=owner, depth=self.depth, spent=self.spent)

    def deeper(self) -> "Work":
        """Work for the address of a name server, one dependency deeper, recorded in the same place."""
        return Work(owner=self.owner, depth=self.depth + 1, spent=self.spent, ids=self.ids)


class Questions:
    """Asks through a `Network`, records each exchange, and remembers which servers are in trouble."""

    def __init__(self, network: Network, record: Callable[[Fact], None], budget: Budget) -> None:
        self._network = network
        self._record = record
        self._budget = budget
        self._trouble: dict[str, int] = {}  # address -> questions in a row without a usable answer

    def reachable(self, addresses: Iterable[str]) -> list[str]:
        """Those addresses whose family our own host can use."""
        return [address for address in addresses if self._network.unavailable(family_of(address)) is None]

    async def ask(
        self,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        addresses: Iterable[str],
        usable: Usable,
        work: Work,
    ) -> Response:
        """Return the first usable response. Raises ResolutionError when no server gives one.

        Servers are asked one after the other, the next one at once after a failure and beside the
        last one after a silence of two seconds.
        """
        known = list(addresses)
        order = spread(self.reachable(known), f"{name_text(name)} {rdtype}", self._trouble)
        waiting = iter(order[: self._budget.servers_per_question])
        running: dict[asyncio.Task[Response], str] = {}
        seen: list[Response] = []
        try:
            while self._start(running, waiting, name, rdtype, work) or running:
                patience = _PATIENCE if len(running) + len(seen) < _PATIENTLY else _HASTE
                done, _ = await asyncio.wait(running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    address = running.pop(task)
                    response = task.result()
                    # a truncated response is no answer, even over TCP (RFC 2181 section 9)
                    if usable(response) and not response.exchange.truncated:
                        self._trouble.pop(address, None)
                        return response
                    self._trouble[address] = self._trouble.get(address, 0) + 1
                    seen.append(response)
                if not done:
                    self._distrust(running.values())
        finally:
            await _end(running)
        if len(order) > self._budget.servers_per_question:
            raise _not_all_asked(name, rdtype, len(seen), len(order))
        raise ResolutionError(self._why(name, rdtype, known, seen))

    def _start(
        self,
        running: dict[asyncio.Task[Response], str],
        waiting: Iterator[str],
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        work: Work,
    ) -> bool:
        address = next(waiting, None)
        if address is None:
            return False
        running[asyncio.create_task(self._once(name, rdtype, address, work))] = address
        return True

    def _distrust(self, addresses: Iterable[str]) -> None:
        for address in addresses:
            self._trouble[address] = max(1, self._trouble.get(address, 0))

    async def _once(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, address: str, work: Work) -> Response:
        """One server: UDP, TCP after a truncated answer, and plain DNS when it can't read EDNS."""
        query = make_query(name, rdtype)
        response = Response(await self._send(query, address, Transport.UDP, work))
        if response.kind is Kind.ERROR and response.exchange.rcode in _EDNS_TROUBLE:
            plain = query[:10] + b"\0\0" + query[12:-11]
            response = Response(await self._send(plain, address, Transport.UDP, work))
        if response.exchange.truncated:
            whole = Response(await self._send(query, address, Transport.TCP, work))
            if whole.kind is not Kind.UNREADABLE:
                return whole
        return response

    async def _send(self, query: bytes, address: str, transport: Transport, work: Work) -> Exchange:
        work.spent[0] += 1
        if work.spent[0] > self._budget.queries_per_name:
            failure = Failure(
                reason=Reason.BUDGET, side=Side.BUDGET, detail=f"more than {self._budget.queries_per_name} queries"
            )
            raise ResolutionError(failure, "budget_queries")
        exchange = await self._network.dns(query, address, transport=transport)
        work.spent[0] += len(exchange.response or b"") // self._budget.octets_per_query
        self._record(exchange)
        work.ids.append(exchange.id)
        return exchange

    def _why(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, addresses: list[str], seen: list[Response]
    ) -> Failure:
        """Why there was no usable answer: our own side first, then silence, then what the servers said."""
        asked = f"{name_text(name)}/{dns.rdatatype.to_text(rdtype)}"
        if not seen:
            families = {family_of(address) for address in addresses}
            lacking = next((f for f in map(self._network.unavailable, sorted(families)) if f is not None), None)
            return lacking or Failure(
                reason=Reason.NO_ADDRESS, side=Side.TARGET, detail=f"{asked}: no server address is known"
            )
        answered = [response for response in seen if response.exchange.failure is None]
        if not answered:
            first = next(r.exchange.failure for r in seen if r.exchange.failure is not None)
            servers = ", ".join(dict.fromkeys(r.exchange.server for r in seen))
            return Failure(reason=first.reason, side=first.side, detail=f"{asked}: {servers}: {first.detail}"[:300])
        said = "; ".join(f"{r.exchange.server} {_said(r)}" for r in answered)
        return Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=f"{asked}: {said}"[:300])


async def fitting_or_first(ask: Callable[[Usable], Awaitable[Response]], fit: Usable) -> Response:
    """What `ask` finds that fits; when nothing does, the first response that it offered. Raises ResolutionError."""
    offered: list[Response] = []

    def fitting(response: Response) -> bool:
        offered.append(response)
        return fit(response)

    try:
        return await ask(fitting)
    except ResolutionError:
        if not offered:
            raise
        return offered[0]


def _not_all_asked(name: dns.name.Name, rdtype: dns.rdatatype.RdataType, asked: int, known: int) -> ResolutionError:
    """What the others would have said is not known: nothing is held against the zone."""
    question = f"{name_text(name)}/{dns.rdatatype.to_text(rdtype)}"
    detail = f"{question}: {asked} of {known} server addresses were asked, and none gave a usable answer"
    return ResolutionError(Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail), "budget_queries")


def _said(response: Response) -> str:
    if response.kind is Kind.UNREADABLE:
        return "sent no readable answer"
    if response.exchange.truncated:
        return "truncated its answer, and gave no whole one over TCP"
    if response.kind is Kind.ERROR:
        return dns.rcode.to_text(dns.rcode.Rcode.make(response.exchange.rcode or 0))
    return f"{response.kind} without authority"


async def _end(running: Iterable[asyncio.Task[Response]]) -> None:
    tasks = list(running)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.gather(*tasks, return_exceptions=True)
