"""Route collectors' files (MRT, RFC 6396), read as a stream and filtered to our prefixes.

Table dumps (TABLE_DUMP_V2, with ADD-PATH by RFC 8050, and the old TABLE_DUMP) and updates (BGP4MP). Only
records of prefixes that equal, contain or lie within ours are decoded beyond their prefix, so the cost of a
full table is the cost of skipping it. Of a sample of the others the peers are counted, to tell full feeds
from partial ones. Everything is bounded: the bytes come from strangers.
"""

import ipaddress
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple, Protocol, cast

from netaudit.model.common import Family
from netaudit.model.facts import Route
from netaudit.routing.attributes import AsPath, as_path, exactly, path_attributes
from netaudit.routing.dump import FullFeeds, RoutingError, TableDump
from netaudit.routing.streams import UNPACKING_ERRORS, opened
from netaudit.routing.updates import Updates
from netaudit.routing.wanted import Prefix, Wanted

__all__ = ["RoutingError", "TableDump", "read_routes"]

_TABLE_DUMP, _TABLE_DUMP_V2, _BGP4MP, _BGP4MP_ET = 12, 13, 16, 17
_PEER_INDEX_TABLE = 1
_RIB_SUBTYPES = {2: (4, False), 4: (6, False), 8: (4, True), 10: (6, True)}  # subtype -> IP version, ADD-PATH
_RECORD_BYTES = 4 * 1024 * 1024  # far above the largest record of a collector with a thousand peers
_CHUNK = 512 * 1024  # bytes read at once: they stay in the processor's cache
_ROUTES = 100_000
_OLD_PEERS = 65_535
_SELF = 0  # the AS of BIRD's first peer: BIRD itself, with its own routes (no peer has it, RFC 7607)
_SAMPLED_FIRST, _SAMPLED_EVERY = 256, 256  # records of a family whose peers are counted: the first, then every so many
_HEADER = 12
_START = struct.Struct(">IIIIBQ")  # time, type and subtype, length; of a RIB record: number, prefix length and prefix
_NEVER_ENOUGH = 1 << 32


class _Stream(Protocol):
    def readinto(self, buffer: memoryview, /) -> int | None: ...


class _Peer(NamedTuple):
    asn: int
    address: str


def read_routes(path: Path, prefixes: Sequence[str]) -> TableDump:
    """Read the routes of `prefixes` and of their more and less specifics from an MRT file.

    gzip, bzip2, xz and zstd are recognised by their first bytes. Raises RoutingError for a file that is
    missing, truncated, corrupt, of another type, or too large to be honest.
    """
    scanner = _Scanner(path.name, Wanted(prefixes))
    try:
        with opened(path) as stream:
            scanner.read(stream)
    except UNPACKING_ERRORS as error:
        raise RoutingError(path.name, scanner.offset, str(error), scanner.result()) from error
    return scanner.result()


