"""An inventory from its file: what is refused with which line and hint, and what comes out of a good one."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.content import content_path
from netaudit.inventory import InventoryError, LoadedInventory, load, load_bytes
from netaudit.inventory.problems import MOST_PROBLEMS

SMALL = """\
schema: 1
network: internet
province: {id: p, name: {vi: Tỉnh, en: Province}}
contact: {name: Quản trị}
authorisation: {text: cho phép}
tiers:
  - {id: province, name: {vi: Tỉnh, en: Province}, expected: 1}
  - {id: commune, name: {vi: Xã, en: Commune}, expected: 2}
units:
  - {id: p, name: {vi: Tỉnh, en: Province}, tier: province}
  - {id: a, name: {vi: A, en: A}, tier: commune, parent: p}
  - {id: b, name: {vi: B, en: B}, tier: commune, parent: p}
services:
  - {id: web, kind: portal, host: example.vn, units: [p]}
  - {id: one, kind: one_stop, host: MotCua.Example.VN., units: ["tier:commune"], owner: p}
  - id: mail
    kind: mail
    scheme: mail
    host: đà-lạt.vn
    units: [all]
zones:
  - Example.vn.
  - đà-lạt.vn
datacentres:
  - id: dc
    name: {vi: TTDL, en: DC}
    asns: [64510]
    prefixes: [203.0.113.0/24]
blackouts:
  - {start: 07:00, end: "11:30:00"}
