"""The AS graph of a prefix as a picture: peers of collectors on top, the data centre at the bottom, cuts marked.

A line is as wide as the share of the peers whose ways run along it. What is red is crossed by every way that was seen
of nearly all peers, or of all; words below say of what and of how many. Shape and word say everything that colour says.
"""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from netaudit.model.common import Family
from netaudit.model.multihome import OTHERS, Cut, DataCentreSummary, PrefixWays, WayBundle
from netaudit.writers.chart import svg
from netaudit.writers.layers import Layers, Line, Place, layered
from netaudit.writers.safe import bounded, visible
from netaudit.writers.wording import Wording

__all__ = ["as_graph_picture"]

# All lengths in CSS pixels: a column that a telephone shows without scrolling.
_WIDTH, _GAP, _EDGE = 360, 6, 6
_ROW, _BETWEEN = 16, 42  # height of a line of text, room between layers
_WIDEST = 140
_CHARACTER = 7.2  # mean width of a bold letter, and of those of some classes
_CHARACTERS = {"asn small": 6.6, "soft": 6.4}
_GROUPS = 4  # boxes of peers; those of all others are one more
_PROSE = 47  # characters in a line below
_NAME = 60  # characters of a name
_THIN, _THICK = 1.5, 9.0

_ORIGIN, _REST = "origin", "rest"


class _Box(NamedTuple):
    """A node: its level, what stands in it, line by line, each with its class, and its own class."""

    level: int
    lines: tuple[tuple[str, str], ...]
    kind: str


def as_graph_picture(ways: PrefixWays, centre: DataCentreSummary, number: int, wording: Wording) -> Markup:
    """Return an SVG element of a page that holds `graph.css`. `number` makes its ids unlike those of others there."""
    return Markup(_Picture(ways, centre, wording).svg(f"graph-{number}"))  # noqa: S704  # all text went through escape()


