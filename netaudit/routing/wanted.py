"""Which prefixes of a source concern ours: those that equal, contain or lie within one of them."""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["Prefix", "Wanted", "WantedText"]

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_WORD = 64  # bits of a prefix that the first test looks at


class Prefix(NamedTuple):
    """A prefix as an integer of 32 or 128 bits, those after `length` zero."""

    version: int
    value: int
    length: int

    @classmethod
    def of(cls, version: int, packed: bytes, length: int) -> "Prefix":
        """Of the bytes of an NLRI (RFC 4271 section 4.3), whose bits after the length mean nothing.

        Raises ValueError for a length that the version does not have, and for missing bytes.
        """
        bits = 32 if version == 4 else 128
        if length > bits:
            raise ValueError(f"prefix length {length}")
        if len(packed) < (length + 7) // 8:
            raise ValueError(f"the prefix is of {length} bits, {len(packed)} bytes are there")
        shift = bits - length
        value = int.from_bytes(packed, "big") << (bits - 8 * len(packed))
        return cls(version, value >> shift << shift, length)

    def __str__(self) -> str:
        if self.version == 4:
            return str(ipaddress.IPv4Network((self.value, self.length)))
        return str(ipaddress.IPv6Network((self.value, self.length)))


class Wanted:
    """Our prefixes."""

    def __init__(self, prefixes: Sequence[str]) -> None:
        networks = [ipaddress.ip_network(prefix) for prefix in prefixes]
        self._ours = [Prefix(n.version, int(n.network_address), n.prefixlen) for n in networks]

    def concerns(self, prefix: Prefix) -> bool:
        """Whether a prefix equals, contains or lies within one of ours."""
        return any(_related(prefix, ours) for ours in self._ours)

    def holds(self, prefix: Prefix) -> bool:
        """Whether a prefix equals or lies within one of ours."""
        return any(prefix.length >= ours.length and _related(prefix, ours) for ours in self._ours)

    def first_tests(self, version: int) -> list[tuple[int, frozenset[int]]]:
        """By prefix length: a shift, and what the first 64 bits shifted so must be among for a prefix to concern us.

        Exact unless ours are of several lengths; never misses one. Bits after the prefix are shifted away.
        """
        bits = 32 if version == 4 else 128
        ours = [
            (prefix.value << _WORD >> bits, min(prefix.length, _WORD))
            for prefix in self._ours
            if prefix.version == version
        ]
        shortest = min((length for _, length in ours), default=0)
        shifts = [_WORD - min(length, shortest) for length in range(bits + 1)]
        return [(shift, frozenset(word >> shift for word, _ in ours)) for shift in shifts]


def _related(one: Prefix, other: Prefix) -> bool:
    if one.version != other.version:
        return False
    shift = (32 if one.version == 4 else 128) - min(one.length, other.length)
    return one.value >> shift == other.value >> shift


class WantedText:
    """The same for prefixes written as text. `near` is quick and lets too many through; `concerns` is exact."""

    def __init__(self, prefixes: Sequence[str]) -> None:
        self._ours = [ipaddress.ip_network(prefix) for prefix in prefixes]
        self._heads = frozenset(head for ours in self._ours for head in _heads(ours))

    def near(self, prefix: str) -> bool:
        """Compare the first octet, or the first 16 bits, alone: a large source has most prefixes elsewhere."""
        head, dot, _ = prefix.partition(".")
        if not dot or ":" in head:
            head = prefix.partition(":")[0].lower().lstrip("0") + ":"
        return head in self._heads

    def concerns(self, found: _Network) -> bool:
        """Whether the prefix covers one of ours, is one of ours, or lies within one."""
        return any(found.version == ours.version and found.overlaps(ours) for ours in self._ours)


def _heads(ours: _Network) -> Iterator[str]:
    """The first part, as text, of every prefix that covers `ours` or lies within."""
    covering = (ours.supernet(new_prefix=length) for length in range(ours.prefixlen + 1))
    if ours.version == 4:
        yield from (str(int(net.network_address) >> 24) for net in covering)
        yield from map(str, range(int(ours.network_address) >> 24, (int(ours.broadcast_address) >> 24) + 1))
        return
    yield from (_group(int(net.network_address) >> 112) for net in covering)
    yield from map(_group, range(int(ours.network_address) >> 112, (int(ours.broadcast_address) >> 112) + 1))


def _group(value: int) -> str:
    return f"{value:x}:".lstrip("0")
