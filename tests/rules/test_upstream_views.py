"""Upstreams from AS paths: prepending, vantages, shares, operators, and which routes belong to a prefix."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.model.common import Family
from netaudit.model.facts import Route
from netaudit.model.inventory import Uplink
from netaudit.rules.upstreams import (
    collapsed,
    is_reserved_asn,
    of_family,
    operators,
    origins,
    prefix_views,
    upstream_view,
)

OURS = 64510


def route(*path: int, prefix: str = "203.0.113.0/24", as_set: bool = False, peer: int | None = None) -> Route:
    return Route(
        prefix=prefix,
        peer_asn=peer if peer is not None else path[0],
        peer_address="192.0.2.1",
        as_path=path,
        as_set=as_set,
    )


def test_prepending_makes_no_upstream() -> None:
    view = upstream_view([route(64496, 64501, OURS, OURS, OURS), route(64497, 64501, 64501, OURS)], [OURS])
    assert view.shares == {64501: 1.0}
    assert view.effective == 1.0


def test_two_equal_upstreams_count_as_two() -> None:
    view = upstream_view([route(64496, 64501, OURS), route(64497, 64502, OURS)], [OURS])
    assert view.shares == {64501: 0.5, 64502: 0.5}
    assert view.effective == pytest.approx(2.0)


def test_a_peer_has_one_vote_however_many_routes_it_gives() -> None:
    routes = [route(64496, 64501, OURS) for _ in range(9)] + [route(64497, 64502, OURS)]
    assert upstream_view(routes, [OURS]).shares == {64501: 0.5, 64502: 0.5}


def test_a_peer_that_is_the_neighbour_is_a_vantage_of_itself_and_we_are_none() -> None:
    view = upstream_view([route(64501, OURS), route(OURS, peer=OURS)], [OURS])
    assert (view.shares, view.peers) == ({64501: 1.0}, frozenset({64501}))


def test_the_upstream_is_sought_beyond_a_second_own_as() -> None:
    assert upstream_view([route(64496, 64501, 64511, OURS)], [OURS, 64511]).shares == {64501: 1.0}


def test_sets_and_other_origins_say_nothing() -> None:
    routes = [route(64496, 64501, as_set=True), route(64496, 64501, 64777), route(peer=64499)]
    assert upstream_view(routes, [OURS]) == ({}, frozenset())
    assert upstream_view(routes, [OURS]).effective == 0.0
    assert origins(routes) == {64777: 1}


def test_noise_is_left_out_unless_it_is_declared() -> None:
    routes = [route(60000 + i, 64501, OURS) for i in range(199)] + [route(61000, 64502, OURS)]
    view = upstream_view(routes, [OURS])
    assert view.above(0.01) == {64501}
    assert view.above(0.01, declared=[64502]) == {64501, 64502}


def test_ases_of_one_operator_are_one_operator() -> None:
    uplinks = (Uplink(operator="VNPT", asn=45899), Uplink(operator="VNPT", asn=7643), Uplink(operator="B", asn=7552))
    assert operators({7643, 45899, 7552, 174}, uplinks) == {"AS174": (174,), "VNPT": (7643, 45899), "B": (7552,)}


def test_routes_are_sorted_to_their_prefix() -> None:
    exact, inside = route(1, OURS), route(1, OURS, prefix="203.0.113.128/25")
    covering, other = route(1, 2, prefix="203.0.112.0/22"), route(1, 2, prefix="198.51.100.0/24")
    six, broken = route(1, 2, prefix="2001:db8::/32"), route(1, 2, prefix="nonsense")
    (view,) = prefix_views(["203.0.113.0/24"], [exact, inside, covering, other, six, broken])
    assert (view.exact, view.inside, view.covering) == ((exact,), (inside,), (covering,))
    assert view.announced == (exact, inside)


def test_prefixes_are_told_apart_by_family() -> None:
    prefixes = ("203.0.113.0/24", "2001:db8::/48", "nonsense")
    assert of_family(prefixes, Family.IPV4) == ("203.0.113.0/24",)
    assert of_family(prefixes, Family.IPV6) == ("2001:db8::/48",)


@pytest.mark.parametrize(
    ("asn", "reserved"),
    [(0, True), (23456, True), (64495, False), (64496, False), (64512, True), (65535, True), (131071, True),
     (131072, False), (4199999999, False), (4200000000, True), (18403, False)],
)  # fmt: skip
def test_reserved_as_numbers(asn: int, reserved: bool) -> None:
    assert is_reserved_asn(asn) is reserved


_ASN = st.integers(1, 70_000)


@given(st.lists(_ASN, max_size=30))
def test_collapsing_keeps_the_order_and_leaves_no_repeats(path: list[int]) -> None:
    short = collapsed(path)
    assert all(a != b for a, b in itertools.pairwise(short))
    assert collapsed(short) == short
    assert set(short) == set(path)


@given(st.lists(st.lists(_ASN, min_size=1, max_size=6), max_size=40))
def test_shares_sum_to_one_and_bound_the_effective_number(paths: list[list[int]]) -> None:
    view = upstream_view([route(*path, OURS) for path in paths], [OURS])
    if view.shares:
        assert sum(view.shares.values()) == pytest.approx(1.0)
        assert 1.0 - 1e-9 <= view.effective <= len(view.shares) + 1e-9
