"""Evidence about coverage: which units of a tier have a service of a kind, and whether it is there and works.

A host is measured once and counts for every unit that its service lists. What could not be tested is
neither working nor not working.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from netaudit.judge.derive_services import ServiceDeriver
from netaudit.judge.scope import Scope, all_closed, unfinished
from netaudit.model.common import Family
from netaudit.model.evidence import CoverageEvidence, EndpointEvidence, HostEvidence, UnitCoverage
from netaudit.model.inventory import Inventory, Service, Tier, Unit
from netaudit.model.verdict import Status, Target, TargetKind
from netaudit.rules.calendar import day_of
from netaudit.rules.dialogues import mail_reach
from netaudit.rules.fetches import Reach, endpoint_reach, own
from netaudit.rules.ternary import any_of
from netaudit.rules.turned_away import turned_away

__all__ = [
    "MIN_TRIES", "Coverages", "ServiceStates", "coverage_pairs", "denominator", "pages_reached", "service_target",
]  # fmt: skip

_BOTH = (Family.IPV4, Family.IPV6)
_NO_PAGE = (404, 410)  # RFC 9110, 15.5.5 and 15.5.11: what the inventory names is not at this server
MIN_TRIES = 2  # docs/design.md section 5, rule 2


class _State(NamedTuple):
    """Whether a service's host has an address, and whether the service answered; None: not known."""

    present: bool | None
    working: bool | None


class Coverages:
    """The coverage of each tier with each kind of service that its units have.

    A kind of which the scan left services out is not counted: a part says nothing of the whole.
    """

    def __init__(self, derive: ServiceDeriver, states: "Sequence[ServiceStates]") -> None:
        self._derive = derive
        self._state = _JointStates(states)
        pairs = coverage_pairs(derive.names.inventory, derive.names.now)
        self._asked = {
            Target(kind=TargetKind.COVERAGE, name=f"{tier}/{kind}"): (tier, kind, services)
            for (tier, kind), services in pairs.items()
            if all(self._state.asked(service) for service in services)
        }

    @property
    def targets(self) -> tuple[Target, ...]:
        """What is counted, by tiers and kinds of the inventory."""
        return tuple(self._asked)

    def of(self, target: Target) -> CoverageEvidence:
        """The evidence about one of the targets."""
        tier, kind, services = self._asked[target]
        return _evidence(self._derive, tier, kind, services, self._state)


def coverage_pairs(inventory: Inventory, at: float) -> dict[tuple[str, str], tuple[Service, ...]]:
    """Tier and kind of service, with the services that units of the tier have, by the inventory's order."""
    inventory = inventory.at(day_of(at))
    tier_of = {unit.id: unit.tier for unit in inventory.units}
    found: dict[tuple[str, str], list[Service]] = {}
    for tier in inventory.tiers:
        for service in inventory.services:
            if any(tier_of.get(unit) == tier.id for unit in service.units):
                found.setdefault((tier.id, service.kind), []).append(service)
    return {pair: tuple(services) for pair, services in found.items()}


def _evidence(
    derive: ServiceDeriver, tier: str, kind: str, services: Sequence[Service], state: "_JointStates"
) -> CoverageEvidence:
    inventory = derive.names.inventory.at(day_of(derive.names.now))
    of_unit: dict[str, list[Service]] = {}
    for service in services:
        for unit in service.units:
            of_unit.setdefault(unit, []).append(service)
    members = (unit for unit in inventory.units if unit.tier == tier)
    return CoverageEvidence(
        **derive.names.common,
        tier=next(known for known in inventory.tiers if known.id == tier),
        service_kind=kind,
        units=tuple(_unit(unit, of_unit.get(unit.id, ()), state.of) for unit in members),
    )


def _unit(unit: Unit, services: Sequence[Service], state_of: Callable[[Service], _State]) -> UnitCoverage:
    states = [state_of(service) for service in services]
    working = any_of(state.working for state in states)
    status = {True: Status.PASS, False: Status.FAIL, None: Status.COULD_NOT_TEST}[working]
    return UnitCoverage(
        unit=unit,
        declared=bool(services),
        present=any_of(state.present for state in states),
        working=working,
        services=tuple(service.id for service in services),
        status=status,
        closed=bool(services) and all_closed(services),
    )


class ServiceStates:
    """The state of each service as one scan has it, found once."""

    def __init__(self, derive: ServiceDeriver, scope: Scope) -> None:
        self._derive = derive
        self._scope = scope
        self._known: dict[str, _State] = {}

    def asked(self, service: Service) -> bool:
        """Whether the scan asked about a service, or would have, were it not on a closed network."""
        return self._scope.asked_service(service_target(service), [service])

    def measured(self, service: Service) -> bool:
        """Whether there is an observation of this scan to go by."""
        return self.asked(service) and not unfinished(self._scope.failure(service_target(service)))

    def of(self, service: Service) -> _State:
        """Where a service stands."""
        if service.id not in self._known:
            self._known[service.id] = self._find(service)
        return self._known[service.id]

    def _find(self, service: Service) -> _State:
        if service.network == "tslcd" or self._scope.failure(service_target(service)) is not None:
            return _State(None, None)
        if service.scheme == "mail":
            mail = self._derive.mail(service.host)
            if mail.mx is not None and mail.mx.failure is None and not mail.exchangers:
                return _State(False, False)
            present = any_of(_has_address(host) for host in mail.hosts.values()) if mail.hosts else None
            return _State(present, _serves(mail_reach(mail, _BOTH, MIN_TRIES), present))
        endpoint = self._derive.endpoint(service.endpoint)
        present = _has_address(endpoint.host)
        return _State(present, _serves(pages_reached(endpoint), present))


class _JointStates:
    """Of scans that supplement each other, newest first: each service as the newest has it that measured it."""

    def __init__(self, scans: Sequence[ServiceStates]) -> None:
        self._scans = scans

    def asked(self, service: Service) -> bool:
        return any(scan.asked(service) for scan in self._scans)

    def of(self, service: Service) -> _State:
        return next((scan for scan in self._scans if scan.measured(service)), self._scans[-1]).of(service)


def service_target(service: Service) -> Target:
    """What is measured once for all units of a service."""
    if service.scheme == "mail":
        return Target(kind=TargetKind.MAIL, name=service.host)
    return Target(kind=TargetKind.ENDPOINT, name=service.endpoint)


def pages_reached(evidence: EndpointEvidence) -> list[Reach]:
    """How each address served; one where the web page is not there does not offer the service, though it answers."""
    absent = {
        fact.address
        for fact in own(evidence)
        if fact.hops and fact.hops[-1].status in _NO_PAGE and turned_away(fact.hops[-1]) is None
    }
    reached = endpoint_reach(evidence, _BOTH, MIN_TRIES)
    return [reach._replace(ok=False) if reach.ok and reach.address in absent else reach for reach in reached]


def _serves(reached: Sequence[Reach], present: bool | None) -> bool | None:
    """Whether any address serves; no only when every address is known not to."""
    return any_of(reach.ok for reach in reached) if reached else (False if present is False else None)


def _has_address(host: HostEvidence) -> bool | None:
    lookups = (host.a, host.aaaa)
    if any(lookup is not None and lookup.addresses for lookup in lookups):
        return True
    return False if all(lookup is not None and lookup.failure is None for lookup in lookups) else None


def denominator(tier: Tier, listed: int) -> int:
    """Of how many units a tier's coverage is counted: the declared number, or those listed where they are more."""
    return max(tier.expected or 0, listed)
