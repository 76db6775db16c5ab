"""What ExaBGP writes to a process with `encoder json`: a stream of messages, one in a line (versions 4 and 5).

It is played to its end. It stands for a whole table only when every session begins in it and tells the end of its
first transfer (End-of-RIB, RFC 4724 section 2); else it says what changed, and nothing of what did not.
"""

import ipaddress
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from netaudit.model.common import Family
from netaudit.model.routing import Route
from netaudit.routing.aspas import asn_of
from netaudit.routing.attributes import AsPath
from netaudit.routing.dump import FullFeeds, TableDump
from netaudit.routing.gathered import MOST_PEERS, MOST_ROUTES, Gathered, address_of, gather, route_of
from netaudit.routing.jsontext import json_value
from netaudit.routing.paths import path_of
from netaudit.routing.printed import Printed
from netaudit.routing.times import seconds_of
from netaudit.routing.wanted import WantedText

__all__ = ["read_exabgp"]

_FAMILIES = {"ipv4 unicast": Family.IPV4, "ipv6 unicast": Family.IPV6}
_SAMPLED_FIRST, _SAMPLED_EVERY, _SAMPLE = 256, 256, 65_536

_Key = tuple[str, str]  # prefix and path identifier


def read_exabgp(path: Path, prefixes: Sequence[str]) -> TableDump:
    """Read ExaBGP's JSON lines. Raises RoutingError for a file that is none, truncated or malformed."""
    return gather(path, prefixes, "exabgp", lambda printed, gathered: _Player(prefixes, gathered).play(printed))


class _Session:
    """What one neighbour announced and did not withdraw, and how much of its table the stream holds."""

    def __init__(self, asn: int, address: str) -> None:
        self.asn, self.address = asn, address
        self.routes: dict[_Key, Route] = {}
        self.carried: set[str] = set()  # of the sample
        self.begun = False
        self.announced: set[Family] = set()
        self.complete: set[Family] = set()

    def start(self, begun: bool) -> None:
        """A session that comes up, or one that went down, has no routes."""
        for state in (self.routes, self.carried, self.announced, self.complete):
            state.clear()
        self.begun = begun

    @property
    def partial(self) -> bool:
        """Whether it said something, and not all."""
        return (bool(self.announced) or self.begun) and not (
            self.begun and self.complete and self.announced <= self.complete
        )


