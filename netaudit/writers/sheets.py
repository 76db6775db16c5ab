"""The tables of a workbook: what each sheet holds, in the reader's language, before any file format.

Numbers are those of run.json, not rounded; only names, sentences and the words of statuses are added.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from itertools import chain

from netaudit.model.profile import Severity
from netaudit.model.run import ClauseResult, ClauseStatus, Coverage, Result, UnitStatus
from netaudit.model.verdict import Status
from netaudit.rules.calendar import VIET_NAM
from netaudit.writers import words
from netaudit.writers.cells import listed
from netaudit.writers.details import detail_text
from netaudit.writers.groups import worst_first
from netaudit.writers.report import MAIN_PILLARS, Report

__all__ = ["Cell", "Column", "Sheet", "Tone", "Word", "sheets"]


class Tone(Enum):
    """How a word is coloured; the colour only repeats it."""

    GOOD = "good"
    BAD = "bad"
    WARNING = "warning"
    GAP = "gap"
    NONE = "none"


@dataclass(frozen=True)
class Word:
    """The word of a status, with its colour."""

    text: str
    tone: Tone


Cell = str | int | float | date | datetime | Word | None
"""Times carry no zone: they are Việt Nam's, which the heading says. None and "" leave the cell empty."""


@dataclass(frozen=True)
class Column:
    """A heading in the reader's language, and the width in characters."""

    title: str
    width: int


