"""A BGP session as a proposed configuration has it, and our end of its link."""

import ipaddress
from typing import Protocol

from netaudit.model.common import Family, Record
from netaudit.model.routing import Route

__all__ = ["Neighbour", "NeighbourSession", "Rehearsal", "Router", "address_beside", "is_address"]


class NeighbourSession(Record, frozen=True, kw_only=True):
    """A configured BGP session."""

    name: str  # of the protocol, or the address again
    address: str
    asn: int
    local_asn: int
    families: tuple[Family, ...]
    disabled: bool = False


class Neighbour(Record, frozen=True, kw_only=True):
    """A neighbour of the configuration, and what it was told."""

    session: NeighbourSession
    up: bool
    problem: str = ""  # why the session did not come up
    routes: tuple[Route, ...] = ()  # as this neighbour would hand them on: its own AS first


class Rehearsal(Record, frozen=True, kw_only=True):
    """All neighbours, in the order of the configuration."""

    neighbours: tuple[Neighbour, ...]


class Router(Protocol):
    """The border router under rehearsal, of whichever make."""

    def sessions(self) -> list[NeighbourSession]:
        """The sessions of its configuration."""
        ...

    def own_address(self, session: NeighbourSession) -> str:
        """Our end of a session: as configured, else the address beside the neighbour's."""
        ...

    def restart(self) -> None:
        """Try all sessions at once, now that the links are there."""
        ...


def address_beside(neighbour: str) -> str:
    """The other host of a /30 or /126, else of a /31 or /127."""
    far = ipaddress.ip_address(neighbour)
    beside = int(far) ^ 3 if int(far) & 3 in (1, 2) else int(far) ^ 1
    return str(ipaddress.IPv4Address(beside) if far.version == 4 else ipaddress.IPv6Address(beside))


def is_address(text: str) -> bool:
    """Whether it is an IP address without a zone."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text
