"""What the zones of a fleet rest on: each outside zone and each machine let fail alone."""

import msgspec

from netaudit.judge.derive import Derived
from netaudit.judge.reliance import reliance_of_run
from netaudit.model.common import Family, Text
from netaudit.model.evidence import KnownZone, Surroundings, ZoneEvidence
from netaudit.model.inventory import Inventory, NetworkKind, Province, Service
from netaudit.model.reliance import Reliance
from netaudit.model.verdict import Target, TargetKind
from tests.checks.dnssec.builders import evidence, pair, serving, unsigned

BASE = evidence(*pair(serving(unsigned())))


def service(host: str) -> Service:
    return Service(id=host.replace(".", "-"), kind="portal", host=host, units=("u",))


INVENTORY = Inventory(
    schema=1, network=NetworkKind.LAB, province=Province(id="t", name=Text(vi="Thử", en="Test")), tiers=(), units=(),
    zones=("tinh.vn", "a.tinh.vn", "b.tinh.vn"),
    services=(service("www.a.tinh.vn"), service("www.b.tinh.vn"), service("elsewhere.example")),
)  # fmt: skip


def fleet(*zones: KnownZone, **addresses: str) -> Reliance:
    """What the audited zones rest on; `ns1__host__vn="192.0.2.1"`: an address that the name's own zone tells."""
    told = {
        name.replace("__", "."): {
            family: tuple(a for a in text.split() if (":" in a) == (family is Family.IPV6)) for family in Family
        }
        for name, text in addresses.items()
    }
    met = Surroundings(zones={zone.zone: zone for zone in zones}, addresses=told)
    found = [msgspec.structs.replace(BASE, zone=zone, surroundings=met) for zone in INVENTORY.zones]
    targets = [Derived(Target(kind=TargetKind.ZONE, name=item.zone), item) for item in found]
    return reliance_of_run(targets, INVENTORY)


def known(zone: str, **servers: str) -> KnownZone:
    """A zone and its servers: `ns1__tinh__vn="192.0.2.1"` with glue, empty without."""
    names = {name.replace("__", "."): tuple(text.split()) for name, text in servers.items()}
    return KnownZone(zone=zone, servers=tuple(names), glue={name: told for name, told in names.items() if told})


VN = known("vn", a__dns__vn="192.0.2.10")
TINH = known("tinh.vn", ns1__tinh__vn="192.0.2.1 2001:db8::1", ns2__tinh__vn="192.0.2.2")
HOST = known("host.vn", ns1__host__vn="192.0.2.31", ns2__host__vn="192.0.2.32")
HOSTED = {"ns1__host__vn": "192.0.2.31", "ns2__host__vn": "192.0.2.32"}


def down(found: Reliance) -> dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]]:
    return {support.names: (support.down, support.services) for support in found.supports if support.down}


def test_a_zone_that_all_servers_of_others_live_in_takes_them_down() -> None:
    found = fleet(
        VN, TINH, HOST, known("a.tinh.vn", ns1__host__vn="", ns2__host__vn=""),
        known("b.tinh.vn", ns1__host__vn="", ns1__tinh__vn="192.0.2.1"), **HOSTED,
    )  # fmt: skip
    assert down(found) == {("host.vn",): (("a.tinh.vn",), ("www.a.tinh.vn",))}
    users = {(s.kind, s.names): (s.users, s.own) for s in found.supports}
    assert users == {
        ("zone", ("host.vn",)): (("a.tinh.vn", "b.tinh.vn"), False),
        ("server", ("ns1.host.vn",)): (("a.tinh.vn", "b.tinh.vn"), False),
        ("server", ("ns2.host.vn",)): (("a.tinh.vn",), False),
        ("server", ("ns1.tinh.vn",)): (("b.tinh.vn", "tinh.vn"), True),
        ("server", ("ns2.tinh.vn",)): (("tinh.vn",), True),
    }
    assert (found.zones, found.services, found.cycles) == (("a.tinh.vn", "b.tinh.vn", "tinh.vn"), 2, ())
    assert found.supports[0].names == ("host.vn",), "what takes most down comes first"


def test_one_machine_under_two_names_is_one_point_of_failure() -> None:
    both = known("tinh.vn", ns1__tinh__vn="192.0.2.1", ns2__tinh__vn="2001:db8::1 192.0.2.1")
    apart = known("a.tinh.vn", ns1__tinh__vn="192.0.2.1", ns1__host__vn="")
    found = fleet(VN, both, HOST, apart, known("b.tinh.vn", ns1__host__vn="", ns2__host__vn=""), **HOSTED)
    everything = (("a.tinh.vn", "b.tinh.vn", "tinh.vn"), ("www.a.tinh.vn", "www.b.tinh.vn"))
    assert down(found)[("ns1.tinh.vn", "ns2.tinh.vn")] == everything, "with a zone all below it"
    (machine,) = [s for s in found.supports if s.names == ("ns1.tinh.vn", "ns2.tinh.vn")]
    assert (machine.addresses, machine.own) == (("192.0.2.1", "2001:db8::1"), True)


def test_an_outside_zone_with_one_server_takes_down_through_it() -> None:
    """Neither of a.tinh.vn's servers is alone; that both are found through one machine shows from the zone's own."""
    one = known("host.vn", ns1__host__vn="192.0.2.31")
    zone = known("a.tinh.vn", x__host__vn="", y__host__vn="")
    found = fleet(
        VN, TINH, one, zone, known("b.tinh.vn", ns1__tinh__vn="192.0.2.1", ns2__tinh__vn="192.0.2.2"),
        x__host__vn="192.0.2.41", y__host__vn="192.0.2.42",
    )  # fmt: skip
    assert down(found) == {("host.vn",): (("a.tinh.vn",), ("www.a.tinh.vn",))}


def test_what_nobody_asked_for_takes_nothing_down() -> None:
    """Of b.tinh.vn's second server no address is known: it may well have one."""
    found = fleet(
        VN, TINH, HOST, known("a.tinh.vn", ns1__tinh__vn="192.0.2.1", ns2__tinh__vn="192.0.2.2"),
        known("b.tinh.vn", ns1__host__vn="", ns__unknown__example=""), **HOSTED,
    )  # fmt: skip
    assert down(found) == {}


def test_zones_that_wait_for_each_other_are_named_once() -> None:
    found = fleet(
        VN, TINH, known("a.tinh.vn", ns__b__tinh__vn=""), known("b.tinh.vn", ns__a__tinh__vn=""),
    )  # fmt: skip
    assert found.zones == ("tinh.vn",)
    assert found.cycles == (("a.tinh.vn (ns.b.tinh.vn)", "b.tinh.vn (ns.a.tinh.vn)"),)


def test_without_zones_there_is_nothing() -> None:
    assert reliance_of_run([], INVENTORY) == Reliance()
    assert isinstance(BASE, ZoneEvidence)
