"""Saved answers of RIPEstat and RISwhois: whose routes, how old, who has a full feed, and what is an error."""

import json
from pathlib import Path
from typing import Any

import pytest

from netaudit.model.common import Family
from netaudit.model.routing import Route
from netaudit.routing.dump import RoutingError, TableDump
from netaudit.routing.tables import read_table

OURS = ("203.0.113.0/24", "2001:db8:113::/48")
V4, V6 = OURS
STATE_TIME, GLASS_TIME = 1790000000, 1790003600


def envelope(call: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As the Data API wraps every answer, its members in its order."""
    return {
        "messages": [], "see_also": [], "version": "1.2", "data_call_name": call, "data_call_status": "supported",
        "cached": False, "query_id": "20260921", "process_time": 115, "server_id": "app161", "status": "ok",
        "status_code": 200, "time": "2026-09-21T15:13:21.511273", **more, "data": data,
    }  # fmt: skip


def state(prefix: str, *paths: list[Any]) -> dict[str, Any]:
    routes = [
        {"target_prefix": prefix, "source_id": f"00-2001:db8:ff::{n}", "path": path, "community": ["64501:1"]}
        for n, path in enumerate(paths, 1)
    ]
    return envelope(
        "bgp-state",
        {"resource": prefix, "timestamp": "2026-09-21T14:13:20", "bgp_state": routes, "nr_routes": len(routes)},
    )


def glass(prefix: str, *paths: str) -> dict[str, Any]:
    peers = [
        {"asn_origin": "64510", "as_path": path, "community": "64501:1", "last_updated": "2026-09-01T00:00:00",
         "prefix": prefix, "peer": f"192.0.2.{n}", "origin": "IGP", "next_hop": "192.0.2.1",
         "latest_time": "2026-09-21T15:13:10", "community_info": {"regular": {"64501:1": {"description": "x" * 900}}}}
        for n, path in enumerate(paths, 1)
    ]  # fmt: skip
    data = {
        "rrcs": [{"rrc": "RRC01", "location": "London, GB", "peers": peers}, {"rrc": "RRC03", "peers": []}],
        "query_time": "2026-09-21T15:13:20", "latest_time": "2026-09-21T15:13:20",
        "parameters": {"resource": prefix, "look_back_limit": 86400, "cache": None},
    }  # fmt: skip
    return envelope("looking-glass", data)


def peers(*counts: tuple[int, int, int]) -> dict[str, Any]:
    listed = [
        {"asn": str(asn), "ip": f"192.0.2.{n}", "v4_prefix_count": v4, "v6_prefix_count": v6}
        for n, (asn, v4, v6) in enumerate(counts, 1)
    ]
    return envelope("ris-peers", {"query_time": "2026-09-21T14:13:20", "peers": {"rrc00": listed, "rrc01": []}})


def read(folder: Path, *answers: dict[str, Any] | str) -> TableDump:
    path = folder / "answer.json"
    path.write_text("\n".join(a if isinstance(a, str) else json.dumps(a) for a in answers))
    return read_table(path, OURS)


def told(dump: TableDump) -> list[tuple[str, int, str, tuple[int, ...], bool]]:
    return [(r.prefix, r.peer_asn, r.peer_address, r.as_path, r.as_set) for r in dump.routes]


def test_bgp_state(tmp_path: Path) -> None:
    dump = read(tmp_path, state(V6, [64496, 64501, 64510], [64497, 64502, 64510, [64511, 64512]], [64498, "{1,2}"]))
    assert told(dump) == [
        (V6, 64496, "2001:db8:ff::1", (64496, 64501, 64510), False),
        (V6, 64497, "2001:db8:ff::2", (64497, 64502, 64510), True),
        (V6, 64498, "2001:db8:ff::3", (64498,), True),
    ]
    assert (dump.format, dump.data_time, dump.feeds, dump.messages) == ("ripestat", STATE_TIME, {}, ())
    assert not dump.updates_only


def test_looking_glass(tmp_path: Path) -> None:
    dump = read(tmp_path, glass(V4, "64496 64501 64510", "64497 64502 64510 {64511,64512}"))
    assert told(dump) == [
        (V4, 64496, "192.0.2.1", (64496, 64501, 64510), False),
        (V4, 64497, "192.0.2.2", (64497, 64502, 64510), True),
    ]
    assert dump.data_time == GLASS_TIME


def test_a_collector_with_hundreds_of_peers(tmp_path: Path) -> None:
    """One collector's part of an answer is longer than any single value may be."""
    dump = read(tmp_path, glass(V4, *(f"{asn} 64501 64510" for asn in range(1000, 1400))))
    assert len(dump.routes) == 400 and (tmp_path / "answer.json").stat().st_size > 400_000


def test_several_answers_are_as_old_as_the_oldest(tmp_path: Path) -> None:
    dump = read(tmp_path, glass(V4, "64496 64501 64510"), state(V6, [64496, 64501, 64510]))
    assert len(dump.routes) == 2 and dump.data_time == STATE_TIME


def test_a_first_line_with_the_time_goes_before_what_the_answer_says(tmp_path: Path) -> None:
    assert read(tmp_path, "2026-11-26T10:30:00Z", state(V4, [64496, 64510])).data_time == 1795689000


FEEDS = peers((64496, 900_000, 200_000), (64497, 880_000, 3), (64498, 12, 190_000), (64499, 0, 0))


def test_ris_peers_tells_full_feeds_where_all_our_prefixes_were_asked_about(tmp_path: Path) -> None:
    both = (state(V4, [64496, 64510]), state(V6, [64496, 64510]))
    dump = read(tmp_path, *both, FEEDS)
    assert dump.feeds == {Family.IPV4: (64496, 64497), Family.IPV6: (64496, 64498)}
    assert set(dump.peers) == {64496, 64497, 64498, 64499}


def test_a_prefix_that_nobody_asked_about_is_not_unseen(tmp_path: Path) -> None:
    assert read(tmp_path, state(V4, [64496, 64510]), FEEDS).feeds == {Family.IPV4: (64496, 64497)}
    assert read(tmp_path, FEEDS).feeds == {}


@pytest.mark.parametrize("empty", [state, glass])
def test_a_prefix_that_nobody_sees_was_asked_about(tmp_path: Path, empty: Any) -> None:
    dump = read(tmp_path, empty(V4), FEEDS)
    assert dump.routes == () and dump.feeds == {Family.IPV4: (64496, 64497)}


def test_what_ripestat_warns_of_is_kept(tmp_path: Path) -> None:
    answer = state(V4, [64496, 64510]) | {
        "messages": [["info", "fine"], ["warning", "Latest available results are 25-30 hours\x07 old"]],
        "data_call_status": "deprecated - since today",
    }
    assert set(read(tmp_path, answer).messages) == {
        "Latest available results are 25-30 hours? old",
        "RIPEstat says of this call: deprecated - since today",
    }


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (state(V4) | {"status": "error"}, "RIPEstat's status is 'error', not 'ok'"),
        ({k: v for k, v in state(V4).items() if k != "status"}, "RIPEstat's status is missing"),
        (envelope("prefix-overview", {"announced": True}), "neither bgp-state, looking-glass nor ris-peers"),
        (envelope("bgp-state", {"bgp_state": [{"target_prefix": 7}]}), "a prefix that is no text"),
        (envelope("bgp-state", {"bgp_state": [{"target_prefix": V4}]}), "an entry without 'path'"),
        (envelope("bgp-state", {"bgp_state": [{"target_prefix": V4, "path": [1, None]}]}), "no AS number: None"),
        (envelope("bgp-state", {"timestamp": "yesterday"}), "Invalid isoformat string: 'yesterday'"),
        (envelope("ris-peers", {"peers": {"rrc00": [{"asn": 1}]}}), "an entry without 'v4_prefix_count'"),
        (state(V4) | {"messages": [7]}, "a value of the wrong type"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_errors(tmp_path: Path, answer: dict[str, Any], problem: str) -> None:
    with pytest.raises(RoutingError) as caught:
        read(tmp_path, answer)
    assert problem in str(caught.value) and str(caught.value).startswith("answer.json: at byte ")


def test_an_error_after_good_routes_keeps_them(tmp_path: Path) -> None:
    """The status follows the data in older answers; what an answer with an error holds is marked incomplete."""
    answer = state(V4, [64496, 64510])
    del answer["status"]
    with pytest.raises(RoutingError) as caught:
        read(tmp_path, answer | {"status": "error"})
    assert caught.value.partial is not None and len(caught.value.partial.routes) == 1


RIS_WHOIS = """% This is RIPE NCC's Routing Information Service
% whois gateway to collected BGP Routing Tables, version2.0
% IPv4 or IPv6 address to origin prefix match
%
% Connected to backend ris-whois15.ripe.net

route:        203.0.113.0/24
origin:       AS64510
descr:        LAMDONG-AS-VN
lastupd-frst: 2026-09-01 16:11Z  192.0.2.175@rrc12
lastupd-last: 2026-09-21 14:13Z  192.0.2.170@rrc22
seen-at:      rrc00,rrc01
num-rispeers: 393
source:       RISWHOIS

route:        203.0.112.0/20
origin:       AS64999
num-rispeers: 1

route6:       2001:db8:999::/48
origin:       AS64999
num-rispeers: 7
"""


def test_ris_whois_tells_origins_and_nothing_of_upstreams(tmp_path: Path) -> None:
    path = tmp_path / "riswhois.txt"
    path.write_text(RIS_WHOIS)
    dump = read_table(path, OURS)
    assert dump.routes == (
        Route(prefix=V4, peer_asn=0, peer_address="", as_path=(64510,)),
        Route(prefix="203.0.112.0/20", peer_asn=0, peer_address="", as_path=(64999,)),
    )
    assert (dump.format, dump.peers, dump.feeds) == ("ris_whois", (), {})
    assert dump.data_time == 1790000000 - 20  # it tells minutes


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (RIS_WHOIS.partition("num-rispeers")[0], "203.0.113.0/24 without the number of peers that see it"),
        (RIS_WHOIS.replace("AS64510", "somebody"), "no AS number: 'somebody'"),
        (RIS_WHOIS.replace("/24", "/240"), "does not appear to be an IPv4 or IPv6 network"),
        ("%ERROR:201:access denied\n", "the server answered"),
    ],
)
def test_ris_whois_errors(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "riswhois.txt"
    path.write_text(text)
    with pytest.raises(RoutingError, match=problem):
        read_table(path, OURS)
