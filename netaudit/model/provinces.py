"""Several provinces side by side on one set of criteria: what was measured of each, and no rank."""

import msgspec

from netaudit.model.common import Record, Text, Timestamp
from netaudit.model.inventory import NetworkKind, Province
from netaudit.model.profile import Profile
from netaudit.model.run import ClauseResult, Totals, UnitResult

__all__ = ["ProvinceComparison", "ProvinceRow", "ProvinceRun"]


class ProvinceRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison needs of a run.json: a run of 4,000 services is 200 MB, and most of that are results.

    Not a Record, which refuses keys that it does not know: here the others are skipped.
    """

    id: str
    started: Timestamp
    complete: bool
    network: NetworkKind
    province: Province
    profiles: tuple[Profile, ...]
    clauses: tuple[ClauseResult, ...]
    unit_results: tuple[UnitResult, ...]
    totals: Totals


class ProvinceRow(Record, frozen=True, kw_only=True):
    """One province: its scan, its units, and where each clause stands."""

    id: str
    name: Text
    run: str
    started: Timestamp
    network: NetworkKind
    complete: bool
    units_met: int
    units: int
    evaluated: int  # results: passed, failed or warned
    applicable: int  # those, and what could not be tested
    clauses: dict[str, ClauseResult]

    @property
    def met(self) -> int:
        """Clauses that are met by measuring."""
        return sum(clause.status == "met" for clause in self.clauses.values())

    @property
    def decided(self) -> int:
        """Clauses that measuring decided: met, met in part, or not."""
        return sum(clause.status in ("met", "partly", "unmet") for clause in self.clauses.values())


class ProvinceComparison(Record, frozen=True, kw_only=True):
    """All of them, in the order given; `profile` as the first run has it."""

    profile: Profile
    rows: tuple[ProvinceRow, ...]
    versions: tuple[str, ...] = ()  # of the profile, where the runs were judged by several
