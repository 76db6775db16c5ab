"""A run in a terminal: findings one under the other, and the line that says what happened."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click

from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status, Target
from netaudit.writers import words
from netaudit.writers.details import detail_text
from netaudit.writers.groups import CheckGroup, Gap
from netaudit.writers.observed import Alike, alike, worst_first
from netaudit.writers.report import Report
from netaudit.writers.safe import one_line
from netaudit.writers.sightings import sighting_text
from netaudit.writers.wording import Wording

__all__ = ["closing_line", "run_text"]

_COLOURS = {Status.FAIL: "red", Status.WARN: "yellow", Status.COULD_NOT_TEST: "cyan", Status.PASS: "green"}
_MARKS = {
    Status.PASS: "✓", Status.FAIL: "✗", Status.WARN: "!", Status.COULD_NOT_TEST: "?", Status.MANUAL: "…",
    Status.NOT_APPLICABLE: "–",
}  # fmt: skip
_ROWS = 50
_OBSERVED = 6
_DETAILS = 2


def run_text(run: Run, language: str, *, colour: bool = False, passes: bool = False) -> str:
    """Return the run for a terminal: fails with evidence, fix and command; then what could not be tested.

    What follows from another fault only names it, and evidence is cut short. With `passes` nothing is: every other
    result is listed too, with all that was observed. Control characters of targets are written out, so that no
    server can steer the reader's terminal. `language` is `vi` or `en`.
    """
    report = Report(run, Wording(language))
    return "\n".join(_Terminal(report, colour, passes).lines()) + "\n"


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
    earlier = len(run.taken_over())
    if earlier:
        told = wording.ngettext(
            "%(number)s target as measured earlier", "%(number)s targets as measured earlier", earlier
        )
        parts.append(told % {"number": wording.number(earlier)})
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
    def __init__(self, report: Report, colour: bool, full: bool) -> None:
        self._report = report
        self._colour = colour
        self._full = full
        self._wording = report.wording

    def lines(self) -> Iterator[str]:
        results = [result for result in self._report.run.results if not result.waived]
        for group in self._report.fails + self._report.warnings:
            yield from self._group(group)
        yield from self._gaps(results)
        good = self._report.with_status(results, Status.PASS)
        if self._full:
            for group in good + self._report.with_status(results, Status.NOT_APPLICABLE):
                yield from self._rows(group)
            yield ""
        yield from self._waivers()
        number = sum(len(group.results) for group in good)
        yield self._wording.ngettext("%(number)s result passes", "%(number)s results pass", number) % {
            "number": self._wording.number(number)
        }

    def _gaps(self, results: list[Result]) -> Iterator[str]:
        """What could not be tested: by reason, or one by one where everything is asked for."""
        gaps = [] if self._full else self._report.gaps_in(results)
        told = (Status.COULD_NOT_TEST, Status.MANUAL) if self._full else (Status.MANUAL,)
        rows = self._report.with_status(results, *told)
        if gaps or rows:
            yield self._paint(self._say("Could not be tested"), "cyan")
            yield from chain.from_iterable(map(self._gap, gaps))
            yield from chain.from_iterable(map(self._rows, rows))
            yield ""

    def _gap(self, gap: Gap) -> Iterator[str]:
        """One reason with all that it keeps from being tested."""
        mark, side = _MARKS[Status.COULD_NOT_TEST], self._say(words.SIDES[gap.side])
        reason = self._say(words.REASONS[gap.reason])
        yield f"  {mark} {len(gap.results)} × {reason} ({self._say('Whose side')}: {side})"
        targets = self._wording.joined(map(self._target, gap.targets), _ROWS)
        yield f"      {self._say('Targets')}: {targets}"
        yield f"      {self._say('Checks')}: {self._wording.joined(gap.checks, _ROWS)}"
        for detail in gap.details[:_DETAILS]:
            yield f"      {one_line(detail_text(detail, self._wording), 200)}"
        yield f"      {self._say('What to do')}: {self._say(words.REMEDIES[gap.reason])}"

    def _waivers(self) -> Iterator[str]:
        """Every waiver of the inventory, and what became of it."""
        uses = self._report.run.waivers
        if uses:
            yield self._say("Waivers")
            for use in uses[:_ROWS]:
                state, until = self._say(words.WAIVERS[use.state]), self._wording.day(use.waiver.expires)
                told = f"{use.waiver.id}: {use.waiver.check} {use.waiver.target}, {until}: {state} ({len(use.results)})"
                yield f"  {one_line(told, 300)}"
            yield ""

    def _sightings(self, result: Result) -> Iterator[str]:
        """Of a run from several vantages: who concluded what."""
        for sighting in result.verdict.outcome.sightings[:_ROWS]:
            status = self._say(words.STATUSES[sighting.status])
            yield one_line(f"      {sighting.vantage}: [{status}] {self._report.sighted(result, sighting)}", 300)

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
        target, sentence = (
            self._target(result.verdict.target),
            one_line(self._report.sentence(result)),
        )
        yield f"    {sentence}" if target in sentence else f"    {target}: {sentence}"
        causes = self._report.explained(result)
        for cause in causes[:1]:
            yield f"      {self._say('Follows from')}: {cause.verdict.check} {self._target(cause.verdict.target)}"
        if causes and not self._full:
            return
        yield from self._sightings(result)
        yield from self._observed(result)
        command = self._report.recheck(result)
        if command:
            yield f"      $ {one_line(command)}"

    def _observed(self, result: Result) -> Iterator[str]:
        rows = result.verdict.outcome.observed
        if self._full:
            yield from (self._row(Alike(row, 0)) for row in rows)
            return
        told = alike(rows)
        if len(told) > _OBSERVED:
            told = alike(worst_first(rows))
        yield from map(self._row, told[:_OBSERVED])
        if len(told) > _OBSERVED:
            yield f"        … (+{len(told) - _OBSERVED})"

    def _row(self, told: Alike) -> str:
        row = told.row
        mark = " " if row.ok is None else _MARKS[Status.PASS if row.ok else Status.FAIL]
        where = one_line(" ".join(part for part in (row.where, row.address) if part), 120)
        if told.more:
            where = self._say("%(listed)s and %(number)s more") % {"listed": where, "number": told.more}
        return f"      {mark} {where}: {one_line(sighting_text(row.saw, self._wording), 200)}"

    def _rows(self, group: CheckGroup) -> Iterator[str]:
        for result in group.results[:_ROWS]:
            outcome = result.verdict.outcome
            line = f"  {_MARKS[outcome.status]} {group.check} {self._target(result.verdict.target)}: "
            line += one_line(self._report.sentence(result))
            if outcome.failure is not None:
                side = self._say(words.SIDES[outcome.failure.side])
                line += f" ({self._say('Whose side')}: {side})"
                detail = one_line(detail_text(outcome.failure.detail, self._wording), 120)
                line += f" [{detail}]" if detail else ""
            yield line
            if self._full:
                yield from self._observed(result)
        if len(group.results) > _ROWS:
            yield f"    … (+{len(group.results) - _ROWS})"

    def _target(self, target: Target) -> str:
        return one_line(self._report.target(target), 120)

    def _say(self, message: str) -> str:
        return self._wording.gettext(message)

    def _paint(self, text: str, colour: str) -> str:
        return click.style(text, fg=colour, bold=True) if self._colour else text
