"""The profiles as bars of time on one scale, with the deadlines of their clauses and the day of the scan."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from markupsafe import Markup

from netaudit.model.profile import Clause, Confidence, Profile
from netaudit.model.run import ClauseResult, Timeliness
from netaudit.writers import words
from netaudit.writers.chart import Scale, day_ticks, line, rect, svg, text, titled
from netaudit.writers.safe import bounded
from netaudit.writers.wording import Wording

__all__ = ["MARKS", "plan_picture"]

MARKS = {
    Timeliness.MET: "pass", Timeliness.LATE: "fail", Timeliness.UNDECIDED: "gap", Timeliness.ON_TRACK: "clock",
    Timeliness.CLOSED: "na", Timeliness.NO_DEADLINE: "na",
}  # fmt: skip
"""The signs of the page's sprite."""

# All lengths in CSS pixels.
_WIDTH, _EDGE, _TOP = 960, 12, 40
_ROW, _BAR, _NAME = 62, 14, 100  # a profile's room, its bar, the letters of its name
_MARK, _HIGH, _SIGN = 40, 22, 13


class _Dated(Protocol):
    @property
    def clause(self) -> Clause: ...
    @property
    def result(self) -> ClauseResult: ...
    @property
    def deadline_confidence(self) -> Confidence: ...


def plan_picture(rows: Sequence[tuple[Profile, Sequence[_Dated]]], today: date, wording: Wording) -> Markup | None:
    """Return an SVG element of a page that holds `plan.css` and the sprite; None without a profile.

    A mark is the clauses of one deadline that stand alike, with their number; its outline is dashed where the day
    itself is not verified. A bar without an end is a profile in force.
    """
    if not rows:
        return None
    scale = _scale(rows, today)
    bottom = _TOP + _ROW * len(rows)
    parts = [*_axis(scale, bottom, wording)]
    for number, (profile, clauses) in enumerate(rows):
        parts += _row(profile, clauses, scale, _TOP + _ROW * number, today, wording)
    parts += _today(scale, bottom, today, wording)
    told = "; ".join(_told(profile, clauses, wording) for profile, clauses in rows)
    title = wording.gettext("The plans in time, with their deadlines")
    return svg("plan-picture", "plan-picture", (_WIDTH, bottom + 24), title, told, parts)


def _scale(rows: Sequence[tuple[Profile, Sequence[_Dated]]], today: date) -> Scale:
    """From the beginning of the first year to the end of the last."""
    days = [today]
    for profile, clauses in rows:
        days += [profile.effective, *(c.clause.deadline for c in clauses if c.clause.deadline is not None)]
        days += [profile.ended] if profile.ended is not None else []
    first, last = date(min(days).year, 1, 1), date(min(max(days).year + 1, date.max.year), 1, 1)
    return Scale(first.toordinal(), last.toordinal(), _EDGE, _WIDTH - _EDGE)


def _axis(scale: Scale, bottom: float, wording: Wording) -> Iterator[str]:
    first, last = date.fromordinal(int(scale.low)), date.fromordinal(int(scale.high))
    for day in day_ticks(first, last, 14):
        x = scale(day.toordinal())
        label = str(day.year) if (day.month, day.day) == (1, 1) else wording.day(day)
        anchor = "start" if x < _EDGE + 20 else "end" if x > _WIDTH - _EDGE - 20 else "middle"
        yield line("grid", x, _TOP - 12, x, bottom)
        yield text("tick", x, bottom + 16, label, anchor)


def _today(scale: Scale, bottom: float, today: date, wording: Wording) -> Iterator[str]:
    x = scale(today.toordinal())
    label = "{} {}".format(wording.gettext("scanned on"), wording.day(today))
    anchor = "end" if x > _WIDTH * 0.8 else "start" if x < _WIDTH * 0.2 else "middle"
    yield line("today", x, 20, x, bottom)
    yield text("today", x, 14, label, anchor)


