"""Reads a world file and refuses one that does not hang together."""

import ipaddress
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import dns.exception
import dns.name
import msgspec
import yaml

from netaudit.lab.authority import read_records
from netaudit.lab.world import Fault, World, WorldZone
from netaudit.model.common import family_of
from netaudit.rules.blocks import Block

__all__ = ["WorldError", "load_world", "world_problems", "zone_of"]

_BYTES = 5 * 1024 * 1024
_EXCEPTIONS = 10
_NEEDS = {
    "zone": {
        "expired_signature", "signature_ends_soon", "wrong_ds", "no_ds", "unsigned", "sha1_digest", "old_algorithm",
        "short_keys", "colliding_keys", "nsec3_iterations", "stale_secondary", "lame_server", "silent_zone",
        "missing_glue", "ns_mismatch", "no_spf", "no_dmarc", "open_transfer", "cds_mismatch",
        "unregistered_ns", "unregistered_mx", "unregistered_spf",
    },
    "target": {"unregistered_ns", "unregistered_mx", "unregistered_spf", "dangling_cname"},
    "server": {"stale_secondary", "lame_server"},
    "machine": {
        "silent_server", "tcp_refused", "no_edns", "open_recursor", "edns_broken", "open_resolver", "not_validating",
        "large_responses", "fragments_lost",
        "no_extended_errors", "resolver_without_ipv6"},
    "prefix": {"single_upstream", "withdrawn", "no_route_object"},
    "host": {
        "no_aaaa", "aaaa_without_listener", "silent_web", "slow_to_connect", "ula_aaaa", "content_differs",
        "status_differs", "certificate_mismatch", "certificate_expired", "certificate_untrusted", "old_tls",
        "http_only", "no_redirect", "no_hsts", "no_starttls", "mail_silent", "dangling_cname", "login_in_the_clear",
        "clients_silent", "time_silent", "time_unsynchronised", "time_off",
    },
}  # fmt: skip
_OF_RESOLVER = {"open_resolver", "not_validating", "no_extended_errors", "resolver_without_ipv6"}
_WHOLE_MACHINE = {
    "aaaa_without_listener",
    "silent_web",
    "old_tls",
    "http_only",
    "mail_silent",
    "clients_silent",
    "slow_to_connect",
}  # seen before any host is named


class WorldError(Exception):
    """A world file that can't be used; the text names the file and the thing that is wrong."""


def load_world(path: Path) -> World:
    """Read a world file. Raises WorldError."""
    try:
        if path.stat().st_size > _BYTES:
            raise WorldError(f"{path}: larger than {_BYTES} bytes")
        document = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader
        world = msgspec.convert(document, World, strict=False)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError, RecursionError) as error:
        raise WorldError(f"{path}: {error}") from error
    problems = world_problems(world)
    if problems:
        raise WorldError("\n".join(f"{path}: {problem}" for problem in problems))
    return world


def zone_of(world: World, host: str) -> str | None:
    """Return the name of the deepest zone that holds `host`, or None without a root zone."""
    name = dns.name.from_text(host)
    holding = [zone.name for zone in world.zones if name.is_subdomain(dns.name.from_text(zone.name))]
    return max(holding, key=lambda zone: len(dns.name.from_text(zone)), default=None)


def world_problems(world: World) -> list[str]:
    """What keeps a world from being served, a line each, naming the fault, zone or machine."""
    problems = _machine_problems(world)
    machines = {machine.id for machine in world.machines}
    for zone in world.zones:
        problems += _zone_problems(zone, machines, world.ttl)
    zones = [zone.name for zone in world.zones]
    problems += [f"zone {zone} is listed twice" for zone in _twice(zones)]
    if "." not in zones:
        problems.append("there is no root zone")
    if not problems:
        index = _Index(world)
        for fault in world.faults:
            problems += _fault_problems(fault, index)
    problems += [f"fault {fault} is listed twice" for fault in _twice([fault.id for fault in world.faults])]
    if len(world.exceptions) > _EXCEPTIONS:
        problems.append(f"{len(world.exceptions)} exceptions: the two realisations must agree but for {_EXCEPTIONS}")
    problems += [f"exception {check}: no reason" for check, reason in world.exceptions.items() if not reason.strip()]
    return problems


class _Loader(yaml.SafeLoader):
    """Refuses aliases: a few bytes of them can mean gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """See yaml.composer.Composer."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(f"{self.get_mark()}: aliases are not allowed")
        return super().compose_node(parent, index)


class _Index:
    """What the faults of a world may name."""

    def __init__(self, world: World) -> None:
        self.zones = {zone.name: zone for zone in world.zones}
        self.machines = {machine.id for machine in world.machines}
        self.resolvers = {resolver.machine for resolver in world.resolvers}
        self.prefixes = {route.prefix for route in world.routes}
        self.mail = {server.host for server in world.mail}
        self.clients = {server.host for server in world.mail if server.clients}
        self.time = {server.host for server in world.time}
        self.web = {host for site in world.websites for host in site.hosts}
        self.hosts = {_absolute(label, zone.name) for zone in world.zones for label in zone.hosts}
        self.hosts |= {server for zone in world.zones for server in zone.servers}
        self.neighbours: dict[str, set[str]] = {}  # host -> all web and mail hosts of its machine
        served = [(site.machine, host) for site in world.websites for host in site.hosts]
        served += [(server.machine, server.host) for server in world.mail]
        for machine, host in served:
            self.neighbours.setdefault(host, set()).update(h for m, h in served if m == machine)


