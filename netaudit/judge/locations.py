"""Where each target of a run stands in the inventory or in a proposed zone file: what a pipeline points at."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from netaudit.model.inventory import Inventory
from netaudit.model.location import Location
from netaudit.model.verdict import Target, TargetKind

__all__ = ["locations_of_run"]


def locations_of_run(
    targets: Iterable[Target], inventory: Inventory, known: Mapping[str, Location]
) -> dict[str, Location]:
    """The line of each target, by the target as text.

    `known` has the lines of the inventory ("service:ID", "zone:NAME", … as its loader names them), of the owners in
    proposed zone files ("owner:NAME"), and of the inventory as a whole ("inventory"). What the inventory does not name
    itself, such as a zone that was found above a host, stands where its first service does.
    """
    if not known:
        return {}
    index = _Index(inventory, known)
    found = {str(target): index.location(target) for target in targets}
    return {target: location for target, location in found.items() if location is not None}


class _Index:
    def __init__(self, inventory: Inventory, known: Mapping[str, Location]) -> None:
        self._known = known
        self._hosts: dict[str, Location] = {}
        self._above: dict[str, Location] = {}  # the names above the hosts
        self._services: dict[str, Location] = {}  # endpoints and mail domains
        for service in inventory.services:
            location = known.get(f"service:{service.id}")
            if location is None:
                continue
            self._services.setdefault(service.host if service.scheme == "mail" else service.endpoint, location)
            self._hosts.setdefault(service.host, location)
            for name in _names_above(service.host):
                self._above.setdefault(name, location)

    def location(self, target: Target) -> Location | None:
        return self._owner(target) or self._own(target) or self._known.get("inventory")

    def _owner(self, target: Target) -> Location | None:
        """A name that a proposed zone file holds stands there."""
        name = target.name
        if target.kind is TargetKind.ENDPOINT:
            try:
                name = urlsplit(name).hostname or name
            except ValueError:
                return None
        named = (TargetKind.ZONE, TargetKind.HOST, TargetKind.ENDPOINT, TargetKind.MAIL)
        return self._known.get(f"owner:{name}") if target.kind in named else None

    def _own(self, target: Target) -> Location | None:
        name = target.name
        match target.kind:
            case TargetKind.ZONE:
                return self._known.get(f"zone:{name}") or self._hosts.get(name) or self._above.get(name)
            case TargetKind.HOST:
                return self._hosts.get(name) or self._above.get(name)
            case TargetKind.ENDPOINT | TargetKind.MAIL:
                return self._services.get(name) or self._hosts.get(name)
            case TargetKind.COVERAGE:
                return self._known.get(f"tier:{name.partition('/')[0]}")
            case _:
                return self._known.get(f"{target.kind}:{name}")


def _names_above(host: str) -> Iterable[str]:
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(1, len(labels)))
