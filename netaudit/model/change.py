"""What differs between two judged scans of the same things."""

from enum import StrEnum

from netaudit.model.common import Record
from netaudit.model.run import Result
from netaudit.model.verdict import Target

__all__ = ["Change", "Difference"]


class Difference(StrEnum):
    """What became of a verdict, the worst first."""

    BROKEN = "broken"  # fails, and did not before
    WORSE = "worse"  # a warning that was none
    UNTESTED = "untested"  # can't be tested, and could be before
    OTHER = "other"  # fails or warns as before, for another reason
    FIXED = "fixed"
    TESTED = "tested"  # passes, and could not be tested before


class Change(Record, frozen=True, kw_only=True):
    """A check of a target whose verdict differs. `before` and `after` None: there was no such verdict."""

    difference: Difference
    check: str
    target: Target
    before: Result | None
    after: Result | None
