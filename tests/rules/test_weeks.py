"""Scans put into weeks, and failed weeks counted in a row."""

from datetime import date, datetime

import pytest

from netaudit.model.history import PastStatus
from netaudit.model.verdict import Status
from netaudit.rules.calendar import VIET_NAM
from netaudit.rules.weeks import Row, failed_row, weeks_of

MONDAY = datetime(2026, 11, 2, 9, tzinfo=VIET_NAM).timestamp()
DAY = 86_400.0
_STATUS = {"+": Status.PASS, "-": Status.FAIL, "?": Status.COULD_NOT_TEST}
_SHOWN = {True: "+", False: "-", None: "?"}


def scans(marks: str, every: float = 7) -> list[PastStatus]:
    """One scan each `every` days: + met, - failed, ? not tested, a blank for no scan."""
    placed = enumerate(marks)
    return [PastStatus(at=MONDAY + n * every * DAY, status=_STATUS[mark]) for n, mark in placed if mark != " "]


def shown(past: list[PastStatus], most: int = 53) -> str:
    return "".join(_SHOWN[week.ok] for week in weeks_of(past, most))


@pytest.mark.parametrize(
    ("marks", "weeks"), [("+-?", "+-?"), ("+  -", "+??-"), ("", ""), ("-", "-"), (" -+", "-+"), ("? ", "?")]
)
def test_each_scan_is_in_its_week_and_a_week_without_one_is_unknown(marks: str, weeks: str) -> None:
    assert shown(scans(marks)) == weeks
    assert shown(list(reversed(scans(marks)))) == weeks


@pytest.mark.parametrize(("marks", "week"), [("--+", "+"), ("?-?", "-"), ("???", "?"), ("+--", "+")])
def test_a_week_is_failed_when_no_scan_in_it_saw_the_rule_met(marks: str, week: str) -> None:
    assert shown(scans(marks, every=2)) == week


def test_weeks_begin_on_monday_in_viet_nam() -> None:
    sunday = datetime(2026, 11, 8, 23, 59, tzinfo=VIET_NAM).timestamp()
    past = [PastStatus(at=at, status=Status.PASS) for at in (MONDAY, sunday, sunday + 60)]
    assert [(week.name, week.scans, week.monday) for week in weeks_of(past, 53)] == [
        ("2026-W45", 2, date(2026, 11, 2)),
        ("2026-W46", 1, date(2026, 11, 9)),
    ]


def test_only_the_last_weeks_are_kept() -> None:
    assert shown(scans("-" + " " * 200 + "+-"), most=3) == "?+-"


@pytest.mark.parametrize(
    ("marks", "row"),
    [
        ("+++", None),
        ("---+", None),
        ("+?", None),
        ("+-", Row(1, 0, date(2026, 11, 9), None)),
        ("+--?-", Row(3, 1, date(2026, 11, 9), None)),
        ("--?-", Row(3, 1, date(2026, 11, 2), None)),
        ("+?--", Row(2, 0, date(2026, 11, 16), None)),
        ("+---", Row(3, 0, date(2026, 11, 9), date(2026, 11, 23))),
        ("+-----", Row(5, 0, date(2026, 11, 9), date(2026, 11, 23))),
        ("---+-", Row(1, 0, date(2026, 11, 30), None)),
        ("---?-", Row(4, 1, date(2026, 11, 2), date(2026, 11, 16))),
    ],
)
def test_failed_weeks_count_in_a_row_and_unknown_ones_never(marks: str, row: Row | None) -> None:
    assert failed_row(weeks_of(scans(marks), 53), 3) == row
