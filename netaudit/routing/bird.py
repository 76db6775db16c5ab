"""Routes as BIRD prints them: `birdc show route all`, in the words of BIRD 2 and of BIRD 3."""

import re
from collections.abc import Sequence
from pathlib import Path

from netaudit.routing.attributes import AsPath
from netaudit.routing.dump import TableDump
from netaudit.routing.gathered import MOST_ROUTES, Entry, Gathered, Told, gather
from netaudit.routing.paths import path_of_text
from netaudit.routing.printed import Printed

__all__ = ["LINE", "read_bird"]

# 203.0.113.0/24       unicast [up1 2026-11-20 from 198.51.100.1] * (100) [AS64510i]
LINE = re.compile(
    r"(?P<prefix>[0-9A-Fa-f.:]+/\d{1,3})?\s+[^\[\]]*\[(?P<protocol>[^\s\]]+) (?P<when>[^\]]*)\](?P<rest>.*)"
)
_FROM = re.compile(r"from (\S+)")
_ORIGIN = re.compile(r"\[AS\d+[ie?]\]\s*$")
_VIA = re.compile(r"\s+via (\S+) on ")
_PATH = re.compile(r"\s+(?:BGP\.as_path|bgp_path):(.*)")
_OWN = AsPath((), False)


def read_bird(path: Path, prefixes: Sequence[str]) -> TableDump:
    """Read BIRD's text. Raises RoutingError for a file that is none, truncated, or without the routes' paths."""
    return gather(path, prefixes, "bird", lambda printed, gathered: _Reader(gathered).read(printed))


class _Reader:
    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._entry: Entry | None = None
        self._told: list[Told] = []
        self._in_route = False
        self._address = ""
        self._path = _OWN
        self._pathless = False  # a path must follow: the line tells an origin

    def read(self, printed: Printed) -> None:
        known = False
        for line in printed.lines():
            text = line.decode("utf-8", "replace").rstrip()
            route = LINE.match(text) if text and not _PATH.match(text) else None
            known = known or route is not None or text.startswith(("Table ", "Network not found"))
            if route is not None:
                self._begin(route)
            elif self._entry is not None and self._in_route:
                self._attribute(text)
        self._end_prefix()
        if not known:
            raise ValueError("this is no output of BIRD's `show route all`")

    def _begin(self, route: re.Match[str]) -> None:
        """A route of the prefix that the line begins with, or of the one before."""
        self._end_route()
        if route["prefix"]:
            self._end_prefix()
            self._entry = self._gathered.look(route["prefix"])
        origin = _FROM.search(route["when"])
        self._in_route, self._address, self._path = True, origin[1] if origin else "", _OWN
        self._pathless = _ORIGIN.search(route["rest"]) is not None

    def _attribute(self, text: str) -> None:
        """The gateway is the neighbour, unless the line above says from whom the route is."""
        if path := _PATH.match(text):
            self._path, self._pathless = path_of_text(path[1]), False
        elif not self._address and (via := _VIA.match(text)):
            self._address = via[1]

    def _end_route(self) -> None:
        if self._in_route and self._entry is not None:
            if self._pathless:
                raise ValueError("a BGP route without its path: `show route all` prints it")
            self._told.append((self._address, self._path))
            if len(self._told) > MOST_ROUTES:
                raise ValueError(f"more than {MOST_ROUTES} routes of a prefix")
        self._in_route = False

    def _end_prefix(self) -> None:
        self._end_route()
        if self._entry is not None:
            self._gathered.take(self._entry, self._told)
        self._entry, self._told = None, []
