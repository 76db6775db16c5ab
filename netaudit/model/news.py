"""What is worth telling somebody after a run: what changed since they were last told, and what is about to end."""

from netaudit.model.common import Record, Timestamp
from netaudit.model.expiry import Expiry
from netaudit.model.profile import Severity
from netaudit.model.regression import Standing
from netaudit.model.verdict import Target

__all__ = ["Closed", "Ending", "News", "Open", "Told"]


class Told(Record, frozen=True, kw_only=True):
    """A finding that somebody was told of, and that was not closed since."""

    id: str  # the fingerprint
    check: str
    target: Target
    severity: Severity
    units: tuple[str, ...] = ()


class Open(Record, frozen=True, kw_only=True):
    """A finding that they were not told of yet. `flapping`: it comes and goes; its next turns are not told."""

    finding: Told
    flapping: bool = False


class Closed(Record, frozen=True, kw_only=True):
    """A finding that they were told of, and that is over: fixed, or for another reason, which is not the same."""

    finding: Told
    why: Standing | None  # None: somebody answers for it now, by a waiver


class Ending(Record, frozen=True, kw_only=True):
    """Something that ends within `days`, a threshold that it was not told of yet. 0: it has ended."""

    expiry: Expiry
    days: int


class News(Record, frozen=True, kw_only=True):
    """What one route is to be told after one run."""

    province: str
    run: str
    since: str = ""  # the run before, of which they were told; empty: they are told for the first time
    at: Timestamp  # when the run began
    opened: tuple[Open, ...] = ()
    closed: tuple[Closed, ...] = ()
    endings: tuple[Ending, ...] = ()
    remaining: int = 0  # findings that they know of, these included
    untested: int = 0  # of those: what this run could not see
    cut_short: bool = False  # the run did not come to its end, and the one before did
    all_clear: bool = False  # the last finding that they knew of is closed

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.opened or self.closed or self.endings or self.cut_short)

    @property
    def first(self) -> bool:
        """Whether they are told for the first time: then all that is found is new to them."""
        return not self.since
