"""Which outside zone or name server, should it fail, takes how many of the province's zones and services down."""

from collections.abc import Iterable, Iterator

from netaudit.judge.derive import Derived
from netaudit.judge.subjects import enclosing_zone
from netaudit.model.evidence import Surroundings, ZoneEvidence
from netaudit.model.inventory import Inventory
from netaudit.model.reliance import Reliance, Support
from netaudit.rules.dependencies import Graph, Step
from netaudit.rules.resolution import graph_of, home_of

__all__ = ["reliance_of_run"]


def reliance_of_run(targets: Iterable[Derived], inventory: Inventory) -> Reliance:
    """Let each zone and each server of the audited zones fail alone. What was not asked never counts as lost."""
    found = [derived.evidence for derived in targets if isinstance(derived.evidence, ZoneEvidence)]
    if not found:
        return Reliance()
    return _Fleet(found, inventory).reliance()


class _Fleet:
    def __init__(self, evidence: list[ZoneEvidence], inventory: Inventory) -> None:
        self._met = _together(item.surroundings for item in evidence)
        audited = {item.zone for item in evidence if item.zone in self._met.zones}
        self._graph = graph_of(self._met, sorted(audited))
        self._found = audited & self._graph.resolvable()
        self._dead = audited - self._found
        self._served: dict[str, list[str]] = {}  # server -> the zones that it serves
        for zone, node in self._graph.zones.items():
            for server in node.servers:
                self._served.setdefault(server.name, []).append(zone)
        self._own = frozenset(inventory.zones)
        hosts = sorted({service.host for service in inventory.services if service.network == "public"})
        holders = {host: enclosing_zone(host, self._found) for host in hosts}
        self._hosts = {host: zone for host, zone in holders.items() if zone is not None}

    def reliance(self) -> Reliance:
        supports = sorted((*self._zones(), *self._servers()), key=_weight)
        return Reliance(
            zones=tuple(sorted(self._found)),
            services=len(self._hosts),
            supports=tuple(supports),
            cycles=tuple(self._cycles()),
        )

    def _cycles(self) -> Iterator[tuple[str, ...]]:
        """The circles, each from one of its zones alone."""
        told: set[frozenset[Step]] = set()
        for zone in sorted(self._dead):
            cycle = self._graph.cycle(zone)
            if cycle and frozenset(cycle) not in told:
                told.add(frozenset(cycle))
                yield tuple(f"{step.zone} ({step.server})" if step.server else step.zone for step in cycle)

    def _zones(self) -> Iterator[Support]:
        """The zones that name servers live in, other than the audited ones and those above."""
        users: dict[str, set[str]] = {}
        for zone in self._found:
            for server in self._graph.zones[zone].servers:
                users.setdefault(server.home, set()).add(zone)
        above = {higher for zone in self._found for higher in self._graph.ancestors(zone)}
        for home in users.keys() - above - self._own:
            yield self._support("zone", (home,), users[home], self._graph.resolvable((home,)))

    def _servers(self) -> Iterator[Support]:
        for names, addresses in _machines(self._met, self._found):
            users = {zone for zone in self._found if names & set(self._met.zones[zone].servers)}
            left = self._left_without(names)
            own = all(home_of(name, self._own | {"."}) != "." for name in names)
            yield self._support("server", tuple(sorted(names)), users, left, tuple(sorted(addresses)), own)

    def _left_without(self, names: set[str]) -> frozenset[str]:
        """The audited zones that are found without these servers.

        Where each zone that has one has another with glue, nothing changes, and nothing is computed. A zone that its
        parent's servers answer for has those of its own name.
        """
        nodes = {}
        for zone in {zone for name in names for zone in self._served.get(name, ())}:
            node = self._graph.zones[zone]
            servers = tuple(server for server in node.servers if server.name not in names)
            nodes[zone] = node._replace(servers=servers, free=node.free and bool(servers))
        if all(any(server.glue for server in node.servers) for node in nodes.values()):
            return frozenset(self._found)
        return Graph({**self._graph.zones, **nodes}).resolvable()

    def _support(
        self,
        kind: str,
        names: tuple[str, ...],
        users: set[str],
        left: frozenset[str],
        addresses: tuple[str, ...] = (),
        own: bool = False,
    ) -> Support:
        down = self._found - left
        return Support(
            kind="zone" if kind == "zone" else "server",
            names=names,
            addresses=addresses,
            own=own,
            users=tuple(sorted(users)),
            down=tuple(sorted(down)),
            services=tuple(host for host, zone in self._hosts.items() if zone in down),
        )


def _together(parts: Iterable[Surroundings]) -> Surroundings:
    """What all parts of a scan learnt; where two know of a zone or a name, the first of them tells."""
    distinct = list({id(part): part for part in parts}.values())
    if len(distinct) == 1:
        return distinct[0]
    zones = {zone: known for part in reversed(distinct) for zone, known in part.zones.items()}
    addresses = {name: told for part in reversed(distinct) for name, told in part.addresses.items()}
    return Surroundings(zones=zones, addresses=addresses)


def _machines(met: Surroundings, zones: Iterable[str]) -> list[tuple[set[str], set[str]]]:
    """The servers of zones that have an address, with all of them; names that share an address are one machine."""
    known: dict[str, set[str]] = {}
    for zone in sorted(zones):
        item = met.zones[zone]
        for name in item.servers:
            told = (address for found in met.addresses.get(name, {}).values() for address in found)
            known.setdefault(name, set()).update(item.glue.get(name, ()), told)
    at: dict[str, tuple[set[str], set[str]]] = {}  # address -> the machine
    for name, addresses in sorted(known.items()):
        machine = ({name}, set(addresses))
        for same in [at[address] for address in sorted(addresses) if address in at]:
            machine[0].update(same[0])
            machine[1].update(same[1])
        at.update(dict.fromkeys(machine[1], machine))
    return list({id(machine): machine for machine in at.values()}.values())


def _weight(support: Support) -> tuple[int, int, int, str, tuple[str, ...]]:
    return (-len(support.down), -len(support.services), -len(support.users), support.kind, support.names)
