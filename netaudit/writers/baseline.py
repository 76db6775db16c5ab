"""A run against its baseline, for a terminal: what is new, what is lost, what came and went, what is fixed."""

from collections.abc import Iterator, Sequence

import click

from netaudit.model.gate import BaselineFinding, BaselineReport, VanishedTarget
from netaudit.model.regression import Standing, State, WaiverChange
from netaudit.model.verdict import Status
from netaudit.writers import words
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["BaselineText"]

_ROWS = 50


def _(message: str) -> str:
    return message


# How a finding of the baseline left, in the order in which it is told.
STANDINGS: dict[Standing, tuple[str, str, str]] = {
    Standing.UNTESTED: (_("Failed then, and could not be tested now"), "?", "cyan"),
    Standing.LEFT_OUT: (_("Failed then, and was not asked now"), "?", "cyan"),
    Standing.GONE: (_("Failed then, and is no longer in the inventory: not fixed"), "?", "cyan"),
    Standing.REPLACED: (_("Still not good, for another reason"), "✗", "red"),
    Standing.MOOT: (_("Failed then, and no longer applies"), "✓", "green"),
    Standing.FIXED: (_("Fixed since"), "✓", "green"),
}


class BaselineText:
    """One language's text of a comparison with a baseline. `language` is `vi` or `en`."""

    def __init__(self, report: BaselineReport, language: str) -> None:
        self._report = report
        self._wording = Wording(language)
        self._say = self._wording.gettext

    def lines(self, *, colour: bool = False) -> Iterator[str]:
        """Everything but the last line, the worst first."""
        report = self._report
        told = self._say(_("Against the baseline of %(moment)s (%(run)s)"))
        yield told % {"moment": self._wording.moment(report.since), "run": one_line(report.baseline, 120)}
        although = self._say(_("Compared although"))
        for mismatch in report.mismatches:
            yield self._painted(
                f"! {although}: {one_line(mismatch.in_language(self._wording.language), 400)}", "yellow", colour
            )
        for doubt in report.doubts[:_ROWS]:
            yield f"! {one_line(doubt, 400)}"
        yield from self._states(_("New findings"), "✗", "red", [f.state for f in self._new()], colour)
        ended = [f.state for f in report.findings if f.waiver is WaiverChange.ENDED]
        yield from self._states(_("No longer waived"), "✗", "red", ended, colour)
        yield from self._states(_("Could not be tested any more"), "?", "cyan", report.lost, colour)
        yield from self._vanished(colour)
        yield from self._targets(_("New in the inventory"), [str(target) for target in report.appeared])
        for standing, (title, mark, paint) in STANDINGS.items():
            left = [f.state for f in report.findings if f.standing is standing and not f.state.waived]
            yield from self._states(title, mark, paint, left, colour)

    def closing(self) -> str:
        """What decides, in one line."""
        report, number = self._report, self._wording.number
        told = self._say(
            _("exit %(code)s: %(new)s new findings, %(still)s as before, %(fixed)s fixed, %(lost)s no longer measured")
        )
        standings = [f.standing for f in report.findings if not f.state.waived]
        unmeasured = sum(s in (Standing.UNTESTED, Standing.LEFT_OUT, Standing.GONE) for s in standings)
        line = told % {
            "code": report.exit_code,
            "new": number(sum(f.new for f in report.findings)),
            "still": number(standings.count(Standing.STILL)),
            "fixed": number(standings.count(Standing.FIXED)),
            "lost": number(max(unmeasured, len(report.lost))),
        }
        targets = self._say(_("targets: %(came)s new, %(went)s gone"))
        moved = {"came": number(len(report.appeared)), "went": number(len(report.vanished))}
        return f"{line}; {targets % moved}"

    def _new(self) -> Iterator[BaselineFinding]:
        return (f for f in self._report.findings if f.standing is Standing.NEW and not f.state.waived)

    def _states(self, title: str, mark: str, paint: str, states: Sequence[State], colour: bool) -> Iterator[str]:
        if not states:
            return
        yield "  " + self._painted(f"{mark} {self._say(title)}: {self._wording.number(len(states))}", paint, colour)
        for state in states[:_ROWS]:
            word = words.SEVERITIES[state.severity] if state.status is Status.FAIL else words.STATUSES[state.status]
            yield f"    [{self._say(word)}] {one_line(state.check, 100)} {one_line(str(state.target), 200)}"
        if len(states) > _ROWS:
            yield f"    … (+{self._wording.number(len(states) - _ROWS)})"

    def _vanished(self, colour: bool) -> Iterator[str]:
        failing = [gone for gone in self._report.vanished if gone.failing is not None]
        if failing:
            title = self._say(_("Gone from the inventory while failing: not fixed"))
            yield "  " + self._painted(f"✗ {title}: {self._wording.number(len(failing))}", "red", colour)
            yield from (f"    {self._gone(gone)}" for gone in failing[:_ROWS])
        rest = [str(gone.target) for gone in self._report.vanished if gone.failing is None]
        yield from self._targets(_("Gone from the inventory"), rest)

    def _gone(self, gone: VanishedTarget) -> str:
        word = self._say(words.SEVERITIES[gone.failing]) if gone.failing is not None else ""
        return f"[{word}] {one_line(str(gone.target), 200)}"

    def _targets(self, title: str, names: Sequence[str]) -> Iterator[str]:
        if names:
            yield f"  {self._say(title)}: {self._wording.number(len(names))}"
            yield from (f"    {one_line(name, 200)}" for name in names[:_ROWS])
            if len(names) > _ROWS:
                yield f"    … (+{self._wording.number(len(names) - _ROWS)})"

    def _painted(self, text: str, paint: str, colour: bool) -> str:
        return click.style(text, fg=paint, bold=True) if colour else text
