"""What the judges of coverage share: rows of units, and what re-checking needs."""

from collections.abc import Iterable

from netaudit.model.evidence import CoverageEvidence, UnitCoverage
from netaudit.model.verdict import Observation, Outcome

_SHOWN = 100  # rows of the evidence table


def placed(evidence: CoverageEvidence, outcome: Outcome) -> Outcome:
    """The outcome with the tier and the kind of service."""
    return outcome.with_args({"tier": evidence.tier.id, "kind": evidence.service_kind})


def rows(units: Iterable[UnitCoverage], saw: str, ok: bool | None) -> tuple[Observation, ...]:
    """One row for each unit; a service that is declared stands beside what was seen."""
    return tuple(
        Observation(where=unit.unit.id, saw=f"{saw}: {', '.join(unit.services)}" if unit.services else saw, ok=ok)
        for unit in list(units)[:_SHOWN]
    )


def ids(units: Iterable[UnitCoverage]) -> tuple[str, ...]:
    """The units as sentences name them."""
    return tuple(unit.unit.id for unit in units)
