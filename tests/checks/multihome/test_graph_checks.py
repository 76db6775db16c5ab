"""The checks that look beyond the first hop, and those of sizes, parts and leaks, case by case."""

import pytest
from msgspec.structs import replace

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.facts import Route, RoutesFact, SessionsFact
from netaudit.model.inventory import Uplink
from netaudit.model.routing import Session
from netaudit.model.verdict import Status
from tests.checks.multihome.builders import OURS, PEERS, UP1, UP2, UP3, V4, V6, centre, route, table, through
from tests.checks.web.builders import DAY, NOW
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

T1, T2 = 64700, 64701
A, B, C, D = PEERS
_TEN = tuple(range(1000, 1010))
_BOTH_WAYS = (*through(V4, UP1, UP2), *through(V6, UP1, UP2))
_SAME = (Uplink(operator="A", asn=UP1), Uplink(operator="A", asn=UP2))


def apart(prefix: str) -> tuple[Route, ...]:
    """Two operators with a transit network each."""
    return tuple(route(prefix, peer, *((T1, UP1) if peer in (A, C) else (T2, UP2)), OURS) for peer in PEERS)


def together(prefix: str) -> tuple[Route, ...]:
    """Two operators below one transit network; the operators are peers of the collector, too."""
    far = [route(prefix, peer, T1, UP1 if peer in (A, C) else UP2, OURS) for peer in PEERS]
    return (*far, route(prefix, T1, UP1, OURS), route(prefix, UP1, OURS), route(prefix, UP2, OURS))


def seen_by(*routes: Route, prefixes: tuple[str, ...] = (V4, V6), age_days: float = 1.0) -> DataCentreEvidence:
    return centre(collected(*routes, age_days=age_days), prefixes=prefixes)


def collected(*routes: Route, age_days: float = 1.0, source: str = "rib.mrt") -> RoutesFact:
    """All peers have full feeds of both families."""
    peers = tuple(sorted({*PEERS, *(route.peer_asn for route in routes)}))
    return table(*routes, age_days=age_days, v4_feeds=peers, v6_feeds=peers, source=source)


def sending(routes: int, *, peer: int = UP1, age_days: float = 1.0) -> DataCentreEvidence:
    session = Session(
        local_asn=OURS, peer_asn=peer, peer_address="198.18.6.1", families=(Family.IPV4,),
        sent={Family.IPV4: routes, Family.IPV6: 1},
    )  # fmt: skip
    fact = SessionsFact(
        id="sessions-dc", datacentre="dc", source="router.json", data_time=NOW - age_days * DAY, router="r1",
        sessions=(session,),
    )  # fmt: skip
    return replace(seen_by(*_BOTH_WAYS), sessions=(fact,))


_UNUSABLE = [
    Case("no table", centre(), UNTESTED, "not_tested", {"sources": ("TABLE.mrt",)}),
    Case("old table", centre(table(*_BOTH_WAYS, age_days=31.5)), UNTESTED, "too_old", {"days": 31, "limit": 30}),
]
_ABSENT = [
    Case("nobody sees it", centre(table()), NONE, "not_announced"),
    Case("no prefix", centre(prefixes=()), NONE, "no_prefix"),
    Case("few peers", centre(table(*through(V4, UP1, UP2, peers=PEERS[:2])), prefixes=(V4,)), UNTESTED,
        "not_enough_data", {"peers": 2, "minimum": 3, "prefixes": (V4,)}),
]  # fmt: skip

