"""What the numbers of each part of a page should be, counted from the run alone: nothing of the writers is asked.

A part is told by its id, its class, or what it links to. What it yields is compared with what stands there, in order.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from math import floor
from xml.etree.ElementTree import Element

from netaudit.model.change import Difference
from netaudit.model.common import Family
from netaudit.model.expiry import Expiry
from netaudit.model.profile import Severity
from netaudit.model.run import ClauseResult, Coverage, Result, Run, UnitResult, UnitStatus
from netaudit.model.verdict import Status, Target, TargetKind
from netaudit.rules.calendar import day_of
from netaudit.rules.gaps import could_not_see
from tests.writers.figures import Recount, classes

__all__ = ["recount_page"]

MAIN = ("dnssec", "ipv6", "dual_stack", "multihome")
STATUSES = ("pass", "warn", "fail", "could_not_test", "manual", "not_applicable")
SEVERITIES = ("critical", "high", "medium", "low", "info")
CLAUSES = ("met", "partly", "unmet", "not_tested", "attested", "manual", "not_applicable")
ROWS, NAMES, FIRST, OBSERVED, CELLS, LISTED = 40, 12, 3, 8, 400, 8  # how long lists may be before the rest is counted

Figures = Iterator[str]


def recount_page(run: Run, name: str) -> Recount:
    """What counts the parts of the page `name`: `index.html`, `unit/skhdt.html`."""
    folder, _, file = name.rpartition("/")
    pages = {"": IndexPage, "unit": UnitPage, "checks": CheckPage, "zone": ZonePage, "service": ServicePage}
    return pages.get(folder, DataCentrePage)(run, file.removesuffix(".html"))


# -- numbers as they are printed


def number(*values: int) -> Figures:
    yield from map(str, values)


def more(count: int) -> Figures:
    """After a list that was cut."""
    if count > 0:
        yield str(count)


def share(part: float, whole: float) -> Figures:
    """A percentage, cut after one decimal; nothing of nothing."""
    if whole > 0:
        yield f"{floor(part / whole * 1000 + 1e-9) / 10:.1f}".removesuffix(".0") + "%"


def moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M}"


def evaluated(counts: Mapping[Status, int]) -> int:
    return sum(counts.get(status, 0) for status in (Status.PASS, Status.FAIL, Status.WARN))


def counts_line(counts: Mapping[Status, int]) -> Figures:
    for status in STATUSES:
        count = counts.get(Status(status), 0)
        if count or status in ("pass", "fail", "could_not_test"):
            yield str(count)


def by_status(results: Iterable[Result]) -> Counter[Status]:
    return Counter(result.verdict.outcome.status for result in results)


def units_of(results: Iterable[Result]) -> int:
    return len({unit for result in results for unit in result.units})


# -- parts that several pages share


class Page:
    """A page of one zone, service or data centre, and what all pages have in common."""

    def __init__(self, run: Run, id: str) -> None:
        self.run = run
        self.id = id
        self.results = {result.id: result for result in run.results}
        self.failed: dict[str, list[Result]] = defaultdict(list)  # by check, unless waived
        for result in run.results:
            if result.verdict.outcome.status is Status.FAIL and not result.waived:
                self.failed[result.verdict.check].append(result)

    def __call__(self, element: Element) -> Iterable[str] | None:
        own = classes(element)
        if element.tag == "footer":
            return [moment(self.run.judged_at)]
        if "headline" in own:
            return self.headline()
        if "finding" in own and element.get("id"):
            return self.finding(self.results[element.get("id", "")[2:]])
        if element.get("id") == "comparison":
            return self.comparison()
        return self.part(element, own)

    def part(self, element: Element, own: set[str]) -> Iterable[str] | None:
        raise NotImplementedError

    def headline(self) -> Figures:
        yield moment(self.run.started)

    def finding(self, result: Result) -> Figures:
        """A result with its evidence: how many units it concerns, how many rows are folded or left out."""
        outcome = result.verdict.outcome
        rows = len(outcome.observed)
        course = self.run.courses.get(result.id)
        if course is not None:
            yield moment(course.first_seen.at)
            yield from (moment(course.since.at),) if course.since != course.first_seen else ()
            yield from (moment(course.last_good.at),) if course.last_good is not None else ()
        if not self.causes(result):
            yield from more(min(rows, ROWS) - OBSERVED if rows <= ROWS else rows - OBSERVED)
        yield from more(rows - ROWS)
        taken = [part.started for part in self.run.parts[1:] if result.verdict.target in part.targets]
        yield from map(moment, taken)
        if result.units and not isinstance(self, UnitPage):
            yield str(len(result.units))
            yield from more(len(result.units) - NAMES)

    def causes(self, result: Result) -> bool:
        """Whether a fail follows from one of the checks that explain its own, on the same host or a zone above."""
        info = self.run.checks.get(result.verdict.check)
        if result.verdict.outcome.status is not Status.FAIL or info is None:
            return False
        host = host_of(result.verdict.target.name)
        causes = (cause for check in info.explained_by for cause in self.failed[check])
        return any(cause.id != result.id and explains(cause, result, host) for cause in causes)

    def comparison(self) -> Figures:
        compared = self.run.comparison
        assert compared is not None
        if compared.since is not None:
            yield moment(compared.since)
        whole = isinstance(self, IndexPage)
        for difference in dict.fromkeys(change.difference for change in compared.changes):
            changes = [
                change
                for change in compared.changes
                if change.difference is Difference(difference)
                and (whole or (change.target.kind is TargetKind.ZONE and change.target.name == self.id))
            ]
            if changes:
                yield str(len(changes))
                yield from more(len(changes) - ROWS)
        if whole:
            yield from counts_line(compared.unchanged)


class TargetPage(Page):
    """A page about one target: its results, and what its kind has beside them."""

    def part(self, element: Element, own: set[str]) -> Iterable[str] | None:
        heading = element.get("aria-labelledby", "").partition("-")[0]
        return self.rest() if heading == "results" else self.section(heading)

    def section(self, heading: str) -> Iterable[str] | None:
        raise NotImplementedError

    def concerns(self, target: Target) -> bool:
        raise NotImplementedError

    def rest(self) -> Figures:
        """The checks that passed, and those that do not apply, beside what is told in full."""
        for status in (Status.PASS, Status.NOT_APPLICABLE):
            own = (result for result in self.run.results if self.concerns(result.verdict.target))
            results = [result for result in own if result.verdict.outcome.status is status]
            yield from more(len({result.verdict.check for result in results}))
            yield from passes(results)


class ZonePage(TargetPage):
    """A zone: what was seen of each of its servers."""

    def concerns(self, target: Target) -> bool:
        return (target.kind, target.name) == (TargetKind.ZONE, self.id)

    def section(self, heading: str) -> Iterable[str] | None:
        return self.servers() if heading == "servers" else None

    def servers(self) -> Figures:
        own = (result.verdict for result in self.run.results if self.concerns(result.verdict.target))
        rows = [row for verdict in own for row in verdict.outcome.observed]
        servers = self.run.zone_summaries[self.id].servers
        for server in servers[:ROWS]:
            seen = [row.ok for row in rows if (row.where, row.address) == (server.name, server.address)]
            yield from number(seen.count(True), seen.count(False))
        yield from more(len(servers) - ROWS)


class ServicePage(TargetPage):
    """A service: its own results and those of its host."""

    def concerns(self, target: Target) -> bool:
        hosts = {
            TargetKind.ENDPOINT: self.service,
            TargetKind.HOST: host_of(self.service),
            TargetKind.MAIL: self.service,
        }
        return hosts.get(target.kind) == target.name

    def section(self, heading: str) -> Iterable[str] | None:
        if heading == "latency" and not self.run.parity[self.service].round_trips:
            return ["250", "8305"]  # milliseconds, RFC
        return None

    @property
    def service(self) -> str:
        return next(name for name in self.run.parity if self.id == re.sub(r"[:/]+", "-", name))


class DataCentrePage(TargetPage):
    """A data centre: peers that see each prefix, shares of operators, ages of sources."""

    def concerns(self, target: Target) -> bool:
        return (target.kind, target.name) == (TargetKind.DATACENTRE, self.id)

    def section(self, heading: str) -> Iterable[str] | None:
        sections = {"ways": self.ways, "operators": self.operators, "sources": self.sources}
        return sections[heading]() if heading in sections else None

    def headline(self) -> Figures:
        yield from map(str, self.run.datacentres[self.id].asns[:NAMES])
        yield moment(self.run.started)

    def ways(self) -> Figures:
        pairs: dict[str, list[tuple[int, int]]] = {"ipv4": [], "ipv6": []}
        for ways in self.run.datacentres[self.id].prefixes:
            pairs[ways.family].append((ways.peers, ways.feeds))
        for row in range(max(map(len, pairs.values()))):
            for family in ("ipv4", "ipv6"):
                for peers, feeds in pairs[family][row : row + 1]:
                    yield from number(peers, feeds) if feeds else number(peers)

    def operators(self) -> Figures:
        for operator in self.run.datacentres[self.id].operators:
            for family in (Family.IPV4, Family.IPV6):
                yield from share(operator.shares.get(family, 0), 1) if family in operator.shares else ()

    def sources(self) -> Figures:
        for source in self.run.datacentres[self.id].sources:
            if source.data_time is not None:
                hours = int(max(0.0, self.run.started - source.data_time) // 3600)
                yield moment(source.data_time)
                yield str(hours if hours < 48 else hours // 24)


class CheckPage(Page):
    """A check: its results by status."""

    def part(self, element: Element, own: set[str]) -> Iterable[str] | None:
        results = [result for result in self.run.results if result.verdict.check == self.id]
        counts = by_status(results)
        if "pillar" in own:
            return counts_line(counts)
        if element.tag == "h2" and element.find("span") is not None:
            title = counts[Status.FAIL] + counts[Status.WARN]
            self.titles = getattr(self, "titles", 0) + 1
            return number(title if self.titles == 1 else counts[Status.COULD_NOT_TEST] + counts[Status.MANUAL])
        if "group" in own:
            marks = {use.get("href") for use in element.iterfind("summary//{*}use")}
            return number(counts[Status.PASS if marks == {"#m-pass"} else Status.NOT_APPLICABLE])
        if element.get("class") == "advice":
            return self.parameters()
        return None

    def parameters(self) -> Figures:
        for value in self.run.checks[self.id].parameters.values():
            yield from plain(*value[:LISTED]) if isinstance(value, list | tuple) else plain(value)
            yield from more(len(value) - LISTED) if isinstance(value, list | tuple) else ()


def plain(*values: object) -> Figures:
    """Those of the values that are numbers, or texts of digits alone."""
    for each in values:
        if isinstance(each, int | float) and not isinstance(each, bool):
            yield f"{each:g}"
        elif isinstance(each, str) and each.isdecimal():
            yield each


class UnitPage(Page):
    """A unit: its results by pillar and status."""

    def __init__(self, run: Run, id: str) -> None:
        super().__init__(run, id)
        self.unit = next(each for each in run.unit_results if each.unit == id)
        self.all = [self.results[result] for result in self.unit.results]

    def part(self, element: Element, own: set[str]) -> Iterable[str] | None:
        if "pillar" in own:
            counts = next(p.counts for p in self.unit.pillars if p.pillar == element.get("data-pillar"))
            return [*share(counts.get(Status.PASS, 0), evaluated(counts)), *counts_line(counts)]
        if "following" in own:
            following = [r for r in self.all if not r.waived and self.causes(r)]
            return number(len(following))
        if element.get("aria-labelledby") == "gaps-title":
            return gaps(result for result in self.all if not result.waived)
        if element.get("aria-labelledby") == "rest-title":
            return self.rest()
        if element.get("aria-labelledby") == "services-title":
            return number(*(len(service.units) for service in self.run.services if self.id in service.units))
        return None

    def rest(self) -> Figures:
        counts = by_status(self.all)
        waived = [result for result in self.all if result.waived]
        yield from more(len(waived))
        yield str(counts[Status.PASS])
        yield from passes([r for r in self.all if r.verdict.outcome.status is Status.PASS and not r.waived])
        yield from more(counts[Status.NOT_APPLICABLE])
        yield from passes([r for r in self.all if r.verdict.outcome.status is Status.NOT_APPLICABLE and not r.waived])


def passes(results: list[Result]) -> Figures:
    """One line a check, which names so many targets and counts the rest."""
    grouped = Counter(result.verdict.check for result in results)
    for count in grouped.values():
        yield from more(count - NAMES)


def gaps(results: Iterable[Result]) -> Figures:
    """What could not be tested, by side and reason, the largest first."""
    grouped: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        failure = result.verdict.outcome.failure
        if result.verdict.outcome.status is Status.COULD_NOT_TEST and failure is not None:
            grouped[failure.side, failure.reason].append(result)
    for _, members in sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0])):
        targets = {result.verdict.target.name for result in members}
        yield str(len(members))
        yield from more(len(targets) - 1)
        yield from more(len(targets) - ROWS)
        yield from more(len({result.verdict.check for result in members}) - NAMES)


class IndexPage(Page):
    """The index: the answer, and every section after it."""

    def __init__(self, run: Run, id: str) -> None:
        super().__init__(run, id)
        self.fails = [r for r in run.results if r.verdict.outcome.status is Status.FAIL and not r.waived]
        self.warnings = [r for r in run.results if r.verdict.outcome.status is Status.WARN and not r.waived]
        self.actions = [r for r in self.fails if not self.causes(r)]
        self.counts = run.totals.counts

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
        if clause.timeliness not in (None, "met") and missing > 0:
            yield from number(clause.passed, clause.needed, missing)

    def clause(self, clause: ClauseResult) -> Figures:
        yield from more(len(clause.failing))
        yield from more(len(clause.failing) - NAMES)
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
            if result is not None and len(result.units) != 1:
                yield str(len(result.units))
        if len(results) > ROWS:
            yield from number(ROWS, len(results))

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


def named(element: Element, attribute: str) -> str:
    """The first value of an attribute in an element."""
    return next(filter(None, (each.get(attribute) for each in element.iter())))


def linked(element: Element, folder: str) -> str:
    """The id of the first page of a folder that an element links to."""
    found = (a.get("href", "") for a in element.iter("a"))
    return next(href.removeprefix(folder).partition(".html")[0] for href in found if href.startswith(folder))


def host_of(target: str) -> str:
    return target.partition("://")[2].rpartition(":")[0] if "://" in target else target


def explains(cause: Result, result: Result, host: str) -> bool:
    """A zone above explains, and the same host; another endpoint of it does not."""
    other = host_of(cause.verdict.target.name)
    if other != host:
        return cause.verdict.target.kind is TargetKind.ZONE and host.endswith(f".{other}")
    kinds = {cause.verdict.target.kind, result.verdict.target.kind}
    return cause.verdict.target.name == result.verdict.target.name or kinds != {TargetKind.ENDPOINT}
