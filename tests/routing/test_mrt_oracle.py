"""Generated tables and updates: mrtparse and our reader find the same prefixes, peers and paths."""

import io
import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mrtparse
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.routing.mrt import read_routes
from tests.routing.mrt_files import Message, Nlri, old_table_record, peer_index, rib_record, state_change, update

_PEERS = ((64501, "198.51.100.1"), (4_200_000_001, "2001:db8:51::2"), (64503, "198.51.100.3"))
_OLD_PEERS = ((64501, "198.51.100.1"), (64503, "198.51.100.3"))
_OURS = ("203.0.112.0/22", "2001:db8:110::/44")
# around ours and within, so that some concern us and some do not
_FOUR = st.builds(
    lambda last, length: _network(0xCB007000 | last, length, 32), st.integers(0, 0xFFF), st.integers(0, 32)
)
_SIX = st.builds(
    lambda part, length: _network((0x20010DB80000 | part) << 80, length, 128), st.integers(0, 0xFFF), st.integers(0, 64)
)
_PREFIX = st.one_of(_FOUR, _SIX)

Paths = list[tuple[int, list[int]]]
Seen = tuple[str, int, str, tuple[int, ...], bool]


def _segments(top: int) -> st.SearchStrategy[Paths]:
    asns = st.lists(st.integers(1, top), min_size=1, max_size=4)
    return st.lists(st.tuples(st.sampled_from((1, 2, 2, 2, 3, 4)), asns), max_size=3)


_WIDE, _NARROW = _segments(2**32 - 1), _segments(65_535)
_ENTRY = st.tuples(st.integers(0, 2), st.integers(0, 3), _WIDE)
_TABLE = st.lists(st.tuples(_PREFIX, st.lists(_ENTRY, max_size=3), st.booleans()), min_size=1, max_size=12)
# mrtparse takes a prefix that is there twice for a sign of ADD-PATH
_NLRI = st.lists(st.builds(Nlri, _PREFIX, st.integers(0, 2)), max_size=3, unique_by=lambda nlri: nlri.prefix)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("oracle") / "file.mrt"


@settings(max_examples=150, deadline=None)
@given(table=_TABLE)
def test_tables_say_the_same(path: Path, table: list[tuple[str, list[tuple[int, int, Paths]], bool]]) -> None:
    path.write_bytes(peer_index(_PEERS) + b"".join(rib_record(*row) for row in table))
    expected: list[Seen] = []
    for data in _records(path):
        if "rib_entries" in data:
            for entry in data["rib_entries"]:
                asn, address = _PEERS[entry["peer_index"]]
                expected.append(_seen(data["prefix"], data["length"], asn, address, entry["path_attributes"]))
    assert _read(path) == sorted(row for row in expected if _ours(row[0]))


@settings(max_examples=100, deadline=None)
@given(table=st.lists(st.tuples(_FOUR, st.sampled_from(_OLD_PEERS), _NARROW), min_size=1, max_size=8))
def test_old_tables_say_the_same(path: Path, table: list[tuple[str, tuple[int, str], Paths]]) -> None:
    path.write_bytes(b"".join(old_table_record(*row) for row in table))
    expected = [
        _seen(data["prefix"], data["length"], int(data["peer_as"]), data["peer_ip"], data["path_attributes"])
        for data in _records(path)
    ]
    assert _read(path) == sorted(row for row in expected if _ours(row[0]))


@st.composite
def _updates(draw: st.DrawFn) -> bytes:
    """Records of one file: UPDATEs of both families, announced and withdrawn again, and sessions that end."""
    records = b""
    size, add_path = draw(st.sampled_from((2, 4))), draw(st.booleans())
    for _ in range(draw(st.integers(1, 10))):
        peer = draw(st.sampled_from(_PEERS if size == 4 else _OLD_PEERS))
        if draw(st.integers(0, 7)) == 0:
            records += state_change(peer, 6, draw(st.sampled_from((1, 6))), size)
            continue
        message = Message(peer, draw(_NLRI), draw(_NLRI), draw(_WIDE if size == 4 else _NARROW))
        records += update(message, size, add_path, draw(st.booleans()))
    return records


@settings(max_examples=300, deadline=None)
@given(data=_updates())
def test_updates_end_in_the_same_state(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    state: dict[tuple[int, str, str, int], Seen] = {}
    for found in _records(path):
        asn, address = int(found["peer_as"]), found["peer_ip"]
        if "new_state" in found:
            if list(found["new_state"]) != [6]:
                state = {key: row for key, row in state.items() if key[:2] != (asn, address)}
            continue
        message = found["bgp_message"]
        attributes = {next(iter(a["type"])): a["value"] for a in message["path_attributes"]}
        gone = [*message["withdrawn_routes"], *attributes.get(15, {}).get("withdrawn_routes", ())]
        there = [*message["nlri"], *attributes.get(14, {}).get("nlri", ())]
        for nlri in gone:
            state.pop((asn, address, _prefix(nlri), nlri.get("path_id", 0)), None)
        for nlri in there:
            row = _seen(nlri["prefix"], nlri["length"], asn, address, message["path_attributes"])
            state[asn, address, row[0], nlri.get("path_id", 0)] = row
    assert _read(path) == sorted(row for row in state.values() if _ours(row[0]))


def _read(path: Path) -> list[Seen]:
    routes = read_routes(path, _OURS).routes
    return sorted((r.prefix, r.peer_asn, r.peer_address, r.as_path, r.as_set) for r in routes)


def _records(path: Path) -> Iterator[Any]:
    for entry in mrtparse.Reader(io.BytesIO(path.read_bytes())):
        assert entry.err is None, entry.err_msg
        yield entry.data


def _seen(prefix: str, length: int, asn: int, address: str, attributes: Any) -> Seen:
    """A row as our reader has it: the path up to an AS_SET, without segments of confederations."""
    (value,) = (a["value"] for a in attributes if list(a["type"]) == [2])
    asns: list[int] = []
    for segment in value:
        kind = next(iter(segment["type"]))
        if kind == 1:
            return f"{prefix}/{length}", asn, address, tuple(asns), True
        asns += [int(number) for number in segment["value"]] if kind == 2 else []
    return f"{prefix}/{length}", asn, address, tuple(asns), False


def _prefix(nlri: Any) -> str:
    return f"{nlri['prefix']}/{nlri['length']}"


def _ours(prefix: str) -> bool:
    network = ipaddress.ip_network(prefix)
    return any(network.version == ours.version and network.overlaps(ours) for ours in map(ipaddress.ip_network, _OURS))


def _network(value: int, length: int, bits: int) -> str:
    value = value >> bits - length << bits - length
    return str(ipaddress.ip_network((value if bits == 32 else ipaddress.IPv6Address(value), length)))
