"""The history of runs for a terminal: the runs, what they found and since when, how the numbers moved."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from netaudit.model.regression import FindingHistory, Moment, Standing
from netaudit.model.run import ClauseStatus, Totals, TrendPoint
from netaudit.model.verdict import Status
from netaudit.rules.calendar import VIET_NAM
from netaudit.writers import words
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["STANDINGS", "HistoryText"]


def _(message: str) -> str:
    return message


STANDINGS: dict[Standing, str] = {
    Standing.NEW: _("new"),
    Standing.STILL: _("still there"),
    Standing.REPLACED: _("another reason now"),
    Standing.FIXED: _("fixed"),
    Standing.MOOT: _("no longer applies"),
    Standing.UNTESTED: _("could not be tested"),
    Standing.LEFT_OUT: _("not asked"),
    Standing.GONE: _("no longer in the inventory"),
}

_RUN_COLUMNS = (
    _("Run"),
    _("Began"),
    _("Province"),
    _("Vantage"),
    _("Findings"),
    _("Passed"),
    _("Measured"),
    _("Notes"),
)
_FINDING_COLUMNS = (
    _("State"), _("Severity"), _("Check"), _("Target"), _("First seen"), _("Since"), _("Last good"), _("Notes")
)  # fmt: skip
_TREND_COLUMNS = (_("Began"), _("Findings"), _("Passed"), _("Measured"), _("Clauses met"), _("Notes"))


class HistoryText:
    """One language's text of a history. `language` is `vi` or `en`."""

    def __init__(self, language: str) -> None:
        self._wording = Wording(language)
        self._say = self._wording.gettext

    def runs(self, entries: Iterable[tuple[TrendPoint, str, str, bool]]) -> list[tuple[str, ...]]:
        """Runs, headings first. Each: its point, province, vantage, and whether its run.json is still there."""
        rows = [self._heads(_RUN_COLUMNS)]
        for point, province, vantage, kept in entries:
            notes = self._notes(point, () if kept else (self._say(_("only what it found is kept")),))
            rows.append(
                (point.run, self._moment(point.started), province, vantage or "–", *self._totals(point.totals), notes)
            )
        return rows

    def findings(self, histories: Iterable[FindingHistory]) -> list[tuple[str, ...]]:
        """Findings with their dates, headings first."""
        return [self._heads(_FINDING_COLUMNS), *map(self._finding, histories)]

    def trend(self, points: Sequence[TrendPoint]) -> list[tuple[str, ...]]:
        """How the numbers moved, headings first."""
        return [
            self._heads(_TREND_COLUMNS),
            *((self._moment(p.started), *self._totals(p.totals), self._clauses(p), self._notes(p)) for p in points),
        ]

    def facts(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """What is known of one run, by name."""
        return [(self._say(name), one_line(value, 400)) for name, value in pairs]

    def added(self, new: int, known: int, replaced: int) -> str:
        """What became of runs that were imported."""
        told = self._say(_("%(new)s runs added, %(replaced)s replaced, %(known)s were there already"))
        return told % self._numbers(new=new, known=known, replaced=replaced)

    def pruned(self, number: int, *, documents: bool) -> str:
        """How many runs went."""
        if documents:
            told = self._say(_("%(number)s runs: run.json removed, what they found is kept"))
        else:
            told = self._say(_("%(number)s runs removed; the days on which findings were first seen are kept"))
        return told % self._numbers(number=number)

    def exported(self, number: int, left_out: int) -> str:
        """How many runs were written."""
        told = self._say(_("%(number)s runs written; %(left_out)s left out, for their run.json was removed"))
        return told % self._numbers(number=number, left_out=left_out)

    def _finding(self, history: FindingHistory) -> tuple[str, ...]:
        state, course = history.state, history.course
        word = words.SEVERITIES[state.severity] if state.status is Status.FAIL else words.STATUSES[state.status]
        notes = [
            self._say(_("waived")) if state.waived else "",
            self._say(_("comes and goes (%(number)s times)")) % self._numbers(number=course.changes)
            if course.flapping
            else "",
            self._say(_("not confirmed yet")) if history.counts and not course.confirmed else "",
        ]
        return (
            self._say(STANDINGS[history.standing]),
            self._say(word),
            state.check,
            one_line(state.target.name, 200),
            *map(self._when, (course.first_seen, course.since, course.last_good)),
            "; ".join(filter(None, notes)),
        )

    def _totals(self, totals: Totals) -> tuple[str, str, str]:
        passed = totals.counts.get(Status.PASS, 0)
        return (
            self._wording.number(sum(totals.findings.values())),
            self._wording.percent(passed, totals.evaluated),
            self._wording.percent(totals.evaluated, totals.applicable),
        )

    def _clauses(self, point: TrendPoint) -> str:
        counts = point.clauses.values()
        met = sum(each.get(ClauseStatus.MET, 0) for each in counts)
        decided = (ClauseStatus.MET, ClauseStatus.PARTLY, ClauseStatus.UNMET)
        whole = sum(each.get(status, 0) for each in counts for status in decided)
        return f"{self._wording.number(met)}/{self._wording.number(whole)}"

    def _notes(self, point: TrendPoint, more: Iterable[str] = ()) -> str:
        return "; ".join((*(() if point.complete else (self._say(_("cut short")),)), *more))

    def _when(self, moment: Moment | None) -> str:
        return "–" if moment is None else self._moment(moment.at)

    def _moment(self, at: float) -> str:
        return f"{datetime.fromtimestamp(at, VIET_NAM):%Y-%m-%d %H:%M}"

    def _heads(self, columns: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(self._say, columns))

    def _numbers(self, **values: int) -> dict[str, str]:
        return {name: self._wording.number(value) for name, value in values.items()}
