"""The weeks of a label, one square each: met, not met, not known; with what it shows in words."""

from collections.abc import Sequence

from markupsafe import Markup

from netaudit.model.run import Result
from netaudit.model.verdict import Observation
from netaudit.writers.chart import rect, svg, text, titled
from netaudit.writers.wording import Wording

__all__ = ["LABEL", "week_strip"]

LABEL = "web.ipv6_label"
"""The check whose evidence is one row a week, oldest first."""

# All lengths in CSS pixels.
_SIDE, _GAP, _TOP, _HEIGHT = 22, 4, 4, 46
_MOST = 26  # weeks that fit a page's width; the table of evidence has them all
_MARKS = {True: ("met", "✓"), False: ("missed", "✗"), None: ("unknown", "?")}


def week_strip(results: Sequence[Result], wording: Wording) -> Markup | None:
    """Return an SVG element of a page that holds `parity.css`; None where no weeks were looked at."""
    found = (r.verdict.outcome.observed for r in results if r.verdict.check == LABEL)
    weeks = next(found, ())[-_MOST:]
    if not weeks:
        return None
    width = len(weeks) * (_SIDE + _GAP) + 80  # the last week's name may be wider than its square
    squares = [_square(place, week) for place, week in enumerate(weeks)]
    title = wording.gettext("IPv6 Ready, week by week")
    return svg("weeks", "weeks", (width, _HEIGHT), title, _told(weeks, wording), [*squares, *_names(weeks)])


def _square(place: int, week: Observation) -> str:
    kind, mark = _MARKS[week.ok]
    x = place * (_SIDE + _GAP)
    return titled(
        kind, week.where, [rect("week", x, _TOP, _SIDE, _SIDE, 3), text("", x + _SIDE / 2, _TOP + 16, mark, "middle")]
    )


def _names(weeks: Sequence[Observation]) -> list[str]:
    """The first and the last week by name."""
    ends = {0: weeks[0], len(weeks) - 1: weeks[-1]} if len(weeks) > 4 else {0: weeks[0]}
    return [text("name", place * (_SIDE + _GAP), _HEIGHT - 4, week.where) for place, week in ends.items()]


def _told(weeks: Sequence[Observation], wording: Wording) -> str:
    said = wording.gettext("weeks from %(first)s to %(last)s: met %(met)s, not met %(missed)s, not known %(unknown)s")
    count = {ok: sum(week.ok is ok for week in weeks) for ok in _MARKS}
    return said % {
        "first": weeks[0].where,
        "last": weeks[-1].where,
        "met": count[True],
        "missed": count[False],
        "unknown": count[None],
    }
