"""The mail servers of a domain: one SMTP dialogue with each address of each exchanger. No mail is sent."""

import asyncio
from collections.abc import Iterable
from functools import partial

import msgspec

from netaudit.model.common import Failure
from netaudit.model.facts import Fact, MailFact, Round
from netaudit.probes.context import ProbeContext
from netaudit.probes.names import addresses_of, exchangers_of
from netaudit.probes.rounds import in_rounds

__all__ = ["MailProbe"]

_ADDRESSES = 8  # of one exchanger, in one family


class MailProbe:
    """Talks to every exchanger of a mail domain, at every address."""

    def __init__(self, context: ProbeContext, domain: str) -> None:
        self._context = context
        self._domain = domain
        self._dialogues: dict[str, MailFact] = {}

    async def run(self) -> None:
        """Find the exchangers and talk to them."""
        async with asyncio.TaskGroup() as group:
            for exchanger in await exchangers_of(self._context, self._domain):
                if self._context.excluded(exchanger):
                    continue
                for address in await addresses_of(self._context, exchanger, _ADDRESSES):
                    group.create_task(self._talk(exchanger, address))

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """The dialogues that came to an end."""
        return sorted(self._dialogues.values(), key=lambda fact: fact.id)

    async def _talk(self, exchanger: str, address: str) -> None:
        def keep(fact: MailFact, rounds: tuple[Round, ...]) -> None:
            self._dialogues[fact.id] = msgspec.structs.replace(fact, rounds=rounds)

        talk = partial(self._context.network.smtp, self._domain, exchanger, address)
        await in_rounds(self._context, address, talk, lambda fact: (fact.failure, fact.tries), keep)
