"""What a partial rescan chooses: failures from a severity on, gaps, and whatever time alone decides."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from netaudit.engine.plan import Selection, plan_jobs
from netaudit.engine.rescan import names_again, selection_again, unfinished_names
from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.profiles import load_profiles, select_profiles
from netaudit.judge.run import judge
from netaudit.model.book import FactBook
from netaudit.model.facts import JobFact, ScanEndFact, ScanFact
from netaudit.model.profile import Severity
from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status, TargetKind
from netaudit.rules.gaps import could_not_see
from netaudit.store.facts import read_facts

RECORDED = Path(__file__).parents[1] / "recorded"
DAY = 86_400.0

Judged = Callable[[FactBook, float], Run]


@pytest.fixture(scope="module")
def book() -> FactBook:
    return read_facts(RECORDED / "web.facts.jsonl.zst")


def judged(book: FactBook, later: float = 0.0) -> Run:
    profiles = select_profiles(load_profiles(), ("vn-base",), book.scan.at)
    return judge(book, load_catalogue(), profiles, judged_at=0.0, as_of=book.scan.at + later)


@pytest.fixture(scope="module")
def run(book: FactBook) -> Run:
    return judged(book)


def chosen(
    run: Run, book: FactBook, aged: Run | None = None, fail_on: Severity | None = None, days: float = 0
) -> set[str]:
    ends_before = book.scan.at + days * DAY
    return set(names_again(run, aged or run, [book], fail_on=fail_on, ends_before=ends_before))


def name_of(target: str) -> str:
    return target.partition("://")[2].rpartition(":")[0] or target


def test_every_failure_and_every_gap_is_measured_again_and_little_else(run: Run, book: FactBook) -> None:
    wanted = {
        name_of(r.verdict.target.name)
        for r in run.results
        if r.verdict.target.kind is not TargetKind.COVERAGE
        and (could_not_see(r) or r.verdict.outcome.status is Status.FAIL)
    }
    zones = {*book.scan.inventory.zones}
    assert wanted <= chosen(run, book)
    assert chosen(run, book) - wanted <= zones


def test_failures_count_from_a_severity_on(run: Run, book: FactBook) -> None:
    gaps = {r.verdict.target for r in run.results if could_not_see(r)}
    fails = [
        r
        for r in run.results
        if r.verdict.outcome.status is Status.FAIL
        and r.verdict.target not in gaps
        and r.verdict.target.kind is not TargetKind.COVERAGE
    ]
    names = {s: {name_of(r.verdict.target.name) for r in fails if r.severity is s} for s in Severity}
    high = names[Severity.CRITICAL] | names[Severity.HIGH]
    at_high = chosen(run, book, fail_on=Severity.HIGH)
    lower = names[Severity.MEDIUM] | names[Severity.LOW] | names[Severity.INFO]
    assert high <= at_high
    assert lower - at_high, "there is a name with lesser failures alone to try it with"
    assert lower <= chosen(run, book, fail_on=None)


def test_what_time_alone_has_changed_is_measured_again(run: Run, book: FactBook) -> None:
    before = chosen(run, book, fail_on=Severity.CRITICAL)
    after = chosen(run, book, judged(book, 400 * DAY), fail_on=Severity.CRITICAL)
    secure = {service.host for service in book.scan.inventory.services if service.scheme == "https"}
    trusted = {name_of(r.verdict.target.name) for r in run.results if _good_certificate(r)}
    assert trusted & secure - before, "there is a healthy site to try it with"
    assert trusted & secure <= after


def _good_certificate(result: Result) -> bool:
    verdict = result.verdict
    return verdict.check == "web.certificate_trusted" and verdict.outcome.status is Status.PASS


def test_what_ends_soon_is_measured_again(run: Run, book: FactBook) -> None:
    soon = chosen(run, book) | set()
    for expiry in run.expiries:
        if expiry.kind in ("authorisation", "waiver"):
            continue
        days = (expiry.at - book.scan.at) / DAY
        named = {name_of(name) for name in expiry.affected}
        assert named <= chosen(run, book, days=days + 0.001)
        if not named <= soon and all(e.at >= expiry.at for e in run.expiries if named & {*map(name_of, e.affected)}):
            assert not named <= chosen(run, book, days=days - 0.001)


def test_only_what_was_not_come_to_is_left_of_a_scan_that_died(book: FactBook) -> None:
    whole = judged(book)
    assert unfinished_names(whole, [book]) == set()
    host = next(s.host for s in book.scan.inventory.services if s.scheme == "https" and s.network == "public")
    lost = [
        fact
        for fact in book.facts
        if not isinstance(fact, ScanEndFact)
        and not (isinstance(fact, JobFact) and host in fact.job)
        and host not in str(getattr(fact, "endpoint", getattr(fact, "name", "")))
    ]
    died = FactBook(lost)
    names = unfinished_names(judged(died), [died])
    zones = {*book.scan.inventory.zones}
    assert host in names
    assert names - {host} <= zones


def test_the_selection_is_that_of_the_earlier_scan(book: FactBook) -> None:
    given = {"targets": "*.a *.b", "kinds": "portal", "units": "ubnd", "path": "yes", "sources": "no",
             "target_kinds": "host zone"}  # fmt: skip
    earlier = FactBook([replace(f, arguments=given) if isinstance(f, ScanFact) else f for f in book.facts])
    assert selection_again(earlier, frozenset({"x.a"})) == Selection(
        targets=("*.a", "*.b"),
        kinds=("portal",),
        units=("ubnd",),
        target_kinds=frozenset({TargetKind.HOST, TargetKind.ZONE}),
        path=True,
        sources=False,
        names=frozenset({"x.a"}),
    )


def test_jobs_are_planned_for_exactly_these_names(book: FactBook) -> None:
    inventory = book.scan.inventory
    host = next(s.host for s in inventory.services if s.scheme == "https" and s.network == "public")
    planned = {job.name for job in plan_jobs(inventory, Selection(names=frozenset({host})))}
    assert f"name:{host}" in planned
    assert f"endpoint:https://{host}:443" in planned
    assert all(host in name or name == "origins:addresses" for name in planned)
    assert plan_jobs(inventory, Selection(names=frozenset())) == []
