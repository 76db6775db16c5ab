"""`netaudit gate` as a user runs it: changes of ROAs, route objects and routes, judged before they go live."""

import json
import struct
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netaudit.lab.mrt import mrt_bytes
from netaudit.lab.registries import rdap_json, route_objects_text
from netaudit.lab.vrps import vrps_json
from netaudit.lab.world import RegistrationEntry, RouteEntry, RouteObjectEntry, VrpEntry, World
from netaudit.model.gate import GateReport
from netaudit.routing.vrps import read_vrps
from tests.cli.conftest import Inside
from tests.lab_python.client import small_world
from tests.record import RECORDED

ROUTERS = Path(__file__).parents[1] / "routing" / "recorded"

V4, V6, ASN = "203.0.113.0/24", "2001:db8:113::/48", 64510

INVENTORY = """schema: 1
network: internet
province: {id: tinh, name: {vi: Tỉnh, en: Province}}
scope: {special_addresses: [203.0.113.0/24, "2001:db8::/32"]}
tiers: []
units: []
services: []
datacentres:
  - id: dc
    name: {vi: Trung tâm, en: Centre}
    asns: [64510]
    prefixes: [203.0.113.0/24, "2001:db8:113::/48"]
    uplinks: [{operator: A, asn: 64501}, {operator: B, asn: 64502}]
    routes: [rib.mrt]
    vrps: [vrps.json]
    route_objects: [irr.txt]
    registrations: [rdap.json]
"""


def routes(*upstreams: int) -> tuple[RouteEntry, ...]:
    """Four peers that see both prefixes by way of the operators in turn."""
    return tuple(
        RouteEntry(prefix=prefix, peer_asn=64496 + n, peer_address=f"{net}{201 + n}",
            as_path=(64496 + n, upstreams[n % len(upstreams)], ASN))
        for prefix, net in ((V4, "192.0.2."), (V6, "2001:db8:2::"))
        for n in range(4)
    )  # fmt: skip


