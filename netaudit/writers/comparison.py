"""What would change: verdicts as they are now and as they would be, for a terminal; its words are the report's too."""

from collections.abc import Iterator
from itertools import groupby

import click

from netaudit.model.change import Difference
from netaudit.model.run import Run
from netaudit.model.verdict import Verdict
from netaudit.writers import words
from netaudit.writers.report import Report
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["DIFFERENCES", "DIFFERENCES_SINCE", "DIFFERENCE_MARKS", "comparison_text"]


def _(message: str) -> str:
    return message


DIFFERENCES: dict[Difference, str] = {
    Difference.BROKEN: _("Would fail, and does not now"),
    Difference.WORSE: _("New warnings"),
    Difference.UNTESTED: _("Could not be tested any more"),
    Difference.GONE: _("No longer looked at, and not fixed"),
    Difference.OTHER: _("Still not good, for another reason"),
    Difference.FIXED: _("Would be fixed"),
    Difference.TESTED: _("Could not be tested, and would be good"),
}
DIFFERENCES_SINCE: dict[Difference, str] = {
    Difference.BROKEN: _("Fails now, and did not before"),
    Difference.WORSE: _("New warnings"),
    Difference.UNTESTED: _("Could not be tested any more"),
    Difference.GONE: _("No longer looked at, and not fixed"),
    Difference.OTHER: _("Still not good, for another reason"),
    Difference.FIXED: _("Fixed since"),
    Difference.TESTED: _("Could not be tested before, and is good"),
}
DIFFERENCE_MARKS: dict[Difference, str] = {
    Difference.BROKEN: "fail",
    Difference.WORSE: "warn",
    Difference.UNTESTED: "could_not_test",
    Difference.GONE: "could_not_test",
    Difference.OTHER: "fail",
    Difference.FIXED: "pass",
    Difference.TESTED: "pass",
}
"""The status in whose colour and shape pages show what became of a verdict."""

_MARKS = {
    Difference.BROKEN: ("✗", "red"),
    Difference.WORSE: ("!", "yellow"),
    Difference.UNTESTED: ("?", "cyan"),
    Difference.GONE: ("?", "cyan"),
    Difference.OTHER: ("✗", "red"),
    Difference.FIXED: ("✓", "green"),
    Difference.TESTED: ("✓", "green"),
}
_TITLE, _SAME, _NOW, _THEN, _NOTHING = (
    _("Live now → proposed"), _("No verdict would change."), _("now"), _("then"), _("none")
)  # fmt: skip
_ROWS = 50


def comparison_text(run: Run, language: str, *, colour: bool = False) -> str:
    """Return what a run's comparison holds for a terminal, grouped, the worst first. `language` is `vi` or `en`."""
    return "\n".join(_lines(Report(run, Wording(language)), colour)) + "\n"


def _lines(report: Report, colour: bool) -> Iterator[str]:
    say = report.wording.gettext
    changes = report.run.comparison.changes if report.run.comparison is not None else ()
    yield say(_TITLE)
    if not changes:
        yield f"  {say(_SAME)}"
    for difference, group in groupby(changes, lambda change: change.difference):
        rows = list(group)
        mark, paint = _MARKS[difference]
        heading = f"{mark} {say(DIFFERENCES[difference])}: {len(rows)}"
        yield "  " + (click.style(heading, fg=paint, bold=True) if colour else heading)
        for change in rows[:_ROWS]:
            yield f"    {change.check} {one_line(report.target(change.target), 120)}"
            if difference is Difference.TESTED:
                continue
            yield f"      {say(_NOW)}: {_sentence(report, change.before)}"
            yield f"      {say(_THEN)}: {_sentence(report, change.after)}"
        if len(rows) > _ROWS:
            yield f"    … (+{len(rows) - _ROWS})"


def _sentence(report: Report, verdict: Verdict | None) -> str:
    if verdict is None:
        return report.wording.gettext(_NOTHING)
    status = report.wording.gettext(words.STATUSES[verdict.outcome.status])
    return f"[{status}] {one_line(report.compared_sentence(verdict), 300)}"
