"""What collectors would see once the border router tells its neighbours something else."""

import msgspec

from netaudit.engine.router_change import with_rehearsal
from netaudit.model.book import FactBook
from netaudit.model.common import Family, Text
from netaudit.model.facts import ScanFact
from netaudit.model.gate import NeighbourTold
from netaudit.model.inventory import DataCentre, Inventory, NetworkKind, Province
from netaudit.model.routing import Route, RoutesFact

V4, V6, PART = "203.0.113.0/24", "2001:db8:113::/48", "203.0.113.0/25"
UP1, UP2, OWN, FAR = 64501, 64502, 64510, 64499
CENTRE = DataCentre(id="dc", name=Text("a", "a"), asns=(OWN,), prefixes=(V4, V6))


def route(prefix: str, *path: int) -> Route:
    return Route(prefix=prefix, peer_asn=path[0], peer_address="192.0.2.1", as_path=path)


def told(asn: int, *own: Route, up: bool = True) -> NeighbourTold:
    return NeighbourTold(
        datacentre="dc",
        name=f"n{asn}",
        address="198.18.0.1",
        asn=asn,
        families=(Family.IPV4, Family.IPV6),
        up=up,
        own=own,
    )


def after(routes: tuple[Route, ...], *neighbours: NeighbourTold) -> list[tuple[str, tuple[int, ...]]]:
    inventory = Inventory(
        schema=1, network=NetworkKind.INTERNET, province=Province(id="p", name=Text("a", "a")), tiers=(), units=(),
        services=(), datacentres=(CENTRE,),
    )  # fmt: skip
    scan = ScanFact(
        id="s",
        schema=1,
        tool="t",
        at=0.0,
        inventory=inventory,
        inventory_file="i",
        inventory_sha256="",
        trust_anchors=(),
    )
    feeds: dict[Family, tuple[int, ...]] = dict.fromkeys(Family, (UP1, UP2, FAR))
    table = RoutesFact(id="r", datacentre="dc", source="rib", data_time=0.0, feeds=feeds, routes=routes)
    (fact,) = (f for f in with_rehearsal(FactBook([scan, table]), neighbours).facts if isinstance(f, RoutesFact))
    return [(item.prefix, item.as_path) for item in fact.routes]


def test_what_goes_on_being_told_stays_and_takes_the_new_end_of_the_path() -> None:
    """Prepending shows behind the neighbour, whatever stood before it."""
    seen = (route(V4, FAR, UP1, OWN), route(V4, UP2, OWN))
    assert after(seen, told(UP1, route(V4, UP1, OWN, OWN)), told(UP2, route(V4, UP2, OWN))) == [
        (V4, (FAR, UP1, OWN, OWN)),
        (V4, (UP2, OWN)),
    ]


def test_a_peer_whose_operator_is_told_no_more_goes_by_another_or_sees_nothing() -> None:
    seen = (route(V4, FAR, UP1, OWN), route(V4, UP1, OWN))
    assert after(seen, told(UP1), told(UP2, route(V4, UP2, OWN))) == [(V4, (FAR, UP2, OWN)), (V4, (UP1, UP2, OWN))]
    assert after(seen, told(UP1), told(UP2)) == []


def test_a_prefix_that_nobody_saw_is_seen_by_every_full_feed() -> None:
    fresh = after((), told(UP1, route(PART, UP1, OWN)), told(UP2, route(PART, UP2, OWN)))
    assert {path[0] for _, path in fresh} == {UP1, UP2, FAR}
    assert {path[-2] for _, path in fresh} == {UP1, UP2}
    assert all(len(set(path)) == len(path) for _, path in fresh)


def test_families_are_apart() -> None:
    seen = (route(V4, FAR, UP1, OWN), route(V6, FAR, UP1, OWN))
    assert after(seen, told(UP1, route(V4, UP1, OWN))) == [(V4, (FAR, UP1, OWN))]


def test_of_a_neighbour_that_was_not_rehearsed_and_of_others_origins_nothing_changes() -> None:
    seen = (route(V4, FAR, UP1, OWN), route(V4, FAR, 64666))
    assert after(seen, told(UP1, up=False), told(UP2)) == [(V4, (FAR, UP1, OWN)), (V4, (FAR, 64666))]


def test_a_neighbour_that_the_configuration_disables_is_told_nothing() -> None:
    seen = (route(V4, FAR, UP1, OWN),)
    off = msgspec.structs.replace(told(UP1, up=False), disabled=True)
    assert after(seen, off, told(UP2, route(V4, UP2, OWN))) == [(V4, (FAR, UP2, OWN))]
    assert after(seen, off) == []
