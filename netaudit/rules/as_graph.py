"""The AS graph that collectors' peers show of one prefix in one address family, and what a loss in it would cut.

The model, and what it can't prove:

- A vantage is a peer AS of a collector. Its AS_PATH reads from it to the origin (RFC 4271 section 5.1.2): each AS in it
  hands traffic to the next one, because the next one gave it the route. So adjacencies have a direction, towards the
  origin, and count in that direction alone: one that is seen only the other way says that somebody is reached through
  us, or through our upstream, and proves nothing about transit for us (valley-free routing, RFC 7908 section 3).
- Prepending is collapsed. A path with a loop, one that ends in an AS_SET (its origin is not known, RFC 9774) and one
  that does not end in the origin is dropped. Own ASNs in a row at the end are one origin.
- A vantage still reaches the origin after a loss when some way over the adjacencies that are left leads there. Ways
  may join the paths of several vantages; that each AS would hand on the other route just as it does the one that was
  seen is taken for granted.
- BGP hands on best routes only, so a vantage shows one way where it may have three. Survival is shown; a cut is not:
  who is "cut" reaches the origin in no way *that was seen*. The provider of a single vantage thus always cuts it, and
  a finding is only what cuts nearly all of them.

An AS or adjacency that every way of a vantage crosses is a dominator of it, in the graph read from the origin outwards
(adjacencies as nodes of their own). One dominator tree answers for every loss: Cooper, Harvey and Kennedy, "A Simple,
Fast Dominance Algorithm" (2001).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from netaudit.model.facts import Route
from netaudit.rules.upstreams import collapsed

__all__ = ["ORIGIN", "Adjacency", "AsGraph", "Part", "as_graph", "way_to_origin"]

ORIGIN = 0
"""The data centre, whichever of its ASNs originates; AS 0 is nobody's (RFC 7607)."""

_LONGEST = 64  # ASes in a path, prepending collapsed; the Internet's longest are below 20

Adjacency = tuple[int, int]
"""From an AS to the one that it hands traffic to, one step nearer to the origin."""

Part = int | Adjacency
"""What can be lost: an AS, or an adjacency."""


class AsGraph(NamedTuple):
    """The graph of one prefix. `ORIGIN` stands for the data centre."""

    ways: frozenset[tuple[int, ...]]  # as seen, from a vantage to `ORIGIN`
    onward: dict[int, frozenset[int]]  # AS -> the ASes that it was seen to hand traffic to
    vantages: frozenset[int]
    distant: frozenset[int]  # the vantages that are no upstreams: they need somebody's transit
    upstreams: frozenset[int]  # neighbours of the origin
    lost: dict[Part, frozenset[int]]  # part -> the vantages all of whose ways cross it, itself not counted

    def without(self, *lost: int) -> frozenset[int]:
        """The vantages, other than the lost ASes, that still reach the origin when all of these are lost."""
        if len(lost) == 1:
            return self.vantages - self.lost.get(lost[0], frozenset()) - {lost[0]}
        return self._reaching(frozenset(lost)) & self.vantages

    def share_lost(self, part: Part) -> float:
        """The share of the distant vantages, other than the part itself, that its loss cuts; 0 without such."""
        concerned = self.distant - {part}
        return len(self.lost.get(part, frozenset()) & concerned) / len(concerned) if concerned else 0.0

    def _reaching(self, lost: frozenset[int]) -> frozenset[int]:
        inward = _inward(self.onward)
        found, waiting = {ORIGIN}, [ORIGIN]
        while waiting:
            new = set(inward.get(waiting.pop(), ())) - found - lost
            found |= new
            waiting += new
        return frozenset(found - {ORIGIN})


def as_graph(routes: Iterable[Route], own: Collection[int], peers: Collection[int] | None = None) -> AsGraph:
    """Build the graph of one prefix's routes. With `peers`, only their paths are read."""
    ours, wanted = frozenset(own), None if peers is None else frozenset(peers)
    read = {way_to_origin(route, ours) for route in routes if wanted is None or route.peer_asn in wanted}
    ways = frozenset(read - {()})
    onward: dict[int, set[int]] = defaultdict(set)
    for way in ways:
        for near, far in pairwise(way):
            onward[near].add(far)
    kept = {asn: frozenset(onward[asn]) for asn in sorted(onward)}
    vantages = frozenset(way[0] for way in ways)
    upstreams = frozenset(asn for asn, next_ones in kept.items() if ORIGIN in next_ones)
    return AsGraph(ways, kept, vantages, vantages - upstreams, upstreams, _losses(kept, vantages))


