"""The MRT reader against files built here, with mrtparse as the independent oracle."""

import bz2
import gzip
import ipaddress
import lzma
import random
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import mrtparse
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.model.common import Family
from netaudit.routing import mrt
from netaudit.routing.mrt import RoutingError, read_routes

OURS = ("203.0.113.0/24", "2001:db8:113::/48")
PEERS = ((64501, "198.51.100.1"), (64502, "2001:db8:51::2"))
PATHS = ((64501, 64510), (64502, 64502, 64510))


def record(subtype: int, body: bytes, kind: int = 13) -> bytes:
    return struct.pack(">IHHI", 1_790_000_000, kind, subtype, len(body)) + body


def peer_index() -> bytes:
    body = bytes(4) + struct.pack(">H", 4) + b"view" + struct.pack(">H", len(PEERS))
    for asn, address in PEERS:
        packed = ipaddress.ip_address(address).packed
        body += bytes((2 | (len(packed) == 16),)) + bytes(4) + packed + struct.pack(">I", asn)
    return record(1, body)


def rib(prefix: str, paths: tuple[tuple[int, ...], ...] = PATHS, segment: int = 2) -> bytes:
    network = ipaddress.ip_network(prefix)
    size = (network.prefixlen + 7) // 8
    body = (
        bytes(4) + bytes((network.prefixlen,)) + network.network_address.packed[:size] + struct.pack(">H", len(paths))
    )
    for index, path in enumerate(paths):
        data = bytes((segment, len(path))) + struct.pack(f">{len(path)}I", *path)
        attributes = b"\x40\x01\x01\x00" + b"\x50\x02" + struct.pack(">H", len(data)) + data
        body += struct.pack(">HIH", index, 0, len(attributes)) + attributes
    return record(2 if network.version == 4 else 4, body)


def dump(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "rib.mrt"
    path.write_bytes(data)
    return path


def table() -> bytes:
    prefixes = (
        "0.0.0.0/0",
        "203.0.113.0/24",
        "203.0.113.128/25",
        "203.0.112.0/23",
        "203.0.114.0/24",
        "198.51.100.0/24",
    )
    more = ("::/0", "2001:db8:113::/48", "2001:db8:113:8000::/49", "2001:db8:114::/48")
    return peer_index() + b"".join(rib(prefix) for prefix in prefixes + more)


def test_only_related_prefixes_are_kept_with_peer_and_path(tmp_path: Path) -> None:
    peers, routes, data_time, *_ = read_routes(dump(tmp_path, table()), OURS)
    assert peers == (64501, 64502)
    assert data_time == 1_790_000_000
    assert {r.prefix for r in routes} == {
        "0.0.0.0/0", "203.0.113.0/24", "203.0.113.128/25", "203.0.112.0/23", "::/0", "2001:db8:113::/48",
        "2001:db8:113:8000::/49",
    }  # fmt: skip
    exact = [r for r in routes if r.prefix == "2001:db8:113::/48"]
    assert [(r.peer_asn, r.peer_address, r.as_path) for r in exact] == [
        (64501, "198.51.100.1", (64501, 64510)),
        (64502, "2001:db8:51::2", (64502, 64502, 64510)),
    ]


def test_a_feed_is_full_when_it_carries_half_of_its_family(tmp_path: Path) -> None:
    both, one = ("198.51.100.0/24", "203.0.113.0/24"), ("192.0.2.0/24", "2001:db8:114::/48")
    data = peer_index() + b"".join(rib(prefix) for prefix in both) + b"".join(rib(prefix, PATHS[:1]) for prefix in one)
    assert read_routes(dump(tmp_path, data), OURS).feeds == {Family.IPV4: (64501, 64502), Family.IPV6: (64501,)}
    rest = b"".join(rib(f"10.{i}.0.0/16", PATHS[:1]) for i in range(2))
    assert read_routes(dump(tmp_path, data + rest), OURS).feeds[Family.IPV4] == (64501,)


def test_feeds_are_counted_beyond_the_first_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mrt, "_SAMPLED_FIRST", 8)
    monkeypatch.setattr(mrt, "_SAMPLED_EVERY", 4)
    early = b"".join(rib(f"10.0.{i}.0/24") for i in range(8))
    late = b"".join(rib(f"10.1.{i}.0/24", PATHS[:1]) for i in range(40))
    assert read_routes(dump(tmp_path, peer_index() + early + late), OURS).feeds[Family.IPV4] == (64501,)


