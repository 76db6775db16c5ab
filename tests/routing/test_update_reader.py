"""Updates (BGP4MP): the state at their end, AS paths of old speakers, and what is no update of ours."""

import struct
from pathlib import Path

import pytest

from netaudit.routing import mrt
from netaudit.routing.mrt import RoutingError, TableDump, read_routes
from tests.routing.mrt_files import (
    TIME,
    Message,
    Nlri,
    as_path,
    attribute,
    peer_index,
    record,
    rib_record,
    state_change,
    update,
)

OURS = ("203.0.113.0/24", "2001:db8:113::/48")
V4, V6 = Nlri(OURS[0]), Nlri(OURS[1])
ONE, TWO = (64501, "198.51.100.1"), (64502, "2001:db8:51::2")
PATH = ((2, (64501, 64510)),)
SEQUENCE, SET, CONFEDERATION = 2, 1, 3


def read(tmp_path: Path, data: bytes) -> TableDump:
    path = tmp_path / "updates.mrt"
    path.write_bytes(data)
    return read_routes(path, OURS)


def state(tmp_path: Path, *records: bytes) -> set[tuple[str, int]]:
    return {(route.prefix, route.peer_asn) for route in read(tmp_path, b"".join(records)).routes}


def test_updates_are_told_from_tables(tmp_path: Path) -> None:
    dump = read(tmp_path, update(Message(ONE, (Nlri("192.0.2.0/24"),), (), PATH)) + state_change(TWO, 1, 6))
    assert dump == TableDump((64501, 64502), (), TIME, {}, updates_only=True)
    table = peer_index([ONE]) + rib_record(V4.prefix, [(0, 0, PATH)])
    assert not read(tmp_path, table).updates_only


def test_what_is_withdrawn_is_gone_at_that_peer_only(tmp_path: Path) -> None:
    both = [update(Message(peer, (V4, V6), (), PATH)) for peer in (ONE, TWO)]
    assert state(tmp_path, *both, update(Message(ONE, (), (V4,)))) == {
        (V6.prefix, 64501), (V4.prefix, 64502), (V6.prefix, 64502),
    }  # fmt: skip
    gone = state(tmp_path, *both, update(Message(TWO, (), (V6,))), update(Message(TWO, (), (V4,))))
    assert gone == {(V4.prefix, 64501), (V6.prefix, 64501)}
    assert len(state(tmp_path, *both, update(Message(TWO, (), (V6,))), both[1])) == 4


def test_a_session_that_ends_takes_its_routes_along(tmp_path: Path) -> None:
    both = [update(Message(peer, (V4,), (), PATH)) for peer in (ONE, TWO)]
    assert state(tmp_path, *both, state_change(ONE, 6, 1)) == {(V4.prefix, 64502)}
    assert len(state(tmp_path, *both, state_change(ONE, 5, 6))) == 2


def test_a_session_of_a_long_asn_ends_under_as_trans_as_bird_writes_it(tmp_path: Path) -> None:
    peer = (4_200_000_001, "198.51.100.1")
    dump = read(tmp_path, update(Message(peer, (V4,), (), PATH)) + state_change((23456, peer[1]), 6, 1, asn_size=2))
    assert (dump.routes, dump.peers) == ((), (4_200_000_001,))


def test_a_birds_own_routes_are_no_peers(tmp_path: Path) -> None:
    table = peer_index([(0, "::"), ONE]) + rib_record(V4.prefix, [(0, 0, ()), (1, 0, PATH)])
    dump = read(tmp_path, table)
    assert [route.peer_asn for route in dump.routes] == [64501]
    assert (dump.peers, list(dump.feeds.values())) == ((64501,), [(64501,)])


def test_paths_of_one_prefix_are_told_by_their_identifier(tmp_path: Path) -> None:
    first, second = Nlri(V6.prefix, 1), Nlri(V6.prefix, 2)
    announced = update(Message(ONE, (first,), (), PATH), add_path=True)
    announced += update(Message(ONE, (second,), (), ((SEQUENCE, (64501, 64499, 64510)),)), add_path=True)
    assert len(read(tmp_path, announced).routes) == 2
    (left,) = read(tmp_path, announced + update(Message(ONE, (), (first,)), add_path=True)).routes
    assert left.as_path == (64501, 64499, 64510)


