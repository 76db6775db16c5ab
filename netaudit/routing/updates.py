"""BGP messages and state changes as a collector recorded them (MRT BGP4MP, RFC 6396 section 4.4).

What is kept is the last state: the routes that peers announced for prefixes of ours and did not withdraw,
nor lose with their session, up to the end of the file.
"""

import ipaddress
import struct
from collections.abc import Iterator
from typing import NamedTuple

from netaudit.model.facts import Route
from netaudit.routing.attributes import (
    AS_TRANS,
    MP_REACH,
    MP_UNREACH,
    as_path,
    exactly,
    multiprotocol,
    path_attributes,
    prefixes,
)
from netaudit.routing.wanted import Prefix, Wanted

__all__ = ["Updates"]

_PEERS = 65_535
_MARKER = b"\xff" * 16
_UPDATE = 2
_ESTABLISHED = 6


class _Form(NamedTuple):
    """How a subtype is written."""

    asn_size: int
    add_path: bool = False
    state_change: bool = False


# RFC 6396 section 4.4 and RFC 8050 section 3. Messages that the collector sent itself (6, 7, 10, 11) are left out.
_FORMS = {
    0: _Form(2, state_change=True),
    1: _Form(2),
    4: _Form(4),
    5: _Form(4, state_change=True),
    8: _Form(2, add_path=True),
    9: _Form(4, add_path=True),
}

_Peer = tuple[int, str]


class Updates:
    """The state of our prefixes at each peer, message after message."""

    def __init__(self, wanted: Wanted, most: int) -> None:
        self._wanted = wanted
        self._most = most
        self._count = 0
        self._heard: dict[_Peer, None] = {}
        # by address: BIRD writes the end of a session with two bytes, so that a longer ASN is AS_TRANS there
        self._state: dict[str, dict[tuple[Prefix, int], Route]] = {}

    @property
    def peers(self) -> tuple[int, ...]:
        """The AS of every peer that was heard, those without routes of ours too."""
        return tuple(dict.fromkeys(asn for asn, _ in self._heard if asn != AS_TRANS))

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes announced last and not withdrawn."""
        return tuple(route for state in self._state.values() for route in state.values())

    def take(self, subtype: int, body: bytes) -> None:
        """Take a record. Raises ValueError, IndexError or struct.error for one that can't be decoded."""
        form = _FORMS.get(subtype)
        if form is None:
            return
        peer, rest = _peer(body, form.asn_size)
        state = self._state.setdefault(peer[1], {})
        self._heard[peer] = None
        if len(self._heard) > _PEERS:
            raise ValueError(f"more than {_PEERS} peers")
        if form.state_change:
            if struct.unpack(">HH", exactly(rest, 0, 4))[1] != _ESTABLISHED:
                self._count -= len(state)
                state.clear()
        else:
            self._message(peer, state, rest, form)

    def _message(self, peer: _Peer, state: dict[tuple[Prefix, int], Route], message: bytes, form: _Form) -> None:
        (length, kind) = struct.unpack_from(">HB", message, 16)
        if not message.startswith(_MARKER) or not 19 <= length <= len(message):
            raise ValueError("no BGP message")
        if kind != _UPDATE:
            return
        withdrawn, attributes, announced = _parts(message[19:length])
        values = path_attributes(attributes)
        gone = [*prefixes(withdrawn, 4, form.add_path), *_multiprotocol(MP_UNREACH, values, form)]
        there = [*prefixes(announced, 4, form.add_path), *_multiprotocol(MP_REACH, values, form)]
        for path_id, prefix in gone:
            if state.pop((prefix, path_id), None) is not None:
                self._count -= 1
        ours = [(path_id, prefix) for path_id, prefix in there if self._wanted.concerns(prefix)]
        if not ours:
            return
        path = as_path(values, form.asn_size)
        for path_id, prefix in ours:
            self._count += (prefix, path_id) not in state
            state[prefix, path_id] = Route(
                prefix=str(prefix), peer_asn=peer[0], peer_address=peer[1], as_path=path.asns, as_set=path.as_set
            )
        if self._count > self._most:
            raise ValueError(f"more than {self._most} routes of our prefixes")


def _peer(body: bytes, asn_size: int) -> tuple[_Peer, bytes]:
    """The peer, and what follows the addresses."""
    asn = int.from_bytes(exactly(body, 0, asn_size), "big")
    position = 2 * asn_size + 4
    (afi,) = struct.unpack_from(">H", body, position - 2)
    if afi not in (1, 2):
        raise ValueError(f"a peer of address family {afi}")
    size = 4 if afi == 1 else 16
    address = str(ipaddress.ip_address(exactly(body, position, size)))
    return (asn, address), body[position + 2 * size :]


def _parts(update: bytes) -> tuple[bytes, bytes, bytes]:
    """Withdrawn routes, path attributes, and NLRI (RFC 4271 section 4.3)."""
    (size,) = struct.unpack_from(">H", update)
    withdrawn = exactly(update, 2, size)
    (length,) = struct.unpack_from(">H", update, 2 + size)
    attributes = exactly(update, 4 + size, length)
    return withdrawn, attributes, update[4 + size + length :]


def _multiprotocol(kind: int, values: dict[int, bytes], form: _Form) -> Iterator[tuple[int, Prefix]]:
    if kind in values:
        yield from multiprotocol(kind, values[kind], form.add_path)
