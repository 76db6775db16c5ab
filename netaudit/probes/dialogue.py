"""A service of mail clients: one dialogue with each of its addresses. Nobody logs in, and no mail is sent."""

import asyncio
from collections.abc import Iterable
from functools import partial

import msgspec

from netaudit.model.common import Failure
from netaudit.model.facts import ConnectTimesFact, DialogueFact, Fact, Round
from netaudit.probes.connect_times import connect_times
from netaudit.probes.context import ProbeContext
from netaudit.probes.hosts import addresses_of
from netaudit.probes.rounds import in_rounds

__all__ = ["DialogueProbe"]

_ADDRESSES = 8  # in one family


class DialogueProbe:
    """Talks to every address of a submission or IMAP service.

    Where both families answer, how long connections take is measured a few times.
    """

    def __init__(self, context: ProbeContext, endpoint: str, host: str, port: int) -> None:
        self._context = context
        self._endpoint = endpoint
        self._host = host
        self._port = port
        self._facts: dict[str, DialogueFact] = {}
        self._times: ConnectTimesFact | None = None

    async def run(self) -> None:
        """Talk to every address of both families."""
        async with asyncio.TaskGroup() as group:
            for address in await addresses_of(self._context, self._host, _ADDRESSES):
                group.create_task(self._talk(address))
        good = (fact.address for fact in self._facts.values() if fact.failure is None)
        self._times = await connect_times(self._context, self._endpoint, self._port, good)

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """The dialogues that came to an end, and the connection times."""
        times = [self._times] if self._times is not None else []
        return [*sorted(self._facts.values(), key=lambda fact: fact.id), *times]

    async def _talk(self, address: str) -> None:
        def keep(fact: DialogueFact, rounds: tuple[Round, ...]) -> None:
            self._facts[address] = msgspec.structs.replace(fact, rounds=rounds)

        talk = partial(self._context.network.dialogue, self._endpoint, address)
        await in_rounds(self._context, address, talk, lambda fact: (fact.failure, fact.tries), keep)
