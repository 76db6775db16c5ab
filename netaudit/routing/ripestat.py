"""Answers of the RIPEstat Data API that were saved as files: `bgp-state`, `looking-glass`, and `ris-peers`.

Both of the first list what the peers of RIPE RIS announce of one prefix, and say nothing of which peers have a full
feed. `ris-peers` says how many prefixes each has: joined in one file with an answer about every prefix of ours, it
tells the peers with a full feed. Answers simply follow one another; their times are in UTC and are not marked so.
"""

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from netaudit.model.common import Family
from netaudit.routing.aspas import asn_of
from netaudit.routing.dump import TableDump
from netaudit.routing.gathered import Entry, Gathered, Told, family_of, gather
from netaudit.routing.jsontext import JsonText
from netaudit.routing.paths import path_of, path_of_text
from netaudit.routing.printed import Printed
from netaudit.routing.times import seconds_of

__all__ = ["read_ripestat"]

_COUNTS = {Family.IPV4: "v4_prefix_count", Family.IPV6: "v6_prefix_count"}
_TIMES = ("timestamp", "latest_time", "query_time")  # of the data, the best first
_FULL = 0.5  # of the prefixes of the peer that has most


def read_ripestat(path: Path, prefixes: Sequence[str]) -> TableDump:
    """Read RIPEstat's JSON. Raises RoutingError for a file that is none, truncated, malformed, or says of an error."""
    return gather(path, prefixes, "ripestat", lambda printed, gathered: _Answers(prefixes, gathered).read(printed))


class _Answers:
    def __init__(self, prefixes: Sequence[str], gathered: Gathered) -> None:
        self._ours = tuple(str(ipaddress.ip_network(prefix)) for prefix in prefixes)
        self._gathered = gathered
        self._asked: set[str] = set()
        self._counts: dict[Family, dict[int, int]] = {family: {} for family in Family}
        self._times: list[float] = []

    def read(self, printed: Printed) -> None:
        text = printed.json()
        while text.peek():
            self._answer(text)
        if self._times and printed.data_time is None:
            self._gathered.at(min(self._times), said=True)  # all together are as old as the oldest
        self._tell_feeds()

    def _answer(self, text: JsonText) -> None:
        status, data = "", False
        for name in text.members():
            match name:
                case "data":
                    data = self._data(text)
                case "status":
                    status = str(text.value())
                case "messages":
                    self._messages(text.value())
                case "data_call_status":
                    self._call_status(text.value())
                case _:
                    text.skip()
        if status != "ok":
            raise ValueError(f"RIPEstat's status is {status!r}, not 'ok'" if status else "RIPEstat's status is missing")
        if not data:
            raise ValueError("neither bgp-state, looking-glass nor ris-peers of RIPEstat")

    def _data(self, text: JsonText) -> bool:
        """Whether it is an answer that we know."""
        known, times, resources = False, dict[str, float](), ""
        for name in text.members():
            match name, text.peek():
                case "bgp_state", "[":
                    known = True
                    self._routes(text.elements(), "target_prefix", _of_state)
                case "rrcs", "[":
                    known = True
                    for _ in text.places():
                        self._collector(text)
                case "peers", "{":
                    known = True
                    for _ in text.members():
                        for peer in text.elements():
                            self._count(peer)
                case "resource", '"':
                    resources = text.value()
                case "parameters", "{":  # of looking-glass
                    resources = str(text.value().get("resource", ""))
                case _ if name in _TIMES:
                    times[name] = _time(text.value())
                case _:
                    text.skip()
        self._asked.update(resource.strip() for resource in resources.split(","))
        self._times += [next(times[name] for name in _TIMES if name in times)] if times else []
        return known

    def _collector(self, text: JsonText) -> None:
        for name in text.members():
            if name == "peers":
                self._routes(text.elements(), "prefix", _of_looking_glass)
            else:
                text.skip()

    def _routes(self, items: Iterator[dict[str, Any]], key: str, told: Callable[[dict[str, Any]], Told]) -> None:
        for item in items:
            entry = self._entry(item[key])
            if entry is not None:
                self._gathered.take(entry, [told(item)])

    def _entry(self, prefix: object) -> Entry | None:
        if not isinstance(prefix, str):
            raise ValueError("a prefix that is no text")
        entry = self._gathered.look(prefix, whole=False)
        self._asked.update([str(entry.network)] if entry is not None else [])
        return entry

    def _count(self, peer: dict[str, Any]) -> None:
        asn = asn_of(peer["asn"])
        self._gathered.peer(asn)
        for family, name in _COUNTS.items():
            if type(peer[name]) is not int:
                raise ValueError(f"{name} is no number")
            self._counts[family][asn] = max(peer[name], self._counts[family].get(asn, 0))

    def _tell_feeds(self) -> None:
        """Full feeds, of a family of whose every prefix the file has the answer: else one not asked would be unseen."""
        for family, counts in self._counts.items():
            ours = [prefix for prefix in self._ours if family_of(prefix) is family]
            most = max(counts.values(), default=0)
            if ours and most and self._asked.issuperset(ours):
                self._gathered.feeds.told(family, (asn for asn, count in counts.items() if count >= _FULL * most))

    def _messages(self, messages: list[Any]) -> None:
        """Pairs of a level and a sentence; those about deprecated parameters and old data are warnings."""
        for level, message in messages:
            if level in ("warning", "error"):
                self._gathered.warn(str(message))

    def _call_status(self, status: object) -> None:
        if not str(status).startswith("supported"):
            self._gathered.warn(f"RIPEstat says of this call: {status}")


def _of_state(item: dict[str, Any]) -> Told:
    """`source_id` is the collector's number and the peer's address: `00-2001:db8::1`."""
    return str(item.get("source_id", "")).partition("-")[2], path_of(item["path"])


def _of_looking_glass(item: dict[str, Any]) -> Told:
    return str(item.get("peer", "")), path_of_text(item["as_path"])


def _time(value: object) -> float:
    if isinstance(value, str) and len(value) < 40:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).timestamp()
    return seconds_of(value)
