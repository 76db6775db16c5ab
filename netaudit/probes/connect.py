"""A TCP service: can a connection be opened at each of its addresses?"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

import msgspec

from netaudit.model.common import Failure, family_of
from netaudit.model.facts import ConnectFact, ConnectTimesFact, Fact, Round
from netaudit.net.network import NetworkError
from netaudit.probes.connect_times import connect_times
from netaudit.probes.context import ProbeContext
from netaudit.probes.hosts import addresses_of
from netaudit.probes.rounds import in_rounds

__all__ = ["ConnectProbe"]

_ADDRESSES = 8  # in one family


class ConnectProbe:
    """Opens a connection to each address of a service and closes it at once; nothing is said.

    Where both families take connections, how long they take is measured a few times.
    """

    def __init__(self, context: ProbeContext, endpoint: str, host: str, port: int) -> None:
        self._context = context
        self._endpoint = endpoint
        self._host = host
        self._port = port
        self._facts: dict[str, ConnectFact] = {}
        self._times: ConnectTimesFact | None = None

    async def run(self) -> None:
        """Connect to every address of both families."""
        async with asyncio.TaskGroup() as group:
            for address in await addresses_of(self._context, self._host, _ADDRESSES):
                group.create_task(self._connect(address))
        good = (fact.address for fact in self._facts.values() if fact.failure is None)
        self._times = await connect_times(self._context, self._endpoint, self._port, good)

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """The attempts that came to an end, and the connection times."""
        times = [self._times] if self._times is not None else []
        return [*sorted(self._facts.values(), key=lambda fact: fact.id), *times]

    async def _connect(self, address: str) -> None:
        def keep(fact: ConnectFact, rounds: tuple[Round, ...]) -> None:
            self._facts[fact.id] = msgspec.structs.replace(fact, rounds=rounds)

        await in_rounds(
            self._context, address, lambda: self._once(address), lambda fact: (fact.failure, fact.tries), keep
        )

    async def _once(self, address: str) -> ConnectFact:
        at = self._context.network.now()
        took, tries, failure = 0.0, 1, None
        try:
            connection = await self._context.network.connect(address, self._port)
        except NetworkError as error:
            tries, failure = error.tries, error.failure
        else:
            took, tries = connection.connect_ms, connection.tries
            with suppress(OSError):
                await connection.stream.aclose()
        return ConnectFact(
            id=f"connect-{self._endpoint}-{address}",
            endpoint=self._endpoint,
            address=address,
            family=family_of(address),
            at=at,
            connect_ms=took,
            tries=tries,
            failure=failure,
        )
