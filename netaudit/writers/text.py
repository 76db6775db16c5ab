"""A run in a terminal: findings one under the other, and the line that says what happened."""

from collections.abc import Iterator
from pathlib import Path

import click

from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status
from netaudit.writers import words
from netaudit.writers.report import CheckGroup, Report
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["closing_line", "run_text"]

_COLOURS = {Status.FAIL: "red", Status.WARN: "yellow", Status.COULD_NOT_TEST: "cyan", Status.PASS: "green"}
_MARKS = {
    Status.PASS: "✓", Status.FAIL: "✗", Status.WARN: "!", Status.COULD_NOT_TEST: "?", Status.MANUAL: "…",
    Status.NOT_APPLICABLE: "–",
}  # fmt: skip
_ROWS = 50
_OBSERVED = 12


def run_text(run: Run, language: str, *, colour: bool = False, passes: bool = False) -> str:
    """Return the run for a terminal: fails with evidence, fix and command; then what could not be tested.

    With `passes`, every other result is listed too, with what was observed; else passes are counted. Control
    characters of targets are written out, so that no server can steer the reader's terminal. `language` is `vi`
    or `en`.
    """
    report = Report(run, Wording(language))
    return "\n".join(_Terminal(report, colour).lines(passes)) + "\n"


def closing_line(run: Run, index: Path | None, language: str) -> str:
    """Return the last line of a scan: exit code, findings at or above the threshold, what was evaluated."""
    wording = Wording(language)
    counts = {
        "code": run.exit_code,
        "evaluated": wording.number(run.totals.evaluated),
        "applicable": wording.number(run.totals.applicable),
        "gaps": wording.number(run.totals.counts.get(Status.COULD_NOT_TEST, 0)),
    }
    parts = [wording.gettext("exit %(code)s:") % counts + " " + _threshold(run, wording)]
    parts.append(
        wording.gettext("%(evaluated)s of %(applicable)s results evaluated, %(gaps)s could not be tested") % counts
    )
    if not run.complete:
        parts.append(wording.gettext("the scan did not come to its end"))
    if index is not None:
        parts.append(wording.gettext("report: %(path)s") % {"path": one_line(str(index))})
    return "; ".join(parts)


def _threshold(run: Run, wording: Wording) -> str:
    if run.fail_on is None:
        number = run.totals.counts.get(Status.FAIL, 0)
        message = wording.ngettext("%(number)s finding", "%(number)s findings", number)
        return message % {"number": wording.number(number)}
    number = sum(n for severity, n in run.totals.findings.items() if severity.rank <= run.fail_on.rank)
    message = wording.ngettext(
        "%(number)s finding at or above “%(severity)s”", "%(number)s findings at or above “%(severity)s”", number
    )
    severity = wording.gettext(words.SEVERITIES[run.fail_on])
    return message % {"number": wording.number(number), "severity": severity}


class _Terminal:
    def __init__(self, report: Report, colour: bool) -> None:
        self._report = report
        self._colour = colour
        self._wording = report.wording

    def lines(self, passes: bool) -> Iterator[str]:
        results = [result for result in self._report.run.results if not result.waived]
        for group in self._report.fails + self._report.warnings:
            yield from self._group(group)
        gaps = self._report.with_status(results, Status.COULD_NOT_TEST, Status.MANUAL)
        if gaps:
            yield self._paint(self._say("Could not be tested"), "cyan")
            for group in gaps:
                yield from self._rows(group, observed=passes)
            yield ""
        good = self._report.with_status(results, Status.PASS)
        if passes:
            for group in good + self._report.with_status(results, Status.NOT_APPLICABLE):
                yield from self._rows(group, observed=True)
            yield ""
        number = sum(len(group.results) for group in good)
        yield self._wording.ngettext("%(number)s result passes", "%(number)s results pass", number) % {
            "number": self._wording.number(number)
        }

    def _group(self, group: CheckGroup) -> Iterator[str]:
        severity = self._say(words.SEVERITIES[group.severity])
        status = group.results[0].verdict.outcome.status
        yield self._paint(f"{_MARKS[status]} [{severity}] {group.check}", _COLOURS[status])
        for result in group.results[:_ROWS]:
            yield from self._finding(result)
        if len(group.results) > _ROWS:
            yield f"    … (+{len(group.results) - _ROWS})"
        if group.info is not None:
            language = self._wording.language
            yield f"    {self._say('Why')}: {one_line(group.info.why.in_language(language))}"
            yield f"    {self._say('Fix')}: {one_line(group.info.fix.in_language(language))}"
        yield ""

    def _finding(self, result: Result) -> Iterator[str]:
        target, sentence = one_line(result.verdict.target.name, 120), one_line(self._report.sentence(result))
        yield f"    {sentence}" if target in sentence else f"    {target}: {sentence}"
        for cause in self._report.explained(result)[:1]:
            yield f"      {self._say('Follows from')}: {cause.verdict.check} {one_line(cause.verdict.target.name, 120)}"
        yield from self._observed(result)
        command = self._report.recheck(result)
        if command:
            yield f"      $ {one_line(command)}"

    def _observed(self, result: Result) -> Iterator[str]:
        for row in result.verdict.outcome.observed[:_OBSERVED]:
            mark = " " if row.ok is None else _MARKS[Status.PASS if row.ok else Status.FAIL]
            where = " ".join(part for part in (row.where, row.address) if part)
            yield f"      {mark} {one_line(where, 120)}: {one_line(row.saw, 200)}"

    def _rows(self, group: CheckGroup, *, observed: bool) -> Iterator[str]:
        for result in group.results[:_ROWS]:
            outcome = result.verdict.outcome
            line = f"  {_MARKS[outcome.status]} {group.check} {one_line(result.verdict.target.name, 120)}: "
            line += one_line(self._report.sentence(result))
            if outcome.failure is not None:
                side = self._say(words.SIDES[outcome.failure.side])
                line += f" ({self._say('Whose side')}: {side})"
            yield line
            if observed:
                yield from self._observed(result)
        if len(group.results) > _ROWS:
            yield f"    … (+{len(group.results) - _ROWS})"

    def _say(self, message: str) -> str:
        return self._wording.gettext(message)

    def _paint(self, text: str, colour: str) -> str:
        return click.style(text, fg=colour, bold=True) if self._colour else text
