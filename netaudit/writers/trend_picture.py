"""One quantity or a few over the scans of a province: lines from zero on one scale of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from markupsafe import Markup

from netaudit.rules.calendar import VIET_NAM, day_of
from netaudit.writers.chart import Scale, circle, day_ticks, line, path, rect, svg, text, ticks, titled
from netaudit.writers.wording import Wording

__all__ = ["Moment", "Series", "key", "trend_picture"]

# All lengths in CSS pixels.
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 356, 180, 38, 56, 12, 26
_APART = 15  # between the words at the ends of two lines
_CROWDED = 60  # more marks than these hide their line
_MARK = 3.5


@dataclass(frozen=True)
class Moment:
    """A scan on the axis: `joined` says that the one before it can be compared with it, `changed` that criteria did."""

    at: float
    complete: bool
    joined: bool
    changed: bool


@dataclass(frozen=True)
class Series:
    """A quantity at every moment, None where it is not known. `sign` is a status in the colours of the page."""

    name: str
    sign: str
    values: tuple[float | None, ...]
    said: tuple[str, ...]  # each value as readers see it


def trend_picture(
    id: str, title: str, moments: Sequence[Moment], series: Sequence[Series], high: float, wording: Wording
) -> Markup:
    """Return an SVG element of a page that holds `trend.css`. The scale goes from 0 to `high`.

    A line joins scans that can be compared: it breaks where criteria changed, which a dashed line marks, and at a scan
    that did not come to its end, whose marks are hollow and stand alone.
    """
    first, last = moments[0].at, moments[-1].at
    across = Scale(first, last, _LEFT + 6, _WIDTH - _RIGHT - 6)
    up = Scale(0, max(high, 1), _HEIGHT - _BOTTOM, _TOP)
    parts = [*_axes(across, up, wording), *_changes(moments, across)]
    for each in series:
        parts += _line(each, moments, across, up, wording)
    parts += _ends(series, up)
    days = f"{wording.day(day_of(first))} – {wording.day(day_of(last))}"
    told = "; ".join(f"{each.name}: {each.said[0]} → {each.said[-1]}" for each in series)
    return svg("trend-picture", id, (_WIDTH, _HEIGHT), title, f"{days}: {told}", parts)


def key(series: Series) -> Markup:
    """Return the line and the mark of a series, for a list of their names."""
    parts = path("", [(0, 7), (24, 7)]) + _mark(series.sign, 12, 7, "full")
    return Markup(f'<svg class="trend-key" viewBox="0 0 24 14" aria-hidden="true">{parts}</svg>')  # noqa: S704  # numbers


def _axes(across: Scale, up: Scale, wording: Wording) -> Iterator[str]:
    for value in ticks(up.high, 5):
        yield line("grid" if value else "axis", _LEFT, up(value), _WIDTH - _RIGHT, up(value))
        yield text("tick", _LEFT - 6, up(value) + 4, wording.number(value), "end")
    days = day_ticks(day_of(across.low), day_of(across.high), 3)
    for day in days:
        x = across(min(max(_midnight(day), across.low), across.high))
        yield line("axis", x, _HEIGHT - _BOTTOM, x, _HEIGHT - _BOTTOM + 4)
        yield text("tick", x, _HEIGHT - 8, wording.day(day), "start" if len(days) > 1 and x < _LEFT + 30 else "middle")


def _midnight(day: date) -> float:
    return datetime.combine(day, time(), VIET_NAM).timestamp()


def _changes(moments: Sequence[Moment], across: Scale) -> Iterator[str]:
    for before, after in pairwise(moments):
        if after.changed:
            x = across((before.at + after.at) / 2)
            yield line("changed", x, _TOP, x, _HEIGHT - _BOTTOM)


def _line(series: Series, moments: Sequence[Moment], across: Scale, up: Scale, wording: Wording) -> Iterator[str]:
    kind = f"series s-{series.sign}"
    stretch: list[tuple[float, float]] = []
    marks = []
    for moment, value, said in zip(moments, series.values, series.said, strict=True):
        if value is None or not moment.joined:
            yield path(kind, stretch)
            stretch = []
        if value is None:
            continue
        x, y = across(moment.at), up(value)
        if moment.complete:
            stretch.append((x, y))
        if not moment.complete or len(moments) <= _CROWDED:
            title = f"{wording.day(day_of(moment.at))}: {series.name} {said}"
            marks.append(titled(kind, title, [_mark(series.sign, x, y, "full" if moment.complete else "hollow")]))
    yield path(kind, stretch)
    yield from marks


def _mark(sign: str, x: float, y: float, kind: str) -> str:
    """A shape for each kind of series, so that they differ without colour."""
    if sign == "fail":
        return rect(kind, x - _MARK, y - _MARK, 2 * _MARK, 2 * _MARK)
    if sign == "pass":
        return circle(kind, x, y, _MARK)
    return f'<path class="{kind}" d="M{x:g} {y - 4.5:g}l4.5 4.5-4.5 4.5-4.5-4.5z"/>'


def _ends(series: Sequence[Series], up: Scale) -> Iterator[str]:
    """The latest value of each line at its end, apart from one another."""
    known = [(each, next((value for value in reversed(each.values) if value is not None), 0.0)) for each in series]
    y = float(_TOP)
    room = _HEIGHT - _BOTTOM - _APART * len(known)
    for number, (each, value) in enumerate(sorted(known, key=lambda pair: up(pair[1]))):
        y = min(max(up(value) + 4, y), room + _APART * (number + 1))
        yield text(f"end s-{each.sign}", _WIDTH - _RIGHT + 4, y, each.said[-1])
        y += _APART