class _Player:
    def __init__(self, prefixes: Sequence[str], gathered: Gathered) -> None:
        self._wanted = WantedText(prefixes)
        self._gathered = gathered
        self._sessions: dict[str, _Session] = {}
        self._sample: set[str] = set()
        self._count = 0

    def play(self, printed: Printed) -> None:
        """Play all lines; what the sessions hold is gathered even when one line is wrong."""
        try:
            for line in printed.lines():
                if line.strip():
                    self._message(json_value(line.decode("latin-1")))
            if not self._sessions:
                raise ValueError("there is no message of a neighbour: this is no JSON of ExaBGP")
        finally:
            self._gather()

    def _message(self, message: dict[str, Any]) -> None:
        if "exabgp" not in message:
            raise ValueError("a line that is no message of ExaBGP")
        neighbor = message.get("neighbor")
        if neighbor is None:
            return  # of ExaBGP itself: that it ends
        self._gathered.at(seconds_of(message["time"]))
        session = self._session(neighbor)
        match message["type"]:
            case "state":
                if neighbor["state"] in ("up", "down"):
                    self._count -= len(session.routes)
                    session.start(begun=neighbor["state"] == "up")
            case "update":
                if neighbor.get("direction", "receive") == "receive":
                    self._update(session, neighbor["message"])

    def _session(self, neighbor: dict[str, Any]) -> _Session:
        address = address_of(neighbor["address"]["peer"])
        if address not in self._sessions:
            self._sessions[address] = _Session(asn_of(neighbor["asn"]["peer"]), address)
            if len(self._sessions) > MOST_PEERS:
                raise ValueError(f"more than {MOST_PEERS} peers")
        return self._sessions[address]

    def _update(self, session: _Session, message: dict[str, Any]) -> None:
        if "eor" in message:
            family = _FAMILIES.get(f"{message['eor']['afi']} {message['eor']['safi']}")
            session.complete |= {family} if family is not None else set()
            return
        update = message["update"]
        for family, key in _withdrawn(update.get("withdraw", {})):
            session.announced.add(family)
            self._count -= session.routes.pop(key, None) is not None
            session.carried.discard(key[0])
        announced = update.get("announce", {})
        path = _path(update["attribute"]) if announced else AsPath((), False)
        for family, key in _announced(announced):
            session.announced.add(family)
            self._announce(session, key, path)

    def _announce(self, session: _Session, key: _Key, path: AsPath) -> None:
        prefix = key[0]
        if self._wanted.near(prefix):
            network = ipaddress.ip_network(prefix)
            if self._wanted.concerns(network):
                if path.asns:
                    self._count += key not in session.routes
                    session.routes[key] = route_of(network, session.address, path)
                if self._count > MOST_ROUTES:
                    raise ValueError(f"more than {MOST_ROUTES} routes of our prefixes")
                return
        if self._sampled(prefix):
            session.carried.add(prefix)

    def _sampled(self, prefix: str) -> bool:
        """The first prefixes, and of the others a share that depends on the prefix alone: they come in any order."""
        if prefix not in self._sample and (
            len(self._sample) < _SAMPLED_FIRST or zlib.crc32(prefix.encode()) % _SAMPLED_EVERY == 0
        ):
            self._sample.add(prefix)
            if len(self._sample) > _SAMPLE:
                raise ValueError("too many prefixes")
        return prefix in self._sample

    def _gather(self) -> None:
        for session in self._sessions.values():
            self._gathered.peer(session.asn)
            for route in session.routes.values():
                self._gathered.keep(route)
        self._gathered.updates_only = any(session.partial for session in self._sessions.values()) or not any(
            session.complete for session in self._sessions.values()
        )
        self._gathered.feeds = self._feeds()

    def _feeds(self) -> FullFeeds:
        carriers: dict[str, set[int]] = {}
        for session in self._sessions.values():
            for prefix in session.carried:
                carriers.setdefault(prefix, set()).add(session.asn)
        feeds = FullFeeds()
        for prefix, asns in carriers.items():
            feeds.add(Family.IPV6 if ":" in prefix else Family.IPV4, asns)
        return feeds


def _withdrawn(families: dict[str, Any]) -> Iterator[tuple[Family, _Key]]:
    for name, routes in families.items():
        family = _FAMILIES.get(name)
        if family is not None:
            yield from ((family, _key(route)) for route in routes)


def _announced(families: dict[str, Any]) -> Iterator[tuple[Family, _Key]]:
    """Each route once: a link-local next hop beside the global one repeats them (RFC 2545 section 3)."""
    for name, hops in families.items():
        family = _FAMILIES.get(name)
        if family is not None:
            yield from dict.fromkeys((family, _key(route)) for routes in hops.values() for route in routes)


def _key(route: dict[str, Any]) -> _Key:
    """The prefix, and what tells its paths apart with ADD-PATH (RFC 7911)."""
    prefix = route["nlri"]
    if not isinstance(prefix, str):
        raise ValueError("a prefix that is no text")
    return prefix, str(route.get("path-information", ""))


def _path(attributes: dict[str, Any]) -> AsPath:
    """Version 4 writes a list, and an AS_SET beside it; version 5 the segments by their number."""
    path = attributes.get("as-path", [])
    if isinstance(path, list):
        return AsPath(path_of(path).asns, bool(attributes.get("as-set")))
    asns: list[object] = []
    for _, segment in sorted((int(number), segment) for number, segment in path.items()):
        if segment["element"] == "as-set":
            asns.append(segment["value"])
        else:
            asns += segment["value"]
    return path_of(asns)
