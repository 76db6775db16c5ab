"""A run in the few numbers whose course over months is worth seeing."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec

from netaudit.model.run import ClauseStatus, Run, TrendPoint

__all__ = ["course_of", "trend_point", "with_trend"]


def trend_point(run: Run) -> TrendPoint:
    """What a trend keeps of a run: its totals, pillars, units and clauses as counts."""
    clauses: defaultdict[str, Counter[ClauseStatus]] = defaultdict(Counter)
    for result in run.clauses:
        clauses[result.profile][result.status] += 1
    return TrendPoint(
        run=run.id,
        started=run.started,
        complete=run.complete,
        profiles=tuple(profile.edition for profile in run.profiles),
        totals=run.totals,
        pillars=run.pillars,
        units=dict(Counter(result.status for result in run.unit_results)),
        clauses={profile: dict(counts) for profile, counts in clauses.items()},
    )


def with_trend(run: Run, earlier: Iterable[TrendPoint]) -> Run:
    """The run with its course: earlier points, one of each run, oldest first, and its own last.

    Points that began after the run are left out. Without an earlier one there is no course.
    """
    points = {point.run: point for point in earlier if point.run != run.id and point.started <= run.started}
    if not points:
        return run
    ordered = sorted(points.values(), key=lambda point: (point.started, point.run))
    return msgspec.structs.replace(run, trend=(*ordered, trend_point(run)))


def course_of(run: Run) -> tuple[TrendPoint, ...]:
    """The points that a run hands on to a later one: those it was given, and its own. What was proposed never was."""
    if run.proposed:
        return ()
    return run.trend or (trend_point(run),)
