"""Stacked bars: counts by status as parts of one width."""

from collections.abc import Mapping
from dataclasses import dataclass

from netaudit.model.verdict import Status

__all__ = ["Segment", "segments"]

_BAR = 1000  # width of a bar in its own units
_THINNEST = 8  # a part that exists is seen


@dataclass(frozen=True)
class Segment:
    """One part of a stacked bar."""

    status: Status
    count: int
    start: int
    width: int


def segments(counts: Mapping[Status, int]) -> list[Segment]:
    """Return the parts of a stacked bar; what does not apply takes no room."""
    shown = [(status, counts.get(status, 0)) for status in
             (Status.PASS, Status.WARN, Status.FAIL, Status.COULD_NOT_TEST, Status.MANUAL)]  # fmt: skip
    shown = [(status, count) for status, count in shown if count > 0]
    total = sum(count for _, count in shown)
    if not total:
        return []
    widths = [max(_THINNEST, round(count * _BAR / total)) for _, count in shown]
    widths[widths.index(max(widths))] -= sum(widths) - _BAR
    starts = [sum(widths[:place]) for place in range(len(widths))]
    return [
        Segment(status, count, start, width)
        for (status, count), start, width in zip(shown, starts, widths, strict=True)
    ]
