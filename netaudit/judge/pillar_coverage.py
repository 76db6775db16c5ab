"""For how many units of each tier DNSSEC, IPv6 and dual stack are there, and work, with every service they have.

A host is measured once and counts for every unit. What can't be tested from the Internet is left out of what a unit
must have, and the unit is counted as one that has such; with nothing else it is untested, and stays in the denominator.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from netaudit.judge.derive import Derived
from netaudit.judge.derive_coverage import MIN_TRIES, denominator, pages_reached, service_target
from netaudit.model.common import Family
from netaudit.model.evidence import EndpointEvidence, Evidence, HostEvidence, MailEvidence
from netaudit.model.inventory import Inventory, Service, Tier
from netaudit.model.run import Coverage
from netaudit.model.security import Security, SecurityStatus
from netaudit.rules.calendar import day_of
from netaudit.rules.dialogues import mail_reach
from netaudit.rules.fetches import Reach
from netaudit.rules.ternary import all_of, any_of

__all__ = ["PILLARS", "pillar_coverage_of_run"]

PILLARS = ("dnssec", "ipv6", "dual_stack")


class _Standing(NamedTuple):
    """Whether a service, or a unit with all its services, has something, and whether it works; None: not known."""

    present: bool | None
    working: bool | None


_UNKNOWN = _Standing(None, None)


def pillar_coverage_of_run(targets: Iterable[Derived], inventory: Inventory, at: float) -> Iterator[Coverage]:
    """One row for each tier with services, or with a declared number, and each pillar, as of `at`.

    A tier of which the scan left a service out has none: a part says nothing of the whole.
    """
    inventory = inventory.at(day_of(at))
    derived = {found.target: found for found in targets}
    services = [service for service in inventory.services if service.units]
    of_unit: dict[str, list[Service]] = {unit.id: [] for unit in inventory.units}
    for service in services:
        for unit in service.units:
            of_unit[unit].append(service)
    standings = {
        service.id: _standings(derived[service_target(service)].evidence)
        for service in services
        if _testable(service) and service_target(service) in derived
    }
    whole = all(service.id in standings for service in services if _testable(service))
    for tier in inventory.tiers:
        members = [of_unit[unit.id] for unit in inventory.units if unit.tier == tier.id]
        tested = [service for services in members for service in services if _testable(service)]
        bare = whole and not tested and (any(members) or denominator(tier, 0) > 0)  # all closed, or nothing listed
        if bare or (tested and all(service.id in standings for service in tested)):
            for pillar in PILLARS:
                yield _row(tier, pillar, members, standings)


def _row(
    tier: Tier, pillar: str, members: Sequence[Sequence[Service]], known: Mapping[str, Mapping[str, _Standing]]
) -> Coverage:
    declared = [services for services in members if services]
    units = [_every(known[service.id][pillar] for service in services if _testable(service)) for services in declared]
    return Coverage(
        tier=tier.id,
        kind=pillar,
        expected=denominator(tier, len(members)),
        as_of=tier.as_of,
        listed=len(members),
        declared=len(declared),
        present=sum(unit.present is True for unit in units),
        working=sum(unit.working is True for unit in units),
        untested=sum(unit.working is None for unit in units),
        closed=sum(not all(map(_testable, services)) for services in declared),
    )


def _testable(service: Service) -> bool:
    return service.network == "public"


def _every(standings: Iterable[_Standing]) -> _Standing:
    """A unit's standing: what all its services have; one that has it not decides, and without any it is unknown."""
    found = list(standings)
    if not found:
        return _UNKNOWN
    return _Standing(all_of(one.present for one in found), all_of(one.working for one in found))


def _standings(evidence: Evidence | None) -> dict[str, _Standing]:
    """Where a service stands by each pillar."""
    match evidence:
        case EndpointEvidence():
            hosts, securities = [evidence.host], list(evidence.host.security.values())
            reached = pages_reached(evidence)
        case MailEvidence():
            hosts, securities = list(evidence.hosts.values()), list(evidence.security.values())
            reached = mail_reach(evidence, Family, MIN_TRIES)
            if not hosts and (evidence.mx is None or evidence.mx.failure is not None):
                return {**dict.fromkeys(PILLARS, _UNKNOWN), "dnssec": _dnssec(securities)}
        case _:
            return dict.fromkeys(PILLARS, _UNKNOWN)
    ipv4, ipv6 = (_family(hosts, reached, family) for family in (Family.IPV4, Family.IPV6))
    return {"dnssec": _dnssec(securities), "ipv6": ipv6, "dual_stack": _every((ipv4, ipv6))}


def _dnssec(securities: Sequence[Security]) -> _Standing:
    """Whether the zones that hold a service's records have DS records, and whether the records are secure."""
    if not securities:
        return _UNKNOWN
    present = all_of(bool(found.links[-1].ds) if found.links else None for found in securities)
    return _Standing(present, all_of(_secure(found) for found in securities))


def _secure(security: Security) -> bool | None:
    if security.status is SecurityStatus.INDETERMINATE:
        return None
    return security.status is SecurityStatus.SECURE


def _family(hosts: Sequence[HostEvidence], reached: Sequence[Reach], family: Family) -> _Standing:
    """Whether a service has an address of one family, and whether any of them serves."""
    present = any_of(_has_address(host, family) for host in hosts)
    found = [reach.ok for reach in reached if reach.family is family]
    return _Standing(present, any_of(found) if found or present is False else None)


def _has_address(host: HostEvidence, family: Family) -> bool | None:
    lookup = host.lookup(family)
    if lookup is None or lookup.failure is not None:
        return None
    return bool(lookup.addresses)
