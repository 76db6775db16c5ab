"""What is allowed in an inventory and yet likely a mistake: warnings, never errors."""

import ipaddress
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from netaudit.inventory.problems import shown
from netaudit.inventory.shape import ShapeProblem
from netaudit.model.inventory import Inventory, NetworkKind
from netaudit.rules.addresses import classify
from netaudit.rules.covering import covering_zone, likely_zones

__all__ = ["doubts"]

_Found = Iterator[ShapeProblem]
_USUAL = {(465, "submission"): "submissions", (587, "submissions"): "submission"}
_USUAL |= {(993, "imap"): "imaps", (143, "imaps"): "imap"}
_MOST_HOSTS = 3  # named in one warning
_NOTICE = timedelta(days=30)  # before an authorisation ends: time to ask for another


def doubts(inventory: Inventory, today: date) -> list[ShapeProblem]:
    """Warnings about an inventory whose units are resolved and names plain; `today` is the day in Viet Nam."""
    return [
        *_tiers(inventory, today),
        *_units(inventory, today),
        *_services(inventory, today),
        *_zones(inventory),
        *_resolvers(inventory),
        *_network(inventory),
        *_authorisation(inventory, today),
    ]


def _tiers(inventory: Inventory, today: date) -> _Found:
    units = Counter(unit.tier for unit in inventory.units if unit.exists(today))
    for index, tier in enumerate(inventory.tiers):
        path, expected, listed = f"$.tiers[{index}]", tier.at(today).expected, units[tier.id]
        if tier.expectations and expected is None:
            first = min(expectation.as_of for expectation in tier.expectations)
            hint = "until then the units listed count"
            yield path, f"the tier {shown(tier.id)} has no expected number before {first}", hint
        if expected is not None and listed < expected:
            count = f"{listed} of {expected} expected units"
            yield path, f"the tier {shown(tier.id)} lists {count}", "the others count as uncovered"
        if expected is not None and listed > expected:
            hint = "the units listed count; those that have ended need their valid_to"
            yield path, f"the tier {shown(tier.id)} lists {listed} units, more than the {expected} expected", hint


def _units(inventory: Inventory, today: date) -> _Found:
    served = {unit for service in inventory.services for unit in service.units}
    for index, unit in enumerate(inventory.units):
        path = f"$.units[{index}]"
        if unit.id not in served and (unit.valid_to is None or today <= unit.valid_to):
            yield path, f"no service names the unit {shown(unit.id)}", ""
        if unit.merged_into is not None and unit.valid_to is None:
            message = f"the unit {shown(unit.id)} was merged into {shown(unit.merged_into)} and still counts"
            yield f"{path}.merged_into", message, "give its last day as valid_to"


def _services(inventory: Inventory, today: date) -> _Found:
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    ended = {unit.id for unit in inventory.units if unit.valid_to is not None and unit.valid_to < today}
    for index, service in enumerate(inventory.services):
        path = f"$.services[{index}]"
        if not service.units:
            yield path, f"the service {shown(service.id)} belongs to no unit", ""
        elif ended.issuperset(service.units):
            message = f"the service {shown(service.id)} names only units that have ended"
            yield f"{path}.units", message, "name the units that they were merged into"
        usual = _USUAL.get((service.target_port, service.scheme))
        if usual is not None:
            hint = f"did you mean scheme: {usual}?"
            yield path, f"{service.endpoint}: port {service.target_port} is usual for the scheme {usual}", hint
        known = kinds[(service.endpoint, service.path)]
        if known and service.kind not in known:
            also = ", ".join(sorted(known))
            yield path, f"{service.endpoint}{service.path} is listed as {service.kind} and as {also}", ""
        known.add(service.kind)


def _zones(inventory: Inventory) -> _Found:
    hosts = dict.fromkeys(service.host for service in inventory.services if service.network == "public")
    without = [host for host in hosts if covering_zone(host, inventory.zones) is None]
    for zone in likely_zones(without):
        held = [host for host in without if covering_zone(host, (zone,)) is not None]
        listed = ", ".join(map(shown, held[:_MOST_HOSTS]))
        more = f" and {len(held) - _MOST_HOSTS} more" if len(held) > _MOST_HOSTS else ""
        hint = f"is {zone} a zone of yours? Then list it under zones"
        yield (
            "$.zones" if inventory.zones else "$",
            f"no listed zone holds {listed}{more}: its DNS is not audited",
            hint,
        )
    labels = [service.host.split(".") for service in inventory.services]
    covering = {".".join(name[start:]) for name in labels for start in range(len(name))}
    for index, zone in enumerate(inventory.zones):
        if zone != "." and zone not in covering:
            yield f"$.zones[{index}]", f"no service lies in the zone {shown(zone)}", ""


def _resolvers(inventory: Inventory) -> _Found:
    allowed = [ipaddress.ip_network(prefix) for prefix in inventory.scope.special_addresses]
    for index, resolver in enumerate(inventory.resolvers):
        path = f"$.resolvers[{index}]"
        if not resolver.serves:
            yield path, f"the resolver {shown(resolver.id)} does not say whom it serves", "list prefixes under serves"
        for address in map(ipaddress.ip_address, resolver.addresses):
            named = any(address.version == prefix.version and address in prefix for prefix in allowed)
            if not named and not classify(str(address)).is_global:
                hint = "name its network under scope.special_addresses"
                yield f"{path}.addresses", f"{address} is a special-purpose address and will not be asked", hint


def _network(inventory: Inventory) -> _Found:
    if inventory.network is NetworkKind.INTERNET:
        if inventory.world is not None:
            yield "$.world", "a world is used with `network: lab` only", ""
        if inventory.contact is None:
            yield "$", "no contact: owners of servers can't ask who scans them", ""
        if inventory.authorisation is None:
            yield "$", "no authorisation: the report can't say who allowed the scan", ""


def _authorisation(inventory: Inventory, today: date) -> _Found:
    allowed = inventory.authorisation
    if allowed is None or allowed.valid_until is None or inventory.network is not NetworkKind.INTERNET:
        return
    last = allowed.valid_until
    if last < today:
        yield "$.authorisation.valid_until", f"the authorisation ended on {last}", "a scan is refused"
    elif last - today <= _NOTICE:
        days = (last - today).days
        yield "$.authorisation.valid_until", f"the authorisation ends on {last}, in {days} days", "ask for another"