class _Picture:
    def __init__(self, ways: PrefixWays, centre: DataCentreSummary, wording: Wording) -> None:
        self._ways = ways
        self._centre = centre
        self._say = wording.gettext
        self._wording = wording
        self._prefix = bounded(ways.prefix, _NAME)
        self._names = {o.asn: bounded(o.operator, _NAME) for o in centre.operators if o.operator}
        self._cut_ases = {asn for cut in ways.cuts if not cut.adjacency for asn in cut.asns}
        self._cut_lines = {(str(c.asns[0]), str(c.asns[1])) for c in ways.cuts if c.adjacency}
        self._peers = {bundle.ases[0] for bundle in ways.bundles if bundle.itself}
        self._weights = self._lines()

    def svg(self, id: str) -> str:
        unseen = self._unseen()
        level = self._levels(unseen)
        boxes = {node: self._box(node, at) for node, at in level.items()}
        lines = [*self._weights, *((str(asn), _ORIGIN) for asn in unseen)]
        apart = [line for line in lines if level[line[0]] != level[line[1]]]
        drawn = dict.fromkeys(max((line, line[::-1]), key=lambda ends: level[ends[0]]) for line in apart)
        widest = {node: _WIDTH / 2 if node == _ORIGIN else _WIDEST for node in level}
        layers = layered(level, drawn, width=_WIDTH, gap=_GAP, widest=widest.__getitem__, kept=2)
        fitted = {node: self._fitted(boxes[node], place.width) for row in layers.rows for node, place in row.items()}
        heights = [max(len(fitted[node]) for node in row) * _ROW + 10 for row in layers.rows]
        tops = [_EDGE + sum(height + _BETWEEN for height in heights[at + 1 :]) for at in range(len(heights))]
        parts = [*self._drawn_lines(layers, tops, heights)]
        for at, row in enumerate(layers.rows):
            for node, place in row.items():
                parts += _drawn_box(boxes[node].kind, fitted[node], place, tops[at], heights[at])
        bottom = tops[0] + heights[0] if tops else _EDGE
        parts += self._words(bottom + 8)
        height = bottom + 8 + len(self._notes()) * _ROW + _EDGE
        return visible(svg("graph", id, (_WIDTH, height), self._title(), self._told(), parts))

    # -- what is drawn

    def _lines(self) -> dict[Line, int]:
        """Lines with the number of peers whose ways run along them."""
        found: Counter[Line] = Counter()
        groups = self._groups()
        for bundle in self._ways.bundles:
            nodes = [_node(asn) for asn in bundle.ases]
            if not bundle.itself:
                nodes.insert(0, groups[bundle.ases[0]])
            for upper, lower in zip(nodes, [*nodes[1:], _ORIGIN], strict=True):
                found[upper, lower] += bundle.peers
        return dict(found)

    def _groups(self) -> dict[int, str]:
        """The box of peers above each AS: one of its own for the largest, one for all the rest."""
        sizes: Counter[int] = Counter()
        for bundle in self._ways.bundles:
            if not bundle.itself:
                sizes[bundle.ases[0]] += bundle.peers
        ranked = [asn for asn, _ in sizes.most_common()]
        alone = ranked if len(ranked) <= _GROUPS + 1 else ranked[:_GROUPS]
        return {asn: f"above {asn}" if asn in alone else _REST for asn in ranked}

    def _levels(self, unseen: Sequence[int]) -> dict[str, int]:
        """The data centre at 0, its neighbours at 1, any other AS above all that it hands traffic to, peers on top.

        Where paths disagree on which of two comes first, the one nearer to the origin on average is the lower one.
        """
        distance = self._distances()
        onward: dict[str, list[str]] = {}
        for upper, lower in self._weights:
            if lower == _ORIGIN or distance.get(upper, 0.0) > distance[lower]:
                onward.setdefault(upper, []).append(lower)
        level = {_ORIGIN: 0, **{str(asn): 1 for asn in unseen}}
        for node in sorted(distance, key=lambda node: (distance[node], self._rank(node))):
            level[node] = 1 + max((level[lower] for lower in onward.get(node, ())), default=0)
        top = max(level.values()) + 1
        ranked = sorted(level, key=self._rank)
        return {**{node: level[node] for node in ranked}, **{up: top for up, _ in self._weights if _is_group(up)}}

    def _distances(self) -> dict[str, float]:
        """The mean number of steps to the origin, of every AS that is drawn and on a way."""
        steps: Counter[str] = Counter()
        peers: Counter[str] = Counter()
        for bundle in self._ways.bundles:
            for number, asn in enumerate(reversed(bundle.ases), 1):
                steps[_node(asn)] += number * bundle.peers
                peers[_node(asn)] += bundle.peers
        return {node: steps[node] / max(1, peers[node]) for node in steps}

    def _rank(self, node: str) -> tuple[int, str]:
        order = [_node(share.asn) for share in self._centre.operators]
        return (order.index(node) if node in order else len(order), node)

    def _unseen(self) -> list[int]:
        """Operators that are declared for this family, and that no way to this prefix crosses."""
        seen = {bundle.ases[-1] for bundle in self._ways.bundles}
        family = self._ways.family
        return [o.asn for o in self._centre.operators if family in o.declared and o.asn not in seen]

    # -- boxes

    def _box(self, node: str, level: int) -> _Box:
        if node == _ORIGIN:
            own = ", ".join(f"AS{asn}" for asn in self._centre.asns[:3])
            return _Box(0, ((self._prefix, "name"), (own, "asn")), "origin")
        if _is_group(node):
            return _Box(level, tuple(self._group_text(node)), "peers")
        if node == _node(OTHERS):
            return _Box(level, ((self._say("other operators"), "asn"), self._share(node)), "as")
        asn = int(node)
        marked = f"AS{asn} ◉" if asn in self._peers else f"AS{asn}"
        head = ((marked, "asn"), *(((self._names[asn], "name"),) if asn in self._names else ()))
        if asn in self._unseen():
            return _Box(level, (*head, ("✗ " + self._say("not observed"), "wrong")), "missing")
        if asn in self._cut_ases:
            return _Box(level, (*head, self._share(node), ("✗ " + self._say("cut"), "wrong")), "as cut")
        return _Box(level, (*head, self._share(node)), "as")

    def _share(self, node: str) -> tuple[str, str]:
        """Of how many of the peers the ways cross an AS; its own, when it is a peer."""
        crossing = sum(bundle.peers for bundle in self._ways.bundles if node in map(_node, bundle.ases))
        return (self._wording.percent(min(crossing, self._ways.peers), self._ways.peers), "soft")

    def _group_text(self, node: str) -> Iterator[tuple[str, str]]:
        bundles = self._above(node)
        peers = sum(bundle.peers for bundle in bundles)
        shown = self._wording.number(peers)
        yield self._wording.ngettext("%(number)s peer", "%(number)s peers", peers) % {"number": shown}, "name"
        asns = sorted({asn for bundle in bundles for asn in bundle.examples})
        yield from ((f"AS{asn}", "asn small") for asn in asns[:3])
        if peers > len(asns[:3]):
            yield "…", "asn small"

    def _above(self, node: str) -> list[WayBundle]:
        groups = self._groups()
        return [b for b in self._ways.bundles if not b.itself and groups[b.ases[0]] == node]

    def _fitted(self, box: _Box, width: float) -> list[tuple[str, str]]:
        """The lines of a box, broken where they are too long for it."""
        return [(part, kind) for text, kind in box.lines for part in _broken(text, width - 8, kind)]

    # -- lines

    def _drawn_lines(self, layers: Layers, tops: Sequence[int], heights: Sequence[int]) -> Iterator[str]:
        for line, bends in layers.lines.items():
            weight = self._weights.get(line) or self._weights.get(line[::-1])
            path = _curve([(x, tops[at], tops[at] + heights[at]) for at, x in bends])
            if weight is None:
                yield f'<path class="line missing" d="{path}"/>'
                continue
            share = min(1.0, weight / max(1, self._ways.peers))
            kind = "line cut" if self._is_cut(line) else "line"
            yield f'<path class="{kind}" stroke-width="{_THIN + share * (_THICK - _THIN):.1f}" d="{path}"/>'

    def _is_cut(self, line: Line) -> bool:
        """An adjacency that cuts, and the way on from an operator that does."""
        return line in self._cut_lines or (line[1] == _ORIGIN and line[0] in map(str, self._cut_ases))

    # -- words

    def _words(self, top: float) -> Iterator[str]:
        for number, (text, kind) in enumerate(self._notes(), 1):
            yield f'<text class="note {kind}" x="{_EDGE}" y="{top + number * _ROW - 4:.0f}">{escape(text)}</text>'

    def _notes(self) -> list[tuple[str, str]]:
        """What stands below the picture, line by line."""
        notes = [(self._said(cut), "wrong") for cut in self._ways.cuts]
        if not self._ways.enough:
            notes.append((self._say("Too few peers see it to conclude anything."), "soft"))
        if self._ways.left_out:
            more = self._wording.number(self._ways.left_out)
            notes.append((self._say("The ways of %(number)s more peers are not drawn.") % {"number": more}, "soft"))
        return [(part, kind) for text, kind in notes for part in textwrap.wrap(text, _PROSE)]

    def _said(self, cut: Cut) -> str:
        named = [f"AS{asn} ({self._names[asn]})" if asn in self._names else f"AS{asn}" for asn in cut.asns]
        what = "–".join(named) if cut.adjacency else ", ".join(named)
        counts = {"what": what, "lost": self._wording.number(cut.lost), "peers": self._wording.number(cut.peers)}
        if cut.adjacency:
            said = self._say("Without the link %(what)s no observed way is left to %(lost)s of %(peers)s peers.")
        else:
            said = self._say("Without %(what)s no observed way is left to %(lost)s of %(peers)s peers.")
        return f"✗ {said % counts}"

    def _title(self) -> str:
        family = "IPv6" if self._ways.family is Family.IPV6 else "IPv4"
        return self._say("Ways to %(prefix)s over %(family)s") % {"prefix": self._prefix, "family": family}

    def _told(self) -> str:
        """The picture in words."""
        if not self._ways.peers:
            return self._say("No peer sees this prefix.")
        boxes = [self._box(node, 1) for node in self._levels(self._unseen()) if node != _ORIGIN and not _is_group(node)]
        peers = self._wording.ngettext("%(number)s peer", "%(number)s peers", self._ways.peers)
        said = [peers % {"number": self._wording.number(self._ways.peers)}]
        said += [" ".join(text for text, _ in box.lines) for box in boxes]
        return "; ".join(said) + ". " + " ".join(self._said(cut) for cut in self._ways.cuts)


