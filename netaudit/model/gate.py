"""What a change would do to each prefix: the questions that are asked of it, before and after."""

from enum import StrEnum

from netaudit.model.change import Comparison
from netaudit.model.common import Family, Record, Text, Timestamp
from netaudit.model.location import Location
from netaudit.model.profile import Severity
from netaudit.model.regression import Standing, State, WaiverChange
from netaudit.model.routing import Route, Vrp
from netaudit.model.verdict import Target

__all__ = [
    "Answer", "BaselineFinding", "BaselineReport", "FileMistake", "GateReport", "NeighbourTold", "PrefixAnswers",
    "Question", "VanishedTarget",
]  # fmt: skip


class Question(StrEnum):
    """What is asked of a prefix."""

    VALID = "valid"  # does RPKI authorise its routes
    REGISTERED = "registered"  # has a routing registry its objects
    ANNOUNCED = "announced"  # is it announced by its own AS alone
    UPLINKS = "uplinks"  # is it reached through at least two operators
    SURVIVES = "survives"  # is it still reached after the loss of any one of them
    INDEPENDENT = "independent"  # do the ways to it have nothing else in common


class Answer(Record, frozen=True, kw_only=True):
    """One question's answers. None: it could not be tested."""

    question: Question
    before: bool | None
    after: bool | None
    saw_before: str = ""
    saw_after: str = ""

    @property
    def worse(self) -> bool:
        """Whether it is no after the change, and was not before."""
        return self.after is False and self.before is not False

    @property
    def lost(self) -> bool:
        """Whether it can't be told any more."""
        return self.after is None and self.before is True

    @property
    def better(self) -> bool:
        """Whether it is yes after the change, and was not before."""
        return self.after is True and self.before is not True


class PrefixAnswers(Record, frozen=True, kw_only=True):
    """A prefix of a data centre with the answers to every question."""

    datacentre: str
    prefix: str
    family: Family
    answers: tuple[Answer, ...]

    @property
    def badness(self) -> int:
        """The worst first: what gets worse, what can't be told any more, what stays bad, what gets better, the rest."""
        ranks = [
            0 if a.worse else 1 if a.lost else 2 if a.after is False else 3 if a.better else 4 for a in self.answers
        ]
        return min(ranks, default=4)


class NeighbourTold(Record, frozen=True, kw_only=True):
    """A neighbour of a rehearsed border router, and what it would be told."""

    datacentre: str
    name: str  # of the session
    address: str
    asn: int
    families: tuple[Family, ...]
    up: bool
    disabled: bool = False  # by the configuration itself: it is told nothing
    problem: str = ""  # why the session could not be rehearsed
    own: tuple[Route, ...] = ()  # of the data centre's prefixes and their parts, as the neighbour would hand them on
    foreign: tuple[Route, ...] = ()  # of others: handed to an operator, that is a route leak (RFC 7908)

    @property
    def unknown(self) -> bool:
        """Whether the rehearsal does not tell what it would be told."""
        return not self.up and not self.disabled


class BaselineFinding(Record, frozen=True, kw_only=True):
    """A finding of the baseline, of the run, or of both."""

    state: State  # as last found
    standing: Standing
    waiver: WaiverChange | None = None

    @property
    def new(self) -> bool:
        """Whether it counts now and did not count in the baseline: found for the first time, or no longer waived."""
        appeared = self.standing is Standing.NEW and not self.state.waived
        return appeared or self.waiver is WaiverChange.ENDED


class VanishedTarget(Record, frozen=True, kw_only=True):
    """A target of the baseline that is no longer looked at. `failing`: its worst failure there, if it had any."""

    target: Target
    failing: Severity | None = None


class BaselineReport(Record, frozen=True, kw_only=True):
    """A run, or an inventory that was not scanned yet, against a baseline."""

    baseline: str  # the id of its run
    since: Timestamp  # when it began
    run: str = ""  # the id of the run that is judged; empty: an inventory alone
    exit_code: int
    findings: tuple[BaselineFinding, ...] = ()
    lost: tuple[State, ...] = ()  # what was measured in the baseline and can't be told any more
    appeared: tuple[Target, ...] = ()
    vanished: tuple[VanishedTarget, ...] = ()
    mismatches: tuple[Text, ...] = ()  # why the two can't be compared, of a comparison that was forced
    doubts: tuple[str, ...] = ()  # of the inventory


class FileMistake(Record, frozen=True, kw_only=True):
    """What is wrong in a proposed zone file, or is not as it should be."""

    location: Location | None  # None: something that is not there
    is_error: bool
    text: str


class GateReport(Record, frozen=True, kw_only=True):
    """A change, judged: what `netaudit gate --format json` prints."""

    schema: int
    run: str  # the id of the scan whose facts were changed
    proposed: str
    exit_code: int
    prefixes: tuple[PrefixAnswers, ...]
    comparison: Comparison
    neighbours: tuple[NeighbourTold, ...] = ()  # of a configuration that was rehearsed
    strangers: tuple[Vrp, ...] = ()  # ROAs to be added that authorise an AS of no data centre here
    mistakes: tuple[FileMistake, ...] = ()
