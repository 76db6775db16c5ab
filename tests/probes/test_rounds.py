"""A failure is looked at again later, and our own host in between."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.facts import Round
from netaudit.probes import rounds as module
from netaudit.probes.rounds import in_rounds

SILENT = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply")
TLS = Failure(reason=Reason.TLS, side=Side.TARGET, detail="bad certificate message")
OURS = Failure(reason=Reason.TIMEOUT, side=Side.OURS, detail="no root server answers")
ADDRESS = "2001:db8::80"


class Path:
    """Our own host: each time it is asked, the next of these failures."""

    def __init__(self, *failures: Failure | None) -> None:
        self.failures = list(failures)
        self.asked: list[Family] = []

    async def failure(self, family: Family) -> Failure | None:
        self.asked.append(family)
        return self.failures.pop(0) if self.failures else None


async def run(
    open_context: Callable[..., Any], outcomes: Sequence[Failure | None], path: Path, tries: int = 2
) -> list[tuple[int, tuple[Round, ...]]]:
    """What was kept after each round: the number of the best round, and the rounds."""
    kept: list[tuple[int, tuple[Round, ...]]] = []
    made = iter(range(len(outcomes)))

    async def attempt() -> int:
        return next(made)

    async with open_context() as context:
        context.own_path = path
        await in_rounds(context, ADDRESS, attempt, lambda n: (outcomes[n], tries), lambda n, r: kept.append((n, r)))
    return kept


async def test_a_success_is_one_round(open_context: Callable[..., Any]) -> None:
    path = Path()
    assert await run(open_context, [None], path) == [(0, ())]
    assert path.asked == []


async def test_a_failure_that_passes_takes_three_rounds_and_the_best_is_kept(open_context: Callable[..., Any]) -> None:
    path = Path()
    kept = await run(open_context, [SILENT, None, SILENT], path)
    assert [best for best, _ in kept] == [0, 1, 1]
    assert [made.failure for made in kept[-1][1]] == [SILENT, None, SILENT]
    assert path.asked == [Family.IPV6, Family.IPV6]


async def test_what_cannot_pass_is_not_asked_again(open_context: Callable[..., Any]) -> None:
    assert await run(open_context, [TLS], Path()) == [(0, ())]
    assert await run(open_context, [SILENT], Path(), tries=0) == [(0, ())]


async def test_our_own_failure_ends_the_rounds_and_is_what_they_say(open_context: Callable[..., Any]) -> None:
    kept = await run(open_context, [SILENT, SILENT], Path(None, OURS))
    assert [made.failure for made in kept[-1][1]] == [SILENT, OURS]
    alone = await run(open_context, [SILENT], Path(OURS))
    assert [made.failure for made in alone[-1][1]] == [OURS]


async def test_two_rounds_of_whole_time_outs_are_enough(
    open_context: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", -1.0)
    kept = await run(open_context, [SILENT, SILENT, None], Path())
    assert [len(rounds) for _, rounds in kept] == [0, 2]
