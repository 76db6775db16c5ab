"""The chain of trust as a picture: the trust anchor on top, the zone's data at the bottom, what is wrong marked.

Each zone is a box with its keys and the DS RRset of the next zone; lines on the left lead from a DS record to
its key, lines on the right from a key to what it signed. Shape and word say everything that colour says.
"""

import textwrap
from collections.abc import Iterable

from markupsafe import Markup, escape

from netaudit.content import content_path
from netaudit.model.security import Security, SecurityStatus
from netaudit.writers.chain_parts import ChainRow, RRsetPart, ZonePart, chain_parts
from netaudit.writers.chart import svg
from netaudit.writers.safe import visible
from netaudit.writers.wording import Wording

__all__ = ["chain_picture", "chain_style", "standalone_picture"]

# All lengths in CSS pixels: a column that a telephone shows without scrolling.
_WIDTH, _EDGE = 340, 4
_LEFT, _RIGHT = 36, 304  # of nodes; beside them run the lines
_INSET = 8
_LANES = (8, 15, 22)  # distance of lines from their nodes
_LINE, _GAP = 16, 8
_RECORD, _PROSE, _NAME, _STATE = 35, 40, 30, 30  # characters in a line
_ZONES = 24  # boxes; the root and the zones nearest the data are shown

_Places = dict[tuple[int, int], tuple[int, int]]  # key tag and algorithm -> its height, and its lane

_SHAPES = {
    SecurityStatus.SECURE: '<circle cx="8" cy="8" r="7.5"/><path class="sign" d="M4.5 8.3l2.5 2.6 4.6-5.2"/>',
    SecurityStatus.INSECURE: '<rect x="1" y="1" width="14" height="14" rx="2"/><path class="sign" d="M4.5 8h7"/>',
    SecurityStatus.BOGUS: (
        '<path d="M5 .5h6l4.5 4.5v6l-4.5 4.5h-6l-4.5-4.5v-6z"/><path class="sign" d="M5 5l6 6M11 5l-6 6"/>'
    ),
    SecurityStatus.INDETERMINATE: (
        '<path d="M8 -1l9 9-9 9-9-9z"/><path class="sign" d="M6 6.4a2 2 0 1 1 3 1.7c-.7.4-1 .8-1 1.5"/>'
        '<path class="sign" d="M8 12v.1"/>'
    ),
}


def chain_picture(security: Security, name: str, rdtype: str, wording: Wording) -> Markup:
    """Return the chain of trust of `name` and `rdtype` as an SVG element of a page that holds `chain.css`.

    Equal arguments give equal text. Its ids begin with `chain-`, so that a page holds one of them.
    """
    zones, data = chain_parts(security, name, rdtype, wording)
    return Markup(_Picture(zones, data, wording).svg())  # noqa: S704  # every text in it went through escape()


def standalone_picture(security: Security, name: str, rdtype: str, wording: Wording) -> str:
    """Return the same picture as a file of its own, with its colours for light and dark."""
    picture = str(chain_picture(security, name, rdtype, wording))
    inside = f'<svg xmlns="http://www.w3.org/2000/svg" xml:lang="{wording.language}"'
    head, rest = picture.split(">", 1)
    return f"{head.replace('<svg', inside, 1)}><style>{chain_style()}</style>{rest}\n"


def chain_style() -> str:
    """The colours of the report and the picture's rules."""
    return "\n".join((content_path("reports") / name).read_text("utf-8") for name in ("colours.css", "chain.css"))


