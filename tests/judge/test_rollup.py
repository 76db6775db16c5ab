from datetime import date

import pytest
from msgspec import structs

from netaudit.judge.clauses import demands_of
from netaudit.judge.derive import Derived
from netaudit.judge.rollup import pillars_of, results_of, totals_of, unit_results
from netaudit.judge.subjects import Subjects
from netaudit.judge.verdicts import worst
from netaudit.model.inventory import Inventory
from netaudit.model.profile import Measure, Profile, Severity
from netaudit.model.run import Result, UnitStatus
from netaudit.model.verdict import Status, TargetKind
from netaudit.rules.gaps import could_not_see
from tests.judge.builders import CATALOGUE, NOW, TIMEOUT, inventory, outcome, said, site, target, verdicts
from tests.judge.test_clauses import clause, profile

TODAY = date(2026, 11, 24)
SERVICES = (site("a", "one"), site("b", "two"), site("c", "one", "two", network="tslcd"))
OPEN = Measure(kind="scan", checks=("web.open",), kinds=("site",))


def rolled(targets: list[Derived], *profiles: Profile, listed: Inventory | None = None) -> tuple[Result, ...]:
    owner = listed or inventory(*SERVICES)
    demands = demands_of(profiles, Subjects(owner, NOW), CATALOGUE, TODAY)
    return results_of(verdicts(*targets), CATALOGUE, demands, owner)


def endpoint(name: str, word: str) -> Derived:
    service = next(s for s in SERVICES if s.id == name)
    return said(TargetKind.ENDPOINT, service.endpoint, word, services=[service])


def plan(name: str, severity: Severity, measure: Measure = OPEN, **more: object) -> Profile:
    return structs.replace(profile(clause(measure, severity=severity, **more)), id=name)


def test_the_worst_clause_gives_the_severity_and_all_are_named() -> None:
    (result,) = rolled([endpoint("a", "fail")], plan("low", Severity.LOW), plan("high", Severity.HIGH))
    assert result.severity is Severity.HIGH
    assert result.clauses == ("low/C-1", "high/C-1")


def test_what_no_clause_asks_for_is_information() -> None:
    (result,) = rolled([endpoint("a", "fail")])
    assert (result.severity, result.clauses) == (Severity.INFO, ())


def test_a_deadline_ahead_softens_a_finding() -> None:
    (result,) = rolled([endpoint("a", "fail")], plan("later", Severity.CRITICAL, deadline=date(2030, 1, 1)))
    assert result.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("asked", "status", "severity", "clauses"),
    [
        ({}, Status.PASS, Severity.INFO, ()),  # the check's own parameter is 2
        ({"strict": 3}, Status.FAIL, Severity.HIGH, ("strict/C-1",)),
        ({"lenient": 1}, Status.PASS, Severity.HIGH, ("lenient/C-1",)),
        ({"lenient": 1, "strict": 3}, Status.FAIL, Severity.HIGH, ("strict/C-1",)),
    ],
)
def test_clauses_with_parameters_of_their_own_decide(
    asked: dict[str, int], status: Status, severity: Severity, clauses: tuple[str, ...]
) -> None:
    plans = [
        plan(name, Severity.HIGH, Measure(kind="scan", checks=("dns.tcp",), kinds=("zone",), parameters={"least": n}))
        for name, n in asked.items()
    ]
    (result,) = rolled([said(TargetKind.ZONE, "p.example", "at least 2")], *plans)
    assert (result.verdict.outcome.status, result.severity, result.clauses) == (status, severity, clauses)


def test_a_lenient_plan_wins_over_the_check_s_own_parameter() -> None:
    lenient = Measure(kind="scan", checks=("dns.tcp",), kinds=("zone",), parameters={"least": 1})
    (result,) = rolled([said(TargetKind.ZONE, "p.example", "at least 1")], plan("lenient", Severity.HIGH, lenient))
    assert result.verdict.outcome.status is Status.PASS


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("pass", "fail", "gap"), Status.FAIL),
        (("pass", "gap", "manual"), Status.COULD_NOT_TEST),
        (("na", "pass"), Status.PASS),
        (("warn", "gap"), Status.WARN),
    ],
)
def test_of_several_outcomes_the_worst_is_shown(words: tuple[str, ...], wanted: Status) -> None:
    assert worst(outcome(word) for word in words).status is wanted


def test_fingerprints_keep_what_is_stable_and_leave_the_rest() -> None:
    first, second = rolled([endpoint("a", "fail"), endpoint("b", "fail")])
    assert first.id != second.id
    assert first.id == rolled([endpoint("a", "fail")])[0].id
    assert first.id != rolled([endpoint("a", "gap")])[0].id


