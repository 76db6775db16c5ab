"""Values that a type alone can't judge: addresses, prefixes, names, DS records, times, files."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from zoneinfo import ZoneInfo

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import msgspec

from netaudit.inventory.names import NameProblem, host_name, zone_name
from netaudit.inventory.problems import MOST_PROBLEMS, shown
from netaudit.inventory.shape import ShapeProblem
from netaudit.inventory.sources import source_problems
from netaudit.model.inventory import PORTS, Blackout, Inventory, ResolverTests, Service

__all__ = ["value_problems", "with_plain_names"]

_Found = Iterator[ShapeProblem]
_A_PORT = "add port: and its number"


def value_problems(inventory: Inventory, folder: Path) -> list[ShapeProblem]:
    """Values that have the right type and can't be right, MOST_PROBLEMS at most. `folder` holds the files named."""
    found = chain(
        _services(inventory.services),
        _each("$.zones", inventory.zones, zone_name),
        _zone_files(inventory),
        _resources(inventory),
        source_problems(inventory),
        _resolvers(inventory),
        _roots(inventory),
        _scope(inventory),
        _blackouts(inventory.blackouts),
        _files(inventory, folder),
    )
    return list(islice(found, MOST_PROBLEMS))


def with_plain_names(inventory: Inventory) -> Inventory:
    """The inventory with every name in lower-case A-labels without a trailing dot. Call it after value_problems."""
    replace = msgspec.structs.replace
    services = tuple(replace(service, host=host_name(service.host)) for service in inventory.services)
    hints = {zone_name(name): addresses for name, addresses in inventory.root_hints.items()}
    zones = tuple(zone_name(zone) for zone in inventory.zones)
    files = {zone_name(zone): file for zone, file in inventory.zone_files.items()}
    excluded = tuple(item if _is_prefix(item) else zone_name(item) for item in inventory.scope.exclude)
    scope = replace(inventory.scope, exclude=excluded)
    tests = inventory.resolver_tests
    if tests is not None:
        named = {key: tuple(map(zone_name, names)) for key, names in msgspec.structs.asdict(tests).items()}
        tests = ResolverTests(**named)
    return replace(
        inventory,
        services=services,
        zones=zones,
        zone_files=files,
        root_hints=hints,
        scope=scope,
        resolver_tests=tests,
    )


def _services(services: tuple[Service, ...]) -> _Found:
    for index, service in enumerate(services):
        path = f"$.services[{index}]"
        yield from _each_at(f"{path}.host", service.host, host_name)
        if service.scheme not in PORTS and service.port is None:
            yield path, f'the service {shown(service.id)} has scheme "{service.scheme}" and needs a port', _A_PORT
        yield from _each_at(f"{path}.probe", service.probe, _payload)
        if service.probe and service.scheme != "udp":
            yield f"{path}.probe", f'a probe belongs to scheme "udp", not to "{service.scheme}"', "remove it"
        if not service.path.startswith("/") or not service.path.isprintable() or " " in service.path:
            yield f"{path}.path", f"the path {shown(service.path)} must start with / and hold no spaces", ""


def _zone_files(inventory: Inventory) -> _Found:
    for zone in inventory.zone_files:
        yield from _each_at(f"$.zone_files.{zone}", zone, zone_name)


def _resources(inventory: Inventory) -> _Found:
    for index, centre in enumerate(inventory.datacentres):
        yield from _each(f"$.datacentres[{index}].prefixes", centre.prefixes, _prefix)
    for index, register in enumerate(inventory.registers):
        for kind, count in register.declared.items():
            if count < 0:
                yield f"$.registers[{index}].declared.{kind}", f"a count of {count} is not possible", ""


def _resolvers(inventory: Inventory) -> _Found:
    for index, resolver in enumerate(inventory.resolvers):
        path = f"$.resolvers[{index}]"
        yield from _each(f"{path}.addresses", resolver.addresses, _address)
        yield from _each(f"{path}.serves", resolver.serves, _prefix)
        if not resolver.addresses:
            yield path, f"the resolver {shown(resolver.id)} has no address", ""
        for position, address in enumerate(resolver.addresses):
            if address in resolver.addresses[:position]:
                yield f"{path}.addresses[{position}]", f"{shown(address)} is listed twice", ""
    if inventory.resolver_tests is not None:
        for key, names in msgspec.structs.asdict(inventory.resolver_tests).items():
            yield from _each(f"$.resolver_tests.{key}", names, zone_name)