WORLD: World = msgspec.structs.replace(
    small_world(),
    routes=routes(64501, 64502),
    vrps=tuple(VrpEntry(prefix=prefix, asn=ASN) for prefix in (V4, V6)),
    route_objects=tuple(RouteObjectEntry(prefix=prefix, origin=ASN) for prefix in (V4, V6)),
    registrations=tuple(
        RegistrationEntry(resource=resource, status="ASSIGNED PORTABLE", holder="ORG-P-AP")
        for resource in (V4, V6, f"AS{ASN}")
    ),
)


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """A folder with an inventory whose data centre has evidence in files, all of it good."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    (tmp_path / "rib.mrt").write_bytes(mrt_bytes(WORLD, time.time()))
    (tmp_path / "vrps.json").write_bytes(vrps_json(WORLD, time.time()))
    (tmp_path / "irr.txt").write_bytes(route_objects_text(WORLD))
    (tmp_path / "rdap.json").write_bytes(rdap_json(WORLD))
    return tmp_path


def gate(inside: Inside, folder: Path, *options: str, code: int) -> dict[str, Any]:
    """The JSON of a gate over checks that these files can answer."""
    checks = ("roa_valid", "irr", "own_origin", "upstreams_ipv4", "upstreams_ipv6", "provider_independent")
    chosen = [word for check in checks for word in ("--check", f"multihome.{check}")]
    done = inside("gate", "inventory.yaml", *options, *chosen, "--format", "json", cwd=folder)
    assert done.returncode == code, done.stderr + done.stdout
    msgspec.json.decode(done.stdout, type=GateReport)
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["exit_code"] == code
    return found


def differing(report: dict[str, Any]) -> dict[tuple[str, str], tuple[bool | None, bool | None]]:
    """Prefix and question -> before and after, where they differ."""
    return {
        (item["prefix"], answer["question"]): (answer["before"], answer["after"])
        for item in report["prefixes"]
        for answer in item["answers"]
        if answer["before"] != answer["after"]
    }


def broken(report: dict[str, Any]) -> list[str]:
    return [change["check"] for change in report["comparison"]["changes"] if change["difference"] == "broken"]


def test_a_roa_that_goes_takes_its_prefix_along(centre: Path, inside: Inside) -> None:
    """The one family that loses it comes first, and the other is as it was."""
    report = gate(inside, centre, "--remove-roa", f"{V6}=AS{ASN}", code=1)
    assert differing(report) == {(V6, "valid"): (True, False)}
    assert [item["prefix"] for item in report["prefixes"]] == [V6, V4]
    assert broken(report) == ["multihome.roa_valid"]
    assert report["proposed"] == f"-ROA {V6}-48=AS{ASN}"


def test_a_roa_for_another_as_beside_ours_harms_nothing(centre: Path, inside: Inside) -> None:
    report = gate(inside, centre, "--add-roa", f"{V4}-24=AS64999", code=0)
    assert differing(report) == {}
    (v4,) = [item for item in report["prefixes"] if item["prefix"] == V4]
    assert v4["answers"][0]["saw_after"].endswith("; also authorised: AS64999; 4 peers")


def test_a_foreign_roa_before_ours_is_there_makes_the_route_invalid(centre: Path, inside: Inside) -> None:
    report = gate(inside, centre, "--remove-roa", f"{V4}=AS{ASN}", "--add-roa", "203.0.0.0/16-24=AS64999", code=1)
    assert differing(report) == {(V4, "valid"): (True, False)}


def test_a_whole_export_takes_the_place_of_the_one_that_is_there(centre: Path, inside: Inside) -> None:
    """Without IPv6 in it."""
    world = msgspec.structs.replace(WORLD, vrps=WORLD.vrps[:1])
    (centre / "proposed.json").write_bytes(vrps_json(world, time.time()))
    assert len(read_vrps(centre / "proposed.json", (V4, V6)).vrps) == 1
    report = gate(inside, centre, "--vrps", "proposed.json", code=1)
    assert differing(report) == {(V6, "valid"): (True, False)}


def test_route_objects(centre: Path, inside: Inside) -> None:
    """A missing object is a warning, which no gate stops; another origin is a failure of low severity."""
    report = gate(inside, centre, "--remove-route-object", f"{V6}=AS{ASN}", code=0)
    assert differing(report) == {(V6, "registered"): (True, False)}
    added = ("--add-route-object", f"{V4}=AS64999@radb")
    assert differing(gate(inside, centre, *added, code=0)) == {(V4, "registered"): (True, False)}
    assert broken(gate(inside, centre, *added, "--fail-on", "low", code=1)) == ["multihome.irr"]
    (centre / "proposed.txt").write_text("%  No entries found for the selected source(s).\n")
    report = gate(inside, centre, "--route-objects", "proposed.txt", code=0)
    assert differing(report) == {(prefix, "registered"): (True, False) for prefix in (V4, V6)}


def test_a_table_of_a_rehearsal_with_one_operator(centre: Path, inside: Inside) -> None:
    world = msgspec.structs.replace(WORLD, routes=routes(64501, 64502)[:4] + routes(64501)[4:])
    (centre / "rehearsal.mrt").write_bytes(mrt_bytes(world, time.time()))
    report = gate(inside, centre, "--routes", "rehearsal.mrt", code=1)
    assert differing(report) == {(V6, "uplinks"): (True, False)}
    assert broken(report) == ["multihome.upstreams_ipv6"]


@pytest.mark.parametrize(
    ("world", "worse", "code"),
    [
        ("healthy", set(), 0),
        ("ipv6-on-one-uplink", {(V6, "uplinks"), (V6, "survives"), (V6, "independent")}, 1),
        ("shared-transit", {(prefix, "independent") for prefix in (V4, V6)}, 0),
        ("uplink-cut", {(p, q) for p in (V4, V6) for q in ("uplinks", "survives", "independent")}, 1),
    ],
)
def test_a_rehearsal_with_real_routers(
    centre: Path, inside: Inside, world: str, worse: set[tuple[str, str]], code: int
) -> None:
    """Tables of BIRD's in the worlds of tests/lab/multihome: the same two prefixes, AS and operators."""
    for family in ("ipv4", "ipv6"):
        recorded = (ROUTERS / world / f"{family}.mrt").read_bytes()
        (centre / f"{family}.mrt").write_bytes(as_of(recorded, int(time.time())))
    checks = (
        "--check",
        "multihome.up*",
        "--check",
        "multihome.shared_fate",
        "--skip-check",
        "multihome.upstream_parity",
    )
    options = ("--routes", "ipv4.mrt", "--routes", "ipv6.mrt", "--only-new", *checks, "--format", "json")
    done = inside("gate", ".", *options, cwd=centre)
    assert done.returncode == code, done.stdout
    found = differing(json.loads(done.stdout))
    assert found == dict.fromkeys(worse, (True, False))


def as_of(table: bytes, now: int) -> bytes:
    """An MRT file with other times in the headers of its records (RFC 6396 section 2)."""
    moved, at = bytearray(table), 0
    while at < len(moved):
        struct.pack_into(">I", moved, at, now)
        at += 12 + int.from_bytes(moved[at + 8 : at + 12])
    return bytes(moved)


def test_only_what_is_new_counts_and_a_second_prefix_is_new(centre: Path, inside: Inside) -> None:
    """IPv6 has no ROA already: the check fails before and after, and the rows tell that IPv4 breaks too."""
    world = msgspec.structs.replace(WORLD, vrps=WORLD.vrps[:1])
    (centre / "vrps.json").write_bytes(vrps_json(world, time.time()))
    harmless = ("--add-roa", f"{V4}=AS64999")
    assert differing(gate(inside, centre, *harmless, code=1)) == {}
    gate(inside, centre, *harmless, "--only-new", code=0)
    report = gate(inside, centre, "--remove-roa", f"{V4}=AS{ASN}", "--only-new", code=1)
    assert report["comparison"]["changes"] == []
    assert differing(report) == {(V4, "valid"): (True, False)}
    assert differing(gate(inside, centre, "--add-roa", f"{V6}=AS{ASN}", code=0)) == {(V6, "valid"): (False, True)}


