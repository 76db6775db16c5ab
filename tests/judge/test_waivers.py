"""Comply or explain: what a waiver covers stays visible and stops counting, until its day."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from netaudit.judge.waivers import waived
from netaudit.model.inventory import Waiver
from netaudit.model.profile import Severity
from netaudit.model.run import Result, WaiverState
from netaudit.model.verdict import Target, TargetKind, Verdict
from tests.judge.builders import outcome

DAY = date(2026, 11, 26)
WAIVER = Waiver(
    id="w1", check="web.hsts", target="https://*.p.example:443", reason="an old appliance", owner="one",
    approver="head", expires=DAY + timedelta(days=60),
)  # fmt: skip


def result(id: str, word: str = "fail", check: str = "web.hsts", target: str = "https://a.p.example:443") -> Result:
    verdict = Verdict(check=check, target=Target(kind=TargetKind.ENDPOINT, name=target), outcome=outcome(word))
    return Result(id=id, verdict=verdict, severity=Severity.HIGH)


@pytest.mark.parametrize(
    ("item", "covered"),
    [
        (result("1"), True),
        (result("1", "warn"), True),
        (result("1", "pass"), False),
        (result("1", "gap"), False),
        (result("1", check="web.https"), False),
        (result("1", target="https://p.example:443"), False),
    ],
)
def test_a_waiver_covers_findings_of_its_check_and_target(item: Result, covered: bool) -> None:
    (marked,), (use,) = waived([item], [WAIVER], DAY)
    assert (marked.waived, use.results) == (covered, ("1",) if covered else ())
    assert use.state is (WaiverState.USED if covered else WaiverState.UNUSED)
    assert replace(marked, waived=False) == item


def test_it_may_be_for_one_message_only() -> None:
    (marked,), _ = waived([result("1")], [replace(WAIVER, message="bad")], DAY)
    assert marked.waived
    (other,), (use,) = waived([result("1")], [replace(WAIVER, message="worse")], DAY)
    assert not other.waived
    assert use.state is WaiverState.UNUSED


def test_its_last_day_holds_and_the_next_does_not() -> None:
    last = replace(WAIVER, expires=DAY)
    (marked,), (use,) = waived([result("1")], [last], DAY)
    assert (marked.waived, use.state) == (True, WaiverState.EXPIRING)
    (counted,), (over,) = waived([result("1")], [last], DAY + timedelta(days=1))
    assert (counted.waived, over.state, over.results) == (False, WaiverState.EXPIRED, ("1",))


def test_of_two_waivers_one_in_force_is_enough() -> None:
    old = replace(WAIVER, id="old", expires=date(2020, 1, 1))
    (marked,), uses = waived([result("1")], [old, WAIVER], DAY)
    assert marked.waived
    assert [use.state for use in uses] == [WaiverState.EXPIRED, WaiverState.USED]
