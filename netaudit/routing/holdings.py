"""Our number resources, and which of them a registry's block or range of AS numbers concerns."""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from netaudit.model.routing import Registration

__all__ = ["ASN", "Block", "Found", "OwnResources", "Registrations", "RegistrationsError", "printable"]

ASN = 0  # in place of an IP version

_KEPT = 10_000  # registrations that concern one data centre
_TEXT = 200  # of a name: strangers write them


class Registrations(NamedTuple):
    """What a source says of our resources: `format` is `rdap`, `delegated` or `whois`."""

    registrations: tuple[Registration, ...]
    not_found: tuple[str, ...]
    data_time: float | None
    format: str


class RegistrationsError(Exception):
    """A source that can't be read, with the offset in bytes. `partial` holds what came before."""

    def __init__(self, source: str, offset: int, problem: str, partial: Registrations) -> None:
        super().__init__(f"{source}: at byte {offset}: {problem}")
        self.partial = partial


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

    def __str__(self) -> str:
        if self.version == ASN:
            return f"AS{self.first}" if self.first == self.last else f"AS{self.first} - AS{self.last}"
        address = ipaddress.IPv4Address if self.version == 4 else ipaddress.IPv6Address
        return f"{address(self.first)} - {address(self.last)}"


class OwnResources:
    """Our prefixes and AS numbers, as texts and as blocks."""

    def __init__(self, prefixes: Sequence[str], asns: Sequence[int]) -> None:
        self._own = {prefix: Block.of(prefix) for prefix in prefixes}
        self._own |= {f"AS{asn}": Block(ASN, asn, asn) for asn in asns}

    def within(self, block: Block) -> Iterator[str]:
        """Those that a block has, wholly or in part."""
        for name, own in self._own.items():
            if own.version == block.version and own.first <= block.last and block.first <= own.last:
                yield name

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)


class Found:
    """Gathers registrations of our resources, so many and no more."""

    def __init__(self) -> None:
        self.registrations: list[Registration] = []
        self.not_found: dict[str, None] = {}

    def add(self, registration: Registration) -> None:
        """Keep one. Raises ValueError when there are too many."""
        if len(self.registrations) >= _KEPT:
            raise ValueError(f"more than {_KEPT} registrations of our resources")
        self.registrations.append(registration)

    def result(self, format: str, data_time: float | None = None) -> Registrations:
        """All of them; what is registered in part is not among those not found."""
        known = {registration.resource for registration in self.registrations}
        missing = tuple(name for name in self.not_found if name not in known)
        return Registrations(tuple(self.registrations), missing, data_time, format)


def printable(value: object) -> str:
    """A stranger's text in one line of bounded length; empty for anything that is no text."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:_TEXT]
