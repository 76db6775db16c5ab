"""Route collectors' table dumps (MRT TABLE_DUMP_V2, RFC 6396), read as a stream and filtered to our prefixes.

Only records of prefixes that equal, contain or lie within ours are decoded beyond their prefix, so the
cost of a full table is the cost of skipping it. Of a sample of the others the peers are counted, to tell
full feeds from partial ones. Everything is bounded: the bytes come from strangers.
"""

import bz2
import gzip
import ipaddress
import lzma
import struct
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple, cast

import zstandard

from netaudit.model.common import Family
from netaudit.model.facts import Route

__all__ = ["RoutingError", "TableDump", "read_routes"]

_TABLE_DUMP_V2 = 13
_PEER_INDEX_TABLE = 1
_RIB_SUBTYPES = {2: (4, False), 4: (6, False), 8: (4, True), 10: (6, True)}  # subtype -> IP version, ADD-PATH
_AS_PATH = 2
_AS_SET = 1
_RECORD_BYTES = 4 * 1024 * 1024  # far above the largest record of a collector with a thousand peers
_ROUTES = 100_000
_PATH_LENGTH = 255
_SAMPLED_FIRST, _SAMPLED_EVERY = 256, 256  # records of a family whose peers are counted: the first, then every so many

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class RoutingError(Exception):
    """A dump that can't be read, with the offset in the uncompressed stream. `partial` holds what came before."""

    def __init__(self, source: str, offset: int, problem: str, partial: "TableDump | None" = None) -> None:
        super().__init__(f"{source}: at byte {offset}: {problem}")
        self.partial = partial


class TableDump(NamedTuple):
    """What a dump says of our prefixes: every peer AS, our routes, the time of the dump, and full feeds by family."""

    peers: tuple[int, ...]
    routes: tuple[Route, ...]
    data_time: float | None
    feeds: dict[Family, tuple[int, ...]]


class _Peer(NamedTuple):
    asn: int
    address: str


class _Prefix(NamedTuple):
    version: int
    value: int
    length: int


def read_routes(path: Path, prefixes: Sequence[str]) -> TableDump:
    """Read the routes of `prefixes` and of their more and less specifics from an MRT file.

    gzip, bzip2, xz and zstd are recognised by their first bytes. Raises RoutingError for a file that is
    missing, truncated, corrupt, of another type, or too large to be honest.
    """
    wanted = [_wanted(ipaddress.ip_network(prefix)) for prefix in prefixes]
    scanner = _Scanner(path.name, wanted)
    try:
        with _opened(path) as stream:
            scanner.read(stream)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError) as error:
        raise RoutingError(path.name, scanner.offset, str(error), scanner.result()) from error
    if not scanner.peers:
        raise RoutingError(path.name, scanner.offset, "no peer index table: this is no TABLE_DUMP_V2 file")
    return scanner.result()


class _Scanner:
    def __init__(self, source: str, wanted: list[_Prefix]) -> None:
        self._source = source
        self._wanted = wanted
        self._routes: list[Route] = []
        self._data_time: float | None = None
        self._records: Counter[Family] = Counter()
        self._sampled: Counter[Family] = Counter()
        self._carried: dict[Family, Counter[int]] = defaultdict(Counter)
        self.peers: list[_Peer] = []
        self.offset = 0

    def result(self) -> TableDump:
        """What has been read so far."""
        feeds = {
            family: tuple(sorted(asn for asn, count in self._carried[family].items() if 2 * count >= sampled))
            for family, sampled in sorted(self._sampled.items())
        }
        peers = tuple(peer.asn for peer in self.peers if peer.asn)  # BIRD's first entry is AS 0, its own (RFC 7607)
        return TableDump(peers, tuple(self._routes), self._data_time, feeds)

    def read(self, stream: IO[bytes]) -> None:
        """Read to the end. Raises RoutingError with the offset of the record that is wrong."""
        while header := stream.read(12):
            if len(header) < 12:
                raise self._error("the file ends within a record header")
            seconds, kind, subtype, length = struct.unpack(">IHHI", header)
            if length > _RECORD_BYTES:
                raise self._error(f"a record of {length} bytes")
            body = stream.read(length)
            if len(body) < length:
                raise self._error("the file ends within a record")
            if kind == _TABLE_DUMP_V2:
                self._data_time = float(seconds)
                self._record(subtype, body)
            self.offset += 12 + length

    def _record(self, subtype: int, body: bytes) -> None:
        try:
            if subtype == _PEER_INDEX_TABLE:
                self.peers = list(_peer_index(body))
            elif subtype in _RIB_SUBTYPES:
                self._rib(body, *_RIB_SUBTYPES[subtype])
        except (struct.error, IndexError, ValueError) as error:
            raise self._error(f"a record that can't be decoded ({error})") from error

    def _rib(self, body: bytes, version: int, add_path: bool) -> None:
        length = body[4]
        size = (length + 7) // 8
        bits = 32 if version == 4 else 128
        if length > bits:
            raise ValueError(f"prefix length {length}")
        self._sample(Family.IPV6 if version == 6 else Family.IPV4, body, 5 + size, add_path)
        value = int.from_bytes(body[5 : 5 + size], "big") << (bits - 8 * size)
        if not any(_related(_Prefix(version, value, length), ours) for ours in self._wanted):
            return
        prefix = str(ipaddress.ip_network((value, length))) if version == 4 else _ipv6_prefix(value, length)
        for peer_index, attributes in _entries(body, 5 + size, add_path):
            peer = self.peers[peer_index]
            as_path, as_set = _as_path(attributes)
            if len(self._routes) >= _ROUTES:
                raise self._error(f"more than {_ROUTES} routes of our prefixes")
            self._routes.append(
                Route(prefix=prefix, peer_asn=peer.asn, peer_address=peer.address, as_path=as_path, as_set=as_set)
            )

    def _sample(self, family: Family, body: bytes, position: int, add_path: bool) -> None:
        """Count the peers of some records, spread over the table."""
        self._records[family] += 1
        if self._records[family] > _SAMPLED_FIRST and self._records[family] % _SAMPLED_EVERY:
            return
        self._sampled[family] += 1
        self._carried[family].update({self.peers[index].asn for index, _ in _entries(body, position, add_path)})

    def _error(self, problem: str) -> RoutingError:
        return RoutingError(self._source, self.offset, problem, self.result())


