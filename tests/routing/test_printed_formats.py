"""What each maker's format may hold beyond what the lab's routers showed: sets, damage, hostile input."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.model.common import Family
from netaudit.routing import gathered
from netaudit.routing.attributes import AsPath
from netaudit.routing.dump import RoutingError, TableDump
from netaudit.routing.paths import path_of_text
from netaudit.routing.tables import read_table

OURS = ("203.0.113.0/24", "2001:db8:113::/48")
V4, V6 = OURS
TABLE = {"vrfId": 0, "localAS": 64999, "routes": {V4: [{"peerId": "192.0.2.1", "path": "64501 64510"}]}}
BIRD = """BIRD 2.0.12 ready.
Table master4:
203.0.113.0/24       unicast [up1 2026-11-20] * (100) [AS64510i]
\tvia 192.0.2.1 on eth0
\tType: BGP univ
\tBGP.as_path: 64501 64510
"""


def read(folder: Path, content: object, name: str = "table") -> TableDump:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_table(path, OURS)


def paths(dump: TableDump) -> list[tuple[int, ...]]:
    return [route.as_path for route in dump.routes]


@pytest.mark.parametrize(
    ("text", "asns", "as_set"),
    [
        ("64501 64510", (64501, 64510), False),
        ("", (), False),
        ("Local", (), False),
        ("64501 64510 {64511,64512}", (64501, 64510), True),
        ("64501 {64511 64512}", (64501,), True),
        ("{64511}", (), True),
        ("(65001 65002) 64501 64510", (64501, 64510), False),
        ("({65001 65002}) 64501", (64501,), False),
        ("[65001,65002] 64501", (64501,), False),
        ("64501 1.10", (64501, 65546), False),
        (" ".join(["64501"] * 400), (64501,) * 255, False),
    ],
)
def test_paths_in_every_notation(text: str, asns: tuple[int, ...], as_set: bool) -> None:
    assert path_of_text(text) == AsPath(asns, as_set)


@pytest.mark.parametrize("text", ["64501 ?", "1 )", "(1", "x", "1.70000", "4294967296", "1..2", "-1", "9" * 5000])
def test_what_is_no_path(text: str) -> None:
    with pytest.raises(ValueError, match="no AS"):
        path_of_text(text)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=255), st.booleans())
def test_a_path_that_is_printed_and_read_is_the_same(asns: list[int], as_set: bool) -> None:
    text = " ".join(map(str, asns)) + (" {64496,64497}" if as_set else "")
    assert path_of_text(text) == AsPath(tuple(asns), as_set)


def test_frr_marks_what_is_gone_and_what_is_its_own(tmp_path: Path) -> None:
    routes = {
        V4: [
            {"peerId": "192.0.2.1", "path": "64501 64510"},
            {"peerId": "192.0.2.2", "path": "64502 64510", "removed": True},
            {"peerId": "192.0.2.3", "path": "64503 64510", "history": True},
            {"peerId": "192.0.2.4", "path": "64504 64510 {64511}", "valid": False},
        ],
        "203.0.113.128/25": [{"peerId": "(unspec)", "path": ""}],
    }
    dump = read(tmp_path, {"routes": routes})
    assert [(r.peer_asn, r.as_path, r.as_set) for r in dump.routes] == [
        (64501, (64501, 64510), False), (64504, (64504, 64510), True),
    ]  # fmt: skip
    assert dump.originates
    default = {"0.0.0.0/0": [{"peerId": "(unspec)", "path": ""}]}
    assert not read(tmp_path, {"routes": default}).originates, "a default route covers all, and originates nothing"


@pytest.mark.parametrize("content", ["{}", "{}\n{}"])
def test_frr_has_no_such_prefix(tmp_path: Path, content: str) -> None:
    dump = read(tmp_path, content)
    assert (dump.format, dump.routes, dump.feeds, dump.peers) == ("frr", (), {}, ())


def test_frr_says_why_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(RoutingError, match="neither routes nor paths") as caught:
        read(tmp_path, {"warning": "Default BGP instance\u0007 not found"})
    assert caught.value.partial is not None
    assert caught.value.partial.messages == ("Default BGP instance? not found",)


def test_frr_with_detail(tmp_path: Path) -> None:
    one = {"aspath": {"string": "64501 64510"}, "peer": {"peerId": "192.0.2.1"}, "lastUpdate": {"epoch": 1790000000}}
    for routes in ({V4: [one]}, {V4: {"prefix": V4, "paths": [one]}}):
        dump = read(tmp_path, {"routes": routes})
        assert (paths(dump), dump.data_time) == ([(64501, 64510)], 1790000000)


def test_gobgp_sets_confederations_and_its_own_routes(tmp_path: Path) -> None:
    segments = [
        {"segment_type": 3, "num": 1, "asns": [65001]},
        {"segment_type": 2, "num": 2, "asns": [64501, 64510]},
        {"segment_type": 1, "num": 2, "asns": [64511, 64512]},
    ]
    own = {"age": 12, "attrs": [{"type": 1, "value": 0}]}
    peer = {"age": 1790000000, "attrs": [{"type": 2, "as_paths": segments}], "neighbor-ip": "192.0.2.1"}
    dump = read(tmp_path, {V4: [peer, own]})
    assert [(r.peer_asn, r.peer_address, r.as_path, r.as_set) for r in dump.routes] == [
        (64501, "192.0.2.1", (64501, 64510), True)
    ]
    assert dump.originates and dump.data_time == 1790000000 and dump.format == "gobgp"


def test_bird_3_says_it_in_other_words(tmp_path: Path) -> None:
    text = BIRD.replace("\tType: BGP univ\n\tBGP.as_path:", "\tpreference: 100\n\tsource: BGP\n\tbgp_path:")
    assert paths(read(tmp_path, text)) == [(64501, 64510)]


def test_bird_names_whom_a_route_is_from(tmp_path: Path) -> None:
    """The gateway is the neighbour, unless a route server or a distant neighbour passed the route on."""
    assert [r.peer_address for r in read(tmp_path, BIRD).routes] == ["192.0.2.1"]
    server = BIRD.replace("2026-11-20]", "2026-11-20 from 198.51.100.9]")
    assert [r.peer_address for r in read(tmp_path, server).routes] == ["198.51.100.9"]


def test_bird_without_all_is_told_what_to_print(tmp_path: Path) -> None:
    with pytest.raises(RoutingError, match="a BGP route without its path: `show route all` prints it"):
        read(tmp_path, BIRD.replace("\tBGP.as_path: 64501 64510\n", ""))


@pytest.mark.parametrize("route", ["unreachable [static1 10:00:00] * (200)", "unicast [direct1 10:00:00] * (240)"])
def test_bird_shows_that_it_originates_a_prefix(tmp_path: Path, route: str) -> None:
    assert read(tmp_path, f"Table master4:\n203.0.113.0/25       {route}\n\tType: static univ\n").originates


def test_few_prefixes_are_no_table(tmp_path: Path) -> None:
    """Whoever asked about one prefix, or about ours, does not learn who has a full feed."""
    foreign = {f"198.51.{n}.0/24": [{"peerId": "192.0.2.1", "path": "64501 64999"}] for n in range(4)}
    ours = {V4: [{"peerId": "192.0.2.2", "path": "64502 64510"}]}
    assert read(tmp_path, {"routes": ours}).feeds == {}
    assert read(tmp_path, {"routes": dict(list(foreign.items())[:3]) | ours}).feeds == {}
    assert read(tmp_path, {"routes": foreign | ours}).feeds == {Family.IPV4: (64501,)}


def test_of_a_large_table_a_sample_tells_the_full_feeds(tmp_path: Path) -> None:
    def table() -> dict[str, Any]:
        full = {"peerId": "192.0.2.1", "path": "64501 64999"}
        part = {"peerId": "192.0.2.2", "path": "64502 64999"}
        return {
            f"198.{n >> 8}.{n & 255}.0/24": [full, part] if n % 3 == 0 else [full] for n in range(3_000)
        }  # fmt: skip

    dump = read(tmp_path, {"routes": table()})
    assert dump.feeds == {Family.IPV4: (64501,)} and set(dump.peers) == {64501, 64502}


Damaged = tuple[Callable[[], object], str]
ONE = {"peerId": "192.0.2.1", "path": "64501 64510"}
DAMAGED: dict[str, Damaged] = {
    "a wrong type": (lambda: {"routes": {V4: [7]}}, "a value of the wrong type"),
    "a path that is a number": (lambda: {"routes": {V4: [{"path": 7}]}}, "a value of the wrong type"),
    "no path": (lambda: {"routes": {V4: [{}]}}, "an entry without 'aspath'"),
    "host bits": (lambda: {"routes": {"203.0.113.7/24": [ONE]}}, "203.0.113.7/24 has host bits set"),
    "no prefix": (lambda: {"routes": {"203.0.113.x": [ONE]}}, "does not appear to be an IPv4 or IPv6 network"),
    "a huge AS number": (lambda: {"routes": {V4: [{"path": "9" * 5000}]}}, "no AS number"),
    "a huge number": (lambda: '{"localAS": ' + "9" * 5000 + "}", "Exceeds the limit"),
    "an infinite time": (
        lambda: f'{{"prefix": "{V4}", "paths": [{{"lastUpdate": {{"epoch": 1e999}}}}]}}',
        "no time: inf",
    ),
    "nested too deeply": (lambda: '{"x": ' + "[" * 100_000, "nested too deeply"),
    "a name twice": (
        lambda: f'{{"routes": {{"{V4}": [{{"path": "1", "path": "2"}}]}}}}',
        "a name is there twice",
    ),
    "NaN": (lambda: '{"localAS": NaN}', "NaN is no JSON"),
    "a NUL": (lambda: b'{"routes": {"%s": [{"path": "1\x002"}]}}' % V4.encode() + b" " * 64, "control character"),
    "something after it": (lambda: json.dumps(TABLE) + " x", "'{' expected, 'x' found"),
    "gobgp without attributes": (lambda: {V4: [{"age": 1}]}, "an entry without 'attrs'"),
    "gobgp's text for a number": (lambda: {V4: [{"attrs": [{"type": 2, "as_paths": "x"}]}]}, "wrong type"),
    "bird's path": (lambda: BIRD.replace("64501 64510", "64501 ?"), "no AS number"),
    "bird's prefix": (lambda: BIRD.replace("203.0.113.0/24", "203.0.113.0/99"), "does not appear to be"),
    "bird's long line": (lambda: BIRD + "\t" + "x" * 300_000 + "\n", "a line of more than 262144 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED)
def test_damage_gives_one_clear_error(tmp_path: Path, damage: str) -> None:
    content, problem = DAMAGED[damage]
    with pytest.raises(RoutingError, match=problem) as caught:
        read(tmp_path, content())
    assert str(caught.value).startswith("table: at byte ") and len(str(caught.value)) < 220
    assert str(caught.value).isprintable()


def test_the_error_says_where(tmp_path: Path) -> None:
    text = "2026-11-26T10:30:00Z\n" + BIRD.replace("64501 64510", "64501 ?")
    with pytest.raises(RoutingError, match=rf"table: at byte {text.index('BGP.as_path') - 1}: no AS number: '\?'"):
        read(tmp_path, text)


def test_too_many_routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered, "MOST_ROUTES", 100)
    many = {V4: [{"peerId": "192.0.2.1", "path": f"{asn} 64510"} for asn in range(1, 102)]}
    with pytest.raises(RoutingError, match="more than 100 routes of our prefixes") as caught:
        read(tmp_path, {"routes": many})
    assert caught.value.partial is not None and len(caught.value.partial.routes) == 101


def test_a_million_paths_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "table"
    with path.open("w") as file:
        file.write('{"routes": {"203.0.113.0/24": [')
        for start in range(0, 1_000_000, 1_000):
            file.write(",".join(f'{{"path":"{asn} 64510"}}' for asn in range(start + 1, start + 1_001)) + ",")
        file.write("]}}")
    with pytest.raises(RoutingError, match="more than 65535 peers"):
        read_table(path, OURS)
