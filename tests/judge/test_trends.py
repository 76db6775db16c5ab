import msgspec
import pytest

from netaudit.judge.trends import course_of, trend_point, with_trend
from netaudit.model.run import Run, UnitStatus
from tests.writers.synthetic import province_run

DAY = 86_400.0


@pytest.fixture(scope="module")
def run() -> Run:
    return province_run()


def before(run: Run, days: int) -> Run:
    return msgspec.structs.replace(run, id=f"before-{days}", started=run.started - days * DAY)


def test_a_course_grows_from_run_to_run(run: Run) -> None:
    first, second = before(run, 14), before(run, 7)
    assert first.trend == ()
    second = with_trend(second, course_of(first))
    third = with_trend(run, course_of(second))  # only the second is at hand, and it hands on the first
    assert [point.run for point in third.trend] == ["before-14", "before-7", run.id]
    assert third.trend[-1] == trend_point(run)


def test_a_point_is_the_run_in_numbers(run: Run) -> None:
    point = trend_point(run)
    assert point.totals == run.totals
    assert sum(point.units.values()) == len(run.unit_results)
    assert point.units[UnitStatus.PASS] == sum(unit.status is UnitStatus.PASS for unit in run.unit_results) > 0
    assert {sum(counts.values()) for counts in point.clauses.values()} == {
        sum(result.profile == profile for result in run.clauses) for profile in point.clauses
    }


def test_a_run_counts_once_in_the_order_of_time(run: Run) -> None:
    old, older = trend_point(before(run, 1)), trend_point(before(run, 2))
    later = trend_point(before(run, -1))
    given = with_trend(run, [old, older, old, later, trend_point(run)])
    assert [point.run for point in given.trend] == ["before-2", "before-1", run.id]


def test_without_an_earlier_run_there_is_no_course(run: Run) -> None:
    assert with_trend(run, [trend_point(run)]).trend == ()


def test_what_was_only_proposed_is_no_part_of_the_course(run: Run) -> None:
    assert course_of(msgspec.structs.replace(run, proposed="tinh.vn=zone")) == ()
