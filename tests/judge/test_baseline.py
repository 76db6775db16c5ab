"""A run against a baseline: what makes the two incomparable, what is lost, which targets came and went."""

import pytest
from msgspec.structs import replace

from netaudit.judge.baseline import appeared, baseline_findings, declared, lost, mismatches, vanished
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.regression import Standing, WaiverChange
from netaudit.model.run import Run
from netaudit.model.verdict import Status, Target, TargetKind, could_not_test
from tests.writers.synthetic import province_run


@pytest.fixture(scope="module")
def run() -> Run:
    return province_run()


def later(run: Run, **changes: object) -> Run:
    return replace(run, id="later", started=run.started + 86_400, **changes)


def told(baseline: Run, run: Run) -> list[str]:
    return [mismatch.en for mismatch in mismatches(baseline, run)]


def test_equal_criteria_and_scope_compare(run: Run) -> None:
    assert told(run, later(run)) == []


def test_a_newer_version_of_a_profile_does_not(run: Run) -> None:
    first, *others = run.profiles
    newer = replace(first, version=first.version.replace(year=first.version.year + 1))
    (said,) = told(run, later(run, profiles=(newer, *others)))
    assert f"{first.id}@{first.version}" in said and f"{first.id}@{newer.version}" in said


def test_another_scope_does_not_however_long_it_is(run: Run) -> None:
    """The lists differ behind what is shown of them."""
    long = " ".join(f"dns.check_{n:02}" for n in range(20))
    (said,) = told(replace(run, scope={"checks": long}), later(run, scope={"checks": f"{long} web.hsts"}))
    assert said.startswith("another scope: checks was dns.check_00")


def test_a_deadline_that_left_targets_out_does_not(run: Run) -> None:
    left = Target(kind=TargetKind.ZONE, name="lamdong.gov.vn")
    (said,) = told(run, later(run, left_out=(left,)))
    assert said.endswith("not asked now: 1 (zone:lamdong.gov.vn, …)")
    assert told(replace(run, left_out=(left,)), later(run)) == [], "more than then is no harm"


def test_what_can_not_be_tested_any_more_is_lost_and_not_fixed(run: Run) -> None:
    gap = could_not_test("gap", Failure(reason=Reason.TIMEOUT, side=Side.TARGET))
    failing = next(r for r in run.results if r.verdict.outcome.status is Status.FAIL)
    silent = replace(failing, verdict=replace(failing.verdict, outcome=gap), id="another")
    after = later(run, results=tuple(silent if r is failing else r for r in run.results))
    assert [(s.check, s.target) for s in lost(run, after)] == [(failing.verdict.check, failing.verdict.target)]
    (found,) = [f for f in baseline_findings(run, after) if f.state.id == failing.id]
    assert found.standing is Standing.UNTESTED and not found.new
    assert lost(after, later(after)) == (), "it was unknown before"


def test_a_waiver_that_ends_is_new_and_one_that_is_granted_is_not(run: Run) -> None:
    failing = next(r for r in run.results if r.verdict.outcome.status is Status.FAIL)
    excused = replace(run, results=tuple(replace(r, waived=True) if r is failing else r for r in run.results))
    (ended,) = [f for f in baseline_findings(excused, later(run)) if f.new]
    assert (ended.state.id, ended.waiver) == (failing.id, WaiverChange.ENDED)
    assert [f for f in baseline_findings(run, replace(excused, id="later", started=run.started + 1)) if f.new] == []


def test_targets_that_come_and_go_and_zones_that_were_only_met(run: Run) -> None:
    """A zone above a host goes with it and says nothing; failing ones come first."""
    zones = tuple(zone for zone in run.zones if zone != run.zones[4])
    gone = Target(kind=TargetKind.ZONE, name=run.zones[4])
    after = later(run, zones=zones, results=tuple(r for r in run.results if r.verdict.target != gone))
    (only,) = vanished(run, declared(run), declared(after))
    assert only.target == gone and only.failing is not None
    assert appeared(declared(after), declared(run)) == (gone,)
    met = replace(run, zones=zones)
    assert gone not in declared(met)