def way_to_origin(route: Route, own: frozenset[int]) -> tuple[int, ...]:
    """The ASes from the vantage to `ORIGIN`; empty for a path that shows no way to it.

    A route server (RFC 7947 section 2.2.2.1) is no part of the path that it hands on: it stands before it as a vantage.
    """
    path = collapsed(route.as_path)
    if route.as_set or not path or path[-1] not in own or route.peer_asn in own:
        return ()
    ahead = path[: _own_from(path, own)]
    way = ahead if ahead[:1] == (route.peer_asn,) else (route.peer_asn, *ahead)
    sound = len(way) <= _LONGEST and len(set(way)) == len(way) and own.isdisjoint(way) and ORIGIN not in way
    return (*way, ORIGIN) if sound and ahead else ()


def _own_from(path: Sequence[int], own: Collection[int]) -> int:
    """Where the own ASNs at the end of the path begin."""
    end = len(path)
    while end and path[end - 1] in own:
        end -= 1
    return end


def _inward(onward: Mapping[int, Iterable[int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for near, far_ones in onward.items():
        for far in far_ones:
            found[far].append(near)
    return found


def _losses(onward: Mapping[int, frozenset[int]], vantages: Iterable[int]) -> dict[Part, frozenset[int]]:
    """Every AS and adjacency with the vantages that it dominates.

    Most vantages hand on nobody's traffic. They are left out of the tree and looked up at its leaves.
    """
    crossed = frozenset(far for far_ones in onward.values() for far in far_ones)
    above, place = _dominators({near: far_ones for near, far_ones in onward.items() if near in crossed})
    lost: dict[Part, set[int]] = defaultdict(set)
    for vantage in vantages:
        part = above.get(vantage, ORIGIN)
        if vantage not in above:
            part = _meeting_of(onward[vantage], above, place)
            if len(onward[vantage]) == 1:
                lost[vantage, part].add(vantage)  # type: ignore[index]  # one AS onward: an adjacency
        while part != ORIGIN:
            lost[part].add(vantage)
            part = above[part]
    return {part: frozenset(found) for part, found in lost.items()}


def _dominators(onward: Mapping[int, frozenset[int]]) -> tuple[dict[Part, Part], dict[Part, int]]:
    """The immediate dominator of each AS and adjacency, seen from the origin, and their reverse postorder."""
    before: dict[Part, tuple[Part, ...]] = {near: tuple((near, far) for far in sorted(onward[near])) for near in onward}
    before |= {(near, far): (far,) for near in onward for far in onward[near]}
    after: dict[Part, list[Part]] = defaultdict(list)
    for part, sources in before.items():
        for source in sources:
            after[source].append(part)
    order = _reverse_postorder(after)
    place = {part: number for number, part in enumerate(order)}
    above: dict[Part, Part] = {ORIGIN: ORIGIN}
    changed = True
    while changed:
        changed = False
        for part in order[1:]:
            best = _meeting_of((source for source in before[part] if source in above), above, place)
            changed |= above.get(part) != best
            above[part] = best
    return above, place


def _meeting_of(parts: Iterable[Part], above: Mapping[Part, Part], place: Mapping[Part, int]) -> Part:
    best, *others = parts
    for other in others:
        best = _meeting(best, other, above, place)
    return best


def _meeting(one: Part, other: Part, above: Mapping[Part, Part], place: Mapping[Part, int]) -> Part:
    """The nearest part that dominates both."""
    while one != other:
        while place[one] > place[other]:
            one = above[one]
        while place[other] > place[one]:
            other = above[other]
    return one


def _reverse_postorder(after: Mapping[Part, Sequence[Part]]) -> list[Part]:
    done: list[Part] = []
    met: set[Part] = {ORIGIN}
    stack: list[tuple[Part, int]] = [(ORIGIN, 0)]
    while stack:
        part, number = stack.pop()
        following = after.get(part, ())
        if number == len(following):
            done.append(part)
            continue
        stack.append((part, number + 1))
        if following[number] not in met:
            met.add(following[number])
            stack.append((following[number], 0))
    return done[::-1]
