"""What is allowed in an inventory and yet likely a mistake: warnings, never errors."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from netaudit.inventory.problems import shown
from netaudit.inventory.shape import ShapeProblem
from netaudit.model.inventory import Inventory, NetworkKind

__all__ = ["doubts"]

_Found = Iterator[ShapeProblem]


def doubts(inventory: Inventory) -> list[ShapeProblem]:
    """Warnings about an inventory whose units are resolved and whose names are plain."""
    return [*_tiers(inventory), *_units(inventory), *_services(inventory), *_zones(inventory), *_network(inventory)]


def _tiers(inventory: Inventory) -> _Found:
    listed = Counter(unit.tier for unit in inventory.units)
    for index, tier in enumerate(inventory.tiers):
        if tier.expected is not None and tier.expected != listed[tier.id]:
            count = f"{listed[tier.id]} of {tier.expected} expected units"
            yield f"$.tiers[{index}]", f"the tier {shown(tier.id)} lists {count}", "the others count as uncovered"


def _units(inventory: Inventory) -> _Found:
    served = {unit for service in inventory.services for unit in service.units}
    for index, unit in enumerate(inventory.units):
        if unit.id not in served:
            yield f"$.units[{index}]", f"no service names the unit {shown(unit.id)}", ""


def _services(inventory: Inventory) -> _Found:
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for index, service in enumerate(inventory.services):
        path = f"$.services[{index}]"
        if not service.units:
            yield path, f"the service {shown(service.id)} belongs to no unit", ""
        known = kinds[(service.endpoint, service.path)]
        if known and service.kind not in known:
            also = ", ".join(sorted(known))
            yield path, f"{service.endpoint}{service.path} is listed as {service.kind} and as {also}", ""
        known.add(service.kind)


def _zones(inventory: Inventory) -> _Found:
    labels = [service.host.split(".") for service in inventory.services]
    covering = {".".join(name[start:]) for name in labels for start in range(len(name))}
    for index, zone in enumerate(inventory.zones):
        if zone != "." and zone not in covering:
            yield f"$.zones[{index}]", f"no service lies in the zone {shown(zone)}", ""


def _network(inventory: Inventory) -> _Found:
    if inventory.network is NetworkKind.INTERNET:
        if inventory.world is not None:
            yield "$.world", "a world is used with `network: lab` only", ""
        if inventory.contact is None:
            yield "$", "no contact: owners of servers can't ask who scans them", ""
        if inventory.authorisation is None:
            yield "$", "no authorisation: the report can't say who allowed the scan", ""
