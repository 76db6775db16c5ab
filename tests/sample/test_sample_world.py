"""The world file says what it means: everything it names is there, and no two machines share an address."""

from collections import Counter
from pathlib import Path

import dns.name
import msgspec
import pytest

from netaudit.authority.content import ZoneContent
from netaudit.authority.masterfile import read_zone_file
from netaudit.content import content_path
from netaudit.lab.authority import zone_contents
from netaudit.lab.world import World
from netaudit.model.common import family_of

# What resolvers are asked for is made as it is on purpose, and is no fault that a scan should find.
ONE_FAMILY = {"ns-thu-4": ["ipv4"], "ns-thu-6": ["ipv6"], "web-thongke": ["ipv4"]}
MEANT = {"test-bogus", "test-sha1"}


@pytest.fixture(scope="module")
def world() -> World:
    path: Path = content_path("sample") / "world.yaml"
    return msgspec.yaml.decode(path.read_bytes(), type=World)


def test_every_machine_has_both_families_and_its_own_addresses(world: World) -> None:
    addresses = Counter(address for machine in world.machines for address in machine.addresses)
    assert max(addresses.values()) == 1
    for machine in world.machines:
        families = sorted(family_of(address) for address in machine.addresses)
        assert families == ONE_FAMILY.get(machine.id, ["ipv4", "ipv6"]), machine.id


def test_every_machine_named_exists_and_is_used(world: World) -> None:
    machines = {machine.id for machine in world.machines}
    used = {machine for zone in world.zones for machine in (*zone.servers.values(), *zone.hosts.values())}
    used |= {resolver.machine for resolver in world.resolvers}
    used |= {site.machine for site in world.websites} | {server.machine for server in world.mail}
    used |= {clock.machine for clock in world.time}
    assert used == machines


def test_every_name_server_has_one_machine_and_an_address_in_its_zone(world: World) -> None:
    hosts = _hosts(world)
    for zone in world.zones:
        assert len(zone.servers) == (1 if ONE_FAMILY.keys() & set(zone.servers.values()) else 2), zone.name
        for name, machine in zone.servers.items():
            assert hosts[name] == machine, name


def test_every_site_and_mail_server_is_where_its_name_points(world: World) -> None:
    hosts = _hosts(world)
    for site in world.websites:
        for host in site.hosts:
            assert hosts[host] == site.machine, host
    for server in world.mail:
        assert hosts[server.host] == server.machine
    for clock in world.time:
        assert hosts[clock.host] == clock.machine


def test_every_fault_names_something_that_exists_and_must_be_found(world: World) -> None:
    hosts = _hosts(world)
    zones = {zone.name: zone for zone in world.zones}
    assert len({fault.id for fault in world.faults}) == len(world.faults)
    for fault in world.faults:
        assert bool(fault.finds) is (fault.id not in MEANT), fault.id
        assert not fault.zone or fault.zone in zones, fault.id
        assert not fault.server or fault.server in zones[fault.zone].servers, fault.id
        assert not fault.host or fault.host in hosts, fault.id
        if fault.kind in ("silent_zone", "silent_server"):
            assert fault.blinds, fault.id
        assert not fault.machine or fault.machine in {machine.id for machine in world.machines}, fault.id
        assert not fault.prefix or fault.prefix in {route.prefix for route in world.routes}, fault.id


def test_faults_are_of_many_kinds(world: World) -> None:
    kinds = Counter(fault.kind for fault in world.faults if fault.id not in MEANT)
    assert len(kinds) >= 18
    assert max(kinds.values()) == 1


def test_the_zone_file_holds_what_the_world_serves(world: World) -> None:
    name = "dalat.lamdong.gov.vn"
    file = read_zone_file(content_path("sample") / f"{name}.zone", dns.name.from_text(name)).content
    served = next(zone.data for zone in zone_contents(world, 1_800_000_000.0).zones if zone.name == name)
    of_signing = {"DNSKEY", "NSEC", "NSEC3", "NSEC3PARAM"}

    def records(content: ZoneContent) -> set[str]:
        found = (rrset for rrsets in content.rrsets.values() for rrset in rrsets.values())
        return {line for r in found if r.rdtype.name not in of_signing for line in r.to_text().splitlines()}

    assert records(file) == records(served)


def _hosts(world: World) -> dict[str, str]:
    return {_absolute(label, zone.name): machine for zone in world.zones for label, machine in zone.hosts.items()}


def _absolute(label: str, zone: str) -> str:
    if label == "@":
        return zone
    return label if zone == "." else f"{label}.{zone}"
