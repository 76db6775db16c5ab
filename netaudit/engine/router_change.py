"""A configuration of the border router that is not live yet: rehearsed, and put into the routes that collectors saw.

What each neighbour would be told comes from the rehearsal and is exact. What the rest of the world would then see is
not known, and taken as it is today as far as the neighbours go on being told: a collector's peer whose operator is told
the prefix no more goes by another one that is, and a prefix that nobody saw before is spread over those that are told.
"""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path

from msgspec.structs import replace

from netaudit.lab.border import BorderError, Neighbour, rehearse
from netaudit.model.book import FactBook
from netaudit.model.common import Family, family_of
from netaudit.model.gate import NeighbourTold
from netaudit.model.inventory import DataCentre
from netaudit.model.routing import Route, RoutesFact
from netaudit.rules.upstreams import collapsed

__all__ = ["RouterError", "neighbours_told", "with_rehearsal"]

_Told = dict[Family, dict[int, dict[str, tuple[int, ...]]]]  # family -> neighbour AS -> prefix -> path as handed on


class RouterError(Exception):
    """A configuration that can't be judged, for the user to mend."""


def neighbours_told(configurations: Iterable[Path], centres: Sequence[DataCentre]) -> tuple[NeighbourTold, ...]:
    """Rehearse configurations, and give what each neighbour in another AS would be told. Takes seconds.

    Raises RouterError for one that the router refuses, that can't be rehearsed here, or whose AS is nobody's.
    """
    found: list[NeighbourTold] = []
    for path in configurations:
        try:
            neighbours = rehearse(path).neighbours
        except BorderError as error:
            raise RouterError(str(error)) from error
        outer = [_told(item, centres) for item in neighbours if item.session.asn != item.session.local_asn]
        if not outer:
            raise RouterError(f"{path}: no BGP session with another AS is configured")
        found += outer
    return tuple(found)


def with_rehearsal(book: FactBook, told: Sequence[NeighbourTold]) -> FactBook:
    """The facts with every source's routes as they would be."""
    centres = {centre.id: centre for centre in book.scan.inventory.datacentres}
    return FactBook(
        _rehearsed(fact, told, centres[fact.datacentre]) if isinstance(fact, RoutesFact) and fact.datacentre else fact
        for fact in book.facts
    )


def _rehearsed(fact: RoutesFact, told: Sequence[NeighbourTold], centre: DataCentre) -> RoutesFact:
    ours = [item for item in told if item.datacentre == centre.id]
    if not ours:
        return fact
    paths, unknown = _by_family(ours), _unknown(ours)
    routes: list[Route] = []
    for route in fact.routes:
        kept = _kept(route, paths, unknown, frozenset(centre.asns))
        routes += [kept] if kept is not None else []
    return replace(fact, routes=(*routes, *_new(fact, paths)))


def _told(neighbour: Neighbour, centres: Sequence[DataCentre]) -> NeighbourTold:
    session = neighbour.session
    centre = next((centre for centre in centres if session.local_asn in centre.asns), None)
    if centre is None:
        raise RouterError(f"{session.name}: AS{session.local_asn} belongs to no data centre of the inventory")
    own = tuple(route for route in neighbour.routes if _lies_in(route.prefix, centre.prefixes))
    return NeighbourTold(
        datacentre=centre.id, name=session.name, address=session.address, asn=session.asn, families=session.families,
        up=neighbour.up, disabled=session.disabled, problem=neighbour.problem, own=own,
        foreign=tuple(route for route in neighbour.routes if route not in own),
    )  # fmt: skip


def _lies_in(prefix: str, ours: Iterable[str]) -> bool:
    found = ip_network(prefix)
    return any(found.version == own.version and found.subnet_of(own) for own in map(ip_network, ours))  # type: ignore[arg-type]


def _by_family(told: Iterable[NeighbourTold]) -> _Told:
    found: _Told = {family: {} for family in Family}
    for item in told:
        for route in item.own:
            found[family_of(route.prefix.partition("/")[0])].setdefault(item.asn, {})[route.prefix] = route.as_path
    return found


def _unknown(told: Iterable[NeighbourTold]) -> dict[Family, frozenset[int]]:
    """The neighbours of which the rehearsal does not tell: with them it stays as it is."""
    found: dict[Family, set[int]] = {family: set() for family in Family}
    for item in told:
        for family in item.families if item.unknown else ():
            found[family].add(item.asn)
    return {family: frozenset(asns) for family, asns in found.items()}


def _kept(route: Route, told: _Told, unknown: Mapping[Family, frozenset[int]], own: frozenset[int]) -> Route | None:
    """What a peer sees of the prefix then; None: nothing any more."""
    family = family_of(route.prefix.partition("/")[0])
    path = collapsed(route.as_path)
    upstream = next((asn for asn in reversed(path) if asn not in own), None) if path and path[-1] in own else None
    if route.as_set or upstream is None or upstream in unknown[family]:
        return route
    if route.prefix in told[family].get(upstream, {}):
        head = path[: path.index(upstream)]
        return replace(route, as_path=(*head, *told[family][upstream][route.prefix]))
    others = sorted((paths[route.prefix] for paths in told[family].values() if route.prefix in paths), key=_shortest)
    return _from_peer(route.prefix, route.peer_asn, route.peer_address, others[0]) if others else None


def _new(fact: RoutesFact, told: _Told) -> list[Route]:
    """Prefixes that no peer saw: every peer with a full feed would, each by one of those that are told."""
    seen = {route.prefix for route in fact.routes}
    found = []
    for family, by_neighbour in told.items():
        prefixes = sorted({prefix for paths in by_neighbour.values() for prefix in paths} - seen)
        for prefix in prefixes:
            ways = sorted((paths[prefix] for paths in by_neighbour.values() if prefix in paths), key=_shortest)
            peers = fact.feeds.get(family, ())
            found += [_from_peer(prefix, peer, "", ways[n % len(ways)]) for n, peer in enumerate(peers)]
    return found


def _from_peer(prefix: str, asn: int, address: str, way: tuple[int, ...]) -> Route:
    path = way[way.index(asn) :] if asn in way else (asn, *way)
    return Route(prefix=prefix, peer_asn=asn, peer_address=address, as_path=path)


def _shortest(path: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    return len(path), path
