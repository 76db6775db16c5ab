"""Route objects of Internet Routing Registries (RFC 2622 section 4, RFC 4012 section 3): whois text, JSON of bgpq4.

A file may be a whois server's answer or the dump of a whole registry, packed or not: it is filtered as it streams.
"""

import ipaddress
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NamedTuple

from netaudit.model.routing import RouteObject
from netaudit.routing.aspas import asn_of
from netaudit.routing.jsontext import JsonText, json_problem, one_line
from netaudit.routing.rpsl import RpslObject, RpslReader
from netaudit.routing.streams import UNPACKING_ERRORS, opened, opened_lines
from netaudit.routing.times import seconds_of
from netaudit.routing.wanted import WantedText

__all__ = ["RouteObjectError", "RouteObjects", "read_route_objects"]

_KEPT = 10_000  # objects that concern one data centre
_CLASSES = {"route", "route6"}
_DAY = re.compile(r"\b(\d{8})$")  # of `changed: somebody@example.net 20260102`


class RouteObjects(NamedTuple):
    """The route objects that concern our prefixes, and how the source is written: `whois` or `bgpq4`."""

    objects: tuple[RouteObject, ...]
    format: str


class RouteObjectError(Exception):
    """A source that can't be read, with the offset in bytes. `partial` holds what came before."""

    def __init__(self, source: str, offset: int, problem: str, partial: RouteObjects) -> None:
        super().__init__(f"{source}: at byte {offset}: {problem}")
        self.partial = partial


def read_route_objects(path: Path, prefixes: Sequence[str]) -> RouteObjects:
    """Read the objects whose prefix covers one of `prefixes`, is one, or lies within one.

    Raises RouteObjectError for a file that is neither RPSL nor JSON of bgpq4, or ends too early; OSError for one that
    is missing.
    """
    with path.open("rb"):
        pass  # a missing file is no broken one
    try:
        with opened(path) as file:
            head = file.read(64)
    except UNPACKING_ERRORS as error:
        raise RouteObjectError(path.name, 0, one_line(str(error)), RouteObjects((), "")) from error
    with opened_lines(path) as file:
        read = _Bgpq4 if head.lstrip().startswith(b"{") else _Whois
        return read(path.name, file, WantedText(prefixes)).read()


class _Whois:
    format = "whois"

    def __init__(self, source: str, file: IO[bytes], wanted: WantedText) -> None:
        self._source = source
        self._wanted = wanted
        self._text = RpslReader(file, lambda name, value: name in _CLASSES and wanted.near(value))
        self._found: list[RouteObject] = []

    def read(self) -> RouteObjects:
        offset: int | None = None
        try:
            for item in self._text:
                offset = item.offset
                self._take(item)
                offset = None
            if not self._text.answered:
                raise ValueError("the file is empty: an answer without objects would say so")
        except (ValueError, *UNPACKING_ERRORS) as error:
            at = self._text.offset if offset is None else offset
            raise RouteObjectError(self._source, at, json_problem(error), self._result()) from error
        return self._result()

    def _take(self, item: RpslObject) -> None:
        network = ipaddress.ip_network(item.key)
        if network.version != (4 if item.kind == "route" else 6):
            raise ValueError(f"{item.kind} {network} is of the other address family")
        if self._wanted.concerns(network):
            _keep(self._found, _route_object(str(network), item))

    def _result(self) -> RouteObjects:
        return RouteObjects(tuple(self._found), self.format)


class _Bgpq4:
    """`bgpq4 -j -l AS64510 AS64510`: only the list's name tells the origin, and nothing tells the registry."""

    format = "bgpq4"

    def __init__(self, source: str, file: IO[bytes], wanted: WantedText) -> None:
        self._source = source
        self._text = JsonText(file)
        self._wanted = wanted
        self._found: list[RouteObject] = []

    def read(self) -> RouteObjects:
        try:
            for name in self._text.members():
                for item in self._text.elements():
                    self._take(name, item["prefix"], exact=item.get("exact") is True)
            self._text.end()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, *UNPACKING_ERRORS) as error:
            raise RouteObjectError(self._source, self._text.offset, json_problem(error), self._result()) from error
        return self._result()

    def _take(self, name: str, prefix: str, *, exact: bool) -> None:
        if not self._wanted.near(prefix):
            return
        network = ipaddress.ip_network(prefix)
        if not self._wanted.concerns(network):
            return
        if not exact:
            raise ValueError(f"{network} stands for several prefixes: run bgpq4 without -A and -R")
        try:
            origin = asn_of(name)
        except ValueError as error:
            raise ValueError(f"list {name[:40]!r} names no origin: run bgpq4 with -l AS64510, one AS a list") from error
        _keep(self._found, RouteObject(prefix=str(network), origin=origin, registry=""))

    def _result(self) -> RouteObjects:
        return RouteObjects(tuple(self._found), self.format)


def _keep(found: list[RouteObject], item: RouteObject) -> None:
    if len(found) >= _KEPT:
        raise ValueError(f"more than {_KEPT} objects of our prefixes")
    found.append(item)


def _route_object(prefix: str, item: RpslObject) -> RouteObject:
    return RouteObject(
        prefix=prefix,
        origin=asn_of(item.first("origin")),
        registry=item.first("source").upper()[:40],
        last_modified=_modified(item),
    )


def _modified(item: RpslObject) -> float | None:
    """`last-modified:`, else the last day of `changed:`, which older objects have; None where neither makes sense."""
    try:
        if item.first("last-modified"):
            return seconds_of(item.first("last-modified"))
        days = [found[1] for name, value in item.attributes if name == "changed" and (found := _DAY.search(value))]
        return datetime.strptime(max(days), "%Y%m%d").replace(tzinfo=UTC).timestamp() if days else None
    except ValueError:
        return None
