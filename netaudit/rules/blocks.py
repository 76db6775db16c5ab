"""Blocks of number resources as registries hand them out: ranges of AS numbers, and of addresses, often no prefixes."""

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["ASN", "Block", "cover"]

ASN = 0  # in place of an IP version


class Block(NamedTuple):
    """A range of addresses of one version, or of AS numbers (version `ASN`), its ends included."""

    version: int
    first: int
    last: int

    @classmethod
    def between(cls, first: str, last: str) -> "Block":
        """The addresses from one to another. Raises ValueError for texts that are none, or the wrong way round."""
        start, end = ipaddress.ip_address(first.strip()), ipaddress.ip_address(last.strip())
        if start.version != end.version or int(start) > int(end):
            raise ValueError(f"{start} - {end} is no range")
        return cls(start.version, int(start), int(end))

    @classmethod
    def of(cls, prefix: str) -> "Block":
        """The addresses of a prefix. Raises ValueError for a text that is none."""
        network = ipaddress.ip_network(prefix.strip())
        return cls(network.version, int(network.network_address), int(network.broadcast_address))

    @classmethod
    def parse(cls, text: str) -> "Block":
        """What `str` of a block gave, a prefix or an `AS64510`. Raises ValueError for other texts."""
        first, dash, last = (part.strip() for part in text.partition("-"))
        if text.upper().startswith("AS"):
            return cls(ASN, int(first[2:]), int((last if dash else first)[2:]))
        return cls.between(first, last) if dash else cls.of(first)

    def holds(self, other: "Block") -> bool:
        """Whether all of the other lies in this one."""
        return self.version == other.version and self.first <= other.first and other.last <= self.last

    def meets(self, other: "Block") -> bool:
        """Whether they have anything in common."""
        return self.version == other.version and self.first <= other.last and other.first <= self.last

    @property
    def size(self) -> int:
        """How many addresses or AS numbers it has."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        if self.version == ASN:
            return f"AS{self.first}" if self.first == self.last else f"AS{self.first} - AS{self.last}"
        address = ipaddress.IPv4Address if self.version == 4 else ipaddress.IPv6Address
        return f"{address(self.first)} - {address(self.last)}"


def cover(parts: Iterable[Block], whole: Block) -> bool:
    """Whether some blocks together hold the whole of another."""
    reached = whole.first
    for part in sorted(part for part in parts if part.meets(whole)):
        if part.first > reached:
            return False
        reached = max(reached, part.last + 1)
    return reached > whole.last
