"""The AS graph of a prefix: which way an adjacency counts, and what a loss cuts, held against removing it for real."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.model.facts import Route
from netaudit.rules.as_graph import ORIGIN, AsGraph, Part, as_graph, way_to_origin

OURS = 64510
T1, T2, UP1, UP2, A, B, C = 64500, 64503, 64501, 64502, 64496, 64497, 64498


def route(*path: int, as_set: bool = False, peer: int | None = None) -> Route:
    return Route(
        prefix="203.0.113.0/24",
        peer_asn=path[0] if peer is None else peer,
        peer_address="192.0.2.1",
        as_path=path,
        as_set=as_set,
    )


def graph(*paths: tuple[int, ...]) -> AsGraph:
    return as_graph([route(*path) for path in paths], [OURS])


def test_what_all_ways_of_a_vantage_cross_cuts_it() -> None:
    found = graph((A, T1, UP1, OURS), (B, T1, UP2, OURS))
    assert found.upstreams == {UP1, UP2}
    assert found.lost[T1] == {A, B}
    assert UP1 not in found.lost  # T1 has two ways onward, so A may go on by UP2
    assert found.lost[A, T1] == {A}
    assert (T1, UP1) not in found.lost
    assert found.without(T1) == frozenset()
    assert found.without(UP1) == {A, B}
    assert found.without(UP1, UP2) == frozenset()
    assert found.share_lost(T1) == 1.0


def test_an_adjacency_seen_the_other_way_is_no_transit_for_us() -> None:
    """T2 is reached through T1 here: that T1 would be reached through T2 is not shown, whatever the picture tempts."""
    found = graph((A, T2, T1, UP1, OURS), (B, T1, UP1, OURS), (C, T2, T1, UP1, OURS))
    assert found.lost[T1] == {A, B, C}
    apart = graph((A, T2, T1, UP1, OURS), (B, T2, UP2, OURS))
    assert apart.without(T1) == {A, B}  # T2 has a way of its own
    assert apart.without(UP2) == {A, B}
    assert apart.without(T2) == frozenset()


def test_an_upstream_that_is_a_vantage_needs_no_transit() -> None:
    found = graph((UP1, OURS), (UP2, OURS), (T1, UP1, OURS), (T2, T1, UP1, OURS), (A, T1, UP1, OURS))
    assert found.distant == {T1, T2, A}
    assert found.without(T1) == {UP1, UP2}
    assert found.share_lost(T1) == 1.0  # of T2 and A
    assert found.without(UP1) == {UP2}


@pytest.mark.parametrize(
    ("given_route", "way"),
    [
        (route(A, A, UP1, UP1, OURS, OURS, OURS), (A, UP1, ORIGIN)),
        (route(A, UP1, 64511, OURS), (A, UP1, ORIGIN)),  # two own ASNs are one origin
        (route(UP1, OURS), (UP1, ORIGIN)),
        (route(A, UP1, OURS, peer=64999), (64999, A, UP1, ORIGIN)),  # a route server
        (route(A, UP1, A, UP2, OURS), ()),  # a loop
        (route(A, OURS, UP1, OURS), ()),
        (route(A, UP1, OURS, as_set=True), ()),
        (route(A, UP1, 64777), ()),  # somebody else's
        (route(A, 0, OURS), ()),
        (route(OURS), ()),
        (route(OURS, UP1, OURS), ()),
        (route(peer=A), ()),
        (route(*range(1, 70), OURS), ()),
    ],
)
def test_a_path_is_a_way_or_it_is_dropped(given_route: Route, way: tuple[int, ...]) -> None:
    assert way_to_origin(given_route, frozenset({OURS, 64511})) == way


def test_only_the_vantages_asked_for_are_read() -> None:
    found = as_graph([route(A, UP1, OURS), route(B, UP2, OURS)], [OURS], [A])
    assert found.vantages == {A}
    assert found.upstreams == {UP1}
    assert found.onward == {A: {UP1}, UP1: {ORIGIN}}


def test_nothing_seen_is_an_empty_graph() -> None:
    found = as_graph([], [OURS])
    assert found == AsGraph(frozenset(), {}, frozenset(), frozenset(), frozenset(), {})
    assert found.without(UP1) == frozenset()
    assert found.share_lost(UP1) == 0.0


_ASN = st.integers(1, 12)
_PATHS = st.lists(st.lists(_ASN, min_size=1, max_size=6), min_size=1, max_size=12)


@settings(max_examples=400, deadline=None)
@given(_PATHS)
def test_dominators_are_what_removing_each_part_would_show(paths: list[list[int]]) -> None:
    found = as_graph([route(*path, OURS) for path in paths], [OURS])
    ases = set(found.onward)
    parts: list[Part] = [*ases, *((near, far) for near, far_ones in found.onward.items() for far in far_ones)]
    for part in parts:
        assert found.lost.get(part, frozenset()) == _cut(found, part), part
    for asn in ases:
        assert found.without(asn) == found.vantages - _cut(found, asn) - {asn}
    for one in sorted(ases)[:4]:
        for other in sorted(ases)[-4:]:
            left = {v for v in found.vantages - {one, other} if _reaches(found, v, {one, other})}
            assert found.without(one, other) == left


def _cut(found: AsGraph, part: Part) -> frozenset[int]:
    return frozenset(v for v in found.vantages if v != part and not _reaches(found, v, {part}))


def _reaches(found: AsGraph, vantage: int, lost: set[Part]) -> bool:
    """The oracle: walk whatever is left."""
    met, waiting = {vantage}, [vantage]
    while waiting:
        near = waiting.pop()
        for far in found.onward.get(near, ()):
            if far not in met and far not in lost and (near, far) not in lost:
                met.add(far)
                waiting.append(far)
    return ORIGIN in met