def _node(asn: int) -> str:
    return str(asn)


def _broken(text: str, width: float, kind: str) -> list[str]:
    room = max(6, int(width / _CHARACTERS.get(kind, _CHARACTER)))
    return textwrap.wrap(text, room, break_on_hyphens=False, max_lines=4, placeholder="…") or [""]


def _is_group(node: str) -> bool:
    return node == _REST or node.startswith("above ")


def _drawn_box(kind: str, lines: Sequence[tuple[str, str]], place: Place, top: float, height: float) -> Iterator[str]:
    """A box as high as its layer, with its lines in the middle."""
    x, width = place
    first = top + (height - len(lines) * _ROW) / 2 - 4
    yield (f'<rect class="box {kind}" x="{x - width / 2:.1f}" y="{top}" width="{width:.1f}" height="{height}" rx="6"/>')
    for number, (text, style) in enumerate(lines, 1):
        yield f'<text class="{style}" x="{x:.1f}" y="{first + number * _ROW:.0f}">{escape(text)}</text>'


def _curve(bends: Sequence[tuple[float, float, float]]) -> str:
    """From the bottom of the first place to the top of the last, straight through those between."""
    (x, _, y), *others = bends
    path = f"M{x:.1f} {y:.0f}"
    for number, (next_x, top, bottom) in enumerate(others, 1):
        middle = (y + top) / 2
        path += f"C{x:.1f} {middle:.0f} {next_x:.1f} {middle:.0f} {next_x:.1f} {top:.0f}"
        if number < len(others):
            path += f"V{bottom:.0f}"
        x, y = next_x, bottom
    return path
