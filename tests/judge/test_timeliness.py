from datetime import date, timedelta

import pytest

from netaudit.judge.timeliness import timeliness
from netaudit.model.run import ClauseStatus, Timeliness

TODAY = date(2026, 11, 24)
AHEAD, PAST = TODAY + timedelta(34), TODAY - timedelta(1)
UNMET, PARTLY, NOT_TESTED = ClauseStatus.UNMET, ClauseStatus.PARTLY, ClauseStatus.NOT_TESTED


@pytest.mark.parametrize(
    ("status", "deadline", "ended", "expected"),
    [
        (ClauseStatus.MET, PAST, None, Timeliness.MET),
        (ClauseStatus.ATTESTED, None, None, Timeliness.MET),
        (ClauseStatus.MET, PAST, PAST, Timeliness.MET),  # met before the programme closed, or since
        (UNMET, AHEAD, None, Timeliness.ON_TRACK),
        (NOT_TESTED, AHEAD, None, Timeliness.ON_TRACK),
        (UNMET, TODAY, None, Timeliness.ON_TRACK),  # a deadline ends with its day
        (UNMET, PAST, None, Timeliness.LATE),
        (PARTLY, PAST, None, Timeliness.LATE),
        (NOT_TESTED, PAST, None, Timeliness.UNDECIDED),  # what could not be tested is not late
        (ClauseStatus.MANUAL, PAST, None, Timeliness.UNDECIDED),
        (UNMET, PAST, PAST, Timeliness.CLOSED),  # never late
        (UNMET, AHEAD, PAST, Timeliness.CLOSED),
        (UNMET, None, PAST, Timeliness.CLOSED),
        (UNMET, None, None, Timeliness.NO_DEADLINE),
        (ClauseStatus.NOT_APPLICABLE, PAST, None, None),
    ],
)
def test_a_clause_stands_in_time(
    status: ClauseStatus, deadline: date | None, ended: date | None, expected: Timeliness | None
) -> None:
    assert timeliness(status, deadline, ended, TODAY) is expected
