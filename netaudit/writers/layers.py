"""Nodes in layers and lines between them, so that few lines cross: the method of Sugiyama, Tagawa and Toda (1981).

A line over several layers is given a narrow place in each layer that it passes, so that it runs between the nodes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

__all__ = ["Layers", "Line", "Place", "layered"]

Line = tuple[str, str]
"""From a node to a lower one."""

_SWEEPS = 4
_LANE = 10.0  # width of a line that passes a layer


class Place(NamedTuple):
    """Where a node stands in its layer: its middle and its width."""

    x: float
    width: float


class Layers(NamedTuple):
    """Layers from the bottom up, and the places that each line runs through, as layer and x, from its upper end."""

    rows: tuple[dict[str, Place], ...]
    lines: dict[Line, tuple[tuple[int, float], ...]]


def layered(
    level: Mapping[str, int],
    lines: Iterable[Line],
    *,
    width: float,
    gap: float,
    widest: Callable[[str], float],
    kept: int = 0,
) -> Layers:
    """Place nodes of given levels, 0 at the bottom. Nodes of a level begin in the order of `level`.

    The lowest `kept` layers stay in that order, so that pictures can be compared. `widest` says how wide a node may
    be; those of a full layer share what room there is.
    """
    chains = {line: _chain(line, level) for line in lines}
    rows = [[node for node in level if level[node] == at] for at in range(max(level.values(), default=-1) + 1)]
    below: dict[str, list[str]] = defaultdict(list)
    above: dict[str, list[str]] = defaultdict(list)
    for chain in chains.values():
        for at, item in chain[1:-1]:
            rows[at].append(item)
        for (_, upper), (_, lower) in pairwise(chain):
            below[upper].append(lower)
            above[lower].append(upper)
    for sweep in range(_SWEEPS):
        if sweep % 2 == 0:
            for at in range(max(1, kept), len(rows)):
                _order(rows[at], rows[at - 1], below)
        else:
            for at in range(len(rows) - 2, kept - 1, -1):
                _order(rows[at], rows[at + 1], above)
    places = [_places(row, {item: widest(item) for item in row if item in level}, width, gap) for row in rows]
    return Layers(
        tuple({item: place for item, place in row.items() if item in level} for row in places),
        {line: tuple((at, places[at][item].x) for at, item in chain) for line, chain in chains.items()},
    )


def _chain(line: Line, level: Mapping[str, int]) -> list[tuple[int, str]]:
    """The ends of a line, and what stands for it in the layers between."""
    upper, lower = line
    between = [(at, f"{upper}>{lower}@{at}") for at in range(level[upper] - 1, level[lower], -1)]
    return [(level[upper], upper), *between, (level[lower], lower)]


def _order(row: list[str], fixed: Sequence[str], linked: Mapping[str, Sequence[str]]) -> None:
    """Sort a layer by the mean place of what its items are linked to in the layer that stays as it is."""
    place = {item: (number + 0.5) / len(fixed) for number, item in enumerate(fixed)}
    middle: dict[str, float] = {}
    for number, item in enumerate(row):
        met = [place[other] for other in linked.get(item, ()) if other in place]
        middle[item] = sum(met) / len(met) if met else (number + 0.5) / len(row)
    row.sort(key=middle.__getitem__)


def _places(row: Sequence[str], widest: Mapping[str, float], width: float, gap: float) -> dict[str, Place]:
    """Spread a layer over the width: nodes as wide as they may be, the rest of the room between them."""
    room = width - gap * (len(row) + 1) - _LANE * (len(row) - len(widest))
    fair = max(0.0, room) / max(1, len(widest))
    widths = {item: min(widest[item], fair) if item in widest else _LANE for item in row}
    space = (width - sum(widths.values())) / (len(row) + 1)
    found: dict[str, Place] = {}
    x = space
    for item in row:
        found[item] = Place(round(x + widths[item] / 2, 1), round(widths[item], 1))
        x += widths[item] + space
    return found
