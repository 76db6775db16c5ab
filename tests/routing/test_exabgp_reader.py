"""ExaBGP's JSON lines: a stream that is played, whole tables and mere updates, both generations of its words."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.model.common import Family
from netaudit.routing.dump import RoutingError, TableDump
from netaudit.routing.tables import read_table

V4, V6 = "203.0.113.0/24", "2001:db8:113::/48"
OURS = (V4, V6)
FOREIGN = tuple(f"198.51.{n}.0/24" for n in range(5))
ONE, OTHER = (64501, "192.0.2.1"), (64502, "2001:db8::2")

Peer = tuple[int, str]


def line(peer: Peer, kind: str, **more: Any) -> str:
    neighbor = {"address": {"local": "192.0.2.9", "peer": peer[1]}, "asn": {"local": 64511, "peer": peer[0]}} | more
    return json.dumps({"exabgp": "4.0.1", "time": 1790000000.5, "counter": 1, "type": kind, "neighbor": neighbor})


def up(peer: Peer) -> str:
    return line(peer, "state", state="up")


def down(peer: Peer) -> str:
    return line(peer, "state", state="down", reason="peer reset")


def eor(peer: Peer, family: str = "ipv4") -> str:
    return line(peer, "update", direction="receive", message={"eor": {"afi": family, "safi": "unicast"}})


def family_of(prefix: str) -> str:
    return "ipv6 unicast" if ":" in prefix else "ipv4 unicast"


def announce(peer: Peer, prefix: str, *path: int, hops: tuple[str, ...] = ("192.0.2.1",), **route: Any) -> str:
    nlri = [{"nlri": prefix} | route]
    update = {
        "attribute": {"origin": "igp", "as-path": list(path)},
        "announce": {family_of(prefix): dict.fromkeys(hops, nlri)},
    }
    return line(peer, "update", direction="receive", message={"update": update})


def withdraw(peer: Peer, prefix: str, **route: Any) -> str:
    message = {"update": {"withdraw": {family_of(prefix): [{"nlri": prefix} | route]}}}
    return line(peer, "update", direction="receive", message=message)


def played(folder: Path, *lines: str) -> TableDump:
    path = folder / "exabgp.jsonl"
    path.write_text("".join(f"{text}\n" for text in lines))
    return read_table(path, OURS)


def paths(dump: TableDump) -> list[tuple[int, ...]]:
    return [route.as_path for route in dump.routes]


def test_the_last_word_counts(tmp_path: Path) -> None:
    start = (up(ONE), announce(ONE, V4, 64501, 64510), announce(ONE, V4, 64501, 64500, 64510))
    assert paths(played(tmp_path, *start)) == [(64501, 64500, 64510)]
    assert paths(played(tmp_path, *start, withdraw(ONE, V4))) == []
    assert paths(played(tmp_path, *start, down(ONE))) == []
    assert paths(played(tmp_path, *start, down(ONE), up(ONE), announce(ONE, V4, 64501, 64510))) == [(64501, 64510)]
    assert paths(played(tmp_path, *start, withdraw(OTHER, V4))) == [(64501, 64500, 64510)]


def test_a_link_local_next_hop_is_no_second_route(tmp_path: Path) -> None:
    dump = played(tmp_path, announce(OTHER, V6, 64502, 64510, hops=("2001:db8::2", "fe80::1")))
    assert paths(dump) == [(64502, 64510)]
    assert dump.routes[0].peer_address == "2001:db8::2"


def test_add_path_keeps_paths_apart(tmp_path: Path) -> None:
    known: list[dict[str, Any]] = [{"path-information": f"0.0.0.{n}"} for n in (1, 2)]
    two = [announce(ONE, V4, 64501, 64510, **item) for item in known]
    assert len(played(tmp_path, *two).routes) == 1, "the same path twice is one route for us"
    assert len(played(tmp_path, *two, withdraw(ONE, V4, **known[0])).routes) == 1
    assert len(played(tmp_path, *two, *(withdraw(ONE, V4, **item) for item in known)).routes) == 0


def test_a_table_only_when_every_session_begins_and_ends_its_first_transfer(tmp_path: Path) -> None:
    table = [up(ONE), *(announce(ONE, prefix, 64501, 64999) for prefix in FOREIGN), announce(ONE, V4, 64501, 64510)]
    whole = played(tmp_path, *table, eor(ONE))
    assert not whole.updates_only and whole.feeds == {Family.IPV4: (64501,)}
    for lines in (
        table,  # no End-of-RIB
        [*table[1:], eor(ONE)],  # joined in the middle
        [*table, eor(ONE, "ipv6")],  # of the other family
        [*table, eor(ONE), up(OTHER)],  # another neighbour has only begun
        [*table, eor(ONE), announce(OTHER, V4, 64502, 64510)],
        [*table, eor(ONE), down(ONE), up(ONE)],
    ):
        dump = played(tmp_path, *lines)
        assert dump.updates_only and dump.feeds == {}
    assert not played(tmp_path, *table, eor(ONE), up(OTHER), down(OTHER)).updates_only


def test_a_neighbour_with_few_prefixes_has_no_full_feed(tmp_path: Path) -> None:
    both = [up(ONE), up(OTHER), *(announce(ONE, prefix, 64501, 64999) for prefix in FOREIGN)]
    dump = played(tmp_path, *both, announce(OTHER, FOREIGN[0], 64502), eor(ONE), eor(OTHER))
    assert dump.feeds == {Family.IPV4: (64501,)} and set(dump.peers) == {64501, 64502}


def test_what_it_sent_itself_is_no_route(tmp_path: Path) -> None:
    sent = announce(ONE, V4, 64511, 64510).replace('"receive"', '"send"')
    assert paths(played(tmp_path, up(ONE), sent)) == []


@pytest.mark.parametrize(
    ("path", "asns", "as_set"),
    [
        ({"0": {"element": "as-sequence", "value": [64501, 64510]}}, (64501, 64510), False),
        (
            {"1": {"element": "as-set", "value": [1, 2]}, "0": {"element": "as-sequence", "value": [64501]}},
            (64501,),
            True,
        ),
    ],
)
def test_version_5(tmp_path: Path, path: object, asns: tuple[int, ...], as_set: bool) -> None:
    text = announce(ONE, V4).replace('"as-path": []', f'"as-path": {json.dumps(path)}').replace("4.0.1", "5.0.0")
    (route,) = played(tmp_path, text).routes
    assert (route.as_path, route.as_set) == (asns, as_set)


def test_version_4_writes_the_set_beside_the_path(tmp_path: Path) -> None:
    text = announce(ONE, V4, 64501).replace('"origin"', '"as-set": [1, 2], "origin"')
    (route,) = played(tmp_path, text).routes
    assert route.as_set


def test_its_time_is_that_of_the_last_message(tmp_path: Path) -> None:
    later = announce(ONE, V4, 64501).replace("1790000000.5", "1790000009.25")
    assert played(tmp_path, up(ONE), later).data_time == 1790000009.25


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"exabgp": "4.0.1"', "Expecting"),
        ('{"time": 1}', "a line that is no message of ExaBGP"),
        ("[]", "a line that is no message of ExaBGP"),
        ('{"exabgp": "4", "neighbor": {}}', "an entry without"),
        (announce(OTHER, V4, 64502).replace('"peer": 64502', '"peer": "x"'), "no AS number"),
        (announce(ONE, "203.0.113.1/24", 64501), "has host bits set"),
        (announce(ONE, V4, 64501).replace('"as-path": [64501]', '"as-path": [1e400]'), "no AS number"),
    ],
)
def test_damage_keeps_what_came_before(tmp_path: Path, text: str, problem: str) -> None:
    first = announce(ONE, V4, 64501, 64510)
    with pytest.raises(RoutingError, match=f"exabgp.jsonl: at byte {len(first) + 1}: .*{problem}") as caught:
        played(tmp_path, first, text)
    assert caught.value.partial is not None and paths(caught.value.partial) == [(64501, 64510)]


PREFIXES = st.sampled_from([V4, V6, "203.0.113.128/25", "2001:db8::/32", *FOREIGN[:2]])
EVENTS = st.lists(st.tuples(st.sampled_from([ONE, OTHER]), PREFIXES, st.integers(0, 4)), max_size=40)


@given(EVENTS)
def test_played_is_what_a_plain_table_of_the_same_events_holds(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[Peer, str, int]]
) -> None:
    now: dict[tuple[Peer, str], tuple[int, ...]] = {}
    lines = [up(ONE), up(OTHER)]
    for peer, prefix, number in events:
        if number == 0:
            now.pop((peer, prefix), None)
            lines.append(withdraw(peer, prefix))
        elif number == 1:
            now = {key: path for key, path in now.items() if key[0] != peer}
            lines += [down(peer), up(peer)]
        else:
            now[peer, prefix] = (peer[0], 64500 + number)
            lines.append(announce(peer, prefix, *now[peer, prefix]))
    dump = played(tmp_path_factory.mktemp("exabgp"), *lines)
    wanted = {(peer, prefix, path) for (peer, prefix), path in now.items() if prefix not in FOREIGN}
    assert {((r.peer_asn, r.peer_address), r.prefix, r.as_path) for r in dump.routes} == wanted