class _Table:
    """The records of one subtype: which of them to look at, and when the next one is a sample."""

    __slots__ = ("add_path", "left", "rules", "seen", "version")

    def __init__(self, wanted: Wanted, version: int, add_path: bool) -> None:
        self.version, self.add_path = version, add_path
        self.seen = 0
        self.left = 1
        tests = wanted.first_tests(version)
        # by prefix length: how long a record must at least be to be passed over, and the first test
        self.rules = [(7 + (length + 7) // 8, shift, keys) for length, (shift, keys) in enumerate(tests)]
        self.rules += [(_NEVER_ENOUGH, 0, frozenset())] * (256 - len(tests))

    def sampled(self) -> bool:
        """Whether this record is a sample; counts those passed over since the last one too."""
        if self.left > 0:
            return False
        self.seen += 1
        self.left = 1 if self.seen < _SAMPLED_FIRST else _SAMPLED_EVERY
        return True


class _Scanner:
    def __init__(self, source: str, wanted: Wanted) -> None:
        self._source = source
        self._wanted = wanted
        self._routes: list[Route] = []
        self._data_time: float | None = None
        self._feeds = FullFeeds()
        self._peers: list[_Peer] = []
        self._old_peers: dict[_Peer, None] = {}
        self._updates = Updates(wanted, _ROUTES)
        self._kinds: set[int] = set()
        self._originates = False
        self._tables = {
            _TABLE_DUMP_V2 << 16 | subtype: _Table(wanted, version, add_path)
            for subtype, (version, add_path) in _RIB_SUBTYPES.items()
        }
        self.offset = 0

    def result(self) -> TableDump:
        """What has been read so far."""
        listed = (*(peer.asn for peer in (*self._peers, *self._old_peers)), *self._updates.peers)
        peers = tuple(asn for asn in listed if asn != _SELF)
        only = bool(self._kinds) and self._kinds.isdisjoint((_TABLE_DUMP, _TABLE_DUMP_V2))
        routes = (*self._routes, *self._updates.routes)
        return TableDump(peers, routes, self._data_time, self._feeds.result(), only, originates=self._originates)

    def read(self, stream: IO[bytes]) -> None:
        """Read to the end. Raises RoutingError with the offset of the record that is wrong."""
        source = cast(_Stream, stream)
        buffer = bytearray(_CHUNK + _START.size)  # what is unpacked of a record's start may lie beyond the record
        end = 0
        while count := source.readinto(memoryview(buffer)[end : len(buffer) - _START.size]):
            end += count
            used = self._records(buffer, end)
            rest = buffer[used:end]
            if len(rest) > (len(buffer) - _START.size) // 2:  # a long record: of no more than _RECORD_BYTES
                buffer = bytearray(2 * len(buffer))
            end = len(rest)
            buffer[:end] = rest
        if end:
            raise self._error("the file ends within a record" + (" header" if end < _HEADER else ""))
        if not self._kinds:
            raise self._error("no peer index table and no update: this is no TABLE_DUMP_V2, TABLE_DUMP or BGP4MP file")

    def _records(self, buffer: bytearray, end: int) -> int:
        """Take the whole records of a buffer. Returns where the first one that is not whole begins."""
        base, position = self.offset, 0
        tables, start = self._tables, _START.unpack_from
        while position + _HEADER <= end:
            seconds, kind, length, _, bits, word = start(buffer, position)
            after = position + _HEADER + length
            if after > end:
                if length > _RECORD_BYTES:
                    self.offset = base + position
                    raise self._error(f"a record of {length} bytes")
                break
            table = tables.get(kind)
            if table is not None:
                table.left -= 1
                least, shift, keys = table.rules[bits]
                if word >> shift not in keys and table.left and length >= least:
                    position = after
                    continue
            self.offset = base + position
            self._record(seconds, kind, table, bytes(buffer[position + _HEADER : after]))
            position = after
        self.offset = base + position
        return position

    def _record(self, seconds: int, kind: int, table: _Table | None, body: bytes) -> None:
        if not (seconds or kind or body):
            raise self._error("a record header of zeros alone")
        kind, subtype = kind >> 16, kind & 0xFFFF
        try:
            if table is not None:
                self._rib(table, body)
            elif kind == _TABLE_DUMP_V2 and subtype == _PEER_INDEX_TABLE:
                self._peers = list(_peer_index(body))
            elif kind == _TABLE_DUMP:
                self._old_rib(subtype, body)
            elif kind in (_BGP4MP, _BGP4MP_ET):
                self._updates.take(subtype, body if kind == _BGP4MP else exactly(body, 4, len(body) - 4))
            else:
                return
        except (struct.error, IndexError, ValueError) as error:
            raise self._error(f"a record that can't be decoded ({error})") from error
        self._kinds.add(kind)
        self._data_time = float(seconds)

    def _rib(self, table: _Table, body: bytes) -> None:
        """RFC 6396 section 4.3.2."""
        size = (body[4] + 7) // 8
        prefix = Prefix.of(table.version, body[5 : 5 + size], body[4])
        exactly(body, 5 + size, 2)  # the number of entries, which is not looked at when the prefix is not ours
        ours, sampled = self._wanted.concerns(prefix), table.sampled()
        if sampled:
            family = Family.IPV6 if table.version == 6 else Family.IPV4
            entries = _entries(body, 5 + size, table.add_path)
            self._feeds.add(family, {self._peer(index).asn for index, _ in entries} - {_SELF})
        if ours:
            for index, attributes in _entries(body, 5 + size, table.add_path):
                peer, path = self._peer(index), as_path(path_attributes(attributes), 4)
                self._originates |= not path.asns and not path.as_set and self._wanted.holds(prefix)
                if peer.asn != _SELF:
                    self._keep(prefix, peer, path)

    def _old_rib(self, subtype: int, body: bytes) -> None:
        """A prefix of one peer, with two-byte ASNs: RFC 6396 section 4.2."""
        if subtype not in (1, 2):
            raise ValueError(f"a table of address family {subtype}")
        size = 4 if subtype == 1 else 16
        prefix = Prefix.of(4 if subtype == 1 else 6, exactly(body, 4, size), body[4 + size])
        position = 10 + size  # after the prefix length come a status and a time
        address = ipaddress.ip_address(exactly(body, position, size))
        asn, length = struct.unpack_from(">HH", body, position + size)
        attributes = exactly(body, position + size + 4, length)
        peer = _Peer(asn, str(address))
        self._old_peers[peer] = None
        if len(self._old_peers) > _OLD_PEERS:
            raise ValueError(f"more than {_OLD_PEERS} peers")
        if self._wanted.concerns(prefix):
            self._keep(prefix, peer, as_path(path_attributes(attributes), 2))

    def _peer(self, index: int) -> _Peer:
        if not self._peers:
            raise ValueError("no peer index table stands before it")
        if index >= len(self._peers):
            raise ValueError(f"peer {index} of a peer index table of {len(self._peers)}")
        return self._peers[index]

    def _keep(self, prefix: Prefix, peer: _Peer, path: AsPath) -> None:
        if len(self._routes) >= _ROUTES:
            raise ValueError(f"more than {_ROUTES} routes of our prefixes")
        self._routes.append(
            Route(
                prefix=str(prefix),
                peer_asn=peer.asn,
                peer_address=peer.address,
                as_path=path.asns,
                as_set=path.as_set,
            )
        )

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
        address = ipaddress.ip_address(exactly(body, start, address_size))
        asn = int.from_bytes(exactly(body, start + address_size, asn_size), "big")
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
        yield peer_index, exactly(body, position, length)
        position += length
