"""What a reader of printed routes gathers: our routes, and on a sample of the other prefixes who has a full feed."""

import ipaddress
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from netaudit.model.common import Family
from netaudit.model.routing import Route
from netaudit.routing.attributes import AsPath
from netaudit.routing.dump import FullFeeds, RoutingError, TableDump
from netaudit.routing.jsontext import json_problem, one_line
from netaudit.routing.printed import Printed
from netaudit.routing.streams import UNPACKING_ERRORS
from netaudit.routing.wanted import WantedText

__all__ = ["Entry", "Gathered", "Told", "address_of", "family_of", "gather", "is_sampled", "problem_of"]

MOST_ROUTES = 100_000
MOST_PEERS = 65_535
LEAST_SAMPLE = 4  # other prefixes: fewer are what somebody asked for, and no table
_SAMPLED_FIRST, _SAMPLED_EVERY = 256, 256
_MESSAGES = 20
WRONG = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError)

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

Told = tuple[str, AsPath]
"""The address of a peer, empty where it is not told, and the path that the peer announced."""


class Entry(NamedTuple):
    """A prefix whose routes are to be looked at: one that concerns ours, or one of the sample."""

    network: _Network
    ours: bool
    sampled: bool = False


class Gathered:
    """A table as it is read. `data_time` grows: a table is at least as new as the newest change in it."""

    def __init__(self, form: str, prefixes: Sequence[str]) -> None:
        self.form = form
        self.local_asn = 0
        self.updates_only = False
        self.feeds = FullFeeds()
        self._wanted = WantedText(prefixes)
        self._networks = [ipaddress.ip_network(prefix) for prefix in prefixes]
        self._routes: dict[Route, None] = {}
        self._peers: dict[int, None] = {}
        self._seen: Counter[Family] = Counter()
        self._data_time: float | None = None
        self._said_time: float | None = None
        self._messages: list[str] = []
        self._originates = False

    def look(self, prefix: str, *, whole: bool = True) -> Entry | None:
        """The entry of a prefix, or None when its routes may be passed over. Raises ValueError for no prefix.

        `whole`: the prefix comes from a table, not from an answer about this one. Ours are never of the sample, so
        that nothing but a table with other prefixes too tells full feeds.
        """
        if self._wanted.near(prefix):
            network = ipaddress.ip_network(prefix)
            if self._wanted.concerns(network):
                return Entry(network, ours=True)
        if not whole:
            return None
        family = family_of(prefix)
        self._seen[family] += 1
        if not is_sampled(self._seen[family]):
            return None
        return Entry(ipaddress.ip_network(prefix), ours=False, sampled=True)

    def take(self, entry: Entry, told: Iterable[Told]) -> None:
        """The routes of a prefix. One without an AS in its path is the router's own, not a peer's."""
        carrying = []
        for address, path in told:
            if path.asns:
                carrying.append(path.asns[0])
                self.peer(path.asns[0])
                if entry.ours:
                    self.keep(route_of(entry.network, address, path))
            elif entry.ours and not path.as_set:
                self._originates = self._originates or self._within(entry.network)
        if entry.sampled:
            self.feeds.add(family_of(str(entry.network)), carrying)

    def keep(self, route: Route) -> None:
        """A route of ours. Raises ValueError when there are too many of them."""
        self._routes[route] = None
        if len(self._routes) > MOST_ROUTES:
            raise ValueError(f"more than {MOST_ROUTES} routes of our prefixes")

    def peer(self, asn: int) -> None:
        """A peer AS. Raises ValueError when there are too many of them."""
        self._peers[asn] = None
        if len(self._peers) > MOST_PEERS:
            raise ValueError(f"more than {MOST_PEERS} peers")

    def at(self, time: float | None, *, said: bool = False) -> None:
        """A moment that the data include; `said`: it is the time of the data itself."""
        if said:
            self._said_time = time
        elif time is not None and (self._data_time is None or time > self._data_time):
            self._data_time = time

    def warn(self, message: str) -> None:
        """What the source warns of; more than a few warnings say nothing more."""
        text = one_line(message)
        if text and len(self._messages) < _MESSAGES:
            self._messages.append(text)

    def result(self) -> TableDump:
        """What has been read so far."""
        return TableDump(
            peers=tuple(self._peers),
            routes=tuple(self._routes),
            data_time=self._data_time if self._said_time is None else self._said_time,
            feeds={} if self.updates_only else self.feeds.result(LEAST_SAMPLE),
            updates_only=self.updates_only,
            format=self.form,
            messages=tuple(self._messages),
            local_asn=self.local_asn,
            originates=self._originates,
        )

    def _within(self, network: _Network) -> bool:
        return any(network.version == ours.version and network.prefixlen >= ours.prefixlen for ours in self._networks)


def gather(path: Path, prefixes: Sequence[str], form: str, read: Callable[[Printed, Gathered], None]) -> TableDump:
    """Let `read` read a file. Raises RoutingError, with where it stood and what came before, for all that is wrong."""
    gathered = Gathered(form, prefixes)
    offset = 0
    try:
        with Printed(path) as printed:
            gathered.at(printed.data_time, said=True)
            try:
                read(printed, gathered)
            finally:
                offset = printed.offset
    except (*UNPACKING_ERRORS, *WRONG) as error:
        raise RoutingError(path.name, offset, problem_of(error), gathered.result()) from error
    return gathered.result()


def problem_of(error: Exception) -> str:
    """What is wrong, in a line that a terminal can show."""
    if isinstance(error, KeyError) and not isinstance(error, json.JSONDecodeError):
        return one_line(f"an entry without {error}")
    return one_line(json_problem(error) or type(error).__name__)


def route_of(network: _Network, address: str, path: AsPath) -> Route:
    """A route whose peer is the first AS of the path: who handed it over, even where a route server passed it on."""
    return Route(
        prefix=str(network),
        peer_asn=path.asns[0],
        peer_address=address_of(address),
        as_path=path.asns,
        as_set=path.as_set,
    )


def family_of(prefix: str) -> Family:
    """The family of a prefix in text, told by its colons."""
    return Family.IPV6 if ":" in prefix else Family.IPV4


def is_sampled(number: int) -> bool:
    """Whether the prefix that comes as the so-manieth is of the sample: the first ones, then every so many."""
    return number <= _SAMPLED_FIRST or number % _SAMPLED_EVERY == 0


def address_of(text: str) -> str:
    """An address as we write it; empty for what is none."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
