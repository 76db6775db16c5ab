"""What is wrong in zone files: every finding with the line that causes it, and none where all is well."""

from collections.abc import Callable
from pathlib import Path

import dns.name
import pytest

from netaudit.authority.lint import Finding, lint, lint_serial
from netaudit.authority.lint_dnssec import lint_ds, lint_signatures
from netaudit.authority.masterfile import ZoneFile, read_zone_file
from netaudit.dns.anchors import parse_anchors
from netaudit.lab.world import Signing
from netaudit.writers.zonefile import CODES, findings_text, lint_closing
from tests.lab_python.client import small_world
from tests.proposed.rehearsal import DAY, NOW, Rehearsal, changed

APEX = dns.name.from_text("tinh.vn")
HEAD = """$TTL 300
@ SOA ns1 host 1 7200 3600 1209600 300
@ NS ns1
ns1 A 192.0.2.1
"""
Find = Callable[[str], list[Finding]]


@pytest.fixture
def find(tmp_path: Path) -> Find:
    def found(text: str) -> list[Finding]:
        return list(lint(read(tmp_path, text)))

    return found


def read(folder: Path, text: str) -> ZoneFile:
    (folder / "tinh.zone").write_text(text)
    return read_zone_file(folder / "tinh.zone", APEX)


def test_nothing_is_wrong(find: Find) -> None:
    assert (
        find(
            HEAD + "@ MX 10 mail\nmail A 192.0.2.2\n*.w A 192.0.2.3\n@ MX 20 x.w\n@ NS ns.example.\ncon NS ns.con\n"
            "ns.con AAAA 2001:db8::1\ncon DS 1 13 2 " + "ab" * 32 + "\na CNAME b\n@ NS y.con\nmx.con A 192.0.2.4\n"
        )
        == []
    )


@pytest.mark.parametrize(
    ("text", "code", "is_error", "place", "args"),
    [
        (HEAD + "www.example. A 192.0.2.9\n", "outside", False, "tinh.zone:5", {"name": "www.example"}),
        ("$TTL 5\n@ NS ns.example.\n", "no_soa", True, "None", {"zone": "tinh.vn"}),
        ("$TTL 5\n@ SOA ns host 1 2 3 4 5\n", "no_ns", True, "None", {"zone": "tinh.vn"}),
        (HEAD + "ns1 60 A 192.0.2.2\n", "uneven_ttl", False, "tinh.zone:5", {"name": "ns1.tinh.vn", "type": "A"}),
        (HEAD + "a CNAME ns1\na TXT x\n", "alias_and_other", True, "tinh.zone:5",
         {"name": "a.tinh.vn", "types": "TXT"}),
        (HEAD + "con NS ns.example.\nx.con TXT x\n", "below_cut", False, "tinh.zone:6",
         {"name": "x.con.tinh.vn", "type": "TXT", "cut": "con.tinh.vn"}),
        (HEAD + "con NS ns.example.\ncon MX 1 mx.example.\n", "below_cut", False, "tinh.zone:6",
         {"name": "con.tinh.vn", "type": "MX", "cut": "con.tinh.vn"}),
        (HEAD + "@ NS ns2\n", "target_without_address", True, "tinh.zone:3",
         {"name": "tinh.vn", "type": "NS", "target": "ns2.tinh.vn"}),
        (HEAD + "con NS ns.con\n", "target_without_address", True, "tinh.zone:5",
         {"name": "con.tinh.vn", "type": "NS", "target": "ns.con.tinh.vn"}),
        (HEAD + "@ MX 1 mx\n*.x A 192.0.2.3\n", "target_without_address", True, "tinh.zone:5",
         {"name": "tinh.vn", "type": "MX", "target": "mx.tinh.vn"}),
        (HEAD + "@ MX 1 mx\nmx CNAME ns1\n", "target_is_alias", True, "tinh.zone:5",
         {"name": "tinh.vn", "type": "MX", "target": "mx.tinh.vn"}),
    ],
)  # fmt: skip
def test_structure(find: Find, text: str, code: str, is_error: bool, place: str, args: dict[str, str]) -> None:
    (found,) = find(text)
    assert (found.code, found.is_error, str(found.place), found.args) == (code, is_error, place, args)


