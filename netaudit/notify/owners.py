"""Whose a finding is: the unit that operates the target, or else the units that use it. Pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cached_property

from netaudit.model.expiry import Expiry
from netaudit.model.inventory import Inventory
from netaudit.model.regression import State
from netaudit.model.run import Run

__all__ = ["Owners", "unknown_selectors"]


class Owners:
    """Of one run: which units each target belongs to, and which units a selector means."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def chosen(self, selectors: Collection[str]) -> frozenset[str] | None:
        """The units that selectors name; None when there is no selector, which means everything."""
        if not selectors or "all" in selectors:
            return None
        return frozenset(unit.id for unit in self._run.units if self._selectors_of[unit.id] & set(selectors))

    def of_state(self, state: State) -> frozenset[str]:
        """Whose a finding is."""
        return self._operators.get(state.target.name) or frozenset(state.units)

    def of_expiry(self, expiry: Expiry) -> frozenset[str]:
        """Whose the things are that stop working; nobody's in particular: no unit."""
        if expiry.kind == "waiver":
            return frozenset(use.waiver.owner for use in self._run.waivers if use.waiver.id == expiry.subject)
        found: set[str] = set()
        for name in expiry.affected:
            found |= self._operators.get(name) or self._users.get(name, frozenset())
        return frozenset(found)

    @cached_property
    def _operators(self) -> Mapping[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for service in self._run.services:
            if service.owner is not None:
                for name in (service.endpoint, service.host):
                    found[name].add(service.owner)
        return {name: frozenset(units) for name, units in found.items()}

    @cached_property
    def _users(self) -> Mapping[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for result in self._run.results:
            found[result.verdict.target.name].update(result.units)
        return {name: frozenset(units) for name, units in found.items()}

    @cached_property
    def _selectors_of(self) -> Mapping[str, set[str]]:
        """By unit, every selector that means it."""
        parents = {unit.id: unit.parent for unit in self._run.units}
        found: dict[str, set[str]] = {}
        for unit in self._run.units:
            selectors = {unit.id, f"tier:{unit.tier}"}
            above = unit.parent
            while above is not None and f"under:{above}" not in selectors:
                selectors.add(f"under:{above}")
                above = parents.get(above)
            found[unit.id] = selectors
        return found


def unknown_selectors(run: Run | Inventory, selectors: Collection[str]) -> list[str]:
    """Selectors that name nothing in an inventory, or in that of a run."""
    known = {"all", *(unit.id for unit in run.units), *(f"under:{unit.id}" for unit in run.units)}
    known |= {f"tier:{tier.id}" for tier in run.tiers}
    return [selector for selector in selectors if selector not in known]