def test_what_can_not_be_told_any_more_is_no_pass(centre: Path, inside: Inside) -> None:
    (centre / "proposed.json").write_text('{"roas": [')
    report = gate(inside, centre, "--vrps", "proposed.json", "--only-new", code=3)
    assert differing(report) == {(prefix, "valid"): (True, None) for prefix in (V4, V6)}
    gate(inside, centre, "--vrps", "proposed.json", "--only-new", "--allow-incomplete", code=0)


def test_a_run_with_several_data_centres(tmp_path: Path, inside: Inside) -> None:
    """The facts that the check fixtures are judged from: a ROA for the one whose IPv6 had that of another AS."""
    facts = str(RECORDED / "files.facts.jsonl.zst")
    options = ("--add-roa", "2001:db8:100::/48=AS64509", "--check", "multihome.roa_valid", "--format", "json")
    done = inside("gate", facts, *options, "--only-new", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert differing(found) == {("2001:db8:100::/48", "valid"): (False, True)}
    centres = {item["datacentre"] for item in found["prefixes"]}
    assert {"good", "single-ipv4", "withdrawn", "unread"} <= centres
    assert list(tmp_path.iterdir()) == [], "a gate writes nothing"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "nothing changes: name what will be"),
        (["--add-roa", "203.0.113.0/24"], "write PREFIX-MAXLENGTH=ASN"),
        (["--add-roa", "203.0.113.1/24=AS1"], "203.0.113.1/24 has host bits set"),
        (["--add-roa", "203.0.113.0/24-23=AS1"], "maxLength must be 24 to 32"),
        (["--add-roa", "203.0.113.0/24=AS4294967296"], "AS4294967296 is no AS number"),
        (["--add-roa", "198.51.100.0/24=AS1"], "concerns no prefix of a data centre here"),
        (["--remove-roa", "203.0.113.0/24-25=AS64510"], "can't be removed: the facts have no such one"),
        (["--remove-route-object", f"{V4}=AS64510@RADB"], "can't be removed: the facts have no such one"),
        (["--add-route-object", "203.0.113.0/24"], "write PREFIX=ASN or PREFIX=ASN@SOURCE"),
        (["--vrps", "nowhere.json"], "nowhere.json"),
        (["--add-roa", f"{V4}=AS1", "--check", "dns.*"], "no chosen check looks at data centres"),
    ],
)
def test_wrong_usage(centre: Path, inside: Inside, options: list[str], said: str) -> None:
    done = inside("gate", ".", *options, "--lang", "en", cwd=centre)
    assert done.returncode == 2
    assert said in done.stderr


def test_edits_need_something_to_edit(centre: Path, inside: Inside) -> None:
    (centre / "vrps.json").write_text('{"roas": [')
    done = inside("gate", ".", "--add-roa", f"{V4}=AS{ASN}", cwd=centre)
    assert done.returncode == 2
    assert "dc: there are no ROA payloads to change; give them with --vrps FILE" in done.stderr


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", [f"After the change: -ROA {V4}-24=AS{ASN}", f"✗ {V4} (IPv4): RPKI valid", "✓ → ✗",
            f"now: {V4} AS{ASN}: valid: {V4}-24 AS{ASN}; 4 peers", f"then: {V4} AS{ASN}: no ROA; 4 peers",
            "Would fail, and does not now: 1", "exit 1: 1 of 2 prefixes get worse"]),
        ("vi", [f"Sau thay đổi: -ROA {V4}-24=AS{ASN}", f"✗ {V4} (IPv4): Hợp lệ RPKI", "không có ROA",
            "mã thoát 1: 1 trong 2 vùng địa chỉ xấu đi"]),
    ],
)  # fmt: skip
def test_the_text_in_both_languages(centre: Path, inside: Inside, language: str, expected: list[str]) -> None:
    done = inside("gate", ".", "--remove-roa", f"{V4}=AS{ASN}", "--lang", language, cwd=centre)
    assert done.returncode == 1
    assert [text for text in expected if text not in done.stdout + done.stderr] == []


def test_a_roa_for_somebody_else_is_pointed_out(centre: Path, inside: Inside) -> None:
    done = inside("gate", "inventory.yaml", "--add-roa", f"{V4}=AS65066", "--lang", "en", cwd=centre)
    assert "! 203.0.113.0/24 up to /24: AS65066 would be authorised too, and is none of yours" in done.stdout
    own = inside("gate", "inventory.yaml", "--add-roa", f"{V4}-25=AS{ASN}", "--lang", "en", cwd=centre)
    assert "is none of yours" not in own.stdout
