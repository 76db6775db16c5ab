"""What a row of the table is: a world, what is done to it, what its inventory says, and what must be found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from netaudit.model.common import Family
from tests.lab.multihome.topology import ASNS, PREFIXES, PROVINCE, Design

__all__ = ["BY_UP1", "BY_UP2", "HEALTHY", "V4", "V6", "Event", "Paths", "Registered", "Roa", "World", "both"]

V4, V6 = PREFIXES[PROVINCE].values()
_OURS = ASNS[PROVINCE]

Paths = Mapping[str, tuple[int, ...] | None]
"""Peer -> its path to a prefix; None: it has none."""

HEALTHY: Paths = {
    "up1": (64501, _OURS),
    "up2": (64502, _OURS),
    "t1": (64500, 64501, _OURS),
    "t2": (64503, 64502, _OURS),
    "cli": (64505, 64500, 64501, _OURS),
}
BY_UP1: Paths = {**HEALTHY, "up2": (64502, 64503, 64500, 64501, _OURS), "t2": (64503, 64500, 64501, _OURS)}
BY_UP2: Paths = {
    **HEALTHY,
    "up1": (64501, 64500, 64503, 64502, _OURS),
    "t1": (64500, 64503, 64502, _OURS),
    "cli": (64505, 64503, 64502, _OURS),
}


def both(paths: Paths) -> dict[str, Paths]:
    """The same paths for the province's prefixes of both families."""
    return {V4: paths, V6: paths}


@dataclass(frozen=True)
class Event:
    """What happens on a cable after all has settled, and the paths that come of it; none: nobody notices.

    `flap`: it is cut, and put in again.
    """

    kind: Literal["cut", "drop", "flap"]
    one: str
    other: str
    families: tuple[Family, ...] = (Family.IPV4, Family.IPV6)
    after: Mapping[str, Paths] = field(default_factory=dict)
    between: Mapping[str, Paths] = field(default_factory=dict)  # while the cable is out


@dataclass(frozen=True)
class Roa:
    """A validated ROA payload. `days`: how long it still holds."""

    prefix: str
    max_length: int
    asn: int = _OURS
    days: float = 30.0


@dataclass(frozen=True)
class Registered:
    """A resource in APNIC's registry."""

    resource: str
    status: str = "ASSIGNED PORTABLE"
    holder: str = "ORG-TINH1-AP"


_ROAS = (Roa(V4, 24), Roa(V6, 48))
_OBJECTS = ((V4, _OURS, "APNIC"), (V6, _OURS, "APNIC"))
_REGISTERED = (Registered(V4), Registered(V6), Registered(f"AS{_OURS}", ""))


@dataclass(frozen=True)
class World:
    """One row; what must be found of it is in expected.yaml.

    `scanner`: where the scan runs. Only in the province are its firewall marks declared: there they mean something.
    """

    id: str
    what: str
    design: Design = field(default_factory=Design)
    paths: Mapping[str, Paths] = field(default_factory=lambda: both(HEALTHY))
    event: Event | None = None
    scanner: str = PROVINCE
    apart: tuple[tuple[str, Family], ...] = ()  # transits that the province does not reach, and over which family
    declared: tuple[str, ...] = (V4, V6)
    uplinks: tuple[dict[str, object], ...] = (
        {"operator": "Một", "asn": 64501, "fwmark": 1},
        {"operator": "Hai", "asn": 64502, "fwmark": 2},
    )
    tables: str = "mrt"  # or bird, frr, gobgp, exabgp: what the route tables are read from
    rtr: bool = False  # payloads are asked of StayRTR at the far end, else read from a file
    roas: tuple[Roa, ...] = _ROAS
    providers: tuple[int, ...] = (64501, 64502)  # in the province's ASPA
    objects: tuple[tuple[str, int, str], ...] = _OBJECTS  # prefix, origin and registry of route objects
    registered: tuple[Registered, ...] = _REGISTERED
