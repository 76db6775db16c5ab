"""The world's routes by BGP: a BIRD for every AS of its paths, and a collector that writes MRT (RFC 6396).

Neighbours are those that stand beside each other in a path, and each hands on only what the paths say. So
what the collector sees is the world's table, if there is one way to each prefix from every AS.
"""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path

from netaudit.lab.mrt import routes_seen
from netaudit.lab.world import RouteEntry, World
from netaudit.model.common import Family, family_of
from netaudit.routing.mrt import read_routes
from tests.lab.daemons import Command, Daemons
from tests.lab.namespaces import Namespaces

__all__ = ["Routers"]

_COLLECTOR = "collector"
_COLLECTOR_ASN = 64511  # RFC 5398
_LINKS = {Family.IPV4: "198.18.0.{}/24", Family.IPV6: "2001:db8:fffe::{:x}/64"}  # RFC 2544 and RFC 3849
_COLLECTOR_NUMBER = 254
_CONVERGENCE = 30.0  # seconds; usually one, three when a connection must be tried again
_TIMERS = "connect delay time 1; connect retry time 1; error wait time 1, 2; hold time 30;"

_Seen = set[tuple[str, int, tuple[int, ...]]]  # prefix, peer's ASN, path


class Routers:
    """Starts the routers, and then gives the collector's tables."""

    def __init__(self, world: World, namespaces: Namespaces, daemons: Daemons, folder: Path) -> None:
        self._routes = routes_seen(world)
        self._namespaces = namespaces
        self._daemons = daemons
        self._folder = folder / _COLLECTOR
        self._parent = folder
        numbers = sorted({asn for route in self._routes for asn in route.as_path})
        self._numbers = {asn: number for number, asn in enumerate(numbers, start=1)}
        self._peers: dict[int, set[str]] = defaultdict(set)
        for route in self._routes:
            self._peers[route.peer_asn].add(route.peer_address)

    def start(self) -> None:
        """Start all routers; none for a world without routes."""
        if not self._routes:
            return
        for asn, number in self._numbers.items():
            own = [link.format(number) for link in _LINKS.values()]
            self._start(f"as{asn}", [*own, *sorted(self._peers.get(asn, ()))], self._router(asn))
        self._start(_COLLECTOR, [link.format(_COLLECTOR_NUMBER) for link in _LINKS.values()], self._collector())

    def tables(self) -> tuple[Path, ...]:
        """Dump the collector's tables when they hold what the world says. Raises AssertionError when they never do."""
        if not self._routes:
            return ()
        files = tuple(self._folder / f"{family}.mrt" for family in Family)
        wanted = {(route.prefix, route.peer_asn, route.as_path) for route in self._routes}
        self._daemons.wait_until(lambda: self._dump(files) == wanted, "the routes had not arrived", _CONVERGENCE)
        return files

    def _start(self, host: str, addresses: Iterable[str], configuration: Iterable[str]) -> None:
        self._namespaces.add(host, addresses)
        folder = self._parent / host
        folder.mkdir()
        self._daemons.start(host, _bird(folder, configuration), folder)

    def _router(self, asn: int) -> Iterator[str]:
        number = self._numbers[asn]
        yield f"router id 198.18.0.{number};"
        for family in Family:
            routes = [route for route in self._routes if family_of(route.peer_address) is family]
            origins = sorted({route.prefix for route in routes if route.as_path[-1] == asn})
            if origins:
                reach = " ".join(f"route {prefix} unreachable;" for prefix in origins)
                yield f"protocol static {{ {family}; {reach} }}"
            for neighbour in sorted(_neighbours(routes, asn)):
                there = _address(family, self._numbers[neighbour])
                session = f"local as {asn}; neighbor {there} as {neighbour}; {_TIMERS}"
                export = _export(_handed_on(routes, asn, neighbour), asn)
                yield f"protocol bgp {{ {session} {family} {{ import all; next hop self; export {export}; }}; }}"
            for address in sorted(self._peers.get(asn, ())):
                if family_of(address) is family:
                    there = _address(family, _COLLECTOR_NUMBER)
                    session = f"local {address} as {asn}; neighbor {there} as {_COLLECTOR_ASN}; multihop; {_TIMERS}"
                    export = _export(_shown(routes, asn, address), asn)
                    yield f"protocol bgp {{ {session} {family} {{ import none; next hop self; export {export}; }}; }}"

    def _collector(self) -> Iterator[str]:
        yield f"router id 198.18.0.{_COLLECTOR_NUMBER};"
        for asn, addresses in self._peers.items():
            for address in sorted(addresses):
                family = family_of(address)
                own = _address(family, _COLLECTOR_NUMBER)
                session = f"local {own} as {_COLLECTOR_ASN}; neighbor {address} as {asn}; multihop; {_TIMERS}"
                yield f"protocol bgp {{ {session} {family} {{ import all; export none; }}; }}"

    def _dump(self, files: Iterable[Path]) -> _Seen:
        """What the collector has now; nothing while it is not there yet."""
        control = self._folder / "control"
        seen: _Seen = set()
        if not control.exists():
            return seen
        for file, table in zip(files, ("master4", "master6"), strict=True):
            file.unlink(missing_ok=True)
            dump = ["birdc", "-s", str(control), "mrt", "dump", "table", f'"{table}"', "to", f'"{file}"']
            self._namespaces.run(_COLLECTOR, dump)
            if file.exists():
                found = read_routes(file, ["0.0.0.0/0", "::/0"])
                seen |= {(route.prefix, route.peer_asn, route.as_path) for route in found.routes}
        return seen


def _bird(folder: Path, configuration: Iterable[str]) -> Command:
    path = folder / "bird.conf"
    path.write_text("\n".join(["log stderr { error, fatal, bug };", "protocol device { }", *configuration, ""]))
    return ["bird", "-f", "-c", str(path), "-s", str(folder / "control"), "-P", str(folder / "pid")]


def _address(family: Family, number: int) -> str:
    return str(ipaddress.ip_interface(_LINKS[family].format(number)).ip)


def _steps(path: Iterable[int]) -> list[tuple[int, int]]:
    """A path as (ASN, how often it stands there)."""
    return [(asn, len(list(group))) for asn, group in groupby(path)]


def _neighbours(routes: Iterable[RouteEntry], asn: int) -> set[int]:
    pairs = {(a, b) for route in routes for (a, _), (b, _) in _pairs(route.as_path)}
    return {b for a, b in pairs if a == asn} | {a for a, b in pairs if b == asn}


def _pairs(path: Iterable[int]) -> Iterable[tuple[tuple[int, int], tuple[int, int]]]:
    steps = _steps(path)
    return pairwise(steps)


def _handed_on(routes: Iterable[RouteEntry], asn: int, neighbour: int) -> dict[str, int]:
    """The prefixes that an AS announces to a neighbour, and how often it stands in the path."""
    return {
        route.prefix: count
        for route in routes
        for (receiver, _), (sender, count) in _pairs(route.as_path)
        if (receiver, sender) == (neighbour, asn)
    }


def _shown(routes: Iterable[RouteEntry], asn: int, address: str) -> dict[str, int]:
    """The same for the collector."""
    return {r.prefix: _steps(r.as_path)[0][1] for r in routes if (r.peer_asn, r.peer_address) == (asn, address)}


def _export(prefixes: dict[str, int], asn: int) -> str:
    cases = ""
    for prefix, count in sorted(prefixes.items()):
        prepend = f"bgp_path.prepend({asn}); " * (count - 1)
        cases += f"if net = {prefix} then {{ {prepend}accept; }} "
    return f"filter {{ {cases}reject; }}"