def test_each_target_belongs_to_units() -> None:
    services = (site("a", "one"), site("b.q", "two"), site("@", "one", "two", kind="portal"))
    owner = inventory(*services, zones=("p.example", "q.p.example", "lone.p.example"))
    targets = [
        said(TargetKind.ZONE, "p.example", "at least 5"),
        said(TargetKind.ZONE, "q.p.example", "at least 5"),
        said(TargetKind.ZONE, "lone.p.example", "at least 5"),
        said(TargetKind.HOST, "p.example", "pass", services=services[2:]),
        said(TargetKind.DATACENTRE, "dc", "pass"),
        said(TargetKind.REGISTER, "reg", "pass"),
        said(TargetKind.COVERAGE, "commune/site", "pass"),
    ]
    found = {str(result.verdict.target): result.units for result in rolled(targets, listed=owner)}
    assert found == {
        "zone:p.example": ("one", "two"),  # of the hosts that lie in it, not in a zone below
        "zone:q.p.example": ("two",),
        "zone:lone.p.example": ("head",),
        "host:p.example": ("one", "two"),
        "datacentre:dc": ("two",),  # its owner
        "register:reg": ("head",),
        "coverage:commune/site": ("head",),
    }


@pytest.mark.parametrize(
    ("word", "severity", "status"),
    [
        ("pass", Severity.HIGH, UnitStatus.PASS),
        ("warn", Severity.HIGH, UnitStatus.PASS),
        ("fail", Severity.CRITICAL, UnitStatus.FAIL),
        ("fail", Severity.HIGH, UnitStatus.FAIL),
        ("fail", Severity.MEDIUM, UnitStatus.PARTLY),
        ("gap", Severity.HIGH, UnitStatus.COULD_NOT_TEST),
        ("na", Severity.HIGH, UnitStatus.NOT_APPLICABLE),
        ("manual", Severity.HIGH, UnitStatus.NOT_APPLICABLE),
    ],
)
def test_a_unit_stands_where_its_worst_result_puts_it(word: str, severity: Severity, status: UnitStatus) -> None:
    results = rolled([endpoint("a", word), endpoint("c", "closed")], plan("plan", severity))
    found = {unit.unit: unit for unit in unit_results(inventory(*SERVICES), results)}
    assert found["one"].status is (status if word not in ("na", "manual") else UnitStatus.COULD_NOT_TEST)
    assert found["two"].status is UnitStatus.COULD_NOT_TEST  # all it has is on a closed network
    assert found["head"].status is UnitStatus.NOT_APPLICABLE
    assert found["one"].results == tuple(result.id for result in results)


def test_information_does_not_fail_a_unit_that_plans_ask_other_things_of() -> None:
    a = SERVICES[0]
    targets = [endpoint("a", "pass"), said(TargetKind.HOST, a.host, "fail", services=[a])]
    results = rolled(targets, plan("plan", Severity.HIGH))
    assert unit_results(inventory(*SERVICES), results)[1].status is UnitStatus.PASS
    assert unit_results(inventory(*SERVICES), rolled(targets))[1].status is UnitStatus.PARTLY


def test_totals_and_pillars_add_up() -> None:
    a = SERVICES[0]
    targets = [
        endpoint("a", "fail"),
        endpoint("b", "gap"),
        endpoint("c", "closed"),
        said(TargetKind.HOST, a.host, "warn", services=[a]),
        said(TargetKind.ZONE, "p.example", "na"),
    ]
    results = rolled(targets, plan("plan", Severity.HIGH))
    totals = totals_of(results)
    assert totals.counts == {
        Status.FAIL: 1, Status.WARN: 1, Status.NOT_APPLICABLE: 1, Status.COULD_NOT_TEST: 2,
    }  # fmt: skip
    assert (totals.evaluated, totals.applicable, totals.findings) == (2, 4, {Severity.HIGH: 1})
    assert {pillar.pillar: pillar.counts for pillar in pillars_of(results)} == {
        "dns": {Status.NOT_APPLICABLE: 1},
        "ipv6": {Status.WARN: 1},
        "web": {Status.FAIL: 1, Status.COULD_NOT_TEST: 2},
    }
    assert [result.verdict.target.name for result in results if could_not_see(result)] == ["https://b.p.example:443"]


def test_a_target_without_evidence_is_not_judged() -> None:
    missing = Derived(target(TargetKind.ZONE, "p.example"), None, TIMEOUT)
    (result,) = rolled([missing])
    assert result.verdict.outcome.status is Status.COULD_NOT_TEST
    assert result.verdict.outcome.failure == TIMEOUT
    assert result.verdict.outcome.message == "not_observed"


def test_a_judge_that_fails_is_our_bug_and_ends_nothing() -> None:
    broken = said(TargetKind.ZONE, "p.example", {})  # the judge looks for a word that is not there
    results = rolled([broken, endpoint("a", "pass")])
    failure = results[0].verdict.outcome.failure
    assert failure is not None
    assert (failure.reason, failure.side) == ("bug", "bug")
    assert failure.detail.startswith("KeyError: 'dns.tcp' (builders.py:")
    assert results[1].verdict.outcome.status is Status.PASS