def _row(
    profile: Profile, clauses: Sequence[_Dated], scale: Scale, top: float, today: date, wording: Wording
) -> Iterator[str]:
    over = profile.ended is not None and profile.ended < today
    start = scale(profile.effective.toordinal())
    end = scale(profile.ended.toordinal()) if profile.ended is not None else _WIDTH
    middle = top + 36
    name = bounded(profile.name.in_language(wording.language), _NAME)
    yield text("name", _EDGE, top + 14, name, after=("rest", _undated(clauses, wording)))
    yield titled(
        "profile",
        f"{name}: {_span(profile, wording)}",
        [rect("term over" if over else "term", start, middle - _BAR / 2, max(end - start, 2), _BAR)],
    )
    yield from _marks(clauses, scale, middle, wording)


def _marks(clauses: Sequence[_Dated], scale: Scale, middle: float, wording: Wording) -> Iterator[str]:
    """Side by side around their day; those of a day that the ones before have reached move to their right."""
    free = 0.0
    for deadline, groups in sorted(_by_deadline(clauses).items()):
        width = _MARK * len(groups)
        x = max(free, min(scale(deadline.toordinal()) - width / 2, _WIDTH - width - 1))
        for timeliness, members in groups.items():
            yield _mark(x, middle, deadline, timeliness, members, wording)
            x += _MARK
        free = x


def _by_deadline(clauses: Sequence[_Dated]) -> dict[date, dict[Timeliness, list[_Dated]]]:
    grouped: dict[date, dict[Timeliness, list[_Dated]]] = defaultdict(dict)
    for standing in Timeliness:
        for each in clauses:
            if each.clause.deadline is not None and each.result.timeliness is standing:
                grouped[each.clause.deadline].setdefault(standing, []).append(each)
    return grouped


def _mark(
    x: float, middle: float, deadline: date, timeliness: Timeliness, members: Sequence[_Dated], wording: Wording
) -> str:
    sign = MARKS[timeliness]
    doubtful = any(each.deadline_confidence is not Confidence.VERIFIED for each in members)
    kind = f"mark-box s-{sign}" + (" doubtful" if doubtful else "")
    named = wording.joined(each.clause.id for each in members)
    said = wording.gettext(words.TIMELINESS[timeliness])
    title = f"{wording.day(deadline)}: {said}, {named} ({wording.joined(_bases(members, wording))})"
    inside = [
        rect("ground", x + 1, middle - _HIGH / 2, _MARK - 2, _HIGH, 5),
        f'<use href="#m-{sign}" x="{x + 6:g}" y="{middle - _SIGN / 2:g}" width="{_SIGN}" height="{_SIGN}"/>',
        text("number", x + _MARK - 7, middle + 5, wording.number(len(members)), "end"),
    ]
    return titled(kind, title, inside)


def _bases(members: Sequence[_Dated], wording: Wording) -> Iterator[str]:
    for basis, count in Counter(each.clause.basis for each in members).items():
        yield f"{wording.gettext(words.BASIS[basis])}: {wording.number(count)}"


def _undated(clauses: Sequence[_Dated], wording: Wording) -> str:
    """The clauses that name no day, which have no place on the scale."""
    undated = [each for each in clauses if each.clause.deadline is None and each.result.timeliness is not None]
    if not undated:
        return ""
    met = sum(each.result.timeliness is Timeliness.MET for each in undated)
    said = wording.gettext("without a deadline: %(met)s of %(all)s met")
    return said % {"met": wording.number(met), "all": wording.number(len(undated))}


def _span(profile: Profile, wording: Wording) -> str:
    if profile.ended is None:
        return wording.gettext("in effect since %(day)s") % {"day": wording.day(profile.effective)}
    return f"{wording.day(profile.effective)} – {wording.day(profile.ended)}"


def _told(profile: Profile, clauses: Sequence[_Dated], wording: Wording) -> str:
    said = [f"{bounded(profile.name.in_language(wording.language), _NAME)}, {_span(profile, wording)}"]
    for deadline, groups in sorted(_by_deadline(clauses).items()):
        counts = (f"{wording.gettext(words.TIMELINESS[t])} {wording.number(len(m))}" for t, m in groups.items())
        said.append(f"{wording.day(deadline)}: {', '.join(counts)}")
    return ", ".join([*said, *filter(None, [_undated(clauses, wording)])])