def _roots(inventory: Inventory) -> _Found:
    for name, addresses in inventory.root_hints.items():
        yield from _each_at(f"$.root_hints.{name}", name, zone_name)
        yield from _each(f"$.root_hints.{name}", addresses, _address)
    yield from _each("$.trust_anchors", inventory.trust_anchors, _delegation_signer)


def _scope(inventory: Inventory) -> _Found:
    yield from _each("$.scope.special_addresses", inventory.scope.special_addresses, _prefix)
    yield from _each("$.scope.packet_too_big", inventory.scope.packet_too_big, _prefix)
    for index, item in enumerate(inventory.scope.exclude):
        yield from _each_at(f"$.scope.exclude[{index}]", item, _prefix if _is_prefix(item) else zone_name)


def _blackouts(blackouts: tuple[Blackout, ...]) -> _Found:
    for index, blackout in enumerate(blackouts):
        path = f"$.blackouts[{index}]"
        if blackout.start == blackout.end:
            yield path, "the window is empty: start and end are the same", "00:00 to 23:59:59 is the whole day"
        if blackout.start.tzinfo is not None or blackout.end.tzinfo is not None:
            yield path, "start and end are local times without an offset", 'name the time zone with "zone"'
        try:
            ZoneInfo(blackout.zone)
        except (OSError, ValueError, LookupError):
            yield f"{path}.zone", f"unknown time zone {shown(blackout.zone)}", "a name such as Asia/Ho_Chi_Minh"


def _files(inventory: Inventory, folder: Path) -> _Found:
    named = [("$.world", inventory.world)] if inventory.world is not None else []
    for i, register in enumerate(inventory.registers):
        yield from _file(f"$.registers[{i}].file", register.file, folder, or_folder=True)
        named += [(f"$.registers[{i}].crl[{j}]", name) for j, name in enumerate(register.crl)]
        named += [(f"$.registers[{i}].roots[{j}]", name) for j, name in enumerate(register.roots)]
    named += [(f"$.certificate_roots[{i}]", name) for i, name in enumerate(inventory.certificate_roots)]
    named += [(f"$.profile_files[{i}]", name) for i, name in enumerate(inventory.profile_files)]
    named += [(f"$.zone_files.{zone}", name) for zone, name in inventory.zone_files.items()]
    for index, centre in enumerate(inventory.datacentres):
        for key, files in centre.evidence_files.items():
            named += [(f"$.datacentres[{index}].{key}[{i}]", name) for i, name in enumerate(files)]
    for path, name in named:
        yield from _file(path, name, folder)


def _file(path: str, name: str, folder: Path, *, or_folder: bool = False) -> _Found:
    try:
        found = (folder / name).resolve()
        inside = found.is_relative_to(folder.resolve())
        exists = found.is_file() or (or_folder and found.is_dir())
    except (OSError, ValueError, RuntimeError):
        inside = exists = False
    if Path(name).is_absolute() or not inside:
        yield path, f"the file {shown(name)} is not in the inventory's folder", "only files in or below it are read"
    elif not exists:
        yield path, f"there is no file {shown(name)} in the inventory's folder", ""


def _each(path: str, texts: Iterable[str], parse: Callable[[str], object]) -> _Found:
    for index, text in enumerate(texts):
        yield from _each_at(f"{path}[{index}]", text, parse)


def _each_at(path: str, text: str, parse: Callable[[str], object]) -> _Found:
    try:
        parse(text)
    except NameProblem as problem:
        yield path, f"{shown(text)}: {problem}", problem.hint


def _prefix(text: str) -> None:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise NameProblem("not a prefix", "such as 203.0.113.0/24 or 2001:db8::/32") from None
    if "/" not in text:
        raise NameProblem("a prefix needs its length", f"{network}?")
    if ipaddress.ip_interface(text).ip != network.network_address:
        raise NameProblem("a prefix with host bits set", f"did you mean {network}?")


def _is_prefix(text: str) -> bool:
    return "/" in text or ":" in text or text.replace(".", "").isdigit()


def _address(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise NameProblem("not an IP address") from None


def _payload(text: str) -> None:
    try:
        bytes.fromhex(text)
    except ValueError:
        raise NameProblem("not octets in hexadecimal digits", 'two digits an octet, in quotes: "0a1b"') from None


def _delegation_signer(text: str) -> None:
    """Accept `20326 8 2 E06D…` for the root, and `NAME [TTL] [IN] DS …`."""
    before, found, after = text.partition(" DS ")
    try:
        if found:
            dns.name.from_text(before.split()[0])
        dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DS, after if found else text)
    except (dns.exception.DNSException, ValueError, IndexError):
        raise NameProblem("not a DS record", 'such as ". IN DS 20326 8 2 E06D44B8…"') from None
