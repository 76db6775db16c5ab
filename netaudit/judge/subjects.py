"""What a clause is about: the subjects that the inventory has for it, and whom each of its checks asks there.

A subject is a service, a zone, a data centre, a register, a resolver, or a tier's coverage with one kind of service.
Their number is the inventory's alone, whatever was scanned: percentages have a fixed denominator.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from netaudit.judge.catalogue import Catalogue
from netaudit.judge.derive_coverage import coverage_pairs
from netaudit.model.inventory import Inventory, Service
from netaudit.model.profile import Measure
from netaudit.model.verdict import Target, TargetKind

__all__ = ["Subject", "Subjects", "enclosing_zone"]

_PARTS = {
    "zone": TargetKind.ZONE, "datacentre": TargetKind.DATACENTRE, "register": TargetKind.REGISTER,
    "resolver": TargetKind.RESOLVER,
}  # fmt: skip
_ALL = "*"


class Subject(NamedTuple):
    """Something that a clause counts: its name, and the checks that must pass there."""

    name: str
    asks: tuple[tuple[str, Target], ...]
    services: tuple[Service, ...] = ()


class Subjects:
    """The subjects of an inventory."""

    def __init__(self, inventory: Inventory, at: float) -> None:
        self._inventory = inventory
        self._zones = frozenset(inventory.zones)
        self._pairs = coverage_pairs(inventory, at)

    def of(self, measure: Measure, catalogue: Catalogue) -> tuple[Subject, ...]:
        """The subjects of a measured clause, in the inventory's order."""
        by_kind: dict[TargetKind, list[str]] = {}
        for check in measure.checks:
            by_kind.setdefault(catalogue.checks[check].info.target, []).append(check)
        found: dict[tuple[tuple[str, Target], ...], Subject] = {}
        for subject in (*self._parts(measure, by_kind), *self._services(measure, by_kind)):
            if subject.asks:
                known = found.get(subject.asks)
                services = (*known.services, *subject.services) if known is not None else subject.services
                found[subject.asks] = subject._replace(services=services)
        return tuple(found.values())

    def _parts(self, measure: Measure, by_kind: dict[TargetKind, list[str]]) -> Iterator[Subject]:
        """Zones, data centres, registers, resolvers, and coverage, each a subject of its own."""
        inventory = self._inventory
        names: dict[TargetKind, Iterable[str]] = {
            TargetKind.ZONE: dict.fromkeys(inventory.zones),
            TargetKind.DATACENTRE: [datacentre.id for datacentre in inventory.datacentres],
            TargetKind.REGISTER: [register.id for register in inventory.registers],
            TargetKind.RESOLVER: [resolver.id for resolver in inventory.resolvers],
        }
        for word, kind in _PARTS.items():
            if word in measure.kinds or _ALL in measure.kinds:
                for name in names[kind]:
                    yield _subject(by_kind, Target(kind=kind, name=name))
        for tier, service_kind in self._pairs:
            if _takes(measure, service_kind):
                yield _subject(by_kind, Target(kind=TargetKind.COVERAGE, name=f"{tier}/{service_kind}"))

    def _services(self, measure: Measure, by_kind: dict[TargetKind, list[str]]) -> Iterator[Subject]:
        for service in self._inventory.services:
            if not _takes(measure, service.kind):
                continue
            targets = [Target(kind=TargetKind.MAIL, name=service.host)]
            if service.scheme != "mail":
                targets = [
                    Target(kind=TargetKind.ENDPOINT, name=service.endpoint),
                    Target(kind=TargetKind.HOST, name=service.host),
                ]
            zone = enclosing_zone(service.host, self._zones)
            if zone is not None and not {"zone", _ALL} & set(measure.kinds):  # else zones are subjects themselves
                targets.append(Target(kind=TargetKind.ZONE, name=zone))
            yield _subject(by_kind, *targets, services=(service,))


def enclosing_zone(name: str, zones: AbstractSet[str]) -> str | None:
    """The zone of a set that holds a name: the nearest one at or above it."""
    above = name
    while above and above not in zones:
        above = above.partition(".")[2]
    return above or ("." if "." in zones else None)


def _subject(by_kind: dict[TargetKind, list[str]], *targets: Target, services: tuple[Service, ...] = ()) -> Subject:
    asks = tuple((check, target) for target in targets for check in by_kind.get(target.kind, ()))
    return Subject(asks[0][1].name if asks else "", asks, services)


def _takes(measure: Measure, kind: str) -> bool:
    return kind in measure.kinds or _ALL in measure.kinds
