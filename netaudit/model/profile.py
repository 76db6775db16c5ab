"""Checks and profiles as data: what a check is about, and which clause of a plan asks for it."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from netaudit.model.common import Record, Text
from netaudit.model.verdict import TargetKind

__all__ = ["Basis", "CheckInfo", "Clause", "ClauseChange", "Confidence", "Damping", "Measure", "Profile", "Severity"]

Ratio = Annotated[float, msgspec.Meta(gt=0, le=1)]
Accepted = tuple[Literal["dual_stack", "ipv6_only"], ...]
Parameters = dict[str, int | float | str | bool | tuple[str, ...]]


class Severity(StrEnum):
    """How bad an unmet clause is; set by the profile, never by a check. Worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for critical to 4 for info: smaller is worse."""
        return _RANK[self]


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


class Basis(StrEnum):
    """What a clause rests on. Only `legal` is the law."""

    LEGAL = "legal"
    PROGRAMME = "programme"
    POLICY = "policy"
    LABEL = "label"
    SEED = "seed"
    DERIVED = "derived"
    PRACTICE = "practice"


class Confidence(StrEnum):
    """How well the statement in the source was verified; it never vouches for our choice of check."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"


class CheckInfo(Record, frozen=True, kw_only=True):
    """`NAME.yaml` of a check. `netaudit checks show ID` prints it; the report explains with it."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
    target: TargetKind
    title: Text  # what is true when the check passes: "Every name server answers over TCP"
    why: Text  # why it matters, for a manager
    fix: Text  # what to do, for an engineer
    messages: dict[str, Text]  # message id -> sentence with {placeholders}
    recheck: str  # a command line with {target} and the outcome's arguments: dig …, curl …
    references: tuple[str, ...]
    parameters: dict[str, int | float | str | bool | tuple[str, ...]] = {}  # defaults; a clause may override
    stable: tuple[str, ...] = ()  # arguments that belong to the fingerprint
    aliases: tuple[str, ...] = ()
    explained_by: tuple[str, ...] = ()  # checks whose failure, here or in a zone above, is the cause of this one's

    @property
    def family(self) -> str:
        """The folder of the check: dnssec, dns, ipv6, …"""
        return self.id.partition(".")[0]


class Measure(Record, frozen=True, kw_only=True):
    """How a clause is measured.

    `scan` and `file`: the targets of the services whose kind is in `kinds` (`*`: all kinds; `zone`,
    `datacentre`, `register`, `resolver`: those parts of the inventory) are looked up in the results of `checks`;
    the clause is met when at least `ratio` of the measurable targets pass every check, or at least
    `count` targets do. `attest`: the inventory's attestation named `field`.
    """

    kind: Literal["scan", "file", "attest"]
    checks: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    ratio: Ratio | None = None
    count: int | None = None
    field: str = ""
    accept: Accepted = ("dual_stack", "ipv6_only")
    parameters: Parameters = {}


class Clause(Record, frozen=True, kw_only=True):
    """One demand of a plan."""

    id: str
    text: Text
    measure: Measure
    severity: Severity
    basis: Basis
    source: str
    confidence: Confidence
    deadline: date | None = None
    deadline_confidence: Confidence | None = None
    not_before: date | None = None
    note: Text | None = None


class ClauseChange(Record, frozen=True, kw_only=True):
    """What a profile changes in a clause that it inherits; what it does not name stays.

    A change of what is demanded, or by when, is the profile's own decision and needs its `source`: the clause no longer
    rests on what it rested on. Its basis is then `policy` unless named, and its source unverified. Parameters are added
    to the clause's own.
    """

    clause: str
    text: Text | None = None
    severity: Severity | None = None
    ratio: Ratio | None = None
    count: int | None = None
    accept: Accepted | None = None
    parameters: Parameters = {}
    deadline: date | None = None
    not_before: date | None = None
    basis: Basis | None = None
    source: str = ""
    confidence: Confidence | None = None
    note: Text | None = None

    @property
    def demands(self) -> bool:
        """Whether it changes what is demanded, or by when."""
        named = (self.text, self.ratio, self.count, self.accept, self.deadline, self.not_before)
        return bool(self.parameters) or any(value is not None for value in named)


class Damping(Record, frozen=True, kw_only=True):
    """How often a finding may come and go before it is said to flap, and when it is sure enough for an alert.

    Runs that could not tell are not counted. A finding flaps when it came or went at least `flap_changes` times in the
    last `flap_window` runs; it is confirmed when `confirm_runs` of the last `confirm_window` runs found it.
    """

    flap_changes: Annotated[int, msgspec.Meta(ge=2, le=99)] = 3
    flap_window: Annotated[int, msgspec.Meta(ge=3, le=100)] = 7
    confirm_runs: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    confirm_window: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1


class Profile(Record, frozen=True, kw_only=True):
    """A plan as data, versioned by date."""

    id: str
    version: date
    name: Text
    legal: tuple[str, ...]
    effective: date
    clauses: tuple[Clause, ...] = ()
    ended: date | None = None
    inherits: tuple[str, ...] = ()
    changes: tuple[ClauseChange, ...] = ()  # in clauses that it inherits
    without: tuple[str, ...] = ()  # clauses that it does not inherit
    damping: Damping | None = None  # None: that of what it inherits
    only_by_name: bool = False  # another country's: never among those that judge without being asked for

    @property
    def edition(self) -> str:
        """Which version of which plan, as runs and histories name it: ID@VERSION."""
        return f"{self.id}@{self.version}"
