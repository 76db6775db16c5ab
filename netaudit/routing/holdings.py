"""Our number resources, and which of them a registry's block or range of AS numbers concerns."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from netaudit.model.routing import Registration
from netaudit.rules.blocks import ASN, Block

__all__ = ["Found", "OwnResources", "Registrations", "RegistrationsError", "printable"]

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


class OwnResources:
    """Our prefixes and AS numbers, as texts and as blocks."""

    def __init__(self, prefixes: Sequence[str], asns: Sequence[int]) -> None:
        self._own = {prefix: Block.of(prefix) for prefix in prefixes}
        self._own |= {f"AS{asn}": Block(ASN, asn, asn) for asn in asns}

    def within(self, block: Block) -> Iterator[str]:
        """Those that a block has, wholly or in part."""
        for name, own in self._own.items():
            if own.meets(block):
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