@dataclass(frozen=True)
class Sheet:
    """One table."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterator[tuple[Cell, ...]]


def sheets(report: Report) -> Iterator[Sheet]:
    """Yield the sheets in the order of reading: the answer first."""
    yield from _Sheets(report).every()


def _(message: str) -> str:
    return message


_TONES: dict[Status, Tone] = {
    Status.PASS: Tone.GOOD,
    Status.FAIL: Tone.BAD,
    Status.WARN: Tone.WARNING,
    Status.COULD_NOT_TEST: Tone.GAP,
    Status.MANUAL: Tone.GAP,
    Status.NOT_APPLICABLE: Tone.NONE,
}
_UNIT_TONES: dict[UnitStatus, Tone] = {
    UnitStatus.PASS: Tone.GOOD,
    UnitStatus.PARTLY: Tone.WARNING,
    UnitStatus.FAIL: Tone.BAD,
    UnitStatus.COULD_NOT_TEST: Tone.GAP,
    UnitStatus.NOT_APPLICABLE: Tone.NONE,
}
_CLAUSE_TONES: dict[ClauseStatus, Tone] = {
    ClauseStatus.MET: Tone.GOOD,
    ClauseStatus.PARTLY: Tone.WARNING,
    ClauseStatus.UNMET: Tone.BAD,
    ClauseStatus.NOT_TESTED: Tone.GAP,
    ClauseStatus.NOT_APPLICABLE: Tone.NONE,
    ClauseStatus.ATTESTED: Tone.GOOD,
    ClauseStatus.MANUAL: Tone.GAP,
}

_SUMMARY = ((_("Part"), 30), (_("What is counted"), 44), (_("Value"), 30))
_CLAUSES = (
    (_("Profile"), 30), (_("Clause"), 14), (_("Text of the clause"), 60), (_("Status"), 16), (_("Severity"), 14),
    (_("Targets that pass"), 12), (_("Targets that fail"), 12), (_("Targets measured"), 12), (_("Targets in all"), 12),
    (_("Targets that must pass"), 12), (_("Deadline"), 12), (_("In time"), 18),
    (_("Basis"), 18), (_("How sure the source is"), 20), (_("Source"), 34),
    (_("Attested by"), 30), (_("Document of"), 12), (_("Signed by"), 24), (_("Not met by"), 50),
    (_("Could not be tested"), 50),
)  # fmt: skip
_FINDINGS = (
    (_("Status"), 14), (_("Severity"), 14), (_("Check"), 26), (_("Title of the check"), 40), (_("Target"), 36),
    (_("What was found"), 60), (_("Units affected"), 40), (_("Clause"), 24), (_("Waiver"), 12), (_("Why"), 50),
    (_("Fix"), 50), (_("Check again"), 50),
)  # fmt: skip
_GAPS = (
    (_("Status"), 16), (_("Check"), 26), (_("Title of the check"), 40), (_("Target"), 36), (_("What was found"), 50),
    (_("Whose side"), 24), (_("Reason"), 34), (_("What to do"), 50), (_("Said by the attempt"), 40), (_("Unit"), 40),
    (_("Waiver"), 12),
)  # fmt: skip
_COVERAGE = (
    (_("Tier of government"), 30), (_("Service"), 34), (_("Units expected"), 14), (_("As of"), 12),
    (_("Units listed"), 14), (_("Units with it declared"), 14), (_("Units with it present"), 14),
    (_("Units with it working"), 14), (_("Units not tested"), 14), (_("Not testable from the Internet"), 16),
)  # fmt: skip
_EXPIRIES = (
    (_("Ends (UTC+7)"), 18), (_("Days from the scan"), 12), (_("What"), 24), (_("Name"), 50), (_("Concerns"), 60),
    (_("How many"), 12), (_("Renewed by a machine"), 16),
)  # fmt: skip
_UNITS = ((_("Identifier"), 18), (_("Unit"), 44), (_("Tier of government"), 30), (_("Status"), 18))
_COUNTED = (
    Status.PASS, Status.FAIL, Status.WARN, Status.COULD_NOT_TEST, Status.MANUAL, Status.NOT_APPLICABLE
)  # fmt: skip


class _Sheets:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._run = report.run
        self._say = report.wording.gettext
        self._language = report.wording.language

    def every(self) -> Iterator[Sheet]:
        yield self._sheet(_("Summary"), _SUMMARY, self._summary)
        yield self._sheet(_("Clauses of the plan"), _CLAUSES, self._clauses)
        yield self._sheet(_("Findings"), _FINDINGS, self._findings)
        yield self._sheet(_("Could not test"), _GAPS, self._gaps)
        yield self._sheet(_("Service coverage"), _COVERAGE, self._coverage)
        yield self._sheet(_("Calendar"), _EXPIRIES, self._expiries)
        units = self._sheet(_("Units"), _UNITS, self._units)
        counts = tuple(Column(self._say(words.STATUSES[status]), 12) for status in _COUNTED)
        fails = tuple(Column(f"{self._pillar(pillar)}: {self._say(words.STATUSES[Status.FAIL])}", 14)
                      for pillar in MAIN_PILLARS)  # fmt: skip
        yield Sheet(units.name, units.columns + counts + fails, units.rows)

    def _sheet(
        self, name: str, columns: tuple[tuple[str, int], ...], rows: Callable[[], Iterator[tuple[Cell, ...]]]
    ) -> Sheet:
        return Sheet(self._say(name), tuple(Column(self._say(title), width) for title, width in columns), rows())

    # -- the sheets' rows

    def _summary(self) -> Iterator[tuple[Cell, ...]]:
        yield from self._scan()
        part = self._say("Units")
        yield part, self._say("In the inventory"), len(self._run.units)
        for unit_status, tone in _UNIT_TONES.items():
            word = Word(self._say(words.UNIT_STATUSES[unit_status]), tone)
            yield part, word, self._report.unit_counts[unit_status]
        totals, part = self._run.totals, self._say("Results")
        for status in _COUNTED:
            yield part, self._status(status), totals.counts.get(status, 0)
        yield part, self._say("Evaluated: pass, fail or warning"), totals.evaluated
        yield part, self._say("Applicable: evaluated, or could not be tested"), totals.applicable
        for severity in Severity:
            yield self._say("Findings"), self._say(words.SEVERITIES[severity]), totals.findings.get(severity, 0)
        for pillar, counts in self._report.pillar_counts.items():
            for status in _COUNTED:
                yield self._pillar(pillar), self._status(status), counts.get(status, 0)
        yield from self._registers()

    def _scan(self) -> Iterator[tuple[Cell, ...]]:
        run, part = self._run, self._say("Scan")
        yield part, self._say("Province"), run.province.name.in_language(self._language)
        yield part, self._say("Begun (UTC+7)"), _moment(run.started)
        yield part, self._say("Seen from"), run.vantage
        yield part, self._say("Identifier"), run.id
        yield part, self._say("Came to its end"), self._yes(run.complete)
        if run.proposed:
            yield part, self._say("As if it were live already:"), run.proposed
        for profile in run.profiles:
            yield part, self._say("Profile"), profile.name.in_language(self._language)

    def _registers(self) -> Iterator[tuple[Cell, ...]]:
        for register in self._run.registers:
            part = f"{self._say('Digital certificates')}: {register.register}"
            for holder, number in register.counted.items():
                yield part, self._say(words.word(words.HOLDERS, holder)), number
            for holder, number in register.declared.items():
                yield part, f"{self._say(words.word(words.HOLDERS, holder))}, {self._say('as declared')}", number
            yield part, self._say("expired"), register.expired
            yield part, self._say("expire within 30 days"), register.expiring_30
            yield part, self._say("expire within 60 days"), register.expiring_60
            yield part, self._say("expire within 90 days"), register.expiring_90
            yield part, self._say("Unreadable rows"), register.broken

    def _clauses(self) -> Iterator[tuple[Cell, ...]]:
        for counted in self._run.clauses:
            profile = self._report.profiles.get(counted.profile)
            yield (
                profile.name.in_language(self._language) if profile is not None else counted.profile,
                *self._clause(counted),
            )

    def _clause(self, counted: ClauseResult) -> Iterator[Cell]:
        clause = self._report.clause(counted.profile, counted.clause)
        yield counted.clause
        yield clause.text.in_language(self._language) if clause is not None else ""
        yield Word(self._say(words.CLAUSE_STATUSES[counted.status]), _CLAUSE_TONES[counted.status])
        yield self._say(words.SEVERITIES[counted.severity])
        yield from (counted.passed, counted.failed, counted.measurable, counted.total, counted.needed)
        yield clause.deadline if clause is not None else None
        yield self._say(words.TIMELINESS[counted.timeliness]) if counted.timeliness is not None else ""
        if clause is None:
            yield from ("", "", "")
        else:
            yield self._say(words.BASIS[clause.basis])
            yield self._say(words.CONFIDENCE[clause.confidence])
            yield clause.source
        attestation = counted.attestation
        yield from (
            ("", None, "") if attestation is None else (attestation.document, attestation.date, attestation.signer)
        )
        yield from (listed(counted.failing), listed(counted.untested))

    def _findings(self) -> Iterator[tuple[Cell, ...]]:
        for result in self._with(Status.FAIL, Status.WARN):
            verdict = result.verdict
            info = self._run.checks.get(verdict.check)
            yield (
                self._status(verdict.outcome.status),
                self._say(words.SEVERITIES[result.severity]),
                verdict.check,
                self._report.check_title(verdict.check),
                self._report.target(verdict.target),
                self._report.sentence(result),
                self._unit_names(result),
                listed(result.clauses),
                self._say("waived") if result.waived else "",
                info.why.in_language(self._language) if info is not None else "",
                info.fix.in_language(self._language) if info is not None else "",
                self._report.recheck(result),
            )

    def _gaps(self) -> Iterator[tuple[Cell, ...]]:
        for result in self._with(Status.COULD_NOT_TEST, Status.MANUAL):
            outcome = result.verdict.outcome
            failure = outcome.failure
            yield (
                self._status(outcome.status),
                result.verdict.check,
                self._report.check_title(result.verdict.check),
                self._report.target(result.verdict.target),
                self._report.sentence(result),
                self._say(words.SIDES[failure.side]) if failure is not None else "",
                self._say(words.REASONS[failure.reason]) if failure is not None else "",
                self._say(words.REMEDIES[failure.reason]) if failure is not None else "",
                detail_text(failure.detail, self._report.wording) if failure is not None else "",
                self._unit_names(result),
                self._say("waived") if result.waived else "",
            )

    def _coverage(self) -> Iterator[tuple[Cell, ...]]:
        """Coverage by kind of service, then with DNSSEC, IPv6 and dual stack by all services of a unit."""
        for names, rows in ((words.KINDS, self._run.coverage), (words.PILLARS, self._run.pillar_coverage)):
            for row in rows:
                yield self._report.tier_name(row.tier), self._say(words.word(names, row.kind)), *_counts(row)

    def _expiries(self) -> Iterator[tuple[Cell, ...]]:
        for expiry in self._run.expiries:
            left = self._report.calendar.days_left(expiry)
            kind = self._say(words.EXPIRIES[expiry.kind])
            affected, renews = listed(expiry.affected), self._yes(expiry.renews)
            yield _moment(expiry.at), left, kind, expiry.subject, affected, expiry.count, renews

    def _units(self) -> Iterator[tuple[Cell, ...]]:
        for unit in chain.from_iterable(self._report.units_of_tier.values()):
            status = self._report.unit_status(unit.id)
            pillars = self._report.unit_pillars(unit.id)
            yield (
                unit.id,
                unit.name.in_language(self._language),
                self._report.tier_name(unit.tier),
                Word(self._say(words.UNIT_STATUSES[status]), _UNIT_TONES[status]),
                *(sum(counts.get(one, 0) for counts in pillars.values()) for one in _COUNTED),
                *(pillars.get(pillar, {}).get(Status.FAIL, 0) for pillar in MAIN_PILLARS),
            )

    # -- cells

    def _with(self, *statuses: Status) -> list[Result]:
        return sorted((r for r in self._run.results if r.verdict.outcome.status in statuses), key=worst_first)

    def _status(self, status: Status) -> Word:
        return Word(self._say(words.STATUSES[status]), _TONES[status])

    def _pillar(self, pillar: str) -> str:
        return self._say(words.word(words.PILLARS, pillar))

    def _unit_names(self, result: Result) -> str:
        return listed(self._report.unit_name(unit) for unit in result.units)

    def _yes(self, value: bool) -> str:
        return self._say("yes") if value else self._say("no")


def _counts(row: Coverage) -> tuple[Cell, ...]:
    numbers = (row.listed, row.declared, row.present, row.working, row.untested, row.closed)
    return row.expected, row.as_of, *numbers


def _moment(at: float) -> datetime | str:
    """A time in Việt Nam; as seconds where no calendar knows it."""
    try:
        return datetime.fromtimestamp(at, UTC).astimezone(VIET_NAM).replace(tzinfo=None, microsecond=0)
    except (ValueError, OverflowError, OSError):
        return f"{at:.0f}"