def test_mrtparse_reads_the_same_paths(tmp_path: Path) -> None:
    path = dump(tmp_path, table())
    theirs = set()
    for entry in mrtparse.Reader(str(path)):
        data = entry.data
        if list(data["type"]) != [13] or next(iter(data["subtype"])) == 1:
            continue
        for rib_entry in data["rib_entries"]:
            for attribute in rib_entry["path_attributes"]:
                if list(attribute["type"]) == [2]:
                    asns = tuple(int(asn) for part in attribute["value"] for asn in part["value"])
                    theirs.add((f"{data['prefix']}/{data['length']}", rib_entry["peer_index"], asns))
    routes = read_routes(path, ("0.0.0.0/0", "::/0")).routes
    ours = {(r.prefix, [a for a, _ in PEERS].index(r.peer_asn), r.as_path) for r in routes}
    assert ours == theirs and len(ours) == 20


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress])
def test_compressed_dumps_are_recognised_by_content(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    routes = read_routes(dump(tmp_path, pack(table())), OURS).routes
    assert len(routes) == 14


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress])
def test_several_packed_streams_in_a_row_are_one_file(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    data = table()
    packed = b"".join(pack(data[start : start + 100]) for start in range(0, len(data), 100))
    assert read_routes(dump(tmp_path, packed), OURS) == read_routes(dump(tmp_path, data), OURS)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress])
def test_a_packed_file_that_ends_too_early_is_no_table_that_ends(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    for cut in (1, 4, 9):
        with pytest.raises(RoutingError, match="at byte"):
            read_routes(dump(tmp_path, pack(table())[:-cut]), OURS)


def test_packing_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 256 * 1024 * 1024}]
    with pytest.raises(RoutingError, match="Memory usage limit"):
        read_routes(dump(tmp_path, lzma.compress(table(), filters=filters)), OURS)
    settings = zstandard.ZstdCompressionParameters(window_log=28, enable_ldm=False)
    packer = zstandard.ZstdCompressor(compression_params=settings).compressobj()
    with pytest.raises(RoutingError, match="memory"):
        read_routes(dump(tmp_path, packer.compress(table()) + packer.flush()), OURS)


def _xz(data: bytes) -> bytes:
    return lzma.compress(data, preset=0)  # its dictionary is small


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, _xz, zstandard.ZstdCompressor().compress])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    chance = random.Random(1)
    data = b"".join(record(99, chance.randbytes(4_000)) for _ in range(4_000))
    assert _peak(dump(tmp_path, pack(peer_index() + data))) < 8_000_000 < len(data) / 1.9


def test_memory_is_bounded_when_little_unpacks_to_much(tmp_path: Path) -> None:
    data = peer_index() + b"".join(record(99, bytes(4_000_000)) for _ in range(64))
    packed = zstandard.ZstdCompressor().compress(data)
    assert len(packed) < 100_000
    assert _peak(dump(tmp_path, packed)) < 50_000_000


def _peak(path: Path) -> int:
    tracemalloc.start()
    try:
        read_routes(path, OURS)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_record_longer_than_what_is_read_at_once_is_read(tmp_path: Path) -> None:
    long = record(99, bytes(3_000_000), kind=48)
    many = rib(OURS[0], PATHS)
    _, routes, *_ = read_routes(dump(tmp_path, peer_index() + many + long + rib(OURS[1]) + long + rib("::/0")), OURS)
    assert [route.prefix for route in routes] == [OURS[0]] * 2 + [OURS[1]] * 2 + ["::/0"] * 2


def test_attributes_of_other_prefixes_are_never_decoded(tmp_path: Path) -> None:
    def damaged(prefix: str) -> bytes:
        return rib(prefix, segment=77)

    others = damaged("198.51.100.0/24") + damaged("2001:db8:114::/48")
    assert read_routes(dump(tmp_path, peer_index() + others * 300), OURS).routes == ()
    with pytest.raises(RoutingError, match="segment of type 77"):
        read_routes(dump(tmp_path, peer_index() + others + damaged("203.0.113.128/25")), OURS)


