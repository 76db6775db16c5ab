"""The reader of route objects: whois answers, dumps, bgpq4, and every kind of damage."""

import bz2
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.model.routing import RouteObject
from netaudit.routing import route_objects, rpsl
from netaudit.routing.route_objects import RouteObjectError, RouteObjects, read_route_objects

OURS = ("203.0.113.0/24", "2001:db8:113::/48")

WHOIS = """\
% This is an answer.
%
% Information related to '203.0.113.0/24AS64510'

route:          203.0.113.0/24
descr:          Province
                of many
+
                words
origin:         AS64510 # ours
mnt-by:         MAINT-PROVINCE
last-modified:  2026-09-21T14:13:20Z
source:         APNIC # Filtered

route6:         2001:db8:113::/48
origin:         as64510
source:         radb
changed:        somebody@example.net 20250102
changed:        somebody@example.net 20260102  # reviewed

aut-num:        AS64510
as-name:        PROVINCE
+ 7
source:         APNIC

route:          198.51.100.0/24
origin:         nonsense
source:         RADB

"""
FOUND = (
    RouteObject(prefix=OURS[0], origin=64510, registry="APNIC", last_modified=1_790_000_000),
    RouteObject(prefix=OURS[1], origin=64510, registry="RADB", last_modified=1_767_312_000),
)
BGPQ4 = {
    "AS64510": [
        {"prefix": OURS[0], "exact": True},
        {"prefix": "198.51.100.0/22", "exact": False, "greater-equal": 24, "less-equal": 24},
        {"prefix": OURS[1], "exact": True},
    ]
}


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "irr.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_whois_answer(tmp_path: Path) -> None:
    assert read_route_objects(written(tmp_path, WHOIS), OURS) == RouteObjects(FOUND, "whois")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_packed_dump_without_a_last_line_feed(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    text = WHOIS + "route: 203.0.113.128/25\norigin: AS1\nsource: NTTCOM"
    found = read_route_objects(written(tmp_path, pack(text.encode())), OURS).objects
    assert found == (*FOUND, RouteObject(prefix="203.0.113.128/25", origin=1, registry="NTTCOM"))


def test_bgpq4(tmp_path: Path) -> None:
    found = read_route_objects(written(tmp_path, json.dumps(BGPQ4, indent=2)), OURS)
    assert found.format == "bgpq4"
    assert found.objects == tuple(RouteObject(prefix=prefix, origin=64510, registry="") for prefix in OURS)


@pytest.mark.parametrize(
    "text", ["%  No entries found for the selected source(s).\n", "%ERROR:101: no entries found\n"]
)
def test_that_there_is_none_is_an_answer(tmp_path: Path, text: str) -> None:
    assert read_route_objects(written(tmp_path, text), OURS) == RouteObjects((), "whois")


ROUTE = "route: 203.0.113.0/24\norigin: AS64510\nsource: APNIC\n\n"


@pytest.mark.parametrize(
    ("content", "offset", "problem", "kept"),
    [
        ("", 0, "the file is empty: an answer without objects would say so", 0),
        ("\n\n", 2, "the file is empty: an answer without objects would say so", 0),
        ("%ERROR:201: access denied for 192.0.2.1\n", 0, "the server answered: %ERROR:201: access denied", 0),
        ("<!DOCTYPE html>\n", 0, "this is no attribute: '<!DOCTYPE html>'", 0),
        ("  x\n", 0, "a continued line without an attribute before it", 0),
        (ROUTE + "Timeout\n", 53, "this is no attribute: 'Timeout'", 1),
        (ROUTE + "route: 203.0.113.0/240\norigin: AS1\n", 53, "'203.0.113.0/240' does not appear to be", 1),
        (ROUTE + "route6: 203.0.113.0/24\norigin: AS1\n", 53, "route6 203.0.113.0/24 is of the other address", 1),
        (ROUTE + "route: 203.0.113.0/25\nsource: X\n", 53, "no AS number: ''", 1),
        (ROUTE + "descr: " + "x" * 70_000, 53, "a line of more than 65536 octets", 1),
        ('{"AS1": [{"prefix": "203.0.113.0/24", "exact": true}, ', 54, "the file ends too early", 1),
        ('{"NN": [{"prefix": "203.0.113.0/24", "exact": true}]}', 51, "list 'NN' names no origin: run bgpq4", 0),
        ('{"AS1": [{"prefix": "203.0.112.0/22"}]}', 37, "203.0.112.0/22 stands for several prefixes", 0),
        ('{"AS1": [{"exact": true}]}', 24, "a payload without 'prefix'", 0),
        ('{"AS1": 7}', 8, "'[' expected, '7' found", 0),
        (gzip.compress(ROUTE.encode() * 9, mtime=0)[:-9], 476, "Compressed file ended before", 9),
    ],
)
def test_damage(tmp_path: Path, content: bytes | str, offset: int, problem: str, kept: int) -> None:
    """One clear error with its offset; what was read before it is kept."""
    with pytest.raises(RouteObjectError) as caught:
        read_route_objects(written(tmp_path, content), OURS)
    assert str(caught.value).startswith(f"irr.txt: at byte {offset}: {problem}")
    assert len(caught.value.partial.objects) == kept


def test_what_is_large_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route_objects, "_KEPT", 1)
    with pytest.raises(RouteObjectError, match="more than 1 objects of our prefixes"):
        read_route_objects(written(tmp_path, ROUTE + ROUTE), OURS)
    monkeypatch.setattr(rpsl, "_LINES", 2)
    with pytest.raises(RouteObjectError, match="an object of more than 2 lines"):
        read_route_objects(written(tmp_path, ROUTE), OURS)


def test_a_missing_file_is_no_broken_one(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="irr"):
        read_route_objects(tmp_path / "irr.txt", OURS)


@given(st.data())
@settings(max_examples=40)
def test_whatever_bytes_change_nothing_but_a_clear_error_comes_out(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = bytearray(data.draw(st.sampled_from([WHOIS.encode(), json.dumps(BGPQ4).encode()])))
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    path = written(tmp_path_factory.mktemp("irr"), bytes(text[: data.draw(st.integers(0, len(text)))]))
    try:
        read_route_objects(path, OURS)
    except RouteObjectError as error:
        assert len(str(error)) < 300
