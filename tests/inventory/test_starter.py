"""A first inventory from a zone file or a table: valid as it is made, with the author's lines in every refusal."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.inventory import InventoryError, load_bytes
from netaudit.inventory.starter import inventory_from_csv, inventory_from_zone
from netaudit.model.inventory import Inventory

ZONE = """\
$ORIGIN lamdong.gov.vn.
$TTL 300
@ SOA ns1 hostmaster 1 2 3 4 5
@ NS ns1
@ MX 10 mail
@ A 192.0.2.1
ns1 A 192.0.2.2
ns9 A 192.0.2.2
mail A 192.0.2.3
www CNAME @
* A 192.0.2.9
motcua AAAA 2001:db8::1
dalat NS ns1.dalat
ns1.dalat A 192.0.2.4
www.dalat A 192.0.2.4
_dmarc TXT "v=DMARC1"
"""
TABLE = """\
name,name_en,kind,unit,tier,host,scheme,port,path,parent
Trang Sở Y tế,Health,department_site,Sở Y tế,department,syt.lamdong.gov.vn,,,/sites/syt,
Thư,Mail,mail,Sở Y tế,department,lamdong.gov.vn,,,,
Trang,Site,local_site,Đà Lạt,district,dalat.lamdong.gov.vn,http,8080,,Sở Y tế
Trang,Site,local_site,Đà Lạt,district,dalat2.lamdong.gov.vn,,,,Sở Y tế
"""


def parsed(text: str) -> Inventory:
    return load_bytes(text.encode(), Path("made.yaml")).inventory


def problems(make: Callable[[], str]) -> list[str]:
    with pytest.raises(InventoryError) as caught:
        make()
    return [str(problem) for problem in caught.value.problems]


def test_a_zone_file_gives_hosts_mail_and_zones() -> None:
    made = parsed(inventory_from_zone(ZONE, "z"))
    assert [(service.kind, service.host) for service in made.services] == [
        ("portal", "lamdong.gov.vn"),
        ("webmail", "mail.lamdong.gov.vn"),
        ("one_stop", "motcua.lamdong.gov.vn"),
        ("portal", "www.lamdong.gov.vn"),
        ("mail", "lamdong.gov.vn"),
    ]
    assert made.zones == ("lamdong.gov.vn", "dalat.lamdong.gov.vn")


def test_a_table_proposes_the_zones_of_its_hosts_and_leaves_no_doubt_about_them() -> None:
    text = inventory_from_csv(TABLE + "Trang,Site,local_site,Bảo Lộc,district,www.baoloc.vn,,,,\n", "t")
    loaded = load_bytes(text.encode(), Path("made.yaml"))
    assert loaded.inventory.zones == ("lamdong.gov.vn", "baoloc.vn")
    assert "TODO: guessed from the hosts." in text
    assert not [warning for warning in loaded.warnings if "zone" in warning.message]


def test_a_zone_file_without_origin_takes_the_one_given() -> None:
    text = ZONE.replace("$ORIGIN lamdong.gov.vn.\n", "")
    assert parsed(inventory_from_zone(text, "z", "baoloc.vn")).zones[0] == "baoloc.vn"
    assert any("--origin" in problem for problem in problems(lambda: inventory_from_zone(text, "z")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "--origin"),
        (
            "@ A 192.0.2.1 ; no origin\n",
            "z: not a zone file: The DNS zone's origin is unknown.  (name it with --origin)",
        ),
        ("$ORIGIN vn.\n$TTL 1\na A 1.2.3\n", "on that line or the one above"),
        ("$ORIGIN vn.\n$GENERATE 1-999999999 h$ A 192.0.2.1\n", "z:2: not a zone file"),
        ("$ORIGIN vn.\n$INCLUDE /etc/passwd\n", "z:2: not a zone file"),
    ],
)
def test_a_bad_zone_file_is_refused_with_its_line(text: str, expected: str) -> None:
    found = problems(lambda: inventory_from_zone(text, "z"))
    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize(
    "table", [TABLE, f"\ufeff{TABLE.replace(',', ';')}", TABLE.replace(",", "\t"), TABLE.replace("\n", "\r\n")]
)
def test_a_table_gives_units_tiers_and_services(table: str) -> None:
    made = parsed(inventory_from_csv(table, "t.csv"))
    assert [(unit.id, unit.tier, unit.parent) for unit in made.units] == [
        ("so-y-te", "department", None),
        ("da-lat", "district", "so-y-te"),
    ]
    assert [(service.id, service.endpoint, service.path) for service in made.services] == [
        ("department_site-so-y-te", "https://syt.lamdong.gov.vn:443", "/sites/syt"),
        ("mail-so-y-te", "mail://lamdong.gov.vn:25", "/"),
        ("local_site-da-lat", "http://dalat.lamdong.gov.vn:8080", "/"),
        ("local_site-da-lat-2", "https://dalat2.lamdong.gov.vn:443", "/"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind,", "kynd,", 't.csv:1: unknown column "kynd"  (did you mean "kind"?)'),
        ("dalat.lamdong.gov.vn", "dalat lamdong", "t.csv:4: not a host name"),
        ("dalat.lamdong.gov.vn", "", 't.csv:4: the column "host" is empty'),
        ("8080", "http", 't.csv:4: "http" is no port'),
        (",http,", ",gopher,", 't.csv:4: unknown scheme "gopher"'),
        (",http,8080,", ",udp,,", 't.csv:4: scheme "udp" needs a port'),
        ("Đà Lạt,district,dalat.", "???,district,dalat.", "t.csv:4: no identifier can be made"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(old: str, new: str, expected: str) -> None:
    assert old in TABLE
    found = problems(lambda: inventory_from_csv(TABLE.replace(old, new), "t.csv"))
    assert any(expected in problem for problem in found), found


def test_what_is_no_table_gets_one_problem() -> None:
    assert len(problems(lambda: inventory_from_csv(ZONE, "t.csv"))) == 1
    assert problems(lambda: inventory_from_csv(TABLE.split("\n")[0], "t.csv")) == ["t.csv: the table has no rows"]


def test_texts_of_a_table_cannot_write_yaml_of_their_own() -> None:
    evil = 'x"}\nservices: [] # '
    row = TABLE.split("\n")[0] + f'\n"{evil.replace(chr(34), chr(34) * 2)}",,portal,u,t,a.vn,,,,\n'
    assert parsed(inventory_from_csv(row, "t\n- evil")).services[0].name is not None


@given(st.text(max_size=200))
def test_no_text_raises_anything_else(text: str) -> None:
    for make in (inventory_from_zone, inventory_from_csv):
        try:
            parsed(make(text, "f"))
        except InventoryError as error:
            assert error.problems


CELLS = st.lists(st.text(max_size=12), min_size=10, max_size=10)


@given(st.lists(CELLS, max_size=4))
def test_no_cells_raise_anything_else(rows: list[list[str]]) -> None:
    header = TABLE.split("\n")[0]
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    try:
        parsed(inventory_from_csv("\n".join([header, *lines]), "f"))
    except InventoryError as error:
        assert error.problems