CASES: dict[str, list[Case]] = {
    "multihome.shared_fate": [
        Case("a transit network each", seen_by(*apart(V4), *apart(V6)), PASS, "ok", {"total": 2, "peers": 4}),
        Case("no transit at all", seen_by(*_BOTH_WAYS), PASS, "ok"),
        Case("one transit network", seen_by(*together(V4), *together(V6)), FAIL, "shared", {
            "ases": ("AS64700",), "prefixes": (V4, V6), "cut": 4, "peers": 4, "over": ("ipv4", "ipv6")}),
        Case("one for IPv6", seen_by(*apart(V4), *together(V6)), FAIL, "shared", {
            "over": ("ipv6",), "prefixes": (V6,), "adjacencies": ()}),
        Case("one adjacency", seen_by(*(route(V4, peer, T1, UP1, OURS) for peer in PEERS), prefixes=(V4,)), FAIL,
            "shared", {"ases": ("AS64700",), "adjacencies": ("AS64700–AS64501",)}),
        Case("nine of ten", seen_by(*(route(V4, peer, T1, UP1, OURS) for peer in _TEN[1:]), route(V4, _TEN[0], UP2,
            OURS), prefixes=(V4,)), FAIL, "shared", {"cut": 9, "peers": 10}),
        Case("eight of ten", seen_by(*(route(V4, peer, T1, UP1, OURS) for peer in _TEN[2:]), *through(V4, UP2,
            peers=_TEN[:2]), prefixes=(V4,)), PASS, "ok"),
        Case("the provider of one peer", seen_by(route(V4, A, T1, UP1, OURS), *through(V4, UP2, peers=(B, C)),
            prefixes=(V4,)), PASS, "ok"),
        Case("a second way of the transit network", seen_by(*through(V4, T1, peers=()), *(route(V4, peer, T1, T2, up,
            OURS) for peer, up in zip(PEERS, (UP1, UP2, UP1, UP2), strict=True)), *(route(V4, T1, up, OURS)
            for up in (UP1, UP2)), prefixes=(V4,)), FAIL, "shared", {"ases": ("AS64700",)}),
        Case("parts that share", seen_by(*together("103.9.0.0/24"), *apart("103.9.1.0/24"), prefixes=(V4,)), FAIL,
            "shared", {"prefixes": ("103.9.0.0/24",)}),
        Case("few distant peers", seen_by(route(V4, UP1, OURS), route(V4, UP2, OURS), route(V4, A, UP1, OURS),
            route(V4, B, UP1, OURS), prefixes=(V4,)), UNTESTED, "not_enough_data", {"peers": 2}),
        *_ABSENT, *_UNUSABLE,
    ],
    "multihome.uplink_loss": [
        Case("both ways", seen_by(*apart(V4), *apart(V6)), PASS, "ok", {
            "total": 2, "left": 2, "peers": 4, "upstreams": ("AS64501 (A)",)}),
        Case("one left is enough", seen_by(*through(V4, UP1, peers=_TEN), route(V4, UP2, OURS), prefixes=(V4,)), PASS,
            "ok", {"left": 1, "peers": 11}),
        Case("one for IPv6", seen_by(*through(V4, UP1, UP2), *through(V6, UP1)), FAIL, "cut", {
            "over": ("ipv6",), "prefixes": (V6,), "upstreams": ("AS64501 (A)",), "left": 0, "peers": 4}),
        Case("one for both", seen_by(*through(V4, UP1), *through(V6, UP1)), FAIL, "cut", {"over": ("ipv4", "ipv6")}),
        Case("all ASNs of the operator", centre(table(*_BOTH_WAYS), uplinks=_SAME), FAIL, "cut", {
            "upstreams": ("AS64501 (A)", "AS64502 (A)"), "left": 0}),
        Case("a part with one", seen_by(*through("103.9.0.0/24", UP1), *through("103.9.1.0/24", UP1, UP2),
            prefixes=(V4,)), FAIL, "cut", {"prefixes": ("103.9.0.0/24",)}),
        Case("an upstream that detours", seen_by(route(V6, UP2, T2, T1, UP1, OURS), *through(V6, UP1), prefixes=(V6,)),
            FAIL, "cut", {"left": 0, "peers": 5}),
        Case("by parameter", seen_by(*apart(V4), prefixes=(V4,)), FAIL, "cut", {"left": 2},
            parameters={"min_survivors": 0.6}),
        *_ABSENT, *_UNUSABLE,
    ],
    "multihome.upstreams_effective": [
        Case("even", seen_by(*_BOTH_WAYS), PASS, "ok", {"effective": 2.0, "total": 2}),
        Case("one", seen_by(*through(V4, UP1, UP2), *through(V6, UP1)), FAIL, "single", {
            "over": ("ipv6",), "operator": "A", "percent": 100, "effective": 1.0, "prefixes": (V6,)}),
        Case("nine to one", seen_by(*through(V4, *[UP1] * 19, UP2, peers=tuple(range(1000, 1020))), prefixes=(V4,)),
            FAIL, "single", {"percent": 95, "effective": 1.1, "over": ("ipv4",)}),
        Case("four to one", seen_by(*through(V4, *[UP1] * 4, UP2, peers=_TEN), prefixes=(V4,)), WARN, "uneven", {
            "percent": 80, "effective": 1.47, "minimum": 1.5}),
        Case("two ASNs of one operator", centre(table(*_BOTH_WAYS), uplinks=_SAME), FAIL, "single", {"operator": "A"}),
        *_ABSENT, *_UNUSABLE,
    ],
    "multihome.prefix_size": [
        Case("smallest", centre(prefixes=("103.9.0.0/24", "2405:4800::/48")), PASS, "ok", {"total": 2}),
        Case("too long", centre(prefixes=("103.9.0.0/25", "2405:4800::/49", V4)), FAIL, "too_long", {
            "prefixes": ("103.9.0.0/25", "2405:4800::/49"), "limits": ("/24", "/48"), "over": ("ipv4", "ipv6")}),
        Case("by parameter", centre(prefixes=("103.9.0.0/25",)), PASS, "ok", parameters={"max_ipv4_length": 25}),
        Case("announced in parts too long", seen_by(*through("103.9.0.0/25", UP1), prefixes=(V4,)), FAIL, "too_long", {
            "prefixes": ("103.9.0.0/25",), "over": ("ipv4",)}),
        Case("covered", seen_by(*through("103.9.0.0/25", UP1), *through(V4, UP1), prefixes=(V4,)), PASS, "ok"),
        Case("a part of others", seen_by(*through("103.9.0.0/25", UP1, origin=64777), prefixes=(V4,)), PASS, "ok"),
        Case("no prefix", centre(prefixes=("nonsense",)), NONE, "no_prefix"),
    ],
    "multihome.more_specifics": [
        Case("none", seen_by(*_BOTH_WAYS), PASS, "ok", {"total": 2}),
        Case("another origin within", seen_by(*_BOTH_WAYS, route("103.9.1.0/24", A, UP3, 64777)), FAIL, "foreign", {
            "parts": ("103.9.1.0/24 AS64777",), "count": 1, "prefixes": (V4,), "over": ("ipv4",)}),
        Case("not declared", seen_by(*_BOTH_WAYS, route("2405:4800:1::/48", A, UP1, OURS)), WARN, "undeclared", {
            "parts": ("2405:4800:1::/48",), "over": ("ipv6",)}),
        Case("declared, IPv4 alone", seen_by(*_BOTH_WAYS, *through("103.9.0.0/24", UP1), prefixes=(V4, V6,
            "103.9.0.0/24")), WARN, "one_family", {"over": ("ipv4",), "prefixes": (V4,)}),
        Case("declared, both families", seen_by(*_BOTH_WAYS, *through("103.9.0.0/24", UP1), *through("2405:4800::/48",
            UP1), prefixes=(V4, V6, "103.9.0.0/24", "2405:4800::/48")), PASS, "ok"),
        Case("a prefix of the same origin outside", seen_by(*_BOTH_WAYS, *through("103.10.0.0/24", UP1)), PASS, "ok"),
        Case("few full tables", centre(table(*_BOTH_WAYS, v6_feeds=PEERS[:2])), UNTESTED, "not_enough_data", {
            "prefixes": (V6,), "peers": 2}),
        Case("no ASN", centre(asns=()), NONE, "none_declared"),
        *_UNUSABLE,
    ],
    "multihome.route_leak": [
        Case("none", seen_by(*_BOTH_WAYS), PASS, "ok", {"peers": 4, "paths": 4}),
        Case("between two operators", seen_by(*_BOTH_WAYS, route("0.0.0.0/0", A, UP2, OURS, UP1, T1)), FAIL, "leaked", {
            "own": ("AS64510",), "upstreams": ("AS64501 (A)", "AS64502 (B)"), "count": 1}),
        Case("a customer of ours", seen_by(*_BOTH_WAYS, route("103.0.0.0/8", A, UP2, OURS, 64777)), PASS, "ok"),
        Case("too many routes sent", sending(900_000), FAIL, "sent", {
            "upstreams": ("AS64501 (A)",), "count": 900_000, "over": ("ipv4",)}),
        Case("a few more than declared", sending(17), PASS, "ok"),
        Case("to a collector of routes", sending(900_000, peer=64999), PASS, "ok"),
        Case("counted long ago", sending(900_000, age_days=40), PASS, "ok"),
        Case("up again", seen_by(*_BOTH_WAYS, route(V4, A, 1299, 64777, 174, UP1, OURS)), WARN, "valley", {
            "ases": ("AS64777",), "count": 1}),
        Case("two on top beside each other", seen_by(*_BOTH_WAYS, route(V4, A, 1299, 174, 174, UP1, OURS)), PASS, "ok"),
        Case("few peers", centre(table(*through(V4, UP1, peers=PEERS[:2]))), UNTESTED, "not_enough_data", {"peers": 2}),
        Case("no ASN", centre(asns=()), NONE, "none_declared"),
        *_UNUSABLE,
    ],
}  # fmt: skip


