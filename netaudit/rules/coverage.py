"""One tier's coverage with one kind of service, counted: who has it, who was measured working, who is unknown.

The denominator is the tier's declared number of units; where it is not declared or the inventory lists
more units in force, the listed ones count (docs/inventory.md). A unit that was not tested is neither
working nor down, and neither is one that the tier is said to have and the inventory does not list.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from netaudit.model.evidence import CoverageEvidence, UnitCoverage
from netaudit.model.inventory import Unit

__all__ = ["CoverageCount", "count_coverage", "in_force", "needed"]

_VIETNAM = timedelta(hours=7)  # a unit begins and ends by the day there


class CoverageCount(NamedTuple):
    """Units in force, told apart; every listed unit is in exactly one of the four groups."""

    total: int  # the denominator
    working: tuple[UnitCoverage, ...]
    down: tuple[UnitCoverage, ...]
    untested: tuple[UnitCoverage, ...]
    without: tuple[UnitCoverage, ...]  # no service of the kind is declared for them

    @property
    def listed(self) -> int:
        """The units in force that the inventory lists."""
        return len(self.working) + len(self.down) + len(self.untested) + len(self.without)

    @property
    def declared(self) -> tuple[UnitCoverage, ...]:
        """The units with a declared service."""
        return self.working + self.down + self.untested

    @property
    def unlisted(self) -> int:
        """How many units the tier is said to have beyond those listed."""
        return self.total - self.listed

    @property
    def closed(self) -> bool:
        """Whether every declared service lies on a network that can't be measured from the Internet."""
        return bool(self.declared) and all(unit.closed for unit in self.declared)


def count_coverage(evidence: CoverageEvidence) -> CoverageCount:
    """Tell the tier's units apart, as of `evidence.now`."""
    units = [entry for entry in evidence.units if in_force(entry.unit, evidence.now)]
    groups: dict[str, list[UnitCoverage]] = {name: [] for name in ("working", "down", "untested", "without")}
    for entry in units:
        groups[_group(entry)].append(entry)
    total = max(evidence.tier.expected or 0, len(units))
    return CoverageCount(total, **{name: tuple(found) for name, found in groups.items()})


def in_force(unit: Unit, now: float) -> bool:
    """Whether a unit exists at `now` (seconds since 1970); its last day counts."""
    try:
        today = (datetime.fromtimestamp(now, UTC) + _VIETNAM).date()
    except (ValueError, OverflowError, OSError):
        return True
    begun = unit.valid_from is None or unit.valid_from <= today
    return begun and (unit.valid_to is None or today <= unit.valid_to)


def needed(total: int, ratio: float) -> int:
    """How many of `total` reach `ratio`, rounded up; rounding noise of the ratio does not add one."""
    return min(total, math.ceil(total * ratio - 1e-9))


def _group(entry: UnitCoverage) -> str:
    if not entry.declared:
        return "without"
    if entry.working is None:
        return "untested"
    return "working" if entry.working else "down"