def _peer_index(body: bytes) -> Iterator[_Peer]:
    """RFC 6396 section 4.3.1."""
    (name_length,) = struct.unpack_from(">H", body, 4)
    position = 6 + name_length
    (count,) = struct.unpack_from(">H", body, position)
    position += 2
    for _ in range(count):
        kind = body[position]
        address_size = 16 if kind & 1 else 4
        asn_size = 4 if kind & 2 else 2
        start = position + 5
        address = ipaddress.ip_address(_exactly(body, start, address_size))
        asn = int.from_bytes(_exactly(body, start + address_size, asn_size), "big")
        yield _Peer(asn, str(address))
        position = start + address_size + asn_size


def _entries(body: bytes, position: int, add_path: bool) -> Iterator[tuple[int, bytes]]:
    """Peer index and path attributes: RFC 6396 section 4.3.4; with ADD-PATH RFC 8050 section 4.1."""
    (count,) = struct.unpack_from(">H", body, position)
    position += 2
    for _ in range(count):
        (peer_index,) = struct.unpack_from(">H", body, position)
        position += 10 if add_path else 6
        (length,) = struct.unpack_from(">H", body, position)
        position += 2
        yield peer_index, _exactly(body, position, length)
        position += length


def _as_path(attributes: bytes) -> tuple[tuple[int, ...], bool]:
    """The AS_PATH among path attributes (RFC 4271 section 4.3), always with four-byte ASNs in this format."""
    position = 0
    while position < len(attributes):
        flags, kind = attributes[position], attributes[position + 1]
        extended = flags & 0x10
        (length,) = struct.unpack_from(">H" if extended else ">B", attributes, position + 2)
        start = position + (4 if extended else 3)
        if kind == _AS_PATH:
            return _segments(_exactly(attributes, start, length))
        position = start + length
    return (), False


def _segments(data: bytes) -> tuple[tuple[int, ...], bool]:
    path: list[int] = []
    position = 0
    while position < len(data):
        kind, count = data[position], data[position + 1]
        if kind == _AS_SET:
            return tuple(path), True
        path += struct.unpack(f">{count}I", _exactly(data, position + 2, 4 * count))
        position += 2 + 4 * count
    return tuple(path[:_PATH_LENGTH]), False


def _exactly(data: bytes, start: int, size: int) -> bytes:
    part = data[start : start + size]
    if len(part) < size:
        raise ValueError(f"{size} bytes wanted, {len(part)} there")
    return part


def _wanted(network: _Network) -> _Prefix:
    return _Prefix(network.version, int(network.network_address), network.prefixlen)


def _related(one: _Prefix, other: _Prefix) -> bool:
    """Whether one prefix equals, contains or lies within the other."""
    if one.version != other.version:
        return False
    shift = (32 if one.version == 4 else 128) - min(one.length, other.length)
    return one.value >> shift == other.value >> shift


def _ipv6_prefix(value: int, length: int) -> str:
    return str(ipaddress.IPv6Network((value, length)))


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        magic = file.read(6)
    if magic.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if magic.startswith(b"BZh"):
        return bz2.open(path, "rb")
    if magic.startswith(b"\xfd7zXZ"):
        return lzma.open(path, "rb")
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        return cast("IO[bytes]", zstandard.open(path, "rb"))
    return path.open("rb", buffering=1 << 20)
