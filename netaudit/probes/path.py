"""The way to each address of a host: echoes, traces, reverse names; on request whether "packet too big" is heeded."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from netaudit.model.common import Failure, family_of
from netaudit.model.facts import Fact, PathFact
from netaudit.model.path import Echo, Injection, Trace
from netaudit.net.network import NetworkError
from netaudit.probes.context import ProbeContext
from netaudit.probes.hosts import addresses_of
from netaudit.probes.reverse import reverse_names
from netaudit.rules.addresses import within

__all__ = ["ECHO_SIZES", "INJECTED_MTU", "PathProbe"]

ECHO_SIZES = (84, 1_500)  # octets: what `ping` sends, and what every Ethernet takes
INJECTED_MTU = 1_280  # never less (RFC 8201 section 4)
_ADDRESSES = 4  # in one family


class PathProbe:
    """Looks at the paths to the addresses of `host`, each address once a scan: `seen` is shared by all probes.

    `port` is that of its service, for a trace of what firewalls let through; `url` a page for the injection, which
    is made only at addresses within `owned`.
    """

    def __init__(
        self,
        context: ProbeContext,
        host: str,
        port: int,
        seen: set[str],
        *,
        url: str = "",
        owned: tuple[str, ...] = (),
    ) -> None:
        self._context = context
        self._host = host
        self._port = port
        self._seen = seen
        self._url = url
        self._owned = owned
        self._facts: list[PathFact] = []
        self._begun: dict[str, float] = {}

    async def run(self) -> None:
        """Look at all addresses at once; at each of them one thing after the other."""
        async with asyncio.TaskGroup() as group:
            for address in await addresses_of(self._context, self._host, _ADDRESSES):
                if address not in self._seen:
                    self._seen.add(address)
                    group.create_task(self._look(address))

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """A fact for each address that was looked at; of one that was cut short, what cut it."""
        ended = {fact.address for fact in self._facts}
        cut = [
            PathFact(
                id=f"path-{address}",
                address=address,
                family=family_of(address),
                host=self._host,
                at=at,
                failure=failure,
            )
            for address, at in self._begun.items()
            if address not in ended and failure is not None
        ]
        return sorted((*self._facts, *cut), key=lambda fact: fact.id)

    async def _look(self, address: str) -> None:
        at = self._begun[address] = self._context.network.now()
        family = family_of(address)
        failure = self._context.network.unavailable(family)
        echoes: list[Echo] = []
        traces: list[Trace] = []
        injection: Injection | None = None
        alive = False
        if failure is None:
            paths = self._context.network.paths
            alive = await self._connects(address)
            echoes = [await paths.echo(address, size) for size in ECHO_SIZES]
            traces = [await paths.trace(address), await paths.trace_tcp(address, self._port)]
            if self._url and within(address, self._owned):
                injection = await paths.inject(self._url, address, INJECTED_MTU)
        self._facts.append(
            PathFact(
                id=f"path-{address}",
                address=address,
                family=family,
                host=self._host,
                at=at,
                alive=alive,
                echoes=tuple(echoes),
                traces=tuple(traces),
                reverse=tuple(await reverse_names(self._context, address)),
                injection=injection,
                failure=failure,
            )
        )

    async def _connects(self, address: str) -> bool:
        try:
            opened = await self._context.network.connect(address, self._port)
        except NetworkError:
            return False  # why is told by the facts about the service itself
        with suppress(OSError):
            await opened.stream.aclose()
        return True
