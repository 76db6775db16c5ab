"""What a scan of the sample must find, and what it did find: "CHECK TARGET" lines, as world files write them."""

from collections.abc import Collection

from netaudit.lab.world import World
from netaudit.model.common import Reason
from netaudit.model.run import Run
from netaudit.model.verdict import Status, Verdict

__all__ = ["FOUND", "UNTESTED", "planted_blinds", "planted_finds", "seen", "statuses"]

FOUND = frozenset({Status.FAIL, Status.WARN})
UNTESTED = frozenset({Status.COULD_NOT_TEST})


def planted_finds(world: World) -> set[str]:
    """What the faults must cause: fail or warn."""
    return {finding for fault in world.faults for finding in fault.finds}


def planted_blinds(world: World) -> set[str]:
    """What the faults hide: could not test."""
    return {finding for fault in world.faults for finding in fault.blinds}


def seen(run: Run, wanted: Collection[Status]) -> set[str]:
    """The verdicts of a run with one of these statuses.

    Left out: what the inventory says that no scan from here can test, on a closed network or as a resolver's client.
    """
    verdicts = [result.verdict for result in run.results if result.verdict.outcome.status in wanted]
    return {_line(verdict) for verdict in verdicts if not _closed(verdict)}


def statuses(run: Run) -> dict[str, str]:
    """Every verdict of a run: status and message."""
    return {_line(r.verdict): f"{r.verdict.outcome.status} {r.verdict.outcome.message}" for r in run.results}


def _line(verdict: Verdict) -> str:
    return f"{verdict.check} {verdict.target}"


def _closed(verdict: Verdict) -> bool:
    failure = verdict.outcome.failure
    return failure is not None and failure.reason in (Reason.NOT_FROM_INTERNET, Reason.NOT_FROM_INSIDE)