@pytest.mark.parametrize(
    ("old", "new", "extra", "path"),
    [
        # RFC 6793 section 4.2.3: what AS4_PATH lacks comes from the front of AS_PATH
        ([(2, (64501, 23456, 23456))], [(2, (4_200_000_001, 4_200_000_002))], b"",
            (64501, 4_200_000_001, 4_200_000_002)),
        ([(2, (64501, 64502, 23456))], [(2, (4_200_000_001,))], b"", (64501, 64502, 4_200_000_001)),
        ([(2, (64501,))], [(2, (4_200_000_001, 4_200_000_002))], b"", (64501,)),  # longer than AS_PATH: void
        ([(3, (65001,)), (2, (64501, 23456))], [(2, (4_200_000_001,))], b"", (64501, 4_200_000_001)),
        ([(2, (64501, 23456))], [(3, (65001,)), (2, (4_200_000_001,))], b"", (64501, 4_200_000_001)),
        # an old speaker aggregated after AS4_PATH was made: void
        ([(2, (64501, 23456))], [(2, (4_200_000_001,))], attribute(7, b"\xfb\xf5\1\2\3\4") + attribute(18, bytes(8)),
            (64501, 23456)),
        ([(2, (64501, 23456))], [(2, (4_200_000_001,))], attribute(7, b"\x5b\xa0\1\2\3\4") + attribute(18, bytes(8)),
            (64501, 4_200_000_001)),
    ],
)  # fmt: skip
def test_four_byte_paths_that_crossed_old_speakers(
    tmp_path: Path,
    old: list[tuple[int, tuple[int, ...]]],
    new: list[tuple[int, tuple[int, ...]]],
    extra: bytes,
    path: tuple[int, ...],
) -> None:
    message = Message(ONE, (V4,), (), old, attribute(17, as_path(new)) + extra)
    (route,) = read(tmp_path, update(message, asn_size=2)).routes
    assert (route.as_path, route.as_set) == (path, False)


def test_a_set_ends_the_path_and_confederations_are_no_hops(tmp_path: Path) -> None:
    segments = ((CONFEDERATION, (65001, 65002)), (SEQUENCE, (64501, 64499)), (SET, (64510, 64511)))
    (route,) = read(tmp_path, update(Message(ONE, (V4,), (), segments))).routes
    assert (route.as_path, route.as_set) == ((64501, 64499), True)


def test_other_families_and_the_collectors_own_messages_are_passed_over(tmp_path: Path) -> None:
    multicast = attribute(14, b"\0\2\2\x10" + bytes(17) + V6.packed(add_path=False))
    labelled = attribute(14, b"\0\1\4\4" + bytes(5) + b"\x30\0\0\1\xcb\0\x71")
    own = bytearray(update(Message(ONE, (V4,), (), PATH)))
    own[6:8] = struct.pack(">H", 7)  # BGP4MP_MESSAGE_AS4_LOCAL
    messages = (update(Message(ONE, (), (), PATH, extra)) for extra in (multicast, labelled))
    assert state(tmp_path, *messages, bytes(own)) == set()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({40: b"\0"}, "no BGP message"),
        ({48: b"\xff\xff"}, "no BGP message"),
        ({51: b"\xff\xff"}, "bytes wanted"),
        ({22: b"\0\3"}, "address family 3"),
    ],
)
def test_a_bad_update_is_an_error_with_its_offset_and_keeps_what_was_before(
    tmp_path: Path, damage: dict[int, bytes], words: str
) -> None:
    good, bad = update(Message(ONE, (V4,), (), PATH)), bytearray(update(Message(ONE, (), (V4,))))
    for position, value in damage.items():
        bad[position : position + len(value)] = value
    with pytest.raises(RoutingError, match=words) as caught:
        read(tmp_path, good + bytes(bad))
    assert f"updates.mrt: at byte {len(good)}: " in str(caught.value)
    assert caught.value.partial is not None
    assert [route.prefix for route in caught.value.partial.routes] == [V4.prefix]


def test_routes_are_bounded_and_those_withdrawn_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mrt, "_ROUTES", 3)
    parts = [Nlri(f"203.0.113.{n}/32") for n in range(8)]
    flapping = b"".join(
        update(Message(ONE, (part,), (), PATH)) + update(Message(ONE, (), (part,)))
        + update(Message(TWO, (part,), (), PATH)) + state_change(TWO, 6, 1) for part in parts
    )  # fmt: skip
    assert read(tmp_path, flapping).routes == ()
    with pytest.raises(RoutingError, match="more than 3 routes"):
        read(tmp_path, update(Message(ONE, parts[:4], (), PATH)))


def test_generic_and_unknown_records_are_passed_over(tmp_path: Path) -> None:
    table = peer_index([ONE]) + record(13, 6, b"\0\0\0\0\0\1\x80") + record(13, 12, b"") + record(48, 1, b"x" * 40)
    assert state(tmp_path, table, rib_record(V4.prefix, [(0, 7, PATH)], add_path=True)) == {(V4.prefix, 64501)}
