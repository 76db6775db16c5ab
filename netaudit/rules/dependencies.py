"""Which zones a zone's resolution rests on: name servers whose names live in other zones, and those zones' own servers.

A graph of plain names, without packets. A zone can be resolved when its parent can and one of its servers can be
found: by the address beside the delegation, or by looking up its name in the zone where it lives, which must be
resolvable in turn. What that rule can't reach, no resolver can. The least set that it generates is computed, so
that zones which only lead to one another are left out: the cycles of TsuNAME (Moura et al., ACM IMC 2021).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Graph", "NameServer", "Node", "Step"]


class NameServer(NamedTuple):
    """A name server as a delegation names it."""

    name: str
    home: str  # the zone that its name lies in
    glue: bool  # an address is told beside the delegation
    address: bool  # its home tells an address


class Node(NamedTuple):
    """A zone: what is above it, and who serves it. `free` ones need no name server: the root, by its hints."""

    parent: str | None
    servers: tuple[NameServer, ...] = ()
    free: bool = False


class Step(NamedTuple):
    """A step of a path: this zone needs the address of this name server; an empty name: it needs its parent."""

    zone: str
    server: str


@dataclass(frozen=True)
class Graph:
    """Zones by name. A zone that is named and not there counts as one that can't be resolved."""

    zones: Mapping[str, Node]

    def resolvable(self, without: Iterable[str] = ()) -> frozenset[str]:
        """The zones that can be resolved; `without` are zones whose servers are gone."""
        gone = frozenset(without)
        waiting: dict[str, list[str]] = {}
        for name, node in self.zones.items():
            for other in {node.parent, *(server.home for server in node.servers)}:
                if other is not None:
                    waiting.setdefault(other, []).append(name)
        found: set[str] = set()
        queue = list(self.zones)
        while queue:
            name = queue.pop()
            if name not in found and name not in gone and self._opens(self.zones[name], found):
                found.add(name)
                queue += waiting.get(name, ())
        return frozenset(found)

    def ancestors(self, zone: str) -> tuple[str, ...]:
        """The zones above, the nearest first."""
        found: dict[str, None] = {}
        node = self.zones.get(zone)
        while node is not None and node.parent is not None and node.parent not in found:
            found[node.parent] = None
            node = self.zones.get(node.parent)
        return tuple(found)

    def indispensable(self, zone: str) -> tuple[str, ...]:
        """The zones, other than those above it, without which a zone that can be resolved no longer could."""
        if zone not in self.resolvable():
            return ()
        others = self.zones.keys() - {zone, *self.ancestors(zone)}
        return tuple(sorted(other for other in others if zone not in self.resolvable((other,))))

    def cycle(self, zone: str) -> tuple[Step, ...]:
        """A way from a zone that can't be resolved into a circle of such zones, and once around; mostly empty.

        The last step's server lives in a zone that an earlier step, or the first, began with. Servers in the zone that
        they serve, without glue, are no circle: that is missing glue.
        """
        dead = self.zones.keys() - self.resolvable()
        if zone not in dead:
            return ()
        trail, path, open_ends, done = [zone], list[Step](), [iter(self._waits(zone))], set[str]()
        while open_ends:
            step, following = next(open_ends[-1], (None, ""))
            if step is None:
                open_ends.pop()
                done.add(trail.pop())
                path = path[: len(trail) - 1] if trail else []
            elif following not in dead or following in done or following == step.zone:
                continue
            elif following in trail:
                return (*path, step)
            else:
                trail.append(following)
                path.append(step)
                open_ends.append(iter(self._waits(following)))
        return ()

    def blocker(self, zone: str) -> str:
        """The first zone on the way to an unresolvable zone that stops it by itself, parents before servers' homes.

        The zone itself when nothing that it waits for is to blame.
        """
        alive = self.resolvable()
        met: set[str] = set()
        at = zone
        while at not in met:
            met.add(at)
            nexts = [following for _, following in self._waits(at) if following not in alive and following not in met]
            if not nexts:
                break
            at = nexts[0]
        return at

    def _opens(self, node: Node, found: set[str]) -> bool:
        if node.parent is not None and node.parent not in found:
            return False
        return node.free or any(server.glue or (server.address and server.home in found) for server in node.servers)

    def _waits(self, zone: str) -> list[tuple[Step, str]]:
        """What a zone waits for: its parent, then the homes of the servers without glue."""
        node = self.zones.get(zone)
        if node is None:
            return []
        above = [(Step(zone, ""), node.parent)] if node.parent is not None else []
        return [*above, *((Step(zone, s.name), s.home) for s in node.servers if not s.glue and s.address)]
