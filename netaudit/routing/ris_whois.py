"""RISwhois text: `whois -h riswhois.ripe.net 203.0.113.0/24`, the origins that RIPE RIS sees of a prefix.

It has no paths and names no peers. An origin stands as a route whose path is the origin alone, from a peer that is
not told (AS 0, which no peer has: RFC 7607): enough to see a foreign origin, and nothing to count upstreams by.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from netaudit.model.routing import Route
from netaudit.routing.aspas import asn_of
from netaudit.routing.dump import TableDump
from netaudit.routing.gathered import Gathered, gather
from netaudit.routing.printed import Printed
from netaudit.routing.rpsl import RpslObject

__all__ = ["read_ris_whois"]

_CLASSES = frozenset(("route", "route6"))
_UPDATED = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d)Z")
_UNTOLD = 0


def read_ris_whois(path: Path, prefixes: Sequence[str]) -> TableDump:
    """Read RISwhois text. Raises RoutingError for a file that is none, truncated or malformed."""
    return gather(path, prefixes, "ris_whois", _read)


def _read(printed: Printed, gathered: Gathered) -> None:
    for item in printed.objects(_CLASSES):
        peers = item.first("num-rispeers")  # among the last lines: an object without it was cut
        if not peers.isdecimal():
            raise ValueError(f"{item.key} without the number of peers that see it: this is no answer of RISwhois")
        entry = gathered.look(item.key, whole=False)
        if entry is None:
            continue
        origin = asn_of(item.first("origin"))
        gathered.at(_updated(item))
        gathered.keep(Route(prefix=str(entry.network), peer_asn=_UNTOLD, peer_address="", as_path=(origin,)))


def _updated(item: RpslObject) -> float | None:
    """When a peer last changed the route: the data are at least as new."""
    found = _UPDATED.match(item.first("lastupd-last"))
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp() if found is not None else None
