"""The course of a province from scan to scan: pictures, and the same numbers in rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from markupsafe import Markup

from netaudit.model.run import Run, TrendPoint, UnitStatus
from netaudit.model.verdict import Status
from netaudit.writers import words
from netaudit.writers.report import MAIN_PILLARS
from netaudit.writers.trend_picture import Moment, Series, key, trend_picture
from netaudit.writers.wording import Wording

__all__ = ["Trend", "TrendChart", "TrendRow"]


def _(message: str) -> str:
    return message


_MOST = 400  # scans in a picture: the latest
_SHOWN = ((Status.PASS, "pass"), (Status.FAIL, "fail"), (Status.COULD_NOT_TEST, "gap"))


@dataclass(frozen=True)
class TrendRow:
    """A scan in numbers as a table shows them; `changed`: by other criteria than the one before."""

    point: TrendPoint
    changed: bool
    units_passed: int
    units: int
    pillars: dict[str, Mapping[Status, int]]


@dataclass(frozen=True)
class TrendChart:
    """A picture with its title, and its lines by name: the key, the name, the sign."""

    title: str
    picture: Markup
    keys: tuple[tuple[Markup, str, str], ...]


class Trend:
    """The points of a run, oldest first; nothing to show where there are fewer than two."""

    def __init__(self, run: Run, wording: Wording) -> None:
        self._points = run.trend if len(run.trend) > 1 else ()
        self._wording = wording
        self._say = wording.gettext

    @cached_property
    def rows(self) -> list[TrendRow]:
        """The scans, the latest first."""
        before = (None, *self._points)
        return [
            _row(point, earlier is not None and earlier.profiles != point.profiles)
            for earlier, point in zip(before, self._points, strict=False)
        ][::-1]

    @cached_property
    def charts(self) -> list[TrendChart]:
        """Compliance and coverage, units that pass, and the four pillars."""
        return [*self._charts()] if self._points else []

    def _charts(self) -> Iterator[TrendChart]:
        points = self._points[-_MOST:]
        rows = self.rows[: len(points)][::-1]
        shares = [
            self._series(_("compliance"), "pass", [_compliance(point) for point in points], percent=True),
            self._series(_("coverage"), "clock", [_coverage(point) for point in points], percent=True),
        ]
        yield self._chart("shares", self._say("Compliance and measurement coverage, %"), shares, points, 100)
        units = [
            self._series(_("all units"), "na", [(row.units, 1) for row in rows]),
            self._series(_("meet all"), "pass", [(row.units_passed, 1) for row in rows]),
        ]
        most = max(row.units for row in rows)
        yield self._chart("units", self._say("Units that meet every criterion that was tested"), units, points, most)
        for pillar in MAIN_PILLARS:
            counts = [row.pillars.get(pillar, {}) for row in rows]
            series = [
                self._series(words.STATUSES[status], sign, [(count.get(status, 0), 1) for count in counts])
                for status, sign in _SHOWN
            ]
            most = max((count.get(status, 0) for count in counts for status, _ in _SHOWN), default=0)
            yield self._chart(pillar, self._say(words.PILLARS[pillar]), series, points, most)

    def _chart(
        self, id: str, title: str, series: Sequence[Series], points: Sequence[TrendPoint], high: float
    ) -> TrendChart:
        picture = trend_picture(f"trend-{id}", title, _moments(points), series, high, self._wording)
        return TrendChart(title, picture, tuple((key(each), each.name, each.sign) for each in series))

    def _series(self, name: str, sign: str, parts: Sequence[tuple[int, int]], *, percent: bool = False) -> Series:
        """Numbers, or percentages where each has a whole; without one it is not known."""
        if percent:
            values = tuple(part / whole * 100 if whole else None for part, whole in parts)
            said = tuple(self._wording.percent(part, whole) for part, whole in parts)
        else:
            values = tuple(float(part) for part, _ in parts)
            said = tuple(self._wording.number(part) for part, _ in parts)
        return Series(self._say(name), sign, values, said)


def _row(point: TrendPoint, changed: bool) -> TrendRow:
    return TrendRow(
        point=point,
        changed=changed,
        units_passed=point.units.get(UnitStatus.PASS, 0),
        units=sum(point.units.values()),
        pillars={summary.pillar: summary.counts for summary in point.pillars},
    )


def _compliance(point: TrendPoint) -> tuple[int, int]:
    return point.totals.counts.get(Status.PASS, 0), point.totals.evaluated


def _coverage(point: TrendPoint) -> tuple[int, int]:
    return point.totals.evaluated, point.totals.applicable


def _moments(points: Sequence[TrendPoint]) -> tuple[Moment, ...]:
    first = points[0]
    moments = [Moment(first.started, first.complete, joined=False, changed=False)]
    for before, after in pairwise(points):
        changed = before.profiles != after.profiles
        joined = before.complete and after.complete and not changed
        moments.append(Moment(after.started, after.complete, joined, changed))
    return tuple(moments)
