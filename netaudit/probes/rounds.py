"""A failure is looked at again later: several rounds at one address, and at our own host in between."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from netaudit.model.common import Failure, Reason, family_of
from netaudit.model.facts import Round
from netaudit.probes.context import ProbeContext

__all__ = ["in_rounds"]

Seen = TypeVar("Seen")

_ROUNDS = 3
_PATIENCE = 45.0  # seconds: after two failures that took so long, a third would not change what they mean
_PASSING = {Reason.TIMEOUT, Reason.REFUSED, Reason.RESET, Reason.UNREACHABLE, Reason.PROHIBITED}


async def in_rounds(
    context: ProbeContext,
    address: str,
    attempt: Callable[[], Awaitable[Seen]],
    outcome: Callable[[Seen], tuple[Failure | None, int]],
    keep: Callable[[Seen, tuple[Round, ...]], None],
) -> None:
    """Attempt once; after a failure that may pass, twice more, whatever the second round says.

    A peer that takes connections and then says nothing costs whole time-outs: two rounds of them are enough.

    `outcome` gives an attempt's failure and tries. `keep` is told after each round what was best so far and all
    rounds until then, so that a scan that is cut off keeps what it has; rounds are empty where one was enough.
    A round that failed because our own host had lost the family says so, and is the last.
    """
    began = asyncio.get_running_loop().time()
    rounds: list[Round] = []
    best: Seen | None = None
    while len(rounds) < _ROUNDS:
        at = context.network.now()
        seen = await attempt()
        failure, tries = outcome(seen)
        passing = failure is not None and failure.reason in _PASSING and tries > 0
        own = await context.own_failure(family_of(address)) if passing else None
        rounds.append(Round(at=at, tries=tries, failure=own or failure))
        best = seen if best is None or failure is None else best
        keep(best, tuple(rounds) if len(rounds) > 1 or own is not None else ())
        if own is not None or (len(rounds) == 1 and not passing):
            return
        late = asyncio.get_running_loop().time() - began > _PATIENCE
        if late and len(rounds) > 1 and all(made.failure for made in rounds):
            return
        if len(rounds) < _ROUNDS:
            await asyncio.sleep(context.round_pause)
