"""The paths in what routers print, read in the simplest way: the measure of a recording, and of those who read it."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from netaudit.routing.mrt import read_routes

__all__ = ["Told", "exabgp", "frr", "gobgp", "told"]

Told = dict[str, set[tuple[int, ...]]]
"""Prefix -> paths."""


def told(file: Path) -> Told:
    """The paths in a file of a recording; nothing where it holds none."""
    for pattern, reader in _READERS.items():
        if re.search(pattern, file.name):
            return reader(file)
    return {}


def frr(text: str) -> Told:
    """`show bgp ipv6 unicast json`."""
    routes = json.loads(text)["routes"].items()
    return _grouped((prefix, path["path"].split()) for prefix, paths in routes for path in paths)


def gobgp(text: str) -> Told:
    """`gobgp -j global rib -a ipv6`."""
    return _grouped(
        (prefix, [asn for part in attribute["as_paths"] for asn in part["asns"]])
        for prefix, paths in json.loads(text).items()
        for path in paths
        for attribute in path["attrs"]
        if attribute["type"] == 2
    )


def exabgp(text: str) -> Told:
    """ExaBGP's JSON lines, played to their end."""
    now: dict[tuple[str, str], list[int]] = {}
    for line in text.splitlines():
        said = json.loads(line)
        update = said.get("neighbor", {}).get("message", {}).get("update", {})
        peer = said.get("neighbor", {}).get("address", {}).get("peer", "")
        for gone in update.get("withdraw", {}).values():
            for nlri in gone:
                now.pop((nlri["nlri"], peer), None)
        for hops in update.get("announce", {}).values():
            for found in hops.values():
                for nlri in found:
                    now[nlri["nlri"], peer] = update["attribute"]["as-path"]
    return _grouped((prefix, path) for (prefix, _peer), path in now.items())


def _bird(text: str) -> Told:
    prefix, found = "", []
    for line in text.splitlines():
        if start := re.match(r"([0-9a-f.:]+/\d+)\s", line):
            prefix = start[1]
        elif line.startswith("\tBGP.as_path:"):
            found.append((prefix, line.partition(":")[2].split()))
    return _grouped(iter(found))


def _mrt(file: Path) -> Told:
    return _grouped((route.prefix, route.as_path) for route in read_routes(file, ["0.0.0.0/0", "::/0"]).routes)


def _grouped(paths: Iterator[tuple[str, list[str] | list[int] | tuple[int, ...]]]) -> Told:
    found: Told = defaultdict(set)
    for prefix, path in paths:
        if path:
            found[prefix].add(tuple(int(asn) for asn in path))
    return dict(found)


def _text(reader: Callable[[str], Told]) -> Callable[[Path], Told]:
    return lambda file: reader(file.read_text())


_READERS: dict[str, Callable[[Path], Told]] = {
    r"frr\.ipv[46]\.json$": _text(frr),
    r"gobgp\.ipv[46]\.json$": _text(gobgp),
    r"exabgp\.jsonl$": _text(exabgp),
    r"bird\.ipv[46]\.txt$": _text(_bird),
    r"\.mrt$": _mrt,
}
