"""A world that does not hang together is refused, with the file and what is wrong."""

from pathlib import Path

import msgspec
import pytest

from netaudit.content import content_path
from netaudit.lab.world import Fault, Machine, RegistrationEntry, RouteObjectEntry, Website, World, WorldZone
from netaudit.lab.worldfile import WorldError, load_world, world_problems, zone_of
from tests.lab_python.client import small_world


def test_the_sample_world_can_be_served() -> None:
    assert load_world(content_path("sample") / "world.yaml").faults


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_bytes(msgspec.yaml.encode(small_world()))
    assert load_world(path) == small_world()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("schema: 2", "schema"),
        ("- 1", "Expected `object`"),
        ("{a: [", "while parsing"),
        ("a: &x [1]\nb: *x\n", "aliases are not allowed"),
        ("\0", "special characters"),
        ("[" * 5_000, "yaml"),
    ],
)
def test_a_file_that_is_no_world(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(text)
    with pytest.raises(WorldError, match=problem) as caught:
        load_world(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="No such file"):
        load_world(tmp_path / "nothing.yaml")
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (6 * 1024 * 1024))
    with pytest.raises(WorldError, match="larger than"):
        load_world(large)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"machines": ()}, "zone vn: there is no machine tld"),
        (
            {"route_objects": (RouteObjectEntry(prefix="192.0.2.1/24", origin=1),)},
            "route object or registration 192.0.2.1/24",
        ),
        ({"registrations": (RegistrationEntry(resource="ASX"),)}, "route object or registration ASX"),
        ({"machines": (*small_world().machines, Machine(id="web", addresses=()))}, "machine web is listed twice"),
        (
            {"machines": (*small_world().machines, Machine(id="x", addresses=("192.0.2.1",)))},
            "address 192.0.2.1 is on two machines",
        ),
        ({"machines": (*small_world().machines, Machine(id="x", addresses=("1.2.3",)))}, "'1.2.3' is not an address"),
        ({"zones": small_world().zones[1:]}, "there is no root zone"),
        ({"zones": (*small_world().zones, small_world().zones[1])}, "zone vn is listed twice"),
        ({"zones": (*small_world().zones, WorldZone(name="a..vn", servers={"n.vn": "tld"}))}, "zone a..vn: EmptyLabel"),
        ({"zones": (*small_world().zones, WorldZone(name="A.vn", servers={"n.vn": "tld"}))}, "lower case"),
        ({"zones": (*small_world().zones, WorldZone(name="a.vn", servers={}))}, "zone a.vn: no server"),
        (
            {"zones": (*small_world().zones, WorldZone(name="a.vn", servers={"n.vn": "tld"}, records="@ IN A x"))},
            "zone a.vn: ",
        ),
        ({"websites": (Website(machine="y", hosts=("a.vn",), title=""),)}, "website: there is no machine y"),
        ({"exceptions": {f"dns.c{number}": "because" for number in range(11)}}, "11 exceptions"),
        ({"exceptions": {"dns.tcp": " "}}, "exception dns.tcp: no reason"),
    ],
)
def test_references_that_lead_nowhere(changes: dict[str, object], problem: str) -> None:
    assert any(problem in found for found in world_problems(small_world(**changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault(id="x", kind="no_ds"), "fault x: no_ds: needs a zone"),
        (Fault(id="x", kind="no_ds", zone="y.vn"), "fault x: no_ds: there is no zone y.vn for it"),
        (Fault(id="x", kind="silent_server", machine="y"), "there is no machine y"),
        (Fault(id="x", kind="no_hsts", host="y.vn"), "there is no host y.vn"),
        (Fault(id="x", kind="no_starttls", host="www.tinh.vn"), "there is no host www.tinh.vn"),
        (Fault(id="x", kind="withdrawn", prefix="10.0.0.0/8"), "there is no prefix 10.0.0.0/8"),
        (Fault(id="x", kind="lame_server", zone="vn", server="ns1.tinh.vn"), "ns1.tinh.vn does not serve vn"),
        (Fault(id="x", kind="ns_mismatch", zone="vn"), "vn has one server only"),
        (Fault(id="x", kind="silent_web", host="www.tinh.vn"), "its machine also serves tinh.vn"),
    ],
)
def test_faults_that_make_no_sense(fault: Fault, problem: str) -> None:
    assert any(problem in found for found in world_problems(small_world(fault)))


def test_the_same_fault_id_twice() -> None:
    fault = Fault(id="x", kind="no_ds", zone="vn")
    world: World = small_world(fault, fault)
    assert world_problems(world) == ["fault x is listed twice"]


@pytest.mark.parametrize(
    ("host", "zone"),
    [("www.tinh.vn", "tinh.vn"), ("con.tinh.vn", "con.tinh.vn"), ("xcon.tinh.vn", "tinh.vn"), ("a.example", ".")],
)
def test_the_zone_of_a_host_is_the_deepest(host: str, zone: str) -> None:
    assert zone_of(small_world(), host) == zone
