"""The multihome checks, case by case."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from netaudit.content import content_path
from netaudit.inventory import load
from netaudit.lab.mrt import mrt_bytes
from netaudit.lab.worldfile import load_world
from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.facts import Route
from netaudit.model.inventory import Uplink
from netaudit.model.verdict import Status
from netaudit.routing.mrt import read_routes
from tests.checks.multihome.builders import (
    OURS,
    PEERS,
    UP1,
    UP2,
    UP3,
    UPLINKS,
    V4,
    V6,
    centre,
    route,
    table,
    through,
)
from tests.checks.multihome.test_graph_checks import CASES as GRAPH_CASES
from tests.checks.web.builders import DAY, NOW
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

_MISSING = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="rib.mrt: No such file")
_BOTH_WAYS = (*through(V4, UP1, UP2), *through(V6, UP1, UP2))
_SINGLE_V6 = (*through(V4, UP1, UP2), *through(V6, UP1))
_TWO = PEERS[:2]
_MANY = tuple(range(1000, 1200))
_SAME = (Uplink(operator="A", asn=UP1), Uplink(operator="A", asn=UP2))
_V4_ONLY = (Uplink(operator="A", asn=UP1), Uplink(operator="B", asn=UP2, families=(Family.IPV4,)))
_OTHER_V4 = "103.9.4.0/22"

_UNUSABLE = [
    Case("no table", centre(), UNTESTED, "not_tested", {"sources": ("TABLE.mrt",)}),
    Case("unreadable table", centre(table(*_BOTH_WAYS, failure=_MISSING)),
        UNTESTED, "not_tested", {"failure": "no data: rib.mrt: No such file", "sources": ("rib.mrt",)}),
    Case("undated table", centre(table(*_BOTH_WAYS, age_days=None)), UNTESTED, "not_tested"),
    Case("old table", centre(table(*_BOTH_WAYS, age_days=31.5)), UNTESTED, "too_old", {"days": 31, "limit": 30}),
]  # fmt: skip

CASES: dict[str, list[Case]] = {
    "multihome.upstreams_ipv4": [
        Case("two", centre(table(*_BOTH_WAYS)), PASS, "ok", {
            "upstreams": ("AS64501 (A)", "AS64502 (B)"), "peers": 4, "minimum": 2}),
        Case("prepending", centre(table(*through(V4, UP1, UP2), route(V4, 64500, UP3, OURS, OURS, OURS))), PASS, "ok"),
        Case("parts of the prefix", centre(table(*through("103.9.0.0/23", UP1, UP2))), PASS, "ok"),
        Case("two tables", centre(table(*through(V4, UP1, peers=_TWO)), table(*through(V4, UP2, peers=PEERS[2:]),
            source="other.mrt")), PASS, "ok", {"sources": ("rib.mrt", "other.mrt")}),
        Case("an old table beside a new one", centre(table(*_SINGLE_V6), table(*through(V4, UP3), age_days=99,
            source="old.mrt")), PASS, "ok", {"upstreams": ("AS64501 (A)", "AS64502 (B)")}),
        Case("one", centre(table(*through(V4, UP1))), FAIL, "few", {
            "operators": 1, "upstreams": ("AS64501 (A)",), "prefixes": (V4,)}),
        Case("each prefix has one", centre(table(*through(V4, UP1), *through(_OTHER_V4, UP2)),
            prefixes=(V4, _OTHER_V4)), FAIL, "few", {"prefixes": (V4, _OTHER_V4)}),
        Case("an exchange's noise", centre(table(*through(V4, UP1, peers=_MANY), route(V4, 2000, UP3, OURS),
            v4_feeds=(*_MANY, 2000))), FAIL, "few", {"upstreams": ("AS64501 (A)",)}),
        Case("a peer without a full feed", centre(table(*through(V4, UP1), route(V4, 2000, UP2, OURS))),
            FAIL, "few", {"upstreams": ("AS64501 (A)",)}),
        Case("nobody is known to have a full feed", centre(table(*through(V4, UP1, UP2), v4_feeds=())), PASS, "ok"),
        Case("two ASNs of one operator", centre(table(*_BOTH_WAYS), uplinks=_SAME), FAIL, "one_operator", {
            "operators": 1}),
        Case("nobody sees it", centre(table(*through(V6, UP1, UP2))), FAIL, "none", {"prefixes": (V4,)}),
        Case("three wanted", centre(table(*_BOTH_WAYS)), FAIL, "few", {"operators": 2},
            parameters={"min_upstreams": 3}),
        Case("two peers", centre(table(*through(V4, UP1, UP2, peers=_TWO))),
            UNTESTED, "not_enough_data", {"peers": 2, "minimum": 3, "prefixes": (V4,)}),
        Case("a table of the other family", centre(table(*through(V6, UP1, UP2), v4_feeds=())),
            UNTESTED, "not_enough_data", {"peers": 0}),
        Case("another origin", centre(table(*through(V4, UP1, UP2, origin=64777))), UNTESTED, "not_enough_data"),
        Case("no IPv4", centre(prefixes=(V6,)), NONE, "no_prefix"),
        *_UNUSABLE,
    ],
    "multihome.upstreams_ipv6": [
        Case("two", centre(table(*_BOTH_WAYS)), PASS, "ok"),
        Case("one", centre(table(*_SINGLE_V6)), FAIL, "few", {"operators": 1, "prefixes": (V6,)}),
        Case("two ASNs of one operator", centre(table(*_BOTH_WAYS), uplinks=_SAME), FAIL, "one_operator"),
        Case("nobody sees it", centre(table(*through(V4, UP1))), FAIL, "none"),
        Case("two peers", centre(table(*through(V6, UP1, UP2, peers=_TWO))), UNTESTED, "not_enough_data"),
        Case("no IPv6", centre(prefixes=(V4,)), NONE, "no_prefix"),
        *_UNUSABLE,
    ],
    "multihome.upstream_parity": [
        Case("equal", centre(table(*_BOTH_WAYS)), PASS, "ok", {"operators": ("A", "B"), "ipv4": 2, "ipv6": 2}),
        Case("IPv6 has more", centre(table(*through(V4, UP1), *through(V6, UP1, UP2))), PASS, "ok"),
        Case("another AS of the operator", centre(table(*through(V4, UP1), *through(V6, UP2)), uplinks=_SAME),
            PASS, "ok", {"operators": ("A",)}),
        Case("IPv6 has one", centre(table(*_SINGLE_V6)), FAIL, "missing_ipv6", {
            "operators": ("B",), "ipv4": 2, "ipv6": 1}),
        Case("IPv6 has another", centre(table(*through(V4, UP1), *through(V6, UP3))), WARN, "differs", {
            "operators": ("A",)}),
        Case("IPv6 lacks one of three", centre(table(*through(V4, UP1, UP2, UP3), *through(V6, UP1, UP2))), WARN,
            "differs", {"operators": ("AS64503",), "ipv4": 3, "ipv6": 2}),
        Case("IPv6 is nowhere", centre(table(*through(V4, UP1, UP2))), FAIL, "missing_ipv6", {
            "operators": ("A", "B"), "ipv6": 0}),
        Case("few peers over IPv6", centre(table(*through(V4, UP1, UP2), *through(V6, UP1, peers=_TWO))),
            UNTESTED, "not_enough_data", {"prefixes": (V6,), "peers": 2}),
        Case("one family", centre(prefixes=(V4,)), NONE, "one_family"),
        *_UNUSABLE,
    ],
    "multihome.declared_uplinks": [
        Case("all", centre(table(*_BOTH_WAYS)), PASS, "ok", {"total": 4}),
        Case("IPv4 alone is what is declared", centre(table(*_SINGLE_V6), uplinks=_V4_ONLY), PASS, "ok", {"total": 3}),
        Case("a small share still counts", centre(table(*_BOTH_WAYS, *through(V4, UP1, peers=_MANY),
            v4_feeds=(*PEERS, *_MANY))), PASS, "ok"),
        Case("missing over IPv6", centre(table(*_SINGLE_V6)), FAIL, "missing", {
            "uplinks": ("AS64502 (B) ipv6",)}),
        Case("undeclared", centre(table(*through(V4, UP1, UP2, UP3), *through(V6, UP1, UP2))), WARN, "undeclared", {
            "uplinks": ("AS64503 ipv4",)}),
        Case("declared for IPv4, seen over IPv6", centre(table(*_BOTH_WAYS), uplinks=_V4_ONLY), WARN, "undeclared", {
            "uplinks": ("AS64502 (B) ipv6",)}),
        Case("few peers", centre(table(*through(V4, UP1, UP2), *through(V6, UP1, peers=_TWO))),
            UNTESTED, "not_enough_data", {"prefixes": (V6,)}),
        Case("nothing declared", centre(table(*_BOTH_WAYS), uplinks=()), NONE, "none_declared"),
        *_UNUSABLE,
    ],
    "multihome.own_origin": [
        Case("ours", centre(table(*_BOTH_WAYS)), PASS, "ok", {"own": ("AS64510",), "total": 2}),
        Case("two own ASNs", centre(table(*_BOTH_WAYS, *through(V4, UP1, origin=64511)), asns=(OURS, 64511)),
            PASS, "ok"),
        Case("another origin too", centre(table(*_BOTH_WAYS, route(V4, 64500, UP3, 64777))), FAIL, "foreign_origin", {
            "prefixes": (V4,), "origins": ("AS64777",)}),
        Case("a part of it from elsewhere", centre(table(*_BOTH_WAYS, route("103.9.1.0/24", 64500, 64777))),
            FAIL, "foreign_origin"),
        Case("what contains it is another's affair", centre(table(*_BOTH_WAYS, route("103.0.0.0/8", 64500, 64777))),
            PASS, "ok"),
        Case("AS_SET", centre(table(*_BOTH_WAYS, route(V4, 64500, UP3, as_set=True))), FAIL, "as_set"),
        Case("a private ASN", centre(table(*through(V4, UP1, origin=65001)), prefixes=(V4,), asns=(65001,)),
            FAIL, "reserved_asn"),
        Case("IPv6 is nowhere", centre(table(*through(V4, UP1))), FAIL, "not_announced", {"prefixes": (V6,)}),
        Case("a table without IPv6", centre(table(*through(V4, UP1), v6_feeds=())),
            UNTESTED, "not_enough_data", {"prefixes": (V6,), "peers": 0}),
        Case("one peer", centre(table(route(V4, PEERS[0], UP1, OURS)), prefixes=(V4,)), UNTESTED, "not_enough_data"),
        Case("no ASN", centre(asns=()), NONE, "none_declared"),
        *_UNUSABLE,
    ],
    "multihome.prefix_visibility": [
        Case("all", centre(table(*_BOTH_WAYS)), PASS, "ok", {"seeing": 4, "peers": 4, "total": 2}),
        Case("half", centre(table(*through(V4, UP1, peers=_TWO)), prefixes=(V4,)), WARN, "partly", {
            "seeing": 2, "minimum": 90}),
        Case("IPv6 is seen less", centre(table(*through(V4, UP1, peers=_MANY), *through(V6, UP1, peers=_MANY[:178]),
            v4_feeds=_MANY, v6_feeds=_MANY)), WARN, "differs", {"ipv4": 100, "ipv6": 89}, parameters={
            "warn_share": 0.8}),
        Case("IPv6 is seen a little less", centre(table(*through(V4, UP1, peers=_MANY), *through(V6, UP1,
            peers=_MANY[:181]), v4_feeds=_MANY, v6_feeds=_MANY)), PASS, "ok", {"worst": V6, "seeing": 181}),
        Case("in parts", centre(table(*through("103.9.0.0/24", UP1)), prefixes=(V4,)), PASS, "ok"),
        Case("of the peers that have IPv6", centre(table(*_BOTH_WAYS[:6], v6_feeds=_TWO), prefixes=(V6,)), PASS, "ok", {
            "seeing": 2, "peers": 2}, parameters={"min_peers": 2}),
        Case("a quarter", centre(table(*through(V4, UP1, peers=PEERS[:1]), *through(V6, UP1))), FAIL, "low", {
            "prefixes": (V4,), "seeing": 1, "peers": 4, "minimum": 50}),
        Case("nobody", centre(table(*through(V4, UP1))), FAIL, "low", {"worst": V6, "seeing": 0}),
        Case("the worst of two", centre(table(*through(V4, UP1, peers=PEERS[:1]))), FAIL, "low", {
            "prefixes": (V4, V6), "worst": V6, "seeing": 0}),
        Case("few full tables", centre(table(*_BOTH_WAYS, v6_feeds=_TWO)), UNTESTED, "not_enough_data", {
            "prefixes": (V6,), "peers": 2}),
        Case("no prefix", centre(prefixes=()), NONE, "no_prefix"),
        *_UNUSABLE,
    ],
    "multihome.prefixes_global": [
        Case("global", centre(prefixes=(V4, V6)), PASS, "ok", {"total": 2}),
        Case("allowed", centre(prefixes=("203.0.113.0/24",), allowed=("203.0.113.0/24",)), PASS, "ok"),
        Case("documentation", centre(prefixes=(V4, "2001:db8:113::/48")), FAIL, "special", {
            "prefixes": ("2001:db8:113::/48 (documentation)",)}),
        Case("private use inside", centre(prefixes=("172.0.0.0/8",)), FAIL, "special"),
        Case("beyond 2000::/3", centre(prefixes=("4000::/48",)), FAIL, "special"),
        Case("no prefix", centre(prefixes=("nonsense",)), NONE, "no_prefix"),
    ],
    "multihome.both_families": [
        Case("both", centre(table(*_BOTH_WAYS)), PASS, "ok"),
        Case("IPv6 alone", centre(table(*_BOTH_WAYS), prefixes=(V6,)), PASS, "ipv6_only"),
        Case("no IPv6", centre(table(*_BOTH_WAYS), prefixes=(V4,)), FAIL, "no_ipv6"),
        Case("IPv6 not announced", centre(table(*through(V4, UP1))), FAIL, "not_announced", {"families": ("ipv6",)}),
        Case("a table without IPv6", centre(table(*through(V4, UP1), v6_feeds=())), UNTESTED, "not_enough_data"),
        Case("announced by others alone", centre(table(*through(V4, UP1), *through(V6, UP1, origin=64777))),
            FAIL, "not_announced"),
        Case("nothing declared", centre(prefixes=()), NONE, "no_prefix"),
        *_UNUSABLE,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


UNSTABLE = Case("the newest of two samples alone", centre(table(), table(*_BOTH_WAYS, age_days=2.0, source="b.mrt")),
    UNTESTED, "unstable", {"samples": 2, "agreeing": 1})  # fmt: skip
for _check in CASES.keys() - {"multihome.prefixes_global"}:
    CASES[_check].append(UNSTABLE)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, NONE)
    if check != "multihome.prefixes_global":  # it reads the inventory alone, so nothing can be missing
        hold_statuses(CASES[check], UNTESTED)


def test_the_sample_data_centre_fails_exactly_where_its_world_says(tmp_path: Path) -> None:
    world = load_world(content_path("sample") / "world.yaml")
    inventory = load(content_path("inventory.yaml")).inventory
    (about,) = inventory.datacentres
    path = tmp_path / "world.mrt"
    path.write_bytes(mrt_bytes(world, NOW - DAY))
    dump = read_routes(path, about.prefixes)
    seen = table(*dump.routes, v4_feeds=dump.feeds[Family.IPV4], v6_feeds=dump.feeds[Family.IPV6])
    evidence = replace(centre(seen, allowed=inventory.scope.special_addresses), datacentre=about)
    checks = [*CASES, *GRAPH_CASES]
    found = {f"{check} datacentre:{about.id}" for check in checks if judge(check, evidence).status is not PASS}
    planted = {line for fault in world.faults for line in fault.finds}
    assert found == {line for line in planted if line.split()[0] in checks}


_ASN = st.sampled_from([0, 1, 23456, UP1, UP2, OURS, 64512, 65535, 4200000000, 4294967295])
_ROUTE = st.builds(
    Route,
    prefix=st.sampled_from([V4, V6, "103.9.0.0/24", "0.0.0.0/0", "::/0", "2405:4800::/48", "nonsense", ""]),
    peer_asn=_ASN,
    peer_address=st.just("192.0.2.1"),
    as_path=st.lists(_ASN, max_size=300).map(tuple),
    as_set=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(
    routes=st.lists(_ROUTE, max_size=12),
    asns=st.lists(_ASN, max_size=2).map(tuple),
    prefixes=st.lists(st.sampled_from([V4, V6, "::/0", "nonsense"]), max_size=3, unique=True).map(tuple),
    feeds=st.lists(_ASN, max_size=5, unique=True).map(tuple),
)
def test_no_table_breaks_a_judge(
    routes: list[Route], asns: tuple[int, ...], prefixes: tuple[str, ...], feeds: tuple[int, ...]
) -> None:
    evidence = centre(table(*routes, v4_feeds=feeds, v6_feeds=feeds), asns=asns, prefixes=prefixes, uplinks=UPLINKS)
    for check in (*CASES, *GRAPH_CASES):
        outcome = judge(check, evidence)
        assert (outcome.failure is not None) == (outcome.status is UNTESTED)


@given(st.dictionaries(st.integers(1000, 1100), st.sampled_from([UP1, UP2]), min_size=1, max_size=30))
def test_two_declared_upstreams_pass_exactly_when_enough_peers_see_both(seen: dict[int, int]) -> None:
    routes = [route(V4, peer, upstream, OURS) for peer, upstream in seen.items()]
    status = judge("multihome.upstreams_ipv4", centre(table(*routes, v4_feeds=tuple(seen)))).status
    if len(seen) < 3:
        assert status is UNTESTED
    else:
        assert status is (PASS if len(set(seen.values())) == 2 else FAIL)
