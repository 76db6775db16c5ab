"""Routes as FRR prints them: `show bgp ipv4 unicast json` of a table, or of one prefix.

Several documents may follow one another in a file, that of IPv4 and that of IPv6. A table does not say of when it is.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from netaudit.routing.aspas import asn_of
from netaudit.routing.dump import TableDump
from netaudit.routing.gathered import Entry, Gathered, Told, gather
from netaudit.routing.jsontext import JsonText
from netaudit.routing.paths import path_of_text
from netaudit.routing.printed import Printed
from netaudit.routing.times import seconds_of

__all__ = ["read_frr"]

_GONE = ("removed", "history")  # withdrawn, and still remembered


def read_frr(path: Path, prefixes: Sequence[str]) -> TableDump:
    """Read FRR's JSON. Raises RoutingError for a file that is none, truncated or malformed."""
    return gather(path, prefixes, "frr", _read)


def _read(printed: Printed, gathered: Gathered) -> None:
    text = printed.json()
    while text.peek():
        _document(text, gathered)


def _document(text: JsonText, gathered: Gathered) -> None:
    told, empty, entry = False, True, None
    for name in text.members():
        empty = False
        match name:
            case "routes":
                told = True
                _table(text, gathered)
            case "prefix":
                entry = gathered.look(text.value(), whole=False)
            case "paths":
                told = True
                _paths(text, gathered, entry)
            case "localAS":
                gathered.local_asn = asn_of(text.value())
            case "warning" | "error":
                gathered.warn(str(text.value()))
            case _:
                text.skip()
    if not told and not empty:  # an empty object: the prefix is not in the table
        raise ValueError("there are neither routes nor paths: this is no table of FRR")


def _table(text: JsonText, gathered: Gathered) -> None:
    for prefix in text.members():
        entry = gathered.look(prefix)
        if text.peek() == "{":  # newer versions, with `detail`
            for name in text.members():
                _paths(text, gathered, entry) if name == "paths" else text.skip()
        else:
            _paths(text, gathered, entry)


def _paths(text: JsonText, gathered: Gathered, entry: Entry | None) -> None:
    if entry is None:
        text.skip()
    else:
        gathered.take(entry, _told(text, gathered))


def _told(text: JsonText, gathered: Gathered) -> Iterator[Told]:
    for item in text.elements():
        if any(item.get(word) for word in _GONE):
            continue
        updated = item.get("lastUpdate")
        if updated is not None:
            gathered.at(seconds_of(updated["epoch"]))
        path = item["path"] if "path" in item else item["aspath"]["string"]
        yield _peer(item), path_of_text(path)


def _peer(item: dict[str, Any]) -> str:
    """A table names the peer in the path itself, the answer about a prefix in an object."""
    peer = item.get("peerId") or item.get("peer", {}).get("peerId", "")
    return peer if isinstance(peer, str) else ""
