"""Counting again the sections of the index that follow its answer and its units. See recount.py."""

from datetime import date
from math import floor
from xml.etree.ElementTree import Element

from netaudit.model.common import Family
from netaudit.model.expiry import Expiry
from netaudit.model.profile import Severity
from netaudit.model.run import ClauseResult, Run
from netaudit.model.verdict import Status
from netaudit.rules.calendar import day_of
from tests.writers.recount_parts import (
    CLAUSES,
    FINDINGS,
    FIRST,
    LISTED,
    NAMES,
    ROWS,
    SEVERITIES,
    Figures,
    Page,
    by_status,
    counts_line,
    gaps,
    linked,
    moment,
    more,
    number,
    plain,
    units_of,
)

__all__ = ["SectionsPage"]


class SectionsPage(Page):
    """The sections of the index from the vantages on."""

    def __init__(self, run: Run, id: str) -> None:
        super().__init__(run, id)
        self.fails = [r for r in run.results if r.verdict.outcome.status is Status.FAIL and not r.waived]
        self.warnings = [r for r in run.results if r.verdict.outcome.status is Status.WARN and not r.waived]
        self.counts = run.totals.counts

    def measured(self) -> Figures:
        """When each part of the run was measured, and how many targets it has."""
        for part in self.run.parts:
            yield moment(part.started)
            yield str(len(part.targets))
            yield from more(len(part.targets) - 1)
            yield from more(len(part.targets) - ROWS)

    def vantages(self) -> Figures:
        for vantage in self.run.vantages:
            yield from () if vantage.asn is None else (str(vantage.asn),)
            yield moment(vantage.started)
        yield from more(sum(result.verdict.outcome.disputed for result in self.run.results))

    def plan(self) -> Figures:
        pressing = ("late", "undecided", "on_track")
        asked = [clause for clause in self.run.clauses if clause.timeliness in pressing]
        agenda = sorted(asked, key=lambda c: (c.timeliness == "on_track", self.deadline(c) or day_of(self.run.started)))
        for clause in agenda[:8]:
            yield from self.due(clause)
        yield from more(len(agenda) - 8)
        for profile in self.run.profiles:
            clauses = [clause for clause in self.run.clauses if clause.profile == profile.id]
            for status in CLAUSES:
                yield from more(sum(clause.status == status for clause in clauses))
            days = (profile.effective, profile.ended, profile.version)
            yield from (day.isoformat() for day in days if day is not None)
            for clause in clauses:
                yield from self.clause(clause)

    def deadline(self, clause: ClauseResult) -> date | None:
        profile = next(profile for profile in self.run.profiles if profile.id == clause.profile)
        return next(each.deadline for each in profile.clauses if each.id == clause.clause)

    def due(self, clause: ClauseResult) -> Figures:
        """The deadline, how far it is away, and what is missing."""
        day = self.deadline(clause)
        if day is not None:
            yield day.isoformat()
            if clause.timeliness in ("late", "undecided", "on_track"):
                yield str(abs((day - day_of(self.run.started)).days))
        missing = clause.needed - clause.passed
        if clause.timeliness not in (None, "met") and clause.status != "manual" and missing > 0:
            yield from number(clause.passed, clause.needed, missing)

    def clause(self, clause: ClauseResult) -> Figures:
        yield from more(len(clause.failing))
        yield from more(len(clause.failing) - NAMES)
        if clause.attestation is not None:
            yield clause.attestation.date.isoformat()
            yield from () if clause.attestation.count is None else (str(clause.attestation.count),)
        if clause.total:
            yield from number(clause.passed, clause.measurable)
            if clause.measurable < clause.total:
                yield from number(clause.total - clause.measurable, clause.total)
        yield from self.due(clause)

    def datacentres(self) -> Figures:
        for id, centre in self.run.datacentres.items():
            yield from map(str, centre.asns[:FIRST])
            for family in Family:
                seen = dict.fromkeys(s.operator or s.asn for s in centre.operators if family in s.shares)
                yield from plain(*list(seen)[:LISTED])
                yield from more(len(seen) - LISTED)
            own = [r for r in self.run.results if str(r.verdict.target) == f"datacentre:{id}"]
            yield from counts_line(by_status(own))

    def ends(self, expiry: Expiry) -> int:
        return floor((expiry.at - self.run.started) / 86_400)

    def expiries(self) -> Figures:
        due = [e for e in self.run.expiries if self.ends(e) < (7 if e.renews else 30)]
        later = [e for e in self.run.expiries if self.ends(e) < 90 and e not in due]
        yield from self.calendar(due)
        if later:
            yield from number(len(later), 90)
            yield from self.calendar(later)

    def calendar(self, expiries: list[Expiry]) -> Figures:
        for expiry in expiries[:ROWS]:
            yield day_of(expiry.at).isoformat()
            if self.ends(expiry) >= 0:
                yield str(self.ends(expiry))
            if expiry.count > 1:
                yield str(expiry.count)
            yield from more(len(expiry.affected) - FIRST)
        yield from more(len(expiries) - ROWS)

    def reliance(self) -> Figures:
        reliance = self.run.reliance
        zones = len(reliance.zones)
        yield from number(zones, reliance.services)
        yield from more(sum(bool(support.down) for support in reliance.supports))
        for support in reliance.supports[:10]:
            yield from number(len(support.users), zones)
            if support.down:
                yield from number(len(support.down), len(support.services))
                yield from more(len(support.down) - FIRST)
        yield from more(len(reliance.supports) - 10)

    def findings(self) -> Figures:
        yield str(self.counts.get(Status.FAIL, 0))
        yield from more(self.counts.get(Status.WARN, 0))
        yield from number(*(self.run.totals.findings.get(Severity(level), 0) for level in SEVERITIES))
        for use in self.run.waivers:
            yield from more(len(use.results) - FIRST)
            yield use.waiver.expires.isoformat()

    def group(self, element: Element) -> Figures | None:
        """The results of a check that fail, or that warn: how many, and of each how many units it concerns."""
        return self.failing(element) if element.get("data-severity") else None

    def failing(self, element: Element) -> Figures:
        check = linked(element, "checks/")
        results = [result for result in self.fails if result.verdict.check == check]
        results = results or [result for result in self.warnings if result.verdict.check == check]
        yield from number(len(results), units_of(results))
        for row in element.iter("a"):
            result = self.results.get(row.get("href", "").partition("#r-")[2])
            if result is not None:
                yield from self.since(result)
                yield from () if len(result.units) == 1 else (str(len(result.units)),)
        groups = {r.verdict.check for r in self.fails}, {r.verdict.check for r in self.warnings}
        most = min(ROWS, max(FIRST, FINDINGS // sum(map(len, groups))))
        if len(results) > most:
            yield from number(most, len(results))

    def gaps(self) -> Figures:
        yield str(self.counts.get(Status.COULD_NOT_TEST, 0))
        yield from gaps(self.run.results)

    def method(self) -> Figures:
        run = self.run
        yield from map(moment, (run.started, run.ended, run.judged_at))
        if run.algorithm_registry is not None:
            yield from (run.algorithm_registry.isoformat(), "9904", "9905", "9906")  # RFCs
        yield from number(len(run.units), len(run.services), len(run.zones))
        if run.authorisation is not None and run.authorisation.valid_until is not None:
            yield run.authorisation.valid_until.isoformat()
        yield str(len(run.checks))
        for check in run.checks:
            counts = by_status(result for result in run.results if result.verdict.check == check)
            yield from number(
                *(counts[Status(s)] for s in ("pass", "warn", "fail", "could_not_test", "not_applicable"))
            )
