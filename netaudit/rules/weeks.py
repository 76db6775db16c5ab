"""Scans put into weeks, and how many weeks in a row a rule was not met: for labels that are lost after some.

A week begins on Monday in Viet Nam. It is met when any scan in it saw the rule met, and failed when scans saw it
failed and none saw it met. A week without a scan, or with none that could test, is unknown: it is never a failed week,
and nothing is known of a row that it interrupts.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from netaudit.model.history import PastStatus
from netaudit.model.verdict import Status
from netaudit.rules.calendar import day_of

__all__ = ["Row", "Week", "failed_row", "weeks_of"]

_WEEK = timedelta(days=7)


class Week(NamedTuple):
    """One week: whether the rule was met, None where that is not known."""

    monday: date
    ok: bool | None
    scans: int = 0
    failed: date | None = None  # of a failed week: the first day that it was seen to fail

    @property
    def name(self) -> str:
        """As ISO 8601 names it: 2026-W48."""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"


class Row(NamedTuple):
    """The failed weeks since the rule was last seen met: how many, from when, and the weeks among them not known.

    `complete` is the day on which so many weeks as asked for had failed one after the other; None: never.
    """

    failed: int
    unknown: int
    since: date
    complete: date | None


def weeks_of(past: Iterable[PastStatus], most: int) -> tuple[Week, ...]:
    """The weeks from the first scan to the last, with those between that had none; at most the last `most`."""
    scans: dict[date, list[PastStatus]] = {}
    for scan in sorted(past, key=lambda scan: scan.at):
        day = day_of(scan.at)
        scans.setdefault(day - timedelta(days=day.weekday()), []).append(scan)
    if not scans:
        return ()
    last = max(scans)
    count = min(most, (last - min(scans)) // _WEEK + 1)
    mondays = [last - _WEEK * back for back in reversed(range(count))]
    return tuple(_week(monday, scans.get(monday, [])) for monday in mondays)


def failed_row(weeks: Sequence[Week], length: int) -> Row | None:
    """The failed weeks up to the last one; None when that was met, or nothing failed since the rule was met."""
    met = max((place for place, week in enumerate(weeks) if week.ok), default=-1)
    since = list(weeks[met + 1 :])
    failed = [week for week in since if week.ok is False]
    if not failed or failed[0].failed is None:
        return None
    after = since[since.index(failed[0]) :]
    return Row(len(failed), sum(week.ok is None for week in after), failed[0].failed, _complete(after, length))


def _week(monday: date, scans: Sequence[PastStatus]) -> Week:
    statuses = {scan.status for scan in scans}
    if Status.PASS in statuses:
        return Week(monday, True, len(scans))
    failed = [day_of(scan.at) for scan in scans if scan.status is Status.FAIL]
    return Week(monday, False, len(scans), failed[0]) if failed else Week(monday, None, len(scans))


def _complete(weeks: Sequence[Week], length: int) -> date | None:
    run = 0
    for week in weeks:
        run = run + 1 if week.ok is False else 0
        if run == length:
            return week.failed
    return None
