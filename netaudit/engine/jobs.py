"""A job: one target's probe, with a name to resume by and a guess of what it costs."""

from collections.abc import Callable
from dataclasses import dataclass

from netaudit.model.verdict import Target
from netaudit.probes.probe import Probe

__all__ = ["Job", "PlannedJob"]


@dataclass(frozen=True)
class PlannedJob:
    """What will be done about one target. `name` is the key of resuming: "zone:lamdong.gov.vn".

    `queries` and `connections` are estimates for `netaudit plan`, not bounds. Jobs with `offline` read
    files only and run in blackout windows too. `heavy` ones start a program of their own: they run after
    all others, few at once. `deadline` in seconds, for those that may take longer than others.
    """

    name: str
    target: Target
    queries: int = 0
    connections: int = 0
    offline: bool = False
    heavy: bool = False
    deadline: float | None = None


@dataclass(frozen=True)
class Job:
    """A planned job with the way to start it."""

    plan: PlannedJob
    probe: Callable[[], Probe]
