"""What the charts are made of: scales, ticks, marks and words as SVG. Lengths are CSS pixels, colours the stylesheet's.

Whatever goes into a picture is a number or went through `escape`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

__all__ = ["Scale", "circle", "day_ticks", "line", "path", "rect", "svg", "text", "ticks", "titled"]

_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Scale:
    """A straight map from `low`..`high` to the pixels `start`..`end`; upside down where `end` is smaller."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value, to a tenth of a pixel; in the middle where there is but one value."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return round(self.start + share * (self.end - self.start), 1)


def ticks(high: float, most: int = 8) -> list[int]:
    """Return whole round numbers from 0 to `high` at steps of 1, 2 or 5 times a power of ten, `most` steps or fewer."""
    step, power = 1, 1
    while high / step > most:
        step, power = next(((s * power, power) for s in _STEPS if s * power > step), (10 * power, 10 * power))
    return list(range(0, int(high) + 1, step))


def day_ticks(first: date, last: date, most: int = 8) -> list[date]:
    """Return days for an axis of time, `most` or fewer: beginnings of years or months, or single days."""
    months = [
        date(month // 12, month % 12 + 1, 1)
        for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]
    months = [month for month in months if first <= month]
    if len(months) < 3:
        span = (last - first).days
        return [date.fromordinal(first.toordinal() + day) for day in ticks(span, most)]
    for step in (1, 3, 6, 12, 24, 60, 120):
        chosen = [month for month in months if (month.year * 12 + month.month - 1) % step == 0]
        if len(chosen) <= most:
            return chosen
    return chosen[:: len(chosen) // most + 1]


def svg(kind: str, id: str, size: tuple[float, float], title: str, told: str, parts: Iterable[str]) -> Markup:
    """Return a picture with its title and with what it shows in words. `id` is unlike those of others on the page."""
    width, height = size
    return Markup(  # noqa: S704  # numbers and escaped texts
        f'<svg class="{kind}" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{escape(title)}</title>'
        f'<desc id="{id}-desc">{escape(told)}</desc>{"".join(parts)}</svg>'
    )


def titled(kind: str, title: str, parts: Iterable[str]) -> str:
    """Return parts that belong together, with what a pointer is told."""
    return f'<g class="{kind}"><title>{escape(title)}</title>{"".join(parts)}</g>'


def text(
    kind: str, x: float, y: float, content: object, anchor: str = "start", after: tuple[str, object] = ("", "")
) -> str:
    """Return words; `anchor` is `start`, `middle` or `end`; what comes `after` them on their line has its own class."""
    named = f' class="{kind}"' if kind else ""
    placed = f' text-anchor="{anchor}"' if anchor != "start" else ""
    more = f'<tspan class="{after[0]}" dx="10">{escape(after[1])}</tspan>' if after[1] else ""
    return f'<text{named} x="{x:g}" y="{y:g}"{placed}>{escape(content)}{more}</text>'


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """Return a straight line."""
    return f'<line class="{kind}" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"/>'


def rect(kind: str, x: float, y: float, width: float, height: float, rx: float = 0) -> str:
    """Return a rectangle."""
    corner = f' rx="{rx:g}"' if rx else ""
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{corner}/>'


def circle(kind: str, x: float, y: float, r: float) -> str:
    """Return a circle."""
    return f'<circle class="{kind}" cx="{x:g}" cy="{y:g}" r="{r:g}"/>'


def path(kind: str, points: Sequence[tuple[float, float]]) -> str:
    """Return a line through points; nothing for fewer than two."""
    if len(points) < 2:
        return ""
    return f'<polyline class="{kind}" points="{" ".join(f"{x:g},{y:g}" for x, y in points)}"/>'
