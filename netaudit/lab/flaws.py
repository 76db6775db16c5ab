"""The faults of a world, indexed by what they touch; shared by everything that serves."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable

from netaudit.lab.world import Fault, FaultKind, World
from netaudit.model.common import Family

__all__ = ["Flaws", "PortState", "served_addresses", "ula_of"]

# faults that mean IPv6 when they name no family: a difference needs two sides
_IPV6_UNLESS_SAID: frozenset[FaultKind] = frozenset({"content_differs", "status_differs", "aaaa_without_listener"})
_WEB_PORTS = (80, 443)
_MAIL_PORT = 25
_CLIENT_PORTS = (587, 465, 143, 993)

PortState = FaultKind | None  # the fault that keeps a port from answering


class Flaws:
    """Answers "does this fault apply here?"."""

    def __init__(self, world: World) -> None:
        self._zones = _indexed((f.zone, f) for f in world.faults)
        self._hosts = _indexed((f.host, f) for f in world.faults)
        self._machines = _indexed((f.machine, f) for f in world.faults)
        self._hosts_of: dict[str, list[str]] = defaultdict(list)
        for site in world.websites:
            self._hosts_of[site.machine] += site.hosts
        for server in world.mail:
            self._hosts_of[server.machine].append(server.host)

    def zone(self, zone: str, kind: FaultKind) -> bool:
        """Whether the zone has the fault."""
        return any(fault.kind == kind for fault in self._zones.get(zone, ()))

    def targets(self, zone: str, kind: FaultKind) -> tuple[str, ...]:
        """The names that records of the zone lead to by this fault."""
        return tuple(fault.target for fault in self._zones.get(zone, ()) if fault.kind == kind)

    def alias(self, host: str) -> str:
        """The name that the host is an alias of by a fault; empty: it is none."""
        return next((fault.target for fault in self._hosts.get(host, ()) if fault.kind == "dangling_cname"), "")

    def zone_wide(self, zone: str, kind: FaultKind) -> bool:
        """Whether the zone has the fault at all its servers: it names none."""
        return any(fault.kind == kind and not fault.server for fault in self._zones.get(zone, ()))

    def server(self, zone: str, server: str, kind: FaultKind) -> frozenset[Family]:
        """The families over which one name server of the zone has the fault."""
        found: set[Family] = set()
        for fault in self._zones.get(zone, ()):
            if fault.kind == kind and fault.server == server:
                found |= {fault.family} if fault.family else set(Family)
        return frozenset(found)

    def machine(self, machine: str, family: Family, kind: FaultKind) -> bool:
        """Whether the machine has the fault over that family."""
        return any(_applies(fault, family, kind) for fault in self._machines.get(machine, ()))

    def host(self, host: str, family: Family, kind: FaultKind) -> bool:
        """Whether the web, mail or time host has the fault over that family."""
        return any(_applies(fault, family, kind) for fault in self._hosts.get(host, ()))

    def hosts_of(self, machine: str) -> tuple[str, ...]:
        """The web and mail hosts on a machine."""
        return tuple(self._hosts_of.get(machine, ()))

    def port(self, machine: str, family: Family, port: int) -> PortState:
        """Why a web or mail port of the machine refuses (or, for the silent kinds, drops) every connection."""
        kinds: list[FaultKind] = ["aaaa_without_listener"]
        if port in _WEB_PORTS:
            kinds.append("silent_web")
        if port == 443:
            kinds.append("http_only")
        if port == _MAIL_PORT:
            kinds.append("mail_silent")
        if port in _CLIENT_PORTS:
            kinds.append("clients_silent")
        for host in self._hosts_of.get(machine, ()):
            for kind in kinds:
                if self.host(host, family, kind):
                    return kind
        return None


def served_addresses(addresses: Iterable[str], host: str, flaws: Flaws) -> tuple[str, ...]:
    """The addresses that the zone publishes for a host on a machine with `addresses`."""
    published = []
    for address in addresses:
        if ":" in address:
            if flaws.host(host, Family.IPV6, "no_aaaa"):
                continue
            if flaws.host(host, Family.IPV6, "ula_aaaa"):
                address = ula_of(address)
        published.append(address)
    return tuple(published)


def ula_of(address: str) -> str:
    """The unique local address (RFC 4193) that a host with the fault `ula_aaaa` publishes: same lower 64 bits."""
    low = int(ipaddress.IPv6Address(address)) & (1 << 64) - 1
    return str(ipaddress.IPv6Address((0xFD00_0DB8 << 96) | low))


def _applies(fault: Fault, family: Family, kind: FaultKind) -> bool:
    if fault.kind != kind:
        return False
    meant = fault.family or (Family.IPV6 if kind in _IPV6_UNLESS_SAID else None)
    return meant in (None, family)


def _indexed(pairs: Iterable[tuple[str, Fault]]) -> dict[str, list[Fault]]:
    index: dict[str, list[Fault]] = defaultdict(list)
    for key, fault in pairs:
        if key:
            index[key].append(fault)
    return index
