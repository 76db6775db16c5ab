"""What ends in the next months, a lane for each kind, on one scale of days."""

from collections import Counter
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from netaudit.model.expiry import Expiry
from netaudit.writers.chart import Scale, circle, line, rect, svg, text
from netaudit.writers.wording import Wording
from netaudit.writers.words import EXPIRIES

__all__ = ["DAYS", "expiry_picture"]

DAYS = 90
"""How far ahead the picture looks."""

# All lengths in CSS pixels.
_WIDTH, _LEFT, _OVER, _RIGHT = 800, 226, 64, 14
_LANE, _TOP = 34, 30
_TICKS = (0, 14, 30, 60, 90)
_DAY = 86_400.0
_ACROSS = Scale(0, DAYS, _LEFT + _OVER + 8, _WIDTH - _RIGHT)


def expiry_picture(expiries: Sequence[Expiry], now: float, wording: Wording) -> Markup | None:
    """Return an SVG element of a page that holds `parity.css`; None when nothing ends within 90 days.

    A circle is what ends on that day, the larger the more of it; a square what a machine renews. What has ended
    already stands in a column of its own.
    """
    shown = [expiry for expiry in expiries if expiry.at <= now + DAYS * _DAY]
    if not shown:
        return None
    kinds = [kind for kind in EXPIRIES if any(expiry.kind == kind for expiry in shown)]
    height = _TOP + _LANE * len(kinds) + 26
    parts = [*_axis(len(kinds), wording)]
    for number, kind in enumerate(kinds):
        parts += _lane(number, kind, [expiry for expiry in shown if expiry.kind == kind], now, wording)
    title = wording.gettext("What ends within %(days)s days") % {"days": DAYS}
    told = "; ".join(_told(kind, shown, now, wording) for kind in kinds)
    return svg("latency expiry-picture", "expiry", (_WIDTH, height), title, told, parts)


def _told(kind: str, shown: Sequence[Expiry], now: float, wording: Wording) -> str:
    own = [expiry for expiry in shown if expiry.kind == kind]
    over = sum(expiry.count for expiry in own if expiry.at <= now)
    ahead = sum(expiry.count for expiry in own if expiry.at > now)
    counts = wording.gettext("ended: %(over)s, ending: %(ahead)s") % {"over": over, "ahead": ahead}
    return f"{wording.gettext(EXPIRIES[kind])}: {counts}"


def _axis(lanes: int, wording: Wording) -> Iterator[str]:
    bottom = _TOP + _LANE * lanes
    yield rect("beyond", _LEFT, _TOP - 8, _OVER, bottom - _TOP + 8)
    yield text("limit", _LEFT + _OVER / 2, 14, wording.gettext("ended"), "middle")
    yield line("axis", _LEFT, bottom, _WIDTH - _RIGHT, bottom)
    for day in _TICKS:
        x = _ACROSS(day)
        yield line("axis", x, bottom, x, bottom + 4)
        yield text("", x, bottom + 18, day or wording.gettext("today"), "end" if day == DAYS else "middle")


def _lane(number: int, kind: str, expiries: Sequence[Expiry], now: float, wording: Wording) -> Iterator[str]:
    y = _TOP + _LANE * number + _LANE / 2
    yield text("name", 0, y + 5, wording.gettext(EXPIRIES[kind]))
    yield line("lane", _LEFT, y, _WIDTH - _RIGHT, y)
    over = sum(expiry.count for expiry in expiries if expiry.at <= now)
    if over:
        yield text("limit", _LEFT + _OVER / 2, y + 5, over, "middle")
    days: Counter[tuple[int, bool]] = Counter()
    for expiry in expiries:
        if expiry.at > now:
            days[int((expiry.at - now) / _DAY), expiry.renews] += expiry.count
    for (day, renews), count in sorted(days.items()):
        yield _mark(_ACROSS(day), y, count, renews)


def _mark(x: float, y: float, count: int, renews: bool) -> str:
    size = min(5 + count**0.5, 14)
    return rect("sample", x - size / 2, y - size / 2, size, size) if renews else circle("sample", x, y, size)
