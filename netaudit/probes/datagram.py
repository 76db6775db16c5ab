"""A service over UDP: one request to each of its addresses, of NTP or as the inventory declares it."""

import asyncio
import secrets
from collections.abc import Iterable
from functools import partial

import msgspec

from netaudit.model.common import Failure
from netaudit.model.facts import DatagramFact, Fact, Round
from netaudit.probes.context import ProbeContext
from netaudit.probes.hosts import addresses_of
from netaudit.probes.rounds import in_rounds
from netaudit.rules import ntp

__all__ = ["DatagramProbe"]

_ADDRESSES = 8  # in one family


class DatagramProbe:
    """Sends a request to every address of a service and waits for its reply.

    `payload` is what the inventory declares of a `udp` service; without any an empty datagram is sent, which at least
    a closed port answers.
    """

    def __init__(self, context: ProbeContext, endpoint: str, host: str, payload: bytes) -> None:
        self._context = context
        self._endpoint = endpoint
        self._host = host
        self._payload = payload
        self._facts: dict[str, DatagramFact] = {}

    async def run(self) -> None:
        """Ask every address of both families."""
        async with asyncio.TaskGroup() as group:
            for address in await addresses_of(self._context, self._host, _ADDRESSES):
                group.create_task(self._ask(address))

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """The requests that came to an end."""
        return sorted(self._facts.values(), key=lambda fact: fact.id)

    async def _ask(self, address: str) -> None:
        def keep(fact: DatagramFact, rounds: tuple[Round, ...]) -> None:
            self._facts[address] = msgspec.structs.replace(fact, rounds=rounds)

        await in_rounds(
            self._context, address, lambda: self._once(address), lambda fact: (fact.failure, fact.tries), keep
        )

    async def _once(self, address: str) -> DatagramFact:
        send = self._context.network.datagram
        if not self._endpoint.startswith("ntp://"):
            return await send(self._endpoint, address, self._payload, lambda _: True)
        query = ntp.client_query(secrets.token_bytes(8))
        return await send(self._endpoint, address, query, partial(ntp.answers, query))
