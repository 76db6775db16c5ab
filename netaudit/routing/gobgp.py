"""Routes as GoBGP prints them: `gobgp -j global rib -a ipv4`, one or several such documents."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from netaudit.routing.attributes import AsPath
from netaudit.routing.dump import TableDump
from netaudit.routing.gathered import Gathered, Told, gather
from netaudit.routing.jsontext import JsonText
from netaudit.routing.paths import path_of
from netaudit.routing.printed import Printed

__all__ = ["read_gobgp"]

_AS_PATH = 2  # RFC 4271 section 4.3
_AS_SET, _AS_SEQUENCE = 1, 2
_EPOCH = 1_000_000_000  # `age` is a time since 1970; in versions long gone it was seconds since the change


def read_gobgp(path: Path, prefixes: Sequence[str]) -> TableDump:
    """Read GoBGP's JSON. Raises RoutingError for a file that is none, truncated or malformed."""
    return gather(path, prefixes, "gobgp", _read)


def _read(printed: Printed, gathered: Gathered) -> None:
    text = printed.json()
    while text.peek():
        for prefix in text.members():
            entry = gathered.look(prefix)
            if entry is None:
                text.skip()
            else:
                gathered.take(entry, _told(text, gathered))


def _told(text: JsonText, gathered: Gathered) -> Iterator[Told]:
    for item in text.elements():
        age = item.get("age")
        if type(age) is int and _EPOCH < age < 1 << 40:
            gathered.at(float(age))
        yield str(item.get("neighbor-ip", "")), _path(item["attrs"])


def _path(attributes: list[dict[str, Any]]) -> AsPath:
    """A route of the router itself has an empty AS_PATH, or none."""
    asns: list[object] = []
    for attribute in attributes:
        if attribute["type"] != _AS_PATH:
            continue
        for segment in attribute["as_paths"]:
            if segment["segment_type"] == _AS_SET:
                asns.append(segment["asns"])
            elif segment["segment_type"] == _AS_SEQUENCE:
                asns += segment["asns"]
    return path_of(asns)
