"""A finding over the runs of a series: when it was first seen, whether it is still there, whether it comes and goes."""

from enum import StrEnum

from netaudit.model.common import Record, Timestamp
from netaudit.model.profile import Severity
from netaudit.model.verdict import Status, Target

__all__ = ["Course", "FindingHistory", "Moment", "Snapshot", "Standing", "State", "WaiverChange"]


class Standing(StrEnum):
    """Where a finding stands in the newest run. Only `fixed` says that the target meets the check.

    What could not be measured leaves `fixed`, `replaced` and `moot` as they were: they speak of the last run that knew.
    """

    NEW = "new"  # found, and the last run that could tell did not find it
    STILL = "still"  # found, and no run since it was first found could tell that it was gone
    REPLACED = "replaced"  # the check still fails or warns about the target, for another reason
    FIXED = "fixed"
    MOOT = "moot"  # the check no longer applies to the target
    UNTESTED = "untested"  # could not be tested, or the run was cut short
    LEFT_OUT = "left_out"  # the run did not ask: a selection of targets, units, kinds or checks, a partial rescan
    GONE = "gone"  # the target is no longer in the inventory, or the check no longer in the catalogue

    @property
    def open(self) -> bool:
        """Whether the finding may still be there: it is found, or nothing has shown that it is not."""
        return self in (Standing.NEW, Standing.STILL, Standing.UNTESTED, Standing.LEFT_OUT)


class WaiverChange(StrEnum):
    """What the newest run changed about a finding that it shares with the last one that found it."""

    GRANTED = "granted"
    ENDED = "ended"  # taken back, or past its day: the finding counts again


class Moment(Record, frozen=True, kw_only=True):
    """A run as a point in time."""

    run: str  # its id
    at: Timestamp  # when it began


class State(Record, frozen=True, kw_only=True):
    """A result without its evidence: what is kept of every run, for years."""

    id: str  # the fingerprint
    check: str
    target: Target
    message: str
    status: Status
    severity: Severity
    waived: bool = False
    units: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether it is a finding: a failure or a warning, waived or not."""
        return self.status in (Status.FAIL, Status.WARN)


class Snapshot(Record, frozen=True, kw_only=True):
    """A run as a sequence of runs is read: one state of each check of each target."""

    run: str
    at: Timestamp
    complete: bool
    states: tuple[State, ...]
    left_out: frozenset[Target] = frozenset()  # targets of the inventory that this run did not ask about
    carried: frozenset[Target] = frozenset()  # those whose states are an earlier run's, taken over unmeasured
    checks: frozenset[str] | None = None  # those that were chosen; None: all

    @property
    def moment(self) -> Moment:
        """When it was."""
        return Moment(run=self.run, at=self.at)


class Course(Record, frozen=True, kw_only=True):
    """When a finding was there.

    `first_seen`: the first run of all that found it; `since`: the one that found it after the last that could tell it
    was not there. `last_good`: the last complete run in which the check passed for the target.
    """

    first_seen: Moment
    since: Moment
    last_seen: Moment
    closed: Moment | None = None  # of what is fixed, replaced or moot: the first run that showed it
    last_good: Moment | None = None
    changes: int = 0  # how often it came or went among the last runs that could tell, as many as the profile looks at
    flapping: bool = False  # `changes` reached the profile's number
    confirmed: bool = True  # found in as many of the last runs as the profile asks for


class FindingHistory(Record, frozen=True, kw_only=True):
    """One finding, by its fingerprint, over a sequence of runs."""

    state: State  # as last found
    standing: Standing
    waiver: WaiverChange | None = None
    course: Course

    @property
    def counts(self) -> bool:
        """Whether it is found now and nobody answers for it."""
        return self.standing in (Standing.NEW, Standing.STILL) and not self.state.waived

    def closed_in(self, run: str) -> bool:
        """Whether this run was the one that showed it gone: fixed, replaced or moot."""
        return self.course.closed is not None and self.course.closed.run == run
