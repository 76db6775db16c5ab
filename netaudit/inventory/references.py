"""What the parts of an inventory say of each other: ids, owners, parents, and the units of a service."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Protocol

import msgspec

from netaudit.inventory.problems import MOST_PROBLEMS, did_you_mean, shown
from netaudit.inventory.shape import ShapeProblem
from netaudit.model.inventory import Inventory, Unit

__all__ = ["reference_problems", "with_resolved_units"]

_Found = Iterator[ShapeProblem]
_RESERVED = "all"
_DEEPEST = 16  # levels of government
_MOST_PAIRS = 1_000_000  # of a service with a unit


def reference_problems(inventory: Inventory) -> list[ShapeProblem]:
    """Duplicate ids, references to nothing, units that are their own ancestors; MOST_PROBLEMS at most."""
    found = chain(
        _duplicates(inventory),
        _tiers(inventory),
        _units(inventory),
        _owners(inventory),
        _selectors(inventory),
        _zone_files(inventory),
    )
    return list(islice(found, MOST_PROBLEMS))


def with_resolved_units(inventory: Inventory) -> Inventory:
    """The inventory with every `units` of a service or resolver as unit ids, in the order of the units.

    Needs no open problems.
    """
    order = {unit.id: position for position, unit in enumerate(inventory.units)}
    members = _selections(inventory)

    def chosen(selectors: tuple[str, ...]) -> tuple[str, ...]:
        found = {unit for selector in set(selectors) for unit in members[selector]}
        return tuple(sorted(found, key=order.__getitem__))

    replace = msgspec.structs.replace
    return replace(
        inventory,
        services=tuple(replace(service, units=chosen(service.units)) for service in inventory.services),
        resolvers=tuple(replace(resolver, units=chosen(resolver.units)) for resolver in inventory.resolvers),
    )


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


def _duplicates(inventory: Inventory) -> _Found:
    parts: dict[str, Sequence[_Identified]] = {
        "tiers": inventory.tiers, "units": inventory.units, "services": inventory.services,
        "datacentres": inventory.datacentres, "registers": inventory.registers, "resolvers": inventory.resolvers,
        "waivers": inventory.waivers,
    }  # fmt: skip
    for part, items in parts.items():
        yield from _repeated(f"$.{part}", [item.id for item in items], "id", ".id")
    yield from _repeated("$.zones", inventory.zones, "zone", "")
    yield from _repeated("$.attestations", [a.field for a in inventory.attestations], "field", ".field")
    for index, unit in enumerate(inventory.units):
        if unit.id == _RESERVED:
            yield f"$.units[{index}].id", f'"{_RESERVED}" stands for every unit and can\'t be the id of one', ""


def _repeated(path: str, names: Sequence[str], what: str, key: str) -> _Found:
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in seen:
            yield f"{path}[{index}]{key}", f"duplicate {what} {shown(name)} in {path[2:]}", ""
        seen.setdefault(name, index)


def _tiers(inventory: Inventory) -> _Found:
    """Declared numbers of which no day could say which holds."""
    for index, tier in enumerate(inventory.tiers):
        path = f"$.tiers[{index}]"
        if tier.expectations and (tier.expected is not None or tier.as_of is not None):
            hint = "move it into expectations, as one of them"
            yield f"{path}.expectations", f"the tier {shown(tier.id)} has expected or as_of besides expectations", hint
        days = [expectation.as_of.isoformat() for expectation in tier.expectations]
        yield from _repeated(f"{path}.expectations", days, "day", ".as_of")


def _units(inventory: Inventory) -> _Found:
    tiers = [tier.id for tier in inventory.tiers]
    units = {unit.id: unit for unit in inventory.units}
    for index, unit in enumerate(inventory.units):
        path = f"$.units[{index}]"
        yield from _known(f"{path}.tier", unit.tier, tiers, "tier")
        yield from _known(f"{path}.parent", unit.parent, units, "unit")
        yield from _known(f"{path}.merged_into", unit.merged_into, units, "unit")
        if unit.valid_from and unit.valid_to and unit.valid_from > unit.valid_to:
            yield path, f"the unit {shown(unit.id)} ends before it begins", ""
        if unit.merged_into == unit.id:
            yield f"{path}.merged_into", f"the unit {shown(unit.id)} can't be merged into itself", ""
        ancestors = _ancestors(unit, units)
        if unit.id in ancestors:
            yield f"{path}.parent", f"the unit {shown(unit.id)} is its own ancestor", ""
        elif len(ancestors) >= _DEEPEST:
            yield f"{path}.parent", f"the unit {shown(unit.id)} lies {_DEEPEST} levels deep or more", ""


def _zone_files(inventory: Inventory) -> _Found:
    for zone in inventory.zone_files:
        yield from _known(f"$.zone_files.{zone}", zone, inventory.zones, "zone")


def _owners(inventory: Inventory) -> _Found:
    units = [unit.id for unit in inventory.units]
    for index, service in enumerate(inventory.services):
        yield from _known(f"$.services[{index}].owner", service.owner, units, "unit")
    for index, centre in enumerate(inventory.datacentres):
        yield from _known(f"$.datacentres[{index}].owner", centre.owner, units, "unit")
    for index, resolver in enumerate(inventory.resolvers):
        yield from _known(f"$.resolvers[{index}].owner", resolver.owner, units, "unit")
    for index, waiver in enumerate(inventory.waivers):
        yield from _known(f"$.waivers[{index}].owner", waiver.owner, units, "unit")


def _selectors(inventory: Inventory) -> _Found:
    selections = _selections(inventory)
    pairs = 0
    choosing = [(f"$.services[{index}].units", service.units) for index, service in enumerate(inventory.services)]
    choosing += [(f"$.resolvers[{index}].units", resolver.units) for index, resolver in enumerate(inventory.resolvers)]
    for path, chosen in choosing:
        pairs += sum(len(selections.get(selector, ())) for selector in set(chosen))
        if pairs > _MOST_PAIRS:
            yield path, f"services and units make more than {_MOST_PAIRS} pairs", ""
            return
        for position, selector in enumerate(chosen):
            if selector not in selections:
                hint = did_you_mean(selector, selections)
                yield f"{path}[{position}]", f"no unit or selector {shown(selector)}", hint


def _known(path: str, name: str | None, known: Iterable[str], what: str) -> _Found:
    if name is not None and name not in known:
        yield path, f"no {what} {shown(name)}", did_you_mean(name, known)


def _selections(inventory: Inventory) -> dict[str, list[str]]:
    """Every selector that a service may use, with the ids of its units."""
    selections: dict[str, list[str]] = defaultdict(list)
    selections |= {f"tier:{tier.id}": [] for tier in inventory.tiers}
    selections |= {f"under:{unit.id}": [] for unit in inventory.units}
    units = {unit.id: unit for unit in inventory.units}
    for unit in inventory.units:
        selections[unit.id].append(unit.id)
        selections[_RESERVED].append(unit.id)
        if f"tier:{unit.tier}" in selections:
            selections[f"tier:{unit.tier}"].append(unit.id)
        for ancestor in _ancestors(unit, units):
            selections[f"under:{ancestor}"].append(unit.id)
    return dict(selections)


def _ancestors(unit: Unit, units: dict[str, Unit]) -> list[str]:
    found: list[str] = []
    above = unit.parent
    while above in units and above not in found and len(found) < _DEEPEST:
        found.append(above)
        above = units[above].parent
    return found