def signatures(folder: Path, text: str, now: float = NOW) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in lint_signatures(read(folder, text), now):
        found.setdefault(finding.code, set()).add(f"{finding.args.get('name', '')} {finding.args.get('type', '')}")
    return found


@pytest.fixture(params=[Signing(), Signing(denial="nsec3", nsec3_salt="ab", nsec3_iterations=1)], ids=["nsec", "nsec3"])
def signed(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """tinh.vn as the lab signs it: signatures of thirty days."""
    return Rehearsal(tmp_path, small_world(signing=request.param)).text("tinh.vn")


def edited(text: str, change: Callable[[str], str]) -> str:
    return "".join(f"{made}\n" for line in text.splitlines() if (made := change(line)))


def test_a_signed_zone_is_clean(tmp_path: Path, signed: str) -> None:
    assert signatures(tmp_path, signed) == {}


def test_an_unsigned_zone_is_not_asked_about_signatures(tmp_path: Path) -> None:
    assert signatures(tmp_path, HEAD) == {}


def test_time_runs_over_signatures(tmp_path: Path, signed: str) -> None:
    assert set(signatures(tmp_path, signed, NOW - 10 * DAY)) == {"signature_not_yet"}
    assert set(signatures(tmp_path, signed, NOW + 20 * DAY)) == {"signature_ends_early"}
    late = signatures(tmp_path, signed, NOW + 30 * DAY - 100)
    assert set(late) == {"signature_ends_early", "ttl_above_signature"}
    assert set(signatures(tmp_path, signed, NOW + 31 * DAY)) == {"signature_expired"}


def test_a_signature_left_out(tmp_path: Path, signed: str) -> None:
    def change(line: str) -> str:
        return "" if line.startswith("www.tinh.vn.") and " RRSIG AAAA " in line else line

    assert signatures(tmp_path, edited(signed, change)) == {"unsigned": {"www.tinh.vn AAAA"}}


def test_data_changed_since(tmp_path: Path, signed: str) -> None:
    def change(line: str) -> str:
        return line.replace("192.0.2.80", "192.0.2.90") if line.startswith("www.tinh.vn.") else line

    assert signatures(tmp_path, edited(signed, change)) == {"signature_invalid": {"www.tinh.vn A"}}


def test_a_ttl_raised_since(tmp_path: Path, signed: str) -> None:
    def change(line: str) -> str:
        owner, ttl, rest = line.split(maxsplit=2)
        return f"{owner} {int(ttl) + 1} {rest}" if owner == "www.tinh.vn." and rest.startswith("IN A ") else line

    assert signatures(tmp_path, edited(signed, change)) == {"ttl_above_original": {"www.tinh.vn A"}}


def test_keys_and_signatures_belong_together(tmp_path: Path, signed: str) -> None:
    without_signatures = edited(signed, lambda line: "" if " RRSIG " in line else line)
    assert set(signatures(tmp_path, without_signatures)) == {"keys_without_signatures"}
    without_keys = edited(signed, lambda line: "" if " DNSKEY " in line else line)
    assert set(signatures(tmp_path, without_keys)) == {"signatures_without_keys"}


def test_no_denial_at_all(tmp_path: Path, signed: str) -> None:
    found = signatures(tmp_path, edited(signed, lambda line: "" if " NSEC" in line else line))
    assert set(found) == {"no_denial"}


def test_the_types_of_a_name_changed(tmp_path: Path, signed: str) -> None:
    text = signed + "www.tinh.vn. 300 IN TXT x\n"
    kind = "NSEC3" if "NSEC3PARAM" in signed else "NSEC"
    assert signatures(tmp_path, text) == {"unsigned": {"www.tinh.vn TXT"}, "chain_types": {f"www.tinh.vn {kind}"}}


def test_a_name_taken_out(tmp_path: Path, signed: str) -> None:
    text = edited(signed, lambda line: "" if line.startswith("lon.tinh.vn.") else line)
    found = signatures(tmp_path, text)
    assert set(found) == ({"chain_broken"} if "NSEC3PARAM" not in signed else set())


def test_out_of_time(tmp_path: Path, signed: str) -> None:
    found = list(lint_signatures(read(tmp_path, signed), NOW, seconds=0.0))
    assert found[0].code == "not_verified"
    assert int(found[0].args["number"]) > 10
    costly = signed.replace("NSEC3PARAM 1 0 1 ", "NSEC3PARAM 1 0 65535 ")
    if costly != signed:
        assert "not_verified" in signatures(tmp_path, costly)


def test_ds_against_keys(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    file = read(tmp_path, rehearsal.text("tinh.vn"))
    good, bad = rehearsal.ds("tinh.vn"), rehearsal.ds("ky.tinh.vn")
    assert list(lint_ds(file, good)) == []
    assert list(lint_ds(file, ())) == []
    assert [(f.code, f.is_error) for f in lint_ds(file, bad)] == [("no_ds_matches", True)]
    assert [(f.code, f.is_error) for f in lint_ds(file, good + bad)] == [("ds_without_key", False)]
    unsigned = read(tmp_path, rehearsal.text("tinh.vn", changed(rehearsal.world, "tinh.vn", signing=None)))
    assert [f.args["keys"] for f in lint_ds(unsigned, good)] == ["–"]
    ((gost,),) = parse_anchors(["tinh.vn. IN DS 1 12 3 " + "ab" * 32]).values()
    assert [f.code for f in lint_ds(unsigned, [gost])] == ["no_ds_matches"]


@pytest.mark.parametrize(
    ("live", "found"),
    [(None, []), (0, []), (1, [False]), (2, [True]), (2**31 + 1, [True]), (2**31 + 2, []), (2**32 - 1, [])],
)
def test_serials_go_round(tmp_path: Path, live: int | None, found: list[bool]) -> None:
    """RFC 1982: 1 follows 4294967295; half the circle away nothing is defined, and no secondary fetches."""
    assert [finding.is_error for finding in lint_serial(read(tmp_path, HEAD), live)] == found


def test_there_is_a_sentence_for_every_finding_in_both_languages() -> None:
    source = "".join(
        (Path(__file__).parents[2] / "netaudit" / "authority" / f"{module}.py").read_text()
        for module in ("lint", "lint_dnssec", "lint_zonemd")
    )
    assert {code for code in CODES if f'"{code}"' in source} == CODES
    for language in ("vi", "en"):
        names = ("name", "zone", "type", "types", "cut", "target", "when", "ttl", "original", "next", "expected",
                 "number", "ds", "keys", "serial", "live",
                 "kind", "digest")  # fmt: skip
        made = findings_text([Finding(c, True, None, dict.fromkeys(names, "X")) for c in CODES], language)
        assert len(made.splitlines()) == len(CODES)
        assert "%" not in made


def test_what_a_file_holds_steers_no_terminal(find: Find) -> None:
    text = findings_text(find(HEAD + "@ NS \\027[31m\n"), "en")
    assert "\x1b" not in text
    assert "\x1b" not in lint_closing("\x1b.zone", "tinh.vn", 1, [], "vi")


def test_many_of_a_kind_are_counted(find: Find) -> None:
    text = findings_text(find(HEAD + "".join(f"x{n}.example. A 192.0.2.1\n" for n in range(15))), "en")
    assert text.splitlines()[-1] == "  … and 5 more of this kind"
    assert len(text.splitlines()) == 11