class _Picture:
    def __init__(self, zones: list[ZonePart], data: RRsetPart, wording: Wording) -> None:
        self._zones = zones
        self._data = data
        self._say = wording.gettext
        self._y = _EDGE
        self._boxes: list[str] = []  # behind
        self._nodes: list[str] = []
        self._lines: list[str] = []
        self._front: list[str] = []

    def svg(self) -> str:
        for number, zone in enumerate(self._zones):
            if _left_out(number, len(self._zones)):
                continue
            if number == 0:
                entries = self._rrset(zone.vouched, {})
                self._y += _GAP * 2
            elif _left_out(number - 1, len(self._zones)):
                more = self._say("and %(number)s more") % {"number": len(self._zones) - _ZONES}
                self._text_lines([more], _LEFT, "soft")
                entries = []
            below = self._zones[number + 1].vouched if number + 1 < len(self._zones) else self._data
            entries = self._zone(zone, entries, below)
        if not self._zones:
            self._rrset(self._data, {})
        height = self._y + _EDGE
        title = self._say("Chain of trust of %(name)s") % {"name": self._data.title}
        told = " → ".join(_told(part.name, part.state, part.reason) for part in self._zones)
        told += f" → {_told(self._data.title, self._data.state, self._data.reason)}"
        parts = [*self._boxes, *self._nodes, *self._lines, *self._front]
        return visible(svg("chain", "chain", (_WIDTH, height), title, told, parts))

    def _zone(
        self, zone: ZonePart, entries: list[tuple[ChainRow, int]], below: RRsetPart
    ) -> list[tuple[ChainRow, int]]:
        """Draw one zone with what it signs last; return its DS records with their heights."""
        top = self._y
        self._y += _GAP + 2
        self._text_lines(_wrapped(zone.name, _NAME), _LEFT, "name")
        self._y += 3
        middle = self._y + _LINE // 2
        self._state(_LEFT, zone.status, zone.state)
        self._text_lines(_wrapped(zone.reason, _PROSE), _LEFT, f"reason s-{zone.status}")
        keys = self._key_set(zone) if zone.keys else {}
        self._entries(entries, keys, middle)
        if below.records or below.signatures or below.status is not None:
            self._y += _GAP
            made = self._rrset(below, keys)
        else:
            made = []
        self._y += _GAP
        self._box(top, zone.status)
        self._y += _GAP * 2
        return made

    def _key_set(self, zone: ZonePart) -> _Places:
        """Draw the DNSKEY RRset; return where each key stands: its height, and the lane of what it signs."""
        self._y += _GAP // 2
        top = self._y
        self._y += 2
        self._text_lines(["DNSKEY"], _LEFT + _INSET, "title")
        places: _Places = {}
        for number, key in enumerate(zone.keys):
            places.setdefault(key.key, (self._key(key), _LANES[number % len(_LANES)]))
            self._y += _GAP // 2
        self._signed(zone.signatures, places)
        self._y += _GAP // 2
        self._node(top)
        return places

    def _key(self, key: ChainRow) -> int:
        top, lines = self._y, _wrapped(key.text, _RECORD - 2)
        height = _LINE * (len(lines) + bool(key.problem)) + 6
        shape = "key bad" if key.problem else "key"
        self._front.append(
            f'<rect class="{shape}" x="{_LEFT + _INSET}" y="{top}" width="{_RIGHT - _LEFT - 2 * _INSET}" '
            f'height="{height}" rx="11"/>'
        )
        self._y += 2
        self._text_lines(lines, _LEFT + 2 * _INSET, "record")
        if key.problem:
            self._text_lines([f"✗ {key.problem}"], _LEFT + 2 * _INSET, "record wrong")
        self._y = top + height
        return top + height // 2

    def _rrset(self, part: RRsetPart, keys: _Places) -> list[tuple[ChainRow, int]]:
        """Draw an RRset with the signatures over it."""
        top = self._y
        self._y += 3
        self._text_lines(_wrapped(part.title, _RECORD), _LEFT + _INSET, "title")
        places = [(row, self._row(row)) for row in part.records]
        self._signed(part.signatures, keys)
        if part.status is not None:
            self._y += 4
            self._state(_LEFT + _INSET, part.status, part.state)
        self._y += 5
        self._node(top)
        return places

    def _row(self, row: ChainRow) -> int:
        """Draw a record; a wrong one is named wrong in a line of its own."""
        middle = self._y + _LINE // 2
        self._text_lines(_wrapped(row.text, _RECORD), _LEFT + _INSET, "record")
        if row.problem:
            self._text_lines(_wrapped(f"✗ {row.problem}", _RECORD), _LEFT + _INSET, "record wrong")
        return middle

    def _signed(self, rows: Iterable[ChainRow], keys: _Places) -> None:
        """Draw signatures, each with a line from the key that made it."""
        for row in rows:
            end = self._row(row)
            if row.key in keys:
                start, lane = keys[row.key]
                self._line(_RIGHT - _INSET, start, _RIGHT + lane, end, broken=bool(row.problem))

    def _entries(
        self,
        entries: list[tuple[ChainRow, int]],
        keys: _Places,
        middle: int,
    ) -> None:
        """Draw the lines from DS records to the keys they name; without such a key, to the zone's state."""
        for number, (row, start) in enumerate(entries):
            lane = _LEFT - _LANES[number % len(_LANES)]
            if row.key in keys:
                self._line(_LEFT + _INSET, start, lane, keys[row.key][0], broken=bool(row.problem))
            elif any(row.key):
                self._line(_LEFT - 2, start, lane, middle, broken=bool(row.problem), first=_LEFT + _INSET)

    def _line(self, near: int, start: int, lane: int, end: int, *, broken: bool, first: int = 0) -> None:
        """A line out to a lane, along it and back, with an arrowhead; a broken one has a cross on it."""
        back = 5 if lane > near else -5
        kind = "line broken" if broken else "line"
        self._lines.append(f'<path class="{kind}" d="M{first or near} {start}H{lane}V{end}H{near + back}"/>')
        self._lines.append(f'<path class="head" d="M{near} {end}l{back * 1.4:.0f} -4v8z"/>')
        if broken:
            middle = (start + end) // 2
            self._front.append(f'<path class="cross" d="M{lane - 4} {middle - 4}l8 8m0 -8l-8 8"/>')

    def _state(self, x: int, status: SecurityStatus, word: str) -> None:
        self._front.append(f'<g class="shape s-{status}" transform="translate({x} {self._y})">{_SHAPES[status]}</g>')
        self._text_lines(_wrapped(word, _STATE), x + 22, f"state s-{status}")

    def _text_lines(self, lines: list[str], x: int, kind: str) -> None:
        for line in lines:
            self._y += _LINE
            self._front.append(f'<text class="{kind}" x="{x}" y="{self._y - 4}">{escape(line)}</text>')

    def _box(self, top: int, status: SecurityStatus) -> None:
        self._boxes.append(
            f'<rect class="zone z-{status}" x="{_EDGE}" y="{top}" width="{_WIDTH - 2 * _EDGE}" '
            f'height="{self._y - top}" rx="8"/>'
        )

    def _node(self, top: int) -> None:
        self._nodes.append(
            f'<rect class="node" x="{_LEFT}" y="{top}" width="{_RIGHT - _LEFT}" height="{self._y - top}" rx="4"/>'
        )


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _told(name: str, state: str, reason: str) -> str:
    return f"{name}: {state} ({reason})" if reason else f"{name}: {state}"


def _left_out(number: int, zones: int) -> bool:
    """Of a chain longer than a picture, all zones between the first and the last ones."""
    return zones > _ZONES and 0 < number <= zones - _ZONES
