"""Counting again the answer, the units and the actions of the index. See recount.py."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element

from netaudit.model.run import Coverage, Result, Run, UnitResult, UnitStatus
from netaudit.model.verdict import Status
from netaudit.rules.gaps import could_not_see
from tests.writers.recount_parts import (
    CELLS,
    FIRST,
    MAIN,
    SEVERITIES,
    Figures,
    counts_line,
    evaluated,
    linked,
    moment,
    more,
    named,
    number,
    share,
    units_of,
)
from tests.writers.recount_sections import SectionsPage

__all__ = ["IndexPage"]


class IndexPage(SectionsPage):
    """The index: the answer, and every section after it."""

    whole = True

    def __init__(self, run: Run, id: str) -> None:
        super().__init__(run, id)
        self.actions = [r for r in self.fails if not self.causes(r)]

    def part(self, element: Element, own: set[str]) -> Iterable[str] | None:
        by_class: dict[str, Callable[[Element], Iterable[str] | None]] = {
            "masthead": self.masthead, "banner": self.banner, "verdict": self.answer, "news": self.news,
            "pillar": self.pillar, "coverage": self.coverage, "register": self.register, "action": self.action,
            "map-row": self.map_row, "cell": self.cell, "group": self.group,
        }  # fmt: skip
        sections = {
            "first": self.first, "units": self.units, "vantages": self.vantages, "plan": self.plan,
            "datacentres": self.datacentres, "expiries": self.expiries, "reliance": self.reliance,
            "findings": self.findings, "gaps": self.gaps, "method": self.method, "trend": self.trend,
            "measured": self.measured,
        }  # fmt: skip
        if element.tag == "tr" and element.find("th/a") is not None:
            return self.unit(linked(element, "unit/"))
        if element.tag == "section":
            return sections[element.get("id", "")]() if element.get("id") in sections else None
        return next((count(element) for name, count in by_class.items() if name in own), None)

    def masthead(self, element: Element) -> Figures:
        yield moment(self.run.started)
        if len(self.run.profiles) > 2:
            yield str(len(self.run.profiles))

    def banner(self, element: Element) -> Figures:
        yield from number(self.counts.get(Status.COULD_NOT_TEST, 0), self.run.totals.applicable)

    def pillar(self, element: Element) -> Figures:
        counts = next((p.counts for p in self.run.pillars if p.pillar == element.get("data-pillar")), {})
        yield from share(counts.get(Status.PASS, 0), evaluated(counts))
        yield from counts_line(counts)

    def answer(self, element: Element) -> Figures:
        statuses = {unit.unit: unit.status for unit in self.run.unit_results}
        units = Counter(statuses.get(unit.id, "not_applicable") for unit in self.run.units)
        yield from number(units["pass"], len(self.run.units))
        for status in ("fail", "partly", "could_not_test", "pass", "not_applicable"):
            if units[status] or status == "fail":
                yield str(units[status])
        for state in ("late", "undecided", "on_track"):
            yield from number(*filter(None, [sum(clause.timeliness == state for clause in self.run.clauses)]))
        yield from self.shares()

    def shares(self) -> Figures:
        passed, totals = self.counts.get(Status.PASS, 0), self.run.totals
        yield from share(passed, totals.evaluated)
        yield from number(passed, totals.evaluated)
        yield from share(totals.evaluated, totals.applicable)
        yield from number(totals.evaluated, totals.applicable)

    def coverage(self, element: Element) -> Figures:
        """As-of days of the tiers, then pillars and services, row by row."""
        rows = (*self.run.pillar_coverage, *self.run.coverage)
        tiers = [tier for tier in self.run.tiers if tier.id in {row.tier for row in rows}]
        yield from (tier.as_of.isoformat() for tier in tiers if tier.as_of is not None)
        for table in (self.run.pillar_coverage, self.run.coverage):
            for kind in dict.fromkeys(row.kind for row in table):
                cells = {row.tier: row for row in table if row.kind == kind}
                for tier in tiers:
                    if tier.id in cells:
                        yield from self.covered(cells[tier.id], shut=table is self.run.coverage)

    def covered(self, cell: Coverage, *, shut: bool) -> Figures:
        yield from number(cell.working, cell.expected)
        if cell.working < cell.expected or cell.listed != cell.expected:
            yield str(cell.declared)
            if shut and cell.closed and cell.closed == cell.untested:
                yield str(cell.closed)
            else:
                yield str(cell.present)
                yield from more(cell.untested)
            if cell.listed != cell.expected:
                yield str(cell.listed)

    def register(self, element: Element) -> Figures:
        id = named(element, "data-register")
        register = next(each for each in self.run.registers if each.register == id)
        yield from number(sum(register.counted.values()), *register.counted.values())
        if register.counted != register.declared:
            yield str(sum(register.declared.values()))
        yield from more(register.broken)
        yield str(register.expired)
        for days in (30, 60, 90):
            yield from number(getattr(register, f"expiring_{days}"), days)

    def trend(self) -> Figures:
        yield str(len(self.run.trend))
        for point in reversed(self.run.trend):
            passed, totals = point.totals.counts.get(Status.PASS, 0), point.totals
            yield moment(point.started)
            yield from share(passed, totals.evaluated)
            yield from number(passed, totals.evaluated)
            yield from share(totals.evaluated, totals.applicable)
            yield from number(totals.evaluated, totals.applicable)
            yield from number(sum(n for s, n in point.units.items() if s == "pass"), sum(point.units.values()))
            for pillar in MAIN:
                counts = next((p.counts for p in point.pillars if p.pillar == pillar), {})
                yield from number(*(counts.get(s, 0) for s in (Status.PASS, Status.FAIL, Status.COULD_NOT_TEST)))

    def action(self, element: Element) -> Figures:
        check = linked(element, "checks/")
        results = [result for result in self.actions if result.verdict.check == check]
        yield from number(len(results), units_of(results))
        yield from more(len(results) - FIRST)

    def first(self) -> Figures:
        yield from more(len(self.ranked()) - 5)

    def news(self, element: Element) -> Figures:
        """What has changed, compliance before and now, and what to begin with."""
        if self.run.comparison is not None:
            if self.run.comparison.since is not None:
                yield moment(self.run.comparison.since)
            changes = Counter(change.difference for change in self.run.comparison.changes)
            yield from map(str, changes.values())
        criteria = tuple(f"{profile.id}@{profile.version}" for profile in self.run.profiles)
        before = next((point for point in reversed(self.run.trend) if point.run != self.run.id), None)
        if before is not None and before.profiles == criteria:
            for totals in (before.totals, self.run.totals):
                yield from share(totals.counts.get(Status.PASS, 0), totals.evaluated)
        yield from (str(units) for _, units, *_ in self.ranked()[:3])

    def ranked(self) -> list[tuple[int, int, int, str]]:
        """What to do by check: the worst severity first, then what helps the most units and targets."""
        grouped: dict[str, list[Result]] = defaultdict(list)
        for result in self.actions:
            grouped[result.verdict.check].append(result)
        ranked = [
            (min(SEVERITIES.index(each.severity) for each in found), units_of(found), len(found), check)
            for check, found in grouped.items()
        ]
        asked = [each for each in ranked if each[0] < SEVERITIES.index("info")]
        return sorted(asked, key=lambda each: (each[0], -each[1], -each[2], each[3]))

    def members(self, tier: str) -> list[UnitResult]:
        statuses = {unit.unit: unit for unit in self.run.unit_results}
        return [statuses[unit.id] for unit in self.run.units if unit.tier == tier]

    def units(self) -> Figures:
        for tier in self.run.tiers:
            members = self.members(tier.id)
            if members:
                yield from number(sum(unit.status == "pass" for unit in members), len(members))

    def map_row(self, element: Element) -> Figures:
        members = self.members(named(element, "data-map"))
        counts = Counter(unit.status for unit in members)
        yield from number(counts[UnitStatus.PASS], len(members))
        for status in ("fail", "partly", "could_not_test", "not_applicable"):
            yield from more(counts[UnitStatus(status)])
        yield from more(len(members) - CELLS)

    def cell(self, element: Element) -> Figures:
        """Of a unit that does not meet all: how many of its results fail."""
        id = element.get("href", "")[len("unit/") : -len(".html")]
        unit = next(unit for unit in self.run.unit_results if unit.unit == id)
        if unit.status in ("fail", "partly"):
            yield from more(sum(pillar.counts.get(Status.FAIL, 0) for pillar in unit.pillars))

    def unit(self, id: str) -> Figures:
        """A row of a matrix: by pillar the number of the worst, and of what could not be seen beside it."""
        pillars = {
            pillar.pillar: pillar.counts for pillar in next(u for u in self.run.unit_results if u.unit == id).pillars
        }
        for pillar in dict.fromkeys((*MAIN, *(summary.pillar for summary in self.run.pillars))):
            counts = pillars.get(pillar, {})
            order = (Status.FAIL, Status.WARN, Status.PASS, Status.COULD_NOT_TEST)
            worst = next((status for status in order if counts.get(status, 0)), Status.NOT_APPLICABLE)
            if worst in (Status.FAIL, Status.WARN, Status.COULD_NOT_TEST):
                yield str(counts[worst])
            if worst is not Status.COULD_NOT_TEST:
                yield from more(
                    sum(
                        could_not_see(result) and id in result.units
                        for result in self.run.results
                        if result.verdict.check.partition(".")[0] == pillar
                    )
                )