def _two(new: tuple[Route, ...], old: tuple[Route, ...], hours_apart: float = 8.0) -> DataCentreEvidence:
    return centre(collected(*new, age_days=1.0), collected(*old, age_days=1.0 + hours_apart / 24, source="before.mrt"))


_FAULTS: dict[str, tuple[Route, ...]] = {
    "multihome.shared_fate": (*together(V4), *together(V6)),
    "multihome.uplink_loss": (*through(V4, UP1), *through(V6, UP1)),
    "multihome.upstreams_effective": (*through(V4, UP1), *through(V6, UP1)),
    "multihome.more_specifics": (*_BOTH_WAYS, route("103.9.1.0/24", A, UP1, OURS)),
    "multihome.route_leak": (*_BOTH_WAYS, route(V4, A, 1299, 64777, 174, UP1, OURS)),
}
_WELL = (*apart(V4), *apart(V6))
for _check, _routes in _FAULTS.items():
    CASES[_check].append(
        Case("in one of two samples", _two(_routes, _WELL), UNTESTED, "unstable", {"samples": 2, "agreeing": 1})
    )


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, NONE)


@pytest.mark.parametrize("check", _FAULTS)
def test_a_finding_of_both_samples_stands(check: str) -> None:
    outcome = judge(check, _two(_FAULTS[check], _FAULTS[check]))
    assert outcome.status in (FAIL, WARN)
    assert outcome.observed[-1].saw == "seen in 2 of 2 samples"
    assert outcome.observed[-1].where == "rib.mrt"


