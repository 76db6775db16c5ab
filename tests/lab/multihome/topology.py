"""Who is connected to whom, who pays whom, and which prefixes each announces.

    cli AS64505 ---- t1 AS64500 ==peers== t2 AS64503 ---- cli      prov: 203.0.113.0/24, 2001:db8:113::/48
                       |                     |                     cli:  198.51.100.0/24, 2001:db8:51::/48
                    up1 AS64501           up2 AS64502              each of the others: 198.19.N.0/24, 2001:db8:190N::/48
                       \\---- prov AS64510 ----/                    links: 198.18.N.0/30, 2001:db8:ffff:N::/64

A collector AS64511 has sessions with all but the province. All addresses and AS numbers are for documentation and
benchmarks (RFC 5737, RFC 3849, RFC 2544, RFC 5398).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from netaudit.model.common import Family

__all__ = [
    "ASNS", "COLLECTOR_ASN", "FEEDERS", "HOMES", "PREFIXES", "PROVINCE", "Design", "End", "Link", "Role", "links",
]  # fmt: skip

PROVINCE = "prov"
ASNS = {"t1": 64500, "up1": 64501, "up2": 64502, "t2": 64503, "cli": 64505, PROVINCE: 64510}
COLLECTOR_ASN = 64511
FEEDERS = ("up1", "up2", "t1", "t2", "cli")

PREFIXES: dict[str, dict[Family, str]] = {
    "t1": {Family.IPV4: "198.19.0.0/24", Family.IPV6: "2001:db8:1900::/48"},
    "up1": {Family.IPV4: "198.19.1.0/24", Family.IPV6: "2001:db8:1901::/48"},
    "up2": {Family.IPV4: "198.19.2.0/24", Family.IPV6: "2001:db8:1902::/48"},
    "t2": {Family.IPV4: "198.19.3.0/24", Family.IPV6: "2001:db8:1903::/48"},
    "cli": {Family.IPV4: "198.51.100.0/24", Family.IPV6: "2001:db8:51::/48"},
    PROVINCE: {Family.IPV4: "203.0.113.0/24", Family.IPV6: "2001:db8:113::/48"},
}
HOMES = {
    name: {family: prefix.replace("0/24", "1").replace("::/48", "::1") for family, prefix in both.items()}
    for name, both in PREFIXES.items()
}
"""An address of its own prefix for each router, from which it is reached wherever the prefix is."""

_BOTH = (Family.IPV4, Family.IPV6)


class Role(StrEnum):
    """What the neighbour is to a router (RFC 9234 section 3)."""

    PROVIDER = "provider"
    CUSTOMER = "customer"
    PEER = "peer"
    COLLECTOR = "collector"

    @property
    def opposite(self) -> "Role":
        """What the router is to that neighbour."""
        return {Role.PROVIDER: Role.CUSTOMER, Role.CUSTOMER: Role.PROVIDER}.get(self, self)


@dataclass(frozen=True)
class Design:
    """How a world differs from the healthy one."""

    shared: bool = False  # up2 buys from t1 as well: both uplinks hang on one transit
    third: bool = False  # the province buys from t1 directly, too
    one_ipv6: bool = False  # no IPv6 between up2 and the province
    split: bool = False  # the transits do not exchange IPv6
    ipv6_in_ipv4: bool = False  # the province's IPv6 routes are carried in its IPv4 sessions
    hold: int = 30  # seconds, of the province's sessions
    bfd: bool = False  # on the province's sessions (RFC 5880)
    forgets_ipv6: bool = False  # as Linux does by itself: the province's IPv6 addresses go with the link
    leak: tuple[
        str, ...
    ] = ()  # a router, the neighbour that it prefers, and the one it hands on to what it hears there
    originates: dict[str, tuple[str, ...]] = field(default_factory=dict)  # router -> prefixes instead of its own
    adds: dict[str, tuple[str, ...]] = field(default_factory=dict)  # router -> prefixes beside its own
    prepends: dict[str, int] = field(default_factory=dict)  # uplink -> how often the province repeats itself to it

    def origins(self, router: str) -> tuple[str, ...]:
        """The prefixes that a router announces as its own."""
        return (*self.originates.get(router, tuple(PREFIXES.get(router, {}).values())), *self.adds.get(router, ()))


@dataclass(frozen=True)
class End:
    """One end of a link: what its router sees there."""

    router: str
    neighbour: str
    role: Role  # the neighbour's
    local: dict[Family, str]
    remote: dict[Family, str]
    families: tuple[Family, ...]

    @property
    def interface(self) -> str:
        """The interface's name."""
        return f"to-{self.neighbour}"


@dataclass(frozen=True)
class Link:
    """A cable between two routers. `role`: what `one` is to `other`."""

    number: int
    one: str
    other: str
    role: Role
    families: tuple[Family, ...] = _BOTH

    @property
    def ends(self) -> tuple[End, End]:
        """The link as both routers see it."""
        first = {Family.IPV4: f"198.18.{self.number}.1", Family.IPV6: f"2001:db8:ffff:{self.number}::1"}
        second = {Family.IPV4: f"198.18.{self.number}.2", Family.IPV6: f"2001:db8:ffff:{self.number}::2"}
        return (
            End(self.one, self.other, self.role.opposite, first, second, self.families),
            End(self.other, self.one, self.role, second, first, self.families),
        )


def links(design: Design, collectors: Iterable[str]) -> tuple[Link, ...]:
    """All cables of a world. Their numbers do not depend on what is switched off."""
    return tuple(_links(design, collectors))


def _links(design: Design, collectors: Iterable[str]) -> Iterator[Link]:
    yield Link(1, "t1", "t2", Role.PEER, (Family.IPV4,) if design.split else _BOTH)
    yield Link(2, "t1", "cli", Role.PROVIDER)
    yield Link(3, "t2", "cli", Role.PROVIDER)
    yield Link(4, "t1", "up1", Role.PROVIDER)
    yield Link(5, "t1" if design.shared else "t2", "up2", Role.PROVIDER)
    yield Link(6, "up1", PROVINCE, Role.PROVIDER)
    yield Link(7, "up2", PROVINCE, Role.PROVIDER, (Family.IPV4,) if design.one_ipv6 else _BOTH)
    if design.third:
        yield Link(8, "t1", PROVINCE, Role.PROVIDER)
    for place, collector in enumerate(collectors):
        for number, feeder in enumerate(FEEDERS, 20 + 10 * place):
            yield Link(number, feeder, collector, Role.COLLECTOR)
