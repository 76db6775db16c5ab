"""Evidence about data centres, built by hand."""

from netaudit.model.common import Failure, Family, Text, Timestamp
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.facts import Route, RoutesFact
from netaudit.model.inventory import DataCentre, Uplink
from tests.checks.web.builders import DAY, NOW

OURS, UP1, UP2, UP3 = 64510, 64501, 64502, 64503
PEERS = (64496, 64497, 64498, 64499)
V4, V6 = "103.9.0.0/22", "2405:4800::/32"
UPLINKS = (Uplink(operator="A", asn=UP1), Uplink(operator="B", asn=UP2))


def route(prefix: str, peer: int, *path: int, as_set: bool = False) -> Route:
    return Route(prefix=prefix, peer_asn=peer, peer_address="192.0.2.1", as_path=(peer, *path), as_set=as_set)


def through(prefix: str, *upstreams: int, origin: int = OURS, peers: tuple[int, ...] = PEERS) -> tuple[Route, ...]:
    """One route from each peer, by way of the upstreams in turn."""
    return tuple(route(prefix, peer, upstreams[i % len(upstreams)], origin) for i, peer in enumerate(peers))


def table(
    *routes: Route,
    age_days: float | None = 1.0,
    failure: Failure | None = None,
    v4_feeds: tuple[int, ...] = PEERS,
    v6_feeds: tuple[int, ...] = PEERS,
    source: str = "rib.mrt",
) -> RoutesFact:
    at: Timestamp | None = None if age_days is None else NOW - age_days * DAY
    return RoutesFact(
        id=f"routes-dc-{source}",
        datacentre="dc",
        source=source,
        data_time=at,
        peers=PEERS,
        feeds={Family.IPV4: v4_feeds, Family.IPV6: v6_feeds},
        routes=routes,
        failure=failure,
    )


def centre(
    *tables: RoutesFact,
    prefixes: tuple[str, ...] = (V4, V6),
    uplinks: tuple[Uplink, ...] = UPLINKS,
    asns: tuple[int, ...] = (OURS,),
    allowed: tuple[str, ...] = (),
) -> DataCentreEvidence:
    found = DataCentre(id="dc", name=Text("Trung tâm", "Centre"), asns=asns, prefixes=prefixes, uplinks=uplinks)
    return DataCentreEvidence(now=NOW, vantage=None, allowed_special=allowed, datacentre=found, routes=tables)
