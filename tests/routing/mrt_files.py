"""Files of route collectors, built byte by byte for tests."""

import ipaddress
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = [
    "TIME", "Message", "Nlri", "as_path", "attribute", "old_table_record", "peer_index", "record", "rib_record",
    "state_change", "update",
]  # fmt: skip

TIME = 1_790_000_000

Segments = Sequence[tuple[int, Sequence[int]]]


class Nlri(NamedTuple):
    """A prefix and its path identifier."""

    prefix: str
    path_id: int = 0

    @property
    def version(self) -> int:
        """The IP version."""
        return ipaddress.ip_network(self.prefix).version

    def packed(self, add_path: bool) -> bytes:
        """RFC 4271 section 4.3, RFC 7911 section 3."""
        network = ipaddress.ip_network(self.prefix)
        address = network.network_address.packed[: (network.prefixlen + 7) // 8]
        return (struct.pack(">I", self.path_id) if add_path else b"") + bytes((network.prefixlen,)) + address


class Message(NamedTuple):
    """An UPDATE of a peer."""

    peer: tuple[int, str]
    announced: Sequence[Nlri] = ()
    withdrawn: Sequence[Nlri] = ()
    segments: Segments = ()
    extra: bytes = b""  # attributes after the AS_PATH


def record(kind: int, subtype: int, body: bytes, time: int = TIME) -> bytes:
    """RFC 6396 section 2."""
    return struct.pack(">IHHI", time, kind, subtype, len(body)) + body


def attribute(kind: int, value: bytes) -> bytes:
    """A path attribute with an extended length."""
    return struct.pack(">BBH", 0x50, kind, len(value)) + value


def as_path(segments: Segments, asn_size: int = 4) -> bytes:
    """The value of an AS_PATH."""
    letter = "I" if asn_size == 4 else "H"
    return b"".join(bytes((kind, len(asns))) + struct.pack(f">{len(asns)}{letter}", *asns) for kind, asns in segments)


def peer_index(peers: Iterable[tuple[int, str]]) -> bytes:
    """A PEER_INDEX_TABLE with four-byte ASNs."""
    peers = list(peers)
    body = bytes(6) + struct.pack(">H", len(peers))
    for asn, address in peers:
        packed = ipaddress.ip_address(address).packed
        body += bytes((2 | (len(packed) == 16),)) + bytes(4) + packed + struct.pack(">I", asn)
    return record(13, 1, body)


def rib_record(prefix: str, entries: Iterable[tuple[int, int, Segments]], add_path: bool = False) -> bytes:
    """A RIB record; an entry is the peer's index, a path identifier and the AS path."""
    entries = list(entries)
    body = bytes(4) + Nlri(prefix).packed(add_path=False) + struct.pack(">H", len(entries))
    for index, path_id, segments in entries:
        attributes = attribute(1, b"\0") + attribute(2, as_path(segments))
        body += struct.pack(">HI", index, TIME) + (struct.pack(">I", path_id) if add_path else b"")
        body += struct.pack(">H", len(attributes)) + attributes
    return record(13, {4: 2, 6: 4}[Nlri(prefix).version] + (6 if add_path else 0), body)


def old_table_record(prefix: str, peer: tuple[int, str], segments: Segments) -> bytes:
    """A TABLE_DUMP record, of one family for prefix and peer."""
    network = ipaddress.ip_network(prefix)
    attributes = attribute(1, b"\0") + attribute(2, as_path(segments, 2))
    body = bytes(4) + network.network_address.packed + bytes((network.prefixlen, 1)) + struct.pack(">I", TIME)
    body += ipaddress.ip_address(peer[1]).packed + struct.pack(">HH", peer[0], len(attributes)) + attributes
    return record(12, 1 if network.version == 4 else 2, body)


def update(message: Message, asn_size: int = 4, add_path: bool = False, microseconds: bool = False) -> bytes:
    """A BGP4MP (or BGP4MP_ET) record of an UPDATE; IPv6 is in multiprotocol attributes (RFC 4760)."""
    parts = {
        (what, version): b"".join(nlri.packed(add_path) for nlri in found if nlri.version == version)
        for what, found in (("announced", message.announced), ("withdrawn", message.withdrawn))
        for version in (4, 6)
    }
    attributes = attribute(1, b"\0") + attribute(2, as_path(message.segments, asn_size)) + message.extra
    if parts["announced", 6]:
        attributes += attribute(14, b"\0\2\1\x10" + bytes(17) + parts["announced", 6])
    if parts["withdrawn", 6]:
        attributes += attribute(15, b"\0\2\1" + parts["withdrawn", 6])
    body = struct.pack(">H", len(parts["withdrawn", 4])) + parts["withdrawn", 4]
    body += struct.pack(">H", len(attributes)) + attributes + parts["announced", 4]
    bgp = b"\xff" * 16 + struct.pack(">HB", 19 + len(body), 2) + body
    subtype = (4 if asn_size == 4 else 1) if not add_path else (9 if asn_size == 4 else 8)
    return _of_session(message.peer, subtype, asn_size, bgp, microseconds)


def state_change(peer: tuple[int, str], old: int, new: int, asn_size: int = 4) -> bytes:
    """A BGP4MP_STATE_CHANGE record; 6 is Established."""
    return _of_session(peer, 5 if asn_size == 4 else 0, asn_size, struct.pack(">HH", old, new), False)


def _of_session(peer: tuple[int, str], subtype: int, asn_size: int, rest: bytes, microseconds: bool) -> bytes:
    address = ipaddress.ip_address(peer[1])
    asns = b"".join(asn.to_bytes(asn_size, "big") for asn in (peer[0], 64500))
    body = asns + struct.pack(">HH", 0, 1 if address.version == 4 else 2) + address.packed * 2 + rest
    return record(17, subtype, bytes(4) + body) if microseconds else record(16, subtype, body)