"""


def loaded(text: str = SMALL) -> LoadedInventory:
    return load_bytes(text.encode(), Path("i.yaml"))


def problems(old: str, new: str) -> list[str]:
    assert old in SMALL
    with pytest.raises(InventoryError) as caught:
        loaded(SMALL.replace(old, new))
    return [str(problem) for problem in caught.value.problems]


def test_names_are_plain_and_units_resolved() -> None:
    result = loaded()
    hosts = [service.host for service in result.inventory.services]
    assert hosts == ["example.vn", "motcua.example.vn", "xn---lt-8ka8vx53n.vn"]
    assert [service.units for service in result.inventory.services] == [("p",), ("a", "b"), ("p", "a", "b")]
    assert result.inventory.zones == ("example.vn", "xn---lt-8ka8vx53n.vn")
    assert result.inventory.blackouts[0].start.hour == 7
    assert result.warnings == ()
    assert len(result.sha256) == 64


def test_targets_have_lines() -> None:
    lines = loaded().lines
    assert lines["service:one"] == 15
    assert lines["service:mail"] == 16
    assert lines["zone:example.vn"] == 22
    assert lines["unit:b"] == 12
    assert lines["datacentre:dc"] == 25
    assert lines["tier:commune"] == 8


def test_under_takes_the_whole_subtree() -> None:
    text = SMALL.replace('"tier:commune"', '"under:p"').replace(
        "commune, parent: p}\nservices", "commune, parent: a}\nservices"
    )
    assert loaded(text).inventory.services[1].units == ("a", "b")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("services:", "servces:", 'i.yaml:13: unknown key "servces"  (did you mean "services"?)'),
        ("kind: portal, ", "", 'i.yaml:14: the key "kind" is missing'),
        ("network: internet", "network: intrnet", 'i.yaml:2: network can\'t be "intrnet"'),
        ("schema: 1", "schema: 2", 'i.yaml:1: schema can\'t be "2"; it is one of: 1'),
        ("expected: 2", "expected: -2", "i.yaml:8: expected:"),
        ("{vi: A, en: A}", "{vi: A}", 'i.yaml:11: the key "en" is missing'),
        ("{vi: A, en: A}", "A", 'i.yaml:11: expected keys (vi, en), found "A"'),
        ("{vi: A, en: A}", "{vi: 12, en: A}", 'put it in quotes: "12"'),
        (
            "expected: 2", "expected: 2, as_of: 01/07/2025",
            'i.yaml:8: as_of: expected a date, found "01/07/2025"  (did you mean 2025-07-01?)',
        ),
        ("id: web", "id: Web Site", '"Web Site" is not an identifier'),
        ("asns: [64510]", "asns: [AS64510]", 'i.yaml:27: asns[0]: expected a whole number, found "AS64510"'),
        ("asns: [64510]", "asns: 64510", "asns: expected a list"),
        ("203.0.113.0/24", "203.0.113.7/24", "(did you mean 203.0.113.0/24?)"),
        ("203.0.113.0/24", "203.0.113.256/24", 'i.yaml:28: "203.0.113.256/24": not a prefix'),
        ("203.0.113.0/24", "203.0.113.0", "a prefix needs its length"),
        ("host: example.vn", "host: 192.0.2.1", "i.yaml:14: \"192.0.2.1\": an address, not a name"),
        ("host: example.vn", "host: https://example.vn/x", "write host: example.vn"),
        ("host: example.vn", "host: a@example.vn", "write only example.vn"),
        ("host: example.vn", "host: exam_ple.vn", "not a host name"),
        ("host: example.vn", "host: -a.vn", "not a host name"),
        ("host: example.vn", "host: a..vn", "empty label"),
        ("host: example.vn", "host: xn--a.vn", "not an internationalised name"),
        ("host: example.vn", f"host: {'a' * 64}.vn", "not a host name"),
        ("kind: portal,", "kind: portal, port: 70000,", "port: expected a whole number <= 65535"),
        ("kind: portal,", "kind: portal, scheme: tcp,", 'scheme "tcp" and needs a port  (add port: and its number)'),
        ("kind: portal,", "kind: portal, scheme: udp,", 'scheme "udp" and needs a port'),
        ("kind: portal,", "kind: portal, probe: 0a1b,", 'a probe belongs to scheme "udp", not to "https"'),
        (
            "kind: portal,",
            "kind: portal, scheme: udp, port: 9, probe: 0x0a,",
            '"0x0a": not octets in hexadecimal digits  (two digits an octet, in quotes: "0a1b")',
        ),
        ("kind: portal,", "kind: portal, path: x,", "must start with /"),
        ("en: B}, tier: commune", "en: B}, tier: comune", 'i.yaml:12: no tier "comune"  (did you mean "commune"?)'),
        ("parent: p}\nservices", "parent: x}\nservices", 'i.yaml:12: no unit "x"'),
        ("tier: province}", "tier: province, parent: a}", 'the unit "p" is its own ancestor'),
        ("owner: p", "owner: q", 'i.yaml:15: no unit "q"'),
        ('"tier:commune"', '"tier:comune"', 'no unit or selector "tier:comune"  (did you mean "tier:commune"?)'),
        ("id: one,", "id: web,", 'i.yaml:15: duplicate id "web" in services'),
        ("id: b,", "id: all,", '"all" stands for every unit'),
        ("  - Example.vn.\n", "  - Example.vn.\n  - example.VN\n", 'i.yaml:23: duplicate zone "example.vn"'),
        ("Example.vn.\n", "exam ple.vn\n", "not a zone name"),
        ('"11:30:00"', "25:00", 'end: invalid'),
        ('"11:30:00"', "07:00", "the window is empty"),
        ('"11:30:00"', '"11:30:00", zone: Mars/Base', 'unknown time zone "Mars/Base"'),
        ("schema: 1\n", "schema: 1\nworld: ../w.yaml\n", "not in the inventory's folder"),
        ("schema: 1\n", "schema: 1\nworld: /etc/passwd\n", "not in the inventory's folder"),
        ("asns: [64510]", "asns: [64510]\n    vrps: [../vrps.json]", "not in the inventory's folder"),
        ("asns: [64510]", "asns: [64510]\n    vrps: [vrps.json]", "there is no file"),
        ("schema: 1\n", "schema: 1\nzone_files: {example.vn: ../z.zone}\n", "not in the inventory's folder"),
        ("schema: 1\n", "schema: 1\nzone_files: {example.vn: i.yaml}\n", "there is no file"),
        ("schema: 1\n", "schema: 1\nzone_files: {http://x: z.zone}\n", "a URL, not a name"),
        ("schema: 1\n", "schema: 1\nworld: nothing.yaml\n", 'there is no file "nothing.yaml"'),
        ("schema: 1\n", 'schema: 1\nworld: "a\\0b"\n', "not in the inventory's folder"),
        ("schema: 1\n", "schema: 1\ntrust_anchors: [hello]\n", '"hello": not a DS record'),
        ("schema: 1\n", "schema: 1\nroot_hints: {a.root: [1.2.3]}\n", '"1.2.3": not an IP address'),
        ("schema: 1\n", "schema: 1\nscope: {exclude: [10.0.0.1/8]}\n", "did you mean 10.0.0.0/8?"),
        ("schema: 1\n", "schema: 1\nscope: {outside_hosts: 'no'}\n", "write true or false"),
        (
            "expected: 2", "expected: 2, expectations: [{expected: 3, as_of: 2025-07-01}]",
            'i.yaml:8: the tier "commune" has expected or as_of besides expectations  (move it into expectations',
        ),
        (
            "expected: 2", "expectations: [{expected: 2, as_of: 2020-01-01}, {expected: 3, as_of: 2020-01-01}]",
            'i.yaml:8: duplicate day "2020-01-01" in tiers[1].expectations',
        ),
        ("expected: 2", "expectations: [{expected: 2}]", 'the key "as_of" is missing'),
        ("expected: 2", "expectations: [{expected: 2, as_of: '1/7/2025'}]", "as_of: "),
        ("parent: p}\nservices", "parent: p, merged_into: b}\nservices", 'the unit "b" can\'t be merged into itself'),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_line(old: str, new: str, expected: str) -> None:
    found = problems(old, new)
    assert any(expected in problem for problem in found), found
    assert all(problem.startswith("i.yaml:") for problem in found)


def test_a_misspelt_key_is_not_also_reported_as_missing() -> None:
    assert len(problems("services:", "servces:")) == 1


def test_several_mistakes_come_together_in_the_order_of_the_file() -> None:
    text = (
        SMALL.replace("expected: 1", "expcted: 1").replace("asns: [64510]", "asns: [x]").replace("kind: one_stop, ", "")
    )
    with pytest.raises(InventoryError) as caught:
        loaded(text)
    assert [problem.line for problem in caught.value.problems] == [7, 15, 27]


def test_problems_are_counted_out() -> None:
    many = "".join(f"  - {{id: u{n}, name: {{vi: x, en: x}}, tier: nowhere}}\n" for n in range(100))
    with pytest.raises(InventoryError) as caught:
        loaded(SMALL.replace("services:\n", many + "services:\n"))
    assert len(caught.value.problems) == MOST_PROBLEMS


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("expected: 2", "expected: 3", 'i.yaml:8: the tier "commune" lists 2 of 3 expected units'),
        ("expected: 2", "expected: 1", 'i.yaml:8: the tier "commune" lists 2 units, more than the 1 expected'),
        ("expected: 2", "expectations: [{expected: 9, as_of: 2020-01-01}, {expected: 2, as_of: 2025-07-01}]", ""),
        ("expected: 2", "expectations: [{expected: 2, as_of: 2020-01-01}, {expected: 9, as_of: 2099-07-01}]", ""),
        (
            "expected: 2", "expectations: [{expected: 2, as_of: 2099-01-01}]",
            'i.yaml:8: the tier "commune" has no expected number before 2099-01-01',
        ),
        (
            "parent: p}\nservices", "parent: p, valid_to: 2025-06-30}\nservices",
            'i.yaml:8: the tier "commune" lists 1 of 2 expected units',
        ),
        (
            "parent: p}\nservices", "parent: p, merged_into: a}\nservices",
            'i.yaml:12: the unit "b" was merged into "a" and still counts  (give its last day as valid_to)',
        ),
        (
            "tier: province}", "tier: province, valid_to: 2025-06-30}",
            'i.yaml:14: the service "web" names only units that have ended',
        ),
        ("units: [all]", "units: [p]", ""),
        ('units: ["tier:commune"]', "units: []", 'i.yaml:15: the service "one" belongs to no unit'),
        ("host: MotCua.Example.VN.", "host: example.vn", "https://example.vn:443/ is listed as one_stop and as portal"),
        (
            "host: MotCua.Example.VN.",
            "scheme: submission, port: 465, host: a.example.vn",
            "did you mean scheme: submissions?",
        ),
        ("  - Example.vn.\n", "  - other.vn\n", 'i.yaml:22: no service lies in the zone "other.vn"'),
        (
            "  - đà-lạt.vn\n",
            "",
            'i.yaml:21: no listed zone holds "xn---lt-8ka8vx53n.vn": its DNS is not audited'
            "  (is xn---lt-8ka8vx53n.vn a zone of yours? Then list it under zones)",
        ),
        ("zones:\n  - Example.vn.\n  - đà-lạt.vn\n", "", 'no listed zone holds "example.vn", "motcua.example.vn"'),
        ("contact: {name: Quản trị}\n", "", "no contact"),
        ("authorisation: {text: cho phép}\n", "", "no authorisation"),
    ],
)  # fmt: skip
def test_doubts_stop_nothing(old: str, new: str, expected: str) -> None:
    assert old in SMALL
    warnings = [str(warning) for warning in loaded(SMALL.replace(old, new)).warnings]
    assert (not expected and not warnings) or any(expected in warning for warning in warnings), warnings


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-03-01", ["the authorisation ended on 2026-02-28"]),
        ("2026-02-28", ["the authorisation ends on 2026-02-28, in 0 days"]),
        ("2026-01-29", ["the authorisation ends on 2026-02-28, in 30 days"]),
        ("2026-01-28", []),
    ],
)
def test_an_authorisation_that_ends_soon_is_doubted(day: str, expected: list[str]) -> None:
    text = SMALL.replace("{text: cho phép}", "{text: cho phép, valid_until: 2026-02-28}")
    for network, told in (("internet", expected), ("lab", [])):
        changed = text.replace("network: internet", f"network: {network}").encode()
        warnings = load_bytes(changed, Path("i.yaml"), date.fromisoformat(day)).warnings
        assert [(warning.line, warning.message) for warning in warnings] == [(5, message) for message in told]


def test_a_unit_that_nothing_serves_is_doubted() -> None:
    text = SMALL.replace("units: [all]", "units: [p]").replace('units: ["tier:commune"]', "units: [a]")
    assert [str(warning) for warning in loaded(text).warnings] == ['i.yaml:12: no service names the unit "b"']


def test_files_that_cannot_be_read_are_problems_too(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.yaml", tmp_path):
        with pytest.raises(InventoryError, match=str(path)):
            load(path)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "outside.yaml").write_text("x")
    (tmp_path / "inside" / "world.yaml").symlink_to(tmp_path / "outside.yaml")
    path = tmp_path / "inside" / "inventory.yaml"
    path.write_text(f"world: world.yaml\n{SMALL}", encoding="utf-8")
    with pytest.raises(InventoryError, match="not in the inventory's folder"):
        load(path)


def test_a_zone_file_of_a_zone_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "z.zone").write_text("")
    path = tmp_path / "inventory.yaml"
    path.write_text(f"zone_files: {{elsewhere.vn: z.zone}}\n{SMALL}", encoding="utf-8")
    with pytest.raises(InventoryError, match=r'no zone "elsewhere\.vn"'):
        load(path)


def test_the_sample_is_without_doubt() -> None:
    result = load(content_path("inventory.yaml"))
    assert result.warnings == ()
    counts = {tier.id: tier.expected for tier in result.inventory.tiers}
    assert counts == {"province": 1, "department": 20, "district": 12, "commune": 147, "party": None}
    served = [unit for service in result.inventory.services if service.kind == "one_stop" for unit in service.units]
    assert len(served) == len(set(served)) + 2 == 20 + 12 + 147 + 2  # two districts are served by two


@given(st.text(max_size=300))
def test_no_text_raises_anything_else(text: str) -> None:
    _only_inventory_errors(text.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    _only_inventory_errors(content)


PIECES = st.sampled_from(
    ["\n", "  ", "- ", ": ", "&a ", "*a ", "{", "}", "[", "]", ",", "|", ">", "'", '"', "#", "? ", "!!map ",
     "%YAML 1.2", "---", "...", "schema", "1", "units", "services", "id", "host",
     "<<", "\t", "\x85", "\u2028", "é", "0x1F", "1e999"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60).map("".join))
def test_no_heap_of_yaml_raises_anything_else(text: str) -> None:
    _only_inventory_errors(text.encode())


@given(st.integers(0, len(SMALL) - 1), st.integers(0, 40), st.text(max_size=8))
def test_no_damage_to_a_good_file_raises_anything_else(start: int, length: int, text: str) -> None:
    _only_inventory_errors((SMALL[:start] + text + SMALL[start + length :]).encode("utf-8", "surrogatepass"))


def _only_inventory_errors(content: bytes) -> None:
    try:
        load_bytes(content, Path("i.yaml"))
    except InventoryError as error:
        assert 1 <= len(error.problems) <= MOST_PROBLEMS
        for problem in error.problems:
            assert str(problem).isprintable()


def test_the_example_of_the_guide_is_valid() -> None:
    guide = Path(__file__).parents[2] / "docs" / "inventory.md"
    example = guide.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    assert loaded(example).inventory.services[0].units == ("xuan-huong",)