def _machine_problems(world: World) -> list[str]:
    machines = [machine.id for machine in world.machines]
    problems = [f"machine {machine} is listed twice" for machine in _twice(machines)]
    addresses = [address for machine in world.machines for address in machine.addresses]
    problems += [f"address {address} is on two machines" for address in _twice(addresses)]
    for machine in world.machines:
        for address in machine.addresses:
            try:
                family_of(address)
            except ValueError:
                problems.append(f"machine {machine.id}: {address!r} is not an address")
    served = [("website", site.machine) for site in world.websites]
    served += [("mail server", server.machine) for server in world.mail]
    served += [("time server", server.machine) for server in world.time]
    served += [("resolver", resolver.machine) for resolver in world.resolvers]
    problems += [f"{what}: there is no machine {machine}" for what, machine in served if machine not in machines]
    authorities = {machine for zone in world.zones for machine in zone.servers.values()}
    problems += [f"resolver {r.machine}: serves zones too" for r in world.resolvers if r.machine in authorities]
    for resolver in world.resolvers:
        try:
            for prefix in resolver.serves:
                ipaddress.ip_network(prefix)
        except ValueError as error:
            problems.append(f"resolver {resolver.machine}: {error}")
    return problems + _routing_problems(world)


def _routing_problems(world: World) -> list[str]:
    problems: list[str] = []
    for route in world.routes:
        try:
            ipaddress.ip_network(route.prefix)
            family_of(route.peer_address)
        except ValueError as error:
            problems.append(f"route {route.prefix}: {error}")
    for vrp in world.vrps:
        try:
            ipaddress.ip_network(vrp.prefix)
        except ValueError as error:
            problems.append(f"ROA payload {vrp.prefix}: {error}")
    for text in (*(item.prefix for item in world.route_objects), *(item.resource for item in world.registrations)):
        try:
            Block.parse(text)
        except ValueError as error:
            problems.append(f"route object or registration {text}: {error}")
    return problems


def _zone_problems(zone: WorldZone, machines: set[str], ttl: int) -> list[str]:
    try:
        names = [zone.name, *zone.servers, *(_absolute(label, zone.name) for label in zone.hosts)]
        for name in names:
            dns.name.from_text(name)
        read_records(zone, ttl)
    except (dns.exception.DNSException, UnicodeError, ValueError) as error:
        return [f"zone {zone.name}: {type(error).__name__}: {error}"]
    problems = [
        f"zone {zone.name}: there is no machine {used}"
        for used in [*zone.servers.values(), *zone.hosts.values()]
        if used not in machines
    ]
    if not zone.servers:
        problems.append(f"zone {zone.name}: no server")
    if zone.name != "." and zone.name != zone.name.lower().rstrip("."):
        problems.append(f"zone {zone.name}: write names in lower case, without the final dot")
    return problems


def _fault_problems(fault: Fault, index: _Index) -> list[str]:
    problems = [
        f"needs a {field}" for field, kinds in _NEEDS.items() if fault.kind in kinds and not getattr(fault, field)
    ]
    named: list[tuple[str, str, Collection[str]]] = [
        ("zone", fault.zone, index.zones),
        ("machine", fault.machine, index.machines),
        ("prefix", fault.prefix, index.prefixes),
        ("host", fault.host, _hosts_for(fault.kind, index)),
    ]
    problems += [f"there is no {what} {name} for it" for what, name, known in named if name and name not in known]
    if fault.kind in _OF_RESOLVER and fault.machine in index.machines - index.resolvers:
        problems.append(f"{fault.machine} is no resolver")
    zone = index.zones.get(fault.zone)
    if zone is not None and fault.server and fault.server not in zone.servers:
        problems.append(f"{fault.server} does not serve {fault.zone}")
    if zone is not None and fault.kind == "ns_mismatch" and len(zone.servers) < 2:
        problems.append(f"{fault.zone} has one server only")
    if fault.kind in _WHOLE_MACHINE:
        others = index.neighbours.get(fault.host, set()) - {fault.host}
        if others:
            problems.append(f"its machine also serves {min(others)}: give {fault.host} a machine of its own")
    return [f"fault {fault.id}: {fault.kind}: {problem}" for problem in problems]


def _hosts_for(kind: str, index: _Index) -> Collection[str]:
    if kind in ("no_aaaa", "ula_aaaa", "dangling_cname"):
        return index.hosts
    if kind in ("login_in_the_clear", "clients_silent"):
        return index.clients
    if kind.startswith("time_"):
        return index.time
    if kind in ("no_starttls", "mail_silent"):
        return index.mail
    if kind.startswith("certificate") or kind == "aaaa_without_listener":
        return index.mail | index.web
    return index.web


def _absolute(label: str, zone: str) -> str:
    if label == "@":
        return zone
    return label if zone == "." else f"{label}.{zone}"


def _twice(texts: list[str]) -> list[str]:
    return sorted(text for text, count in Counter(texts).items() if count > 1)
