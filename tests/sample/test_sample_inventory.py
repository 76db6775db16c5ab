"""The sample inventory and its world speak of the same things."""

from netaudit.content import content_path
from netaudit.inventory import load
from netaudit.lab.worldfile import load_world, zone_of

INVENTORY = load(content_path("inventory.yaml")).inventory
WORLD = load_world(content_path("sample") / "world.yaml")


def test_every_public_host_is_served_and_every_site_is_in_the_inventory() -> None:
    public = {s.host for s in INVENTORY.services if s.scheme == "https" and s.network == "public"}
    assert public == {host for site in WORLD.websites for host in site.hosts}
    closed = {service.host for service in INVENTORY.services if service.network == "tslcd"}
    assert closed
    assert not closed & public


def test_every_zone_of_the_inventory_is_in_the_world_and_holds_a_host() -> None:
    assert set(INVENTORY.zones) <= {zone.name for zone in WORLD.zones}
    assert {zone_of(WORLD, host) for host in INVENTORY.hosts} == set(INVENTORY.zones)


def test_every_finding_of_a_fault_is_about_something_in_the_inventory() -> None:
    targets = {f"zone:{zone}" for zone in INVENTORY.zones} | {f"host:{host}" for host in INVENTORY.hosts}
    targets |= {f"endpoint:{service.endpoint}" for service in INVENTORY.services}
    targets |= {f"mail:{domain}" for domain in INVENTORY.mail_domains}
    targets |= {f"datacentre:{d.id}" for d in INVENTORY.datacentres} | {f"register:{r.id}" for r in INVENTORY.registers}
    targets |= {f"resolver:{resolver.id}" for resolver in INVENTORY.resolvers}
    targets |= {f"coverage:{t.id}/{s.kind}" for t in INVENTORY.tiers for s in INVENTORY.services}
    named = {finding.split(" ", 1)[1] for fault in WORLD.faults for finding in (*fault.finds, *fault.blinds)}
    assert named <= targets


def test_the_prefixes_of_the_data_centre_are_announced_by_its_own_number() -> None:
    (centre,) = INVENTORY.datacentres
    origins = {route.prefix: route.as_path[-1] for route in WORLD.routes}
    assert {origins[prefix] for prefix in centre.prefixes} == set(centre.asns)


def test_rpki_authorises_every_route() -> None:
    authorised = {(vrp.prefix, vrp.asn) for vrp in WORLD.vrps}
    assert authorised == {(route.prefix, route.as_path[-1]) for route in WORLD.routes}
