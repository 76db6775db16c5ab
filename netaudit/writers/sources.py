"""Facts that were read from documents, for a terminal: routes, ROA payloads, registries, sessions."""

from collections.abc import Iterable, Iterator
from functools import singledispatch

from netaudit.model.routing import (
    OriginsFact,
    RegistrationsFact,
    RouteObjectsFact,
    RoutesFact,
    RoutingFact,
    SessionsFact,
    VrpsFact,
)
from netaudit.writers.dig import utc_text
from netaudit.writers.safe import one_line

__all__ = ["source_count", "source_lines"]

_ROWS = 100


def source_lines(fact: RoutingFact) -> Iterator[str]:
    """Yield a document's fact in full: where it is from, of when, and what it says of our resources."""
    dated = f", data of {utc_text(fact.data_time)}" if fact.data_time is not None else ""
    fetched = f", obtained {utc_text(fact.retrieved_at)}" if fact.retrieved_at is not None else ""
    yield one_line(f"data centre: {fact.datacentre or '-'}, source: {fact.source or '-'}{dated}{fetched}")
    yield f"SHA-256: {one_line(fact.sha256)}"
    for message in fact.messages[:_ROWS]:
        yield one_line(f"the source says: {message}", 400)
    lines = list(_rows(fact))
    for line in lines[:_ROWS]:
        yield one_line(line, 1_000)
    if len(lines) > _ROWS:
        yield f"… and {len(lines) - _ROWS} more"


def source_count(fact: RoutingFact) -> str:
    """Return how much a document says of our resources, in a few words."""
    match fact:
        case RoutesFact():
            return f"{len(fact.routes)} routes"
        case VrpsFact():
            return f"{len(fact.vrps)} of {fact.total} ROA payloads"
        case RouteObjectsFact():
            return f"{len(fact.objects)} route objects"
        case RegistrationsFact():
            return f"{len(fact.registrations)} registrations"
        case SessionsFact():
            return f"{len(fact.sessions)} BGP sessions"
        case OriginsFact():
            return f"{len(fact.origins)} addresses"


@singledispatch
def _rows(fact: RoutingFact) -> Iterator[str]:
    raise TypeError(f"no text for {type(fact).__name__}")


@_rows.register
def _routes(fact: RoutesFact) -> Iterator[str]:
    for family, peers in fact.feeds.items():
        yield f"full {family} feeds from: {_asns(peers)}"
    for route in fact.routes:
        path = " ".join(str(asn) for asn in route.as_path) + (" {AS_SET}" if route.as_set else "")
        yield f"{route.prefix} from AS{route.peer_asn} {route.peer_address}: {path}"


@_rows.register
def _vrps(fact: VrpsFact) -> Iterator[str]:
    for vrp in fact.vrps:
        until = f", until {utc_text(vrp.expires)}" if vrp.expires is not None else ""
        yield f"{vrp.prefix} up to /{vrp.max_length}: AS{vrp.asn} ({vrp.trust_anchor or '-'}){until}"
    for aspa in fact.aspas or ():
        yield f"ASPA of AS{aspa.customer}: {_asns(aspa.providers)}"


@_rows.register
def _route_objects(fact: RouteObjectsFact) -> Iterator[str]:
    for item in fact.objects:
        yield f"{item.prefix} AS{item.origin} in {item.registry}"


@_rows.register
def _registrations(fact: RegistrationsFact) -> Iterator[str]:
    for item in fact.registrations:
        words = (item.status, item.name, item.holder, item.holder_id, item.country)
        yield f"{item.resource}: {item.registered} at {item.registry}: {', '.join(word for word in words if word)}"
    for resource in fact.not_found:
        yield f"{resource}: not found"


@_rows.register
def _sessions(fact: SessionsFact) -> Iterator[str]:
    for item in fact.sessions:
        hold = f", hold time {item.hold_time_s:.0f} s" if item.hold_time_s is not None else ""
        bfd = {True: ", BFD", False: ", no BFD", None: ""}[item.bfd]
        families = " and ".join(item.families) or "no family"
        yield f"AS{item.peer_asn} {item.peer_address}: {item.state}, {families}{hold}{bfd}"


@_rows.register
def _origins(fact: OriginsFact) -> Iterator[str]:
    for item in fact.origins:
        yield f"{item.address}: {item.prefix or 'no route'} from {_asns(item.asns)}, seen by {item.peers} peers"


def _asns(asns: Iterable[int]) -> str:
    return " ".join(f"AS{asn}" for asn in asns) or "-"
