"""Counting again what all pages have in common. See recount.py."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from math import floor
from xml.etree.ElementTree import Element

from netaudit.model.change import Difference
from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status, TargetKind
from tests.writers.figures import classes

__all__ = [
    "CELLS", "CLAUSES", "FINDINGS", "FIRST", "LISTED", "MAIN", "NAMES", "OBSERVED", "ROWS", "SEVERITIES", "STATUSES",
    "Figures", "Page", "by_status", "counts_line", "evaluated", "gaps", "host_of", "linked", "moment", "more", "named",
    "number", "passes", "plain", "share", "units_of",
]  # fmt: skip

MAIN = ("dnssec", "ipv6", "dual_stack", "multihome")
STATUSES = ("pass", "warn", "fail", "could_not_test", "manual", "not_applicable")
SEVERITIES = ("critical", "high", "medium", "low", "info")
CLAUSES = ("met", "partly", "unmet", "not_tested", "attested", "manual", "not_applicable")
ROWS, NAMES, FIRST, OBSERVED, CELLS, LISTED, FINDINGS = (
    40,
    12,
    3,
    8,
    400,
    8,
    2_400,
)  # how long lists may be before the rest is counted

Figures = Iterator[str]


class Page:
    """A page of one zone, service or data centre, and what all pages have in common."""

    tells_units = True  # which units a result concerns
    whole = False  # whether it speaks of all targets

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
        yield from self.since(result)
        if not self.causes(result):
            yield from more(min(rows, ROWS) - OBSERVED if rows <= ROWS else rows - OBSERVED)
        yield from more(rows - ROWS)
        taken = [part.started for part in self.run.parts[1:] if result.verdict.target in part.targets]
        yield from map(moment, taken)
        if result.units and self.tells_units:
            yield str(len(result.units))
            yield from more(len(result.units) - NAMES)

    def since(self, result: Result) -> Figures:
        """When it was first seen, since when it is there again, and when all was good."""
        course = self.run.courses.get(result.id)
        if course is not None:
            yield moment(course.first_seen.at)
            yield from (moment(course.since.at),) if course.since != course.first_seen else ()
            yield from (moment(course.last_good.at),) if course.last_good is not None else ()

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
        for difference in dict.fromkeys(change.difference for change in compared.changes):
            changes = [
                change
                for change in compared.changes
                if change.difference is Difference(difference)
                and (self.whole or (change.target.kind is TargetKind.ZONE and change.target.name == self.id))
            ]
            if changes:
                yield str(len(changes))
                yield from more(len(changes) - ROWS)
        if self.whole:
            yield from counts_line(compared.unchanged)


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


def plain(*values: object) -> Figures:
    """Those of the values that are numbers, or texts of digits alone."""
    for each in values:
        if isinstance(each, int | float) and not isinstance(each, bool):
            yield f"{each:g}"
        elif isinstance(each, str) and each.isdecimal():
            yield each


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
