"""From verdicts to results: severity, clauses and units of each; then units, pillars and totals."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from netaudit.judge.catalogue import Catalogue
from netaudit.judge.clauses import Demand
from netaudit.judge.derive import Derived
from netaudit.judge.subjects import enclosing_zone
from netaudit.judge.verdicts import Verdicts, worst
from netaudit.model.inventory import Inventory
from netaudit.model.profile import Severity
from netaudit.model.run import PillarSummary, Result, Totals, UnitResult, UnitStatus
from netaudit.model.verdict import Status, Target, TargetKind, Verdict, fingerprint
from netaudit.rules.gaps import could_not_see

__all__ = ["pillars_of", "results_of", "totals_of", "unit_results"]


def results_of(
    verdicts: Verdicts, catalogue: Catalogue, demands: Sequence[Demand], inventory: Inventory
) -> tuple[Result, ...]:
    """Every check about every target of its kind, by targets.

    Where clauses ask for other parameters than the check's own, theirs count; of several, the worst
    outcome is shown, with the clauses that it concerns.
    """
    asking: dict[tuple[str, Target], list[Demand]] = defaultdict(list)
    for demand in demands:
        for ask in dict.fromkeys(ask for subject in demand.subjects for ask in subject.asks):
            asking[ask].append(demand)
    units = _Units(inventory)
    return tuple(
        _result(verdicts, catalogue, check.info.id, derived, asking.get((check.info.id, target), []), units)
        for target, derived in verdicts.targets.items()
        for check in catalogue.about(target.kind)
    )


def unit_results(inventory: Inventory, results: Iterable[Result]) -> tuple[UnitResult, ...]:
    """Each unit's place, in the inventory's order."""
    of_unit: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        for unit in result.units:
            of_unit[unit].append(result)
    return tuple(
        UnitResult(
            unit=unit.id,
            status=_unit_status(of_unit[unit.id]),
            pillars=pillars_of(of_unit[unit.id]),
            results=tuple(result.id for result in of_unit[unit.id]),
        )
        for unit in inventory.units
    )


def pillars_of(results: Iterable[Result]) -> tuple[PillarSummary, ...]:
    """Results by the family of their check, and by status."""
    counted: dict[str, Counter[Status]] = {}
    for result in results:
        family = result.verdict.check.partition(".")[0]
        counted.setdefault(family, Counter())[result.verdict.outcome.status] += 1
    return tuple(PillarSummary(pillar=family, counts=_in_order(counted[family])) for family in sorted(counted))


def totals_of(results: Sequence[Result]) -> Totals:
    """Counts over all results."""
    counts = Counter(result.verdict.outcome.status for result in results)
    fails = [r for r in results if r.verdict.outcome.status is Status.FAIL and not r.waived]
    severities = Counter(result.severity for result in fails)
    evaluated = counts[Status.PASS] + counts[Status.FAIL] + counts[Status.WARN]
    return Totals(
        counts=_in_order(counts),
        evaluated=evaluated,
        applicable=evaluated + counts[Status.COULD_NOT_TEST],
        findings={severity: severities[severity] for severity in Severity if severities[severity]},
    )


def _result(
    verdicts: Verdicts, catalogue: Catalogue, check: str, derived: Derived, demands: Sequence[Demand], units: "_Units"
) -> Result:
    target = derived.target
    said = {demand.key: verdicts.outcome(check, target, demand.clause.measure.parameters) for demand in demands}
    known = {key: outcome for key, outcome in said.items() if outcome is not None}
    own = verdicts.outcome(check, target)
    assert own is not None  # the target is one of those derived
    shown = worst(known.values()) if known else own
    concerned = [d for d in demands if d.key in known and known[d.key].status is shown.status]
    verdict = Verdict(check=check, target=target, outcome=shown)
    return Result(
        id=fingerprint(verdict, catalogue.checks[check].info.stable),
        verdict=verdict,
        severity=min((demand.severity for demand in concerned), key=lambda s: s.rank, default=Severity.INFO),
        clauses=tuple(demand.key for demand in concerned),
        units=units.of(derived),
    )


class _Units:
    """Which units a target belongs to."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        first = inventory.tiers[0].id if inventory.tiers else ""
        heads = [unit.id for unit in inventory.units if unit.tier == first] or [u.id for u in inventory.units]
        self._head = tuple(heads[:1])  # who answers for what no other unit owns
        self._of_zone: dict[str, dict[str, None]] = defaultdict(dict)
        zones = frozenset(inventory.zones)
        for service in inventory.services:
            zone = enclosing_zone(service.host, zones)
            if zone is not None:
                self._of_zone[zone].update(dict.fromkeys(service.units))
        self._owners = {datacentre.id: datacentre.owner for datacentre in inventory.datacentres}
        self._of_resolver = {r.id: r.units or ((r.owner,) if r.owner else ()) for r in inventory.resolvers}

    def of(self, derived: Derived) -> tuple[str, ...]:
        """The units of its services; of a zone, those whose hosts it holds; else its users, owner or the first unit."""
        if derived.services:
            return tuple(dict.fromkeys(unit for service in derived.services for unit in service.units)) or self._head
        target = derived.target
        if target.kind is TargetKind.ZONE:
            return tuple(self._of_zone.get(target.name, ())) or self._head
        if target.kind is TargetKind.RESOLVER:
            return self._of_resolver.get(target.name, ()) or self._head
        owner = self._owners.get(target.name) if target.kind is TargetKind.DATACENTRE else None
        return (owner,) if owner is not None else self._head


def _unit_status(results: Sequence[Result]) -> UnitStatus:
    """Where a unit stands on what plans ask for; on everything, when they ask for nothing.

    It fails with a finding of high severity or worse and meets its demands in part with a lesser one.
    What could not be tested keeps it from meeting all, save for services on closed networks.
    """
    asked = [result for result in results if result.clauses] or list(results)
    counted = [result for result in asked if not result.waived]
    fails = [result.severity for result in counted if result.verdict.outcome.status is Status.FAIL]
    if any(severity.rank <= Severity.HIGH.rank for severity in fails):
        return UnitStatus.FAIL
    if fails:
        return UnitStatus.PARTLY
    statuses = {result.verdict.outcome.status for result in counted}
    if any(could_not_see(result) for result in counted):
        return UnitStatus.COULD_NOT_TEST
    if statuses & {Status.PASS, Status.WARN}:
        return UnitStatus.PASS
    return UnitStatus.COULD_NOT_TEST if Status.COULD_NOT_TEST in statuses else UnitStatus.NOT_APPLICABLE


def _in_order(counts: Mapping[Status, int]) -> dict[Status, int]:
    return {status: counts[status] for status in Status if counts.get(status)}
