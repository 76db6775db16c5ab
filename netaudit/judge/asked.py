"""What a run was asked for, so that runs of different scope are not mistaken for one another."""

from collections.abc import Collection, Iterator

from netaudit.judge.derive_coverage import coverage_pairs
from netaudit.model.common import Family
from netaudit.model.inventory import Inventory
from netaudit.model.verdict import Target, TargetKind

__all__ = ["left_out", "scope_of"]

_NO_SCOPE = ("proposed", "deadline")  # how long a scan may take says nothing of what it is to measure

_ALL_FAMILIES = " ".join(Family)


def scope_of(arguments: dict[str, str], checks: Collection[str] | None) -> dict[str, str]:
    """What was chosen, by option; empty for the whole inventory and all checks. Two equal scopes are comparable."""
    chosen = {name: value for name, value in sorted(arguments.items()) if name not in _NO_SCOPE}
    if chosen.get("families") == _ALL_FAMILIES:
        del chosen["families"]
    if checks is not None:
        chosen["checks"] = " ".join(sorted(checks))
    return chosen


def left_out(inventory: Inventory, at: float, asked: Collection[Target]) -> tuple[Target, ...]:
    """The targets that the inventory lists and the scan did not ask about, by a selection or for want of time."""
    return tuple(target for target in dict.fromkeys(_listed(inventory, at)) if target not in asked)


def _listed(inventory: Inventory, at: float) -> Iterator[Target]:
    for zone in inventory.zones:
        yield Target(kind=TargetKind.ZONE, name=zone)
    for service in inventory.services:
        if service.scheme == "mail":
            yield Target(kind=TargetKind.MAIL, name=service.host)
        else:
            yield Target(kind=TargetKind.HOST, name=service.host)
            yield Target(kind=TargetKind.ENDPOINT, name=service.endpoint)
    for kind, parts in (
        (TargetKind.RESOLVER, inventory.resolvers),
        (TargetKind.DATACENTRE, inventory.datacentres),
        (TargetKind.REGISTER, inventory.registers),
    ):
        for part in parts:
            yield Target(kind=kind, name=part.id)
    for tier, of_kind in coverage_pairs(inventory, at):
        yield Target(kind=TargetKind.COVERAGE, name=f"{tier}/{of_kind}")
