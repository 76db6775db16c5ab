"""BGP path attributes (RFC 4271 section 4.3), as far as the AS path and the prefixes of a route need them."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from netaudit.routing.wanted import Prefix

__all__ = [
    "AS_TRANS",
    "MP_REACH",
    "MP_UNREACH",
    "AsPath",
    "as_path",
    "exactly",
    "multiprotocol",
    "path_attributes",
    "prefixes",
]

_AS_PATH, _AGGREGATOR, MP_REACH, MP_UNREACH, _AS4_PATH, _AS4_AGGREGATOR = 2, 7, 14, 15, 17, 18
AS_TRANS = 23456  # RFC 6793 section 9
_AS_SET, _AS_SEQUENCE, _CONFED_SEQUENCE, _CONFED_SET = 1, 2, 3, 4
_PATH_LENGTH = 255
_VERSIONS = {(1, 1): 4, (2, 1): 6}  # AFI, SAFI unicast

_Segments = list[tuple[int, tuple[int, ...]]]


class AsPath(NamedTuple):
    """The ASes from the peer to the origin. An AS_SET ends the path; segments of confederations are left out."""

    asns: tuple[int, ...]
    as_set: bool


def path_attributes(data: bytes) -> dict[int, bytes]:
    """The values of path attributes by type; of one that is repeated the first (RFC 7606 section 3)."""
    found: dict[int, bytes] = {}
    position = 0
    while position < len(data):
        extended = data[position] & 0x10
        kind = data[position + 1]
        (length,) = struct.unpack_from(">H" if extended else ">B", data, position + 2)
        start = position + (4 if extended else 3)
        found.setdefault(kind, exactly(data, start, length))
        position = start + length
    return found


def as_path(attributes: dict[int, bytes], asn_size: int) -> AsPath:
    """The AS path; of two-byte ASNs with what AS4_PATH knows better (RFC 6793 section 4.2.3)."""
    segments = list(_segments(attributes.get(_AS_PATH, b""), asn_size))
    if asn_size == 2 and _AS4_PATH in attributes and not _aggregated_by_old_speaker(attributes):
        segments = _merged(segments, list(_segments(attributes[_AS4_PATH], 4)))
    path: list[int] = []
    for kind, asns in segments:
        if kind == _AS_SET:
            return AsPath(tuple(path[:_PATH_LENGTH]), True)
        if kind == _AS_SEQUENCE:
            path += asns
    return AsPath(tuple(path[:_PATH_LENGTH]), False)


def multiprotocol(kind: int, value: bytes, add_path: bool) -> Iterator[tuple[int, Prefix]]:
    """Path identifiers and unicast prefixes of an MP_REACH_NLRI or MP_UNREACH_NLRI (RFC 4760 sections 3 and 4)."""
    afi, safi = struct.unpack_from(">HB", value)
    version = _VERSIONS.get((afi, safi))
    if version is None:
        return
    start = 3
    if kind == MP_REACH:
        start = 5 + value[3]  # the next hop, and a reserved byte
        exactly(value, 0, start)
    yield from prefixes(value[start:], version, add_path)


def prefixes(data: bytes, version: int, add_path: bool) -> Iterator[tuple[int, Prefix]]:
    """Path identifiers (0 without ADD-PATH, RFC 7911 section 3) and prefixes of an NLRI field."""
    position = path_id = 0
    while position < len(data):
        if add_path:
            (path_id,) = struct.unpack_from(">I", data, position)
            position += 4
        length = data[position]
        end = position + 1 + (length + 7) // 8
        yield path_id, Prefix.of(version, data[position + 1 : end], length)
        position = end


def exactly(data: bytes, start: int, size: int) -> bytes:
    """Bytes that must be there. Raises ValueError."""
    part = data[start : start + size]
    if len(part) < size:
        raise ValueError(f"{size} bytes wanted, {len(part)} there")
    return part


def _segments(data: bytes, asn_size: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    position = 0
    while position < len(data):
        kind, count = data[position], data[position + 1]
        if kind not in (_AS_SET, _AS_SEQUENCE, _CONFED_SEQUENCE, _CONFED_SET):
            raise ValueError(f"an AS path segment of type {kind}")
        part = exactly(data, position + 2, asn_size * count)
        yield kind, struct.unpack(f">{count}{'I' if asn_size == 4 else 'H'}", part)
        position += 2 + asn_size * count


def _aggregated_by_old_speaker(attributes: dict[int, bytes]) -> bool:
    """Whether who aggregated last knew no four-byte ASNs: then AS4_PATH is from before, and void."""
    aggregator = attributes.get(_AGGREGATOR, b"")
    if _AS4_AGGREGATOR not in attributes or not aggregator:
        return False
    return int.from_bytes(aggregator[:2], "big") != AS_TRANS


def _merged(old: _Segments, new: _Segments) -> _Segments:
    """The leading part of AS_PATH that AS4_PATH lacks, and then AS4_PATH."""
    new = [segment for segment in new if segment[0] in (_AS_SET, _AS_SEQUENCE)]
    missing = _hops(old) - _hops(new)
    if missing < 0:
        return old
    merged: _Segments = []
    for kind, asns in old:
        hops = _hops([(kind, asns)])
        if not missing and hops:
            break
        kept = asns[:missing] if kind == _AS_SEQUENCE else asns
        merged.append((kind, kept))
        missing -= min(hops, missing)
    return merged + new


def _hops(segments: _Segments) -> int:
    """RFC 4271 section 9.1.2.2, RFC 5065 section 5.3: a set counts as one, confederations do not count."""
    return sum({_AS_SET: 1, _AS_SEQUENCE: len(asns)}.get(kind, 0) for kind, asns in segments)