@pytest.mark.parametrize("check", _FAULTS)
def test_a_finding_of_the_earlier_sample_is_over(check: str) -> None:
    outcome = judge(check, _two(_WELL, _FAULTS[check]))
    assert outcome.status is PASS
    assert outcome.observed[-1].saw == "2 samples"


def test_each_operator_is_taken_away_and_one_that_carries_nothing_is_named() -> None:
    outcome = judge("multihome.uplink_loss", seen_by(*through(V4, UP1, UP2), *through(V6, UP1)))
    assert [row.saw for row in outcome.observed[:2]] == [
        "without AS64501: 2 of 4 peers left; without AS64502: 2 of 4 peers left",
        "without AS64501: 0 of 4 peers left; AS64502 not observed",
    ]
    assert [row.ok for row in outcome.observed[:2]] == [True, False]


def test_two_files_of_one_hour_are_one_sample() -> None:
    outcome = judge("multihome.shared_fate", _two(together(V4), together(V6), hours_apart=0.1))
    assert outcome.status is FAIL
    assert outcome.args["over"] == ("ipv4", "ipv6")
    assert outcome.observed[-1].saw == "one sample"


def test_what_was_seen_stands_although_one_sample_alone_shows_it() -> None:
    foreign = (*_WELL, route("103.9.1.0/24", A, UP3, 64777))
    for check in ("multihome.own_origin", "multihome.more_specifics"):
        outcome = judge(check, _two(foreign, _WELL))
        assert outcome.status is FAIL
        assert outcome.observed[-1].saw == "seen in 1 of 2 samples"
