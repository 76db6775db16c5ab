"""Every unit of the inventory on one screen: a row for each tier, a cell for each unit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from netaudit.model.inventory import Unit
from netaudit.model.run import UnitStatus
from netaudit.model.verdict import Status
from netaudit.writers.report import Report

__all__ = ["Cell", "TierRow", "unit_map"]

_WORST_FIRST = (
    UnitStatus.FAIL, UnitStatus.PARTLY, UnitStatus.COULD_NOT_TEST, UnitStatus.PASS, UnitStatus.NOT_APPLICABLE
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A unit: where it stands, and how many of its results fail; 0 of one that meets all that counts."""

    unit: Unit
    status: UnitStatus
    fails: int


@dataclass(frozen=True)
class TierRow:
    """A tier: its units as cells, and all of them by status, the worst first."""

    tier: str
    cells: tuple[Cell, ...]
    counts: dict[UnitStatus, int]
    total: int

    @property
    def left_out(self) -> int:
        """Units without a cell."""
        return self.total - len(self.cells)


def unit_map(report: Report, most: int) -> list[TierRow]:
    """Return the tiers in the inventory's order, their units by name.

    Of a tier with more than `most` units the worst are drawn: what is left out is counted, and is no worse than they.
    """
    return [_row(report, tier, units, most) for tier, units in report.units_of_tier.items()]


def _row(report: Report, tier: str, units: Sequence[Unit], most: int) -> TierRow:
    statuses = {unit.id: report.unit_status(unit.id) for unit in units}
    counted = Counter(statuses.values())
    drawn = units
    if len(units) > most:
        drawn = sorted(units, key=lambda unit: _WORST_FIRST.index(statuses[unit.id]))[:most]
    return TierRow(
        tier=tier,
        cells=tuple(_cell(report, unit, statuses[unit.id]) for unit in drawn),
        counts={status: counted[status] for status in _WORST_FIRST if counted[status]},
        total=len(units),
    )


def _cell(report: Report, unit: Unit, status: UnitStatus) -> Cell:
    if status not in (UnitStatus.FAIL, UnitStatus.PARTLY):
        return Cell(unit, status, 0)
    return Cell(unit, status, sum(counts.get(Status.FAIL, 0) for counts in report.unit_pillars(unit.id).values()))