def test_bits_after_the_prefix_mean_nothing(tmp_path: Path) -> None:
    data = bytearray(rib("203.0.112.0/23"))
    data[12 + 5 + 2] |= 1
    assert {route.prefix for route in read_routes(dump(tmp_path, peer_index() + bytes(data)), OURS).routes} == {
        "203.0.112.0/23"
    }


def test_a_record_too_short_for_its_prefix_is_an_error_though_it_is_not_ours(tmp_path: Path) -> None:
    good = b"".join(rib("198.51.100.0/24") for _ in range(300))  # no sample is due
    with pytest.raises(RoutingError, match="can't be decoded"):
        read_routes(dump(tmp_path, peer_index() + good + record(2, b"\0\0\0\0\x18\x0a\0\0\0") + good), OURS)


@pytest.mark.parametrize(
    ("prefix", "paths", "originates"),
    [
        ("203.0.113.0/24", ((),), True),
        ("203.0.113.128/25", ((), (64502, 64510)), True),
        ("0.0.0.0/0", ((),), False),  # a default route of its own covers ours and originates nothing
        ("198.51.100.0/24", ((),), False),
        ("203.0.113.0/24", PATHS, False),
    ],
)
def test_a_route_without_an_as_is_that_of_the_router_that_originates_it(
    tmp_path: Path, prefix: str, paths: tuple[tuple[int, ...], ...], originates: bool
) -> None:
    assert read_routes(dump(tmp_path, peer_index() + rib(prefix, paths)), OURS).originates is originates


def test_an_as_set_ends_the_path(tmp_path: Path) -> None:
    routes = read_routes(dump(tmp_path, peer_index() + rib(OURS[0], segment=1)), OURS).routes
    assert {(r.as_path, r.as_set) for r in routes} == {((), True)}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no peer index"),
        (b"hello, this is no dump at all", "a record of"),
        (table()[:-3], "ends within a record"),
        (table()[: len(peer_index()) + 5], "ends within a record header"),
        (rib(OURS[0]), "no peer index table stands before it"),
        (peer_index() + rib(OURS[0], PATHS * 9), rf"at byte {len(peer_index())}: .*peer {len(PEERS)} of a peer index"),
        (gzip.compress(peer_index() + bytes(120), mtime=0), rf"at byte {len(peer_index())}: .*header of zeros"),
        (peer_index() + record(2, b"\0\0\0\0\x21\xcb\0\x71\0\0"), "prefix length 33"),
        (struct.pack(">IHHI", 0, 13, 2, 2**31), "a record of"),
        (gzip.compress(table(), mtime=0)[:-20], "end-of-stream"),
        (gzip.compress(table(), mtime=0)[:10] + b"\x07", "invalid block type"),  # zlib's own error, which is no OSError
    ],
)
def test_a_bad_dump_is_one_clear_error_with_its_offset(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(RoutingError, match=words) as caught:
        read_routes(dump(tmp_path, data), OURS)
    assert "rib.mrt: at byte" in str(caught.value)


def test_what_was_read_before_a_truncation_is_kept(tmp_path: Path) -> None:
    with pytest.raises(RoutingError) as caught:
        read_routes(dump(tmp_path, table()[:-3]), OURS)
    assert caught.value.partial is not None
    assert "203.0.113.0/24" in {r.prefix for r in caught.value.partial.routes}


def test_a_missing_file_is_a_routing_error(tmp_path: Path) -> None:
    with pytest.raises(RoutingError, match="No such file"):
        read_routes(tmp_path / "absent.mrt", OURS)


@settings(max_examples=300, deadline=None)
@given(position=st.integers(min_value=0), value=st.integers(min_value=0, max_value=255), cut=st.integers(min_value=0))
def test_no_mutation_escapes_as_anything_but_a_routing_error(
    tmp_path_factory: pytest.TempPathFactory, position: int, value: int, cut: int
) -> None:
    data = bytearray(table())
    data[position % len(data)] = value
    path = tmp_path_factory.getbasetemp() / "mutated.mrt"
    path.write_bytes(bytes(data[: len(data) - cut % 50]))
    try:
        read_routes(path, OURS)
    except RoutingError:
        return
