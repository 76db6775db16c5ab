"""What the report counts beside verdicts: coverage by tier, and registers of certificates."""

from collections import Counter
from collections.abc import Iterable, Iterator

from netaudit.judge.derive import Derived
from netaudit.model.evidence import CoverageEvidence, RegisterEvidence
from netaudit.model.run import Coverage, RegisterSummary

__all__ = ["coverage_of_run", "registers_of_run"]

_DAY = 86_400


def coverage_of_run(targets: Iterable[Derived]) -> Iterator[Coverage]:
    """One row for each tier and kind of service that was asked about."""
    for derived in targets:
        evidence = derived.evidence
        if isinstance(evidence, CoverageEvidence):
            units = evidence.units
            expected = evidence.tier.expected
            yield Coverage(
                tier=evidence.tier.id,
                kind=evidence.service_kind,
                expected=len(units) if expected is None else expected,
                listed=len(units),
                declared=sum(unit.declared for unit in units),
                present=sum(unit.present is True for unit in units),
                working=sum(unit.working is True for unit in units),
                untested=sum(unit.working is None for unit in units),
            )


def registers_of_run(targets: Iterable[Derived]) -> Iterator[RegisterSummary]:
    """Each register that was read, counted by holder, with those that have expired or will soon."""
    for derived in targets:
        evidence = derived.evidence
        if isinstance(evidence, RegisterEvidence) and evidence.fact is not None and evidence.fact.failure is None:
            rows = evidence.fact.rows
            counted = Counter(row.holder for row in rows)
            left = [row.not_after - evidence.now for row in rows]
            yield RegisterSummary(
                register=evidence.register.id,
                declared=dict(evidence.register.declared),
                counted={holder: counted[holder] for holder in (*evidence.register.declared, *sorted(counted))},
                expired=sum(seconds < 0 for seconds in left),
                expiring_30=sum(0 <= seconds < 30 * _DAY for seconds in left),
                expiring_90=sum(0 <= seconds < 90 * _DAY for seconds in left),
                broken=len(evidence.fact.broken),
            )
