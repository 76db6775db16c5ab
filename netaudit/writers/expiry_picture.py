"""What ends in the next months, a lane for each kind, on one scale of days."""

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup, escape

from netaudit.model.expiry import Expiry
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
    title = escape(wording.gettext("What ends within %(days)s days") % {"days": DAYS})
    told = "; ".join(_told(kind, shown, now, wording) for kind in kinds)
    return Markup(  # noqa: S704  # numbers and escaped texts
        f'<svg class="latency expiry-picture" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'aria-labelledby="expiry-title expiry-desc">'
        f'<title id="expiry-title">{title}</title><desc id="expiry-desc">{escape(told)}</desc>{"".join(parts)}</svg>'
    )


def _told(kind: str, shown: Sequence[Expiry], now: float, wording: Wording) -> str:
    own = [expiry for expiry in shown if expiry.kind == kind]
    over = sum(expiry.count for expiry in own if expiry.at <= now)
    ahead = sum(expiry.count for expiry in own if expiry.at > now)
    counts = wording.gettext("ended: %(over)s, ending: %(ahead)s") % {"over": over, "ahead": ahead}
    return f"{wording.gettext(EXPIRIES[kind])}: {counts}"


def _axis(lanes: int, wording: Wording) -> list[str]:
    bottom = _TOP + _LANE * lanes
    over = escape(wording.gettext("ended"))
    parts = [
        f'<rect class="beyond" x="{_LEFT}" y="{_TOP - 8}" width="{_OVER}" height="{bottom - _TOP + 8}"/>',
        f'<text class="limit" x="{_LEFT + _OVER / 2}" y="14" text-anchor="middle">{over}</text>',
        f'<line class="axis" x1="{_LEFT}" y1="{bottom}" x2="{_WIDTH - _RIGHT}" y2="{bottom}"/>',
    ]
    for day in _TICKS:
        x = _x(day)
        label = escape(wording.gettext("today")) if not day else str(day)
        anchor = "end" if day == DAYS else "middle"
        parts.append(f'<line class="axis" x1="{x}" y1="{bottom}" x2="{x}" y2="{bottom + 4}"/>')
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="{anchor}">{label}</text>')
    return parts


def _lane(number: int, kind: str, expiries: Sequence[Expiry], now: float, wording: Wording) -> list[str]:
    y = _TOP + _LANE * number + _LANE / 2
    name = escape(wording.gettext(EXPIRIES[kind]))
    parts = [
        f'<text class="name" x="0" y="{y + 5}">{name}</text>',
        f'<line class="lane" x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}"/>',
    ]
    over = sum(expiry.count for expiry in expiries if expiry.at <= now)
    if over:
        parts.append(f'<text class="limit" x="{_LEFT + _OVER / 2}" y="{y + 5}" text-anchor="middle">{over}</text>')
    days: Counter[tuple[int, bool]] = Counter()
    for expiry in expiries:
        if expiry.at > now:
            days[int((expiry.at - now) / _DAY), expiry.renews] += expiry.count
    for (day, renews), count in sorted(days.items()):
        parts.append(_mark(_x(day), y, count, renews))
    return parts


def _mark(x: float, y: float, count: int, renews: bool) -> str:
    size = min(5 + count**0.5, 14)
    if renews:
        corner, side = f'x="{x - size / 2:.1f}" y="{y - size / 2:.1f}"', f"{size:.1f}"
        return f'<rect class="sample" {corner} width="{side}" height="{side}"/>'
    return f'<circle class="sample" cx="{x}" cy="{y}" r="{size:.1f}"/>'


def _x(day: float) -> float:
    start = _LEFT + _OVER + 8
    return round(start + day / DAYS * (_WIDTH - _RIGHT - start), 1)
