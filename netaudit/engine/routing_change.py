"""A change of routing evidence that is not live yet, put into the facts of a scan: ROAs, route objects, route tables.

Nothing is sent. Files take the place of what the facts say of that kind; single additions and removals are made to
what is there. What a change does not name stays as it was.
"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from netaudit.model.book import FactBook
from netaudit.model.facts import Fact, ScanFact
from netaudit.model.inventory import DataCentre
from netaudit.model.routing import RouteObject, RouteObjectsFact, RoutingFact, Vrp, VrpsFact
from netaudit.probes.evidence_files import evidence_probe

__all__ = ["ChangeError", "RoutingChange", "only_datacentres", "with_change"]


class ChangeError(Exception):
    """What keeps a change from being judged, for the user to mend."""


@dataclass(frozen=True)
class RoutingChange:
    """What will be: files by kind of evidence, and single ROA payloads and route objects that come or go."""

    files: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    add_vrps: tuple[Vrp, ...] = ()
    remove_vrps: tuple[Vrp, ...] = ()
    add_objects: tuple[RouteObject, ...] = ()
    remove_objects: tuple[RouteObject, ...] = ()
    routers: tuple[Path, ...] = ()  # configurations of border routers, to be rehearsed

    def __bool__(self) -> bool:
        return bool(self.files or self.edits or self.routers)

    @property
    def edits(self) -> tuple[Vrp | RouteObject, ...]:
        """What single additions and removals are about."""
        return (*self.add_vrps, *self.remove_vrps, *self.add_objects, *self.remove_objects)

    def described(self) -> str:
        """The change in one line: for the facts, and for whoever reads the report."""
        parts = [f"{kind} {' '.join(path.name for path in paths)}" for kind, paths in self.files.items()]
        parts += [f"router {path.name}" for path in self.routers]
        parts += [f"+ROA {roa_text(vrp)}" for vrp in self.add_vrps] + [f"-ROA {roa_text(v)}" for v in self.remove_vrps]
        parts += [f"+{object_text(item)}" for item in self.add_objects]
        parts += [f"-{object_text(item)}" for item in self.remove_objects]
        return "; ".join(parts)


def only_datacentres(book: FactBook) -> FactBook:
    """The facts that data centres are judged from, of an inventory that has nothing else: the rest does not change."""
    scan = book.scan
    inventory = msgspec.structs.replace(
        scan.inventory, services=(), zones=(), zone_files={}, registers=(), resolvers=(), resolver_tests=None
    )
    kept = [fact for fact in book.facts if not isinstance(fact, ScanFact)]
    return FactBook([msgspec.structs.replace(scan, inventory=inventory), *kept])


async def with_change(book: FactBook, change: RoutingChange) -> FactBook:
    """The facts as they would be. Raises ChangeError for a change that concerns nothing here, or edits what is not."""
    scan = book.scan
    centres = scan.inventory.datacentres
    if not centres:
        raise ChangeError("the inventory has no data centre, so nothing of it is announced")
    facts: dict[str, Fact] = {}
    for fact in book.facts:
        if not (isinstance(fact, RoutingFact) and fact.datacentre and _kind(fact) in change.files):
            facts[fact.id] = fact
    for centre in centres:
        for kind, paths in change.files.items():
            probe = evidence_probe(kind, centre, paths)
            await probe.run()
            facts |= {fact.id: fact for fact in probe.facts(None)}
    _refuse_useless(change, centres, facts.values())
    removed: set[Vrp | RouteObject] = set()
    for centre in centres:
        for fact in _edited(tuple(facts.values()), centre, change, removed):
            facts[fact.id] = fact
    _refuse_unknown(change, removed)
    proposed = msgspec.structs.replace(scan, arguments={**scan.arguments, "proposed": change.described()})
    return FactBook([proposed, *(fact for fact in facts.values() if not isinstance(fact, ScanFact))])


def roa_text(vrp: Vrp) -> str:
    """A payload as the command line takes it: `203.0.113.0/24-24=AS64510`."""
    return f"{vrp.prefix}-{vrp.max_length}=AS{vrp.asn}"


def object_text(item: RouteObject) -> str:
    """A route object as the command line takes it: `203.0.113.0/24=AS64510@APNIC`."""
    return f"{item.prefix}=AS{item.origin}" + (f"@{item.registry}" if item.registry else "")


def _edited(
    facts: Sequence[Fact], centre: DataCentre, change: RoutingChange, removed: set[Vrp | RouteObject]
) -> Iterable[RoutingFact]:
    """The facts of one data centre that single additions and removals change.

    A source that was not read whole stays what it is: what would be beside an addition is not known. Every other one
    gets the additions, for which of them is fresh enough to count is the judges' to say.
    """
    read = [f for f in facts if isinstance(f, RoutingFact) and f.datacentre == centre.id and f.failure is None]
    added = tuple(vrp for vrp in change.add_vrps if _concerns(vrp.prefix, centre))
    for fact in (fact for fact in read if isinstance(fact, VrpsFact)):
        kept = tuple(vrp for vrp in fact.vrps if not any(_same_roa(vrp, gone) for gone in change.remove_vrps))
        removed |= {gone for gone in change.remove_vrps for vrp in fact.vrps if _same_roa(vrp, gone)}
        yield msgspec.structs.replace(fact, vrps=(*kept, *_issued(added, fact)))
    new = tuple(item for item in change.add_objects if _concerns(item.prefix, centre))
    for found in (fact for fact in read if isinstance(fact, RouteObjectsFact)):
        left = tuple(o for o in found.objects if not any(_same_object(o, gone) for gone in change.remove_objects))
        removed |= {gone for gone in change.remove_objects for o in found.objects if _same_object(o, gone)}
        yield msgspec.structs.replace(found, objects=(*left, *new))


def _issued(added: Iterable[Vrp], fact: VrpsFact) -> tuple[Vrp, ...]:
    """The new payloads, taken to live as long as the one of ours that lives longest: a ROA made now is a new one."""
    ends = max((vrp.expires for vrp in fact.vrps if vrp.expires is not None), default=None)
    return tuple(msgspec.structs.replace(vrp, expires=ends) for vrp in added)


def _refuse_useless(change: RoutingChange, centres: Sequence[DataCentre], facts: Iterable[Fact]) -> None:
    """Refuse an edit of what no data centre here has, or of what could not be read for any that it concerns."""
    read = {(type(fact), fact.datacentre) for fact in facts if isinstance(fact, RoutingFact) and fact.failure is None}
    for item in change.edits:
        concerned = [centre.id for centre in centres if _concerns(item.prefix, centre)]
        if not concerned:
            raise ChangeError(f"{_text(item)} concerns no prefix of a data centre here")
        kind, what, option = _EDITED[type(item)]
        if not any((kind, centre) in read for centre in concerned):
            raise ChangeError(f"{', '.join(concerned)}: there are no {what} to change; give them with {option} FILE")


_EDITED: dict[type, tuple[type[RoutingFact], str, str]] = {
    Vrp: (VrpsFact, "ROA payloads", "--vrps"),
    RouteObject: (RouteObjectsFact, "route objects", "--route-objects"),
}


def _refuse_unknown(change: RoutingChange, removed: set[Vrp | RouteObject]) -> None:
    named: tuple[Vrp | RouteObject, ...] = (*change.remove_vrps, *change.remove_objects)
    for gone in named:
        if gone not in removed:
            raise ChangeError(f"{_text(gone)} can't be removed: the facts have no such one")


def _text(item: Vrp | RouteObject) -> str:
    return roa_text(item) if isinstance(item, Vrp) else object_text(item)


def _same_roa(one: Vrp, other: Vrp) -> bool:
    return (one.prefix, one.max_length, one.asn) == (other.prefix, other.max_length, other.asn)


def _same_object(one: RouteObject, other: RouteObject) -> bool:
    """Without a registry an object stands for those of all."""
    return (one.prefix, one.origin) == (other.prefix, other.origin) and other.registry in ("", one.registry)


def _concerns(prefix: str, centre: DataCentre) -> bool:
    network = ipaddress.ip_network(prefix)
    ours = (ipaddress.ip_network(own) for own in centre.prefixes)
    return any(own.version == network.version and own.overlaps(network) for own in ours)


def _kind(fact: RoutingFact) -> str:
    return str(fact.__struct_config__.tag)
