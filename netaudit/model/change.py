"""What differs between two judged scans of the same things."""

from enum import StrEnum

from netaudit.model.common import Record, Timestamp
from netaudit.model.profile import CheckInfo
from netaudit.model.verdict import Status, Target, Verdict

__all__ = ["Change", "Comparison", "Difference"]


class Difference(StrEnum):
    """What became of a verdict, the worst first."""

    BROKEN = "broken"  # fails, and did not before
    WORSE = "worse"  # a warning that was none
    UNTESTED = "untested"  # can't be tested, and could be before
    GONE = "gone"  # failed or warned, and is no longer looked at: that is not to be fixed
    OTHER = "other"  # fails or warns as before, for another reason
    FIXED = "fixed"
    TESTED = "tested"  # passes, and could not be tested before


class Change(Record, frozen=True, kw_only=True):
    """A check of a target whose verdict differs. `before` and `after` None: there was no such verdict."""

    difference: Difference
    check: str
    target: Target
    before: Verdict | None
    after: Verdict | None


class Comparison(Record, frozen=True, kw_only=True):
    """What is live against what is proposed, or an earlier scan against this one: every verdict that differs."""

    before: str  # the id of the run of what is live, or of the earlier scan
    since: Timestamp | None = None  # when the earlier scan began
    changes: tuple[Change, ...]
    unchanged: dict[Status, int]
    checks: dict[str, CheckInfo] = {}  # the texts of checks that only the former run has
