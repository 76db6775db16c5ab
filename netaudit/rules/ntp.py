"""NTP as a client sees it (RFC 5905): the query, which replies answer it, and what a reply says."""

import struct
from ipaddress import IPv4Address
from typing import NamedTuple

__all__ = ["LEAP_UNKNOWN", "REFUSALS", "NtpReply", "answers", "client_query", "read_reply"]

LEAP_UNKNOWN = 3  # RFC 5905 section 7.3: the server's clock is not synchronised

REFUSALS = {"DENY", "RSTR", "RATE"}
"""Kiss codes by which a server turns a client away (RFC 5905 section 7.4)."""

_PACKET = struct.Struct("!BBbbII4sQQQQ")
_VERSION, _CLIENT, _SERVER = 4, 3, 4
_LARGEST_STRATUM = 15
_SECOND = 1 << 32  # of a timestamp: 32 bits of seconds and 32 of their fraction
_TIMESTAMPS = 1 << 64
_UNIX = 2_208_988_800  # seconds from 1900 to 1970


class NtpReply(NamedTuple):
    """A server's reply. `reference` is the kiss code of stratum 0, else the source; times in seconds."""

    leap: int
    stratum: int
    reference: str
    root_delay: float
    root_dispersion: float
    offset: float  # of the server's clock to ours: above 0, it is ahead
    delay: float  # of the round trip, without the time that the server took

    @property
    def kiss(self) -> str:
        """The code of a kiss-o'-death packet (RFC 5905 section 7.4), or nothing."""
        return self.reference if self.stratum == 0 else ""

    @property
    def synchronised(self) -> bool:
        """Whether the server says that its clock is right."""
        return self.leap != LEAP_UNKNOWN and 1 <= self.stratum <= _LARGEST_STRATUM

    @property
    def distance(self) -> float:
        """How far the server's clock may be from UTC at worst, by its own account (RFC 5905 section 11.2)."""
        return self.root_delay / 2 + self.root_dispersion


def client_query(nonce: bytes) -> bytes:
    """A client's packet that tells nothing of the client: its transmit timestamp is a random `nonce` of 8 octets.

    A reply must carry it as its origin timestamp, so nobody who has not seen the query can forge one.
    """
    return _PACKET.pack(_VERSION << 3 | _CLIENT, 0, 0, 0, 0, 0, bytes(4), 0, 0, 0, int.from_bytes(nonce, "big"))


def answers(query: bytes, reply: bytes) -> bool:
    """Whether `reply` is a server's and to `query` (RFC 5905 section 8, test 2)."""
    return len(reply) >= _PACKET.size and reply[0] & 7 == _SERVER and reply[24:32] == query[40:48]


def read_reply(reply: bytes, sent_at: float, elapsed: float) -> NtpReply | None:
    """Read a reply to a query that was sent at `sent_at`, seconds since 1970; it took `elapsed` seconds.

    None where it is no NTP packet of a server. Eras are told by our clock, which is right to within 68 years.
    """
    if len(reply) < _PACKET.size or reply[0] & 7 != _SERVER:
        return None
    first, stratum, _, _, delay, dispersion, source, _, _, received, sent = _PACKET.unpack_from(reply)
    going = _difference(received, sent_at)
    coming = _difference(sent, sent_at + elapsed)
    taken = max(0.0, coming + elapsed - going)  # between its reception and its sending
    return NtpReply(
        leap=first >> 6,
        stratum=stratum,
        reference=_reference(stratum, source),
        root_delay=delay / 65_536,
        root_dispersion=dispersion / 65_536,
        offset=(going + coming) / 2,
        delay=max(0.0, elapsed - taken),
    )


def _difference(timestamp: int, moment: float) -> float:
    """How many seconds a timestamp is ahead of a moment, whatever era it is of."""
    ours = int((moment + _UNIX) * _SECOND)
    difference = (timestamp - ours) % _TIMESTAMPS
    return (difference - _TIMESTAMPS if difference >= _TIMESTAMPS // 2 else difference) / _SECOND


def _reference(stratum: int, source: bytes) -> str:
    """Four letters of strata 0 and 1; an IPv4 address, or four octets of a hash of another (RFC 5905 section 7.3)."""
    if stratum > 1:
        return str(IPv4Address(source))
    text = source.rstrip(b"\0").decode("ascii", "replace")
    return "".join(c if c.isprintable() else "?" for c in text)
