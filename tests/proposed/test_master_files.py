"""Master files: what is read, what is refused with its line, and that nothing else can happen."""

import os
from collections.abc import Callable
from pathlib import Path

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.zone
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netaudit.authority.content import ZoneContent
from netaudit.authority.masterfile import Bounds, MasterFileError, ZoneFile, read_zone_file

APEX = dns.name.from_text("tinh.vn")
HEAD = "$TTL 1h\n@ IN SOA ns1 host 1 7200 3600 1209600 300\n@ NS ns1\n"

Read = Callable[..., ZoneFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def made(text: str | bytes, **bounds: float) -> ZoneFile:
        path = tmp_path / "tinh.zone"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_zone_file(path, APEX, Bounds(**bounds))  # type: ignore[arg-type]

    return made


def records(content: ZoneContent) -> list[str]:
    return list(content.lines())


def of(file: ZoneFile, owner: str, rdtype: str) -> list[str]:
    rrset = file.content.get(dns.name.from_text(owner, APEX), dns.rdatatype.from_text(rdtype))
    return sorted(str(rdata) for rdata in rrset or ())


def mistakes(read: Read, text: str | bytes, **bounds: float) -> list[str]:
    with pytest.raises(MasterFileError) as caught:
        read(text, **bounds)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_owners_ttls_and_classes_in_every_order(read: Read) -> None:
    file = read(
        "$ORIGIN vn.\n"
        "tinh 7200 IN SOA ns1.tinh host.tinh ( 1 ; serial\n 7200 3600\n\t1209600 300 )\n"
        "     IN 60 NS ns1.tinh ; a comment (\n"
        "$ORIGIN tinh\n"
        "ns1 A 192.0.2.1\n"
        "    AAAA 2001:db8::1\n"
        "\n; nothing\n  \n"
        "in IN A 192.0.2.2\n"
        'txt TXT "a;b(c" d\\;e\n'
        "raw TYPE1 \\# 4 C0000203\n"
        "( ngoac A\n 192.0.2.4 )\n"
    )
    content = file.content
    ttl = {n.to_text(): {t: r.ttl for t, r in rrsets.items()} for n, rrsets in content.rrsets.items()}
    assert ttl["tinh.vn."] == {dns.rdatatype.SOA: 7200, dns.rdatatype.NS: 60}
    assert set(ttl["ns1.tinh.vn."].values()) == {60}  # the last one stated
    assert of(file, "ns1", "AAAA") == ["2001:db8::1"]
    assert of(file, "in", "A") == ["192.0.2.2"]
    assert of(file, "raw", "A") == ["192.0.2.3"]
    assert of(file, "ngoac", "A") == ["192.0.2.4"]
    assert of(file, "txt", "TXT") == ['"a;b(c" "d;e"']
    assert str(file.place(APEX, dns.rdatatype.NS)) == "tinh.zone:5"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("www A 192.0.2", "not the data of a A record"),
        ("www A 192.0.2.1 192.0.2.2", "not the data of a A record"),
        ("www", "the record has no type"),
        ("www IN", "the record has no type"),
        ("www NOTYPE x", "'NOTYPE' is no record type"),
        ("www ANY x", "ANY is no type that a zone holds"),
        ("www CH A 192.0.2.1", "class CH: only IN is audited"),
        ("www A ( 192.0.2.1", "a parenthesis is never closed"),
        ("www A 192.0.2.1 )", "a parenthesis is closed that was never opened"),
        ('txt TXT "open', "a quoted string is never closed"),
        ("www A 192.0.2.1 \\", "a backslash at the end of the line"),
        ("a..b A 192.0.2.1", "'a..b' is no domain name"),
        (f"{'a' * 64} A 192.0.2.1", "is no domain name"),
        ("trường A 192.0.2.1", "characters outside ASCII"),
        ("$WRONG x", "unknown directive '$WRONG'"),
        ("$TTL soon", "TTL value is not well-formed"),
        ("$ORIGIN", "this directive takes one word"),
        ("$INCLUDE", "$INCLUDE names no file"),
        ("@ SOA ns1 host 2 7200 3600 1209600 300", "a second SOA of tinh.vn."),
        ("www SOA ns1 host 2 7200 3600 1209600 300", "a SOA at www.tinh.vn., but the zone is tinh.vn."),
        ("$GENERATE 1-2 a$", "$GENERATE needs a range"),
        ("$GENERATE 9-1 a$ A 192.0.2.$", "leads nowhere"),
        ("$GENERATE 1-65537 a$ A 192.0.2.1", "makes more than 65536 records"),
        ("$GENERATE 1-2/0 a$ A 192.0.2.1", "leads nowhere"),
        ("$GENERATE 1-2 a${0,128} A 192.0.2.1", "a width of more than 127"),
        ("$GENERATE 1-2 a${x} A 192.0.2.1", "is no modifier"),
        ("$GENERATE 1-2 a${0 A 192.0.2.1", "is no modifier"),
        ("$GENERATE 0-1 ${-1,1,n} A 192.0.2.1", "a negative number has no nibbles"),
        ("$GENERATE 254-256 a$ A 192.0.2.$", "not the data of a A record"),
    ],
)
def test_what_can_not_be_read_is_told_with_its_line(read: Read, line: str, said: str) -> None:
    found = mistakes(read, f"{HEAD}ok A 192.0.2.1\n{line}\n")
    assert found[0].startswith("tinh.zone:5: ")
    assert said in found[0]


def test_every_mistake_is_told_up_to_twenty(read: Read) -> None:
    found = mistakes(read, HEAD + "a A x\n" * 30)
    assert [text.split(": ")[0] for text in found] == [f"tinh.zone:{line}" for line in range(4, 24)]


def test_a_record_without_any_ttl(read: Read) -> None:
    assert "no TTL" in mistakes(read, "@ NS ns1\n")[0]


def test_nothing_of_the_zone(read: Read) -> None:
    assert mistakes(read, "; empty\n") == ["tinh.zone: it has no record of tinh.vn."]


def test_records_outside_the_zone_are_left_out_and_told(read: Read) -> None:
    file = read(HEAD + "www.example. A 192.0.2.1\nns1 A 192.0.2.1\n")
    assert [(n.to_text(), str(place)) for n, place in file.outside] == [("www.example.", "tinh.zone:4")]


def test_generated_records(read: Read) -> None:
    file = read(
        HEAD + "$GENERATE 1-3 may${0,3} 60 A 192.0.2.$\n"
        "$GENERATE 0-4/2 x${10,0,x} CNAME may00$$.\\$x\n"
        "$GENERATE 15-16 ${0,3,n}.r IN PTR may$\n"
        "$GENERATE 171-171 ${0,4,N}q IN PTR may$\n"
        '$GENERATE 1-1 txt$ TXT "hai tu $"\n'
    )
    assert [of(file, f"may00{n}", "A") for n in (1, 2, 3)] == [["192.0.2.1"], ["192.0.2.2"], ["192.0.2.3"]]
    assert of(file, "xc", "CNAME") == [r"may00\$.\$x.tinh.vn."]
    assert of(file, "f.0.r", "PTR") == ["may15.tinh.vn."]
    assert of(file, "0.1.r", "PTR") == ["may16.tinh.vn."]
    assert of(file, "b.a.q", "PTR") == ["may171.tinh.vn."]
    assert of(file, "txt1", "TXT") == ['"hai" "tu" "1"']


def test_included_files_have_their_own_origin_and_leave_the_rest_as_it_was(read: Read, tmp_path: Path) -> None:
    (tmp_path / "con").mkdir()
    (tmp_path / "con" / "a.inc").write_text("www A 192.0.2.1\n$ORIGIN sau.tinh.vn.\n@ A 192.0.2.2\n")
    file = read(
        HEAD + 'ns1 A 192.0.2.9\n$INCLUDE "con/a.inc" con\n    AAAA 2001:db8::9\n$INCLUDE con/a.inc\nzz A 192.0.2.3\n'
    )
    assert of(file, "www.con", "A") == of(file, "www", "A") == ["192.0.2.1"]
    assert of(file, "sau", "A") == ["192.0.2.2"]
    assert of(file, "ns1", "AAAA") == ["2001:db8::9"]
    assert of(file, "zz", "A") == ["192.0.2.3"]
    assert str(file.place(dns.name.from_text("www.con.tinh.vn."), dns.rdatatype.A)) == "con/a.inc:1"


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/hostname", "link", "folder-link/secret", "nowhere", "a\\000b", "."]
)
def test_nothing_outside_the_folder_is_included(read: Read, tmp_path: Path, name: str) -> None:
    inner = tmp_path / "zones"
    inner.mkdir()
    (tmp_path / "secret").write_text("secret TXT x\n")
    (inner / "link").symlink_to(tmp_path / "secret")
    (inner / "folder-link").symlink_to(tmp_path)
    (inner / "tinh.zone").write_text(f"{HEAD}$INCLUDE {name}\n")
    with pytest.raises(MasterFileError) as caught:
        read_zone_file(inner / "tinh.zone", APEX)
    assert [m.place.line for m in caught.value.mistakes] == [4]
    assert "secret TXT" not in str(caught.value)


def test_a_link_within_the_folder_is_followed(read: Read, tmp_path: Path) -> None:
    (tmp_path / "real").write_text("www A 192.0.2.1\n")
    (tmp_path / "link").symlink_to("real")
    assert of(read(HEAD + "$INCLUDE link\n"), "www", "A") == ["192.0.2.1"]


def test_inclusion_ends(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("$INCLUDE b\n")
    (tmp_path / "b").write_text("$INCLUDE a\n")
    assert mistakes(read, HEAD + "$INCLUDE a\n") == ["b:1: a includes itself"]
    assert mistakes(read, HEAD + "$INCLUDE tinh.zone\n") == ["tinh.zone:4: tinh.zone includes itself"]
    for n in range(20):
        (tmp_path / f"f{n}").write_text(f"$INCLUDE f{n + 1}\n")
    assert mistakes(read, HEAD + "$INCLUDE f0\n") == ["f9:1: files are included more than 10 deep"]
    (tmp_path / "leaf").write_text("www A 192.0.2.1\n")
    assert "too many files" in mistakes(read, HEAD + "$INCLUDE leaf\n" * 4, files=3)[0]


def test_a_pipe_is_not_waited_for(read: Read, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in mistakes(read, HEAD + "$INCLUDE pipe\n")[0]


def test_size_records_and_time_are_bounded(read: Read, tmp_path: Path) -> None:
    assert mistakes(read, HEAD + "a A 192.0.2.1\n" * 100, bytes=1000) == ["tinh.zone: more than 1000 bytes"]
    (tmp_path / "more").write_text("; " + "x" * 500)
    assert "more than" in mistakes(read, HEAD + "$INCLUDE more\n", bytes=500)[0]
    assert mistakes(read, HEAD + "$GENERATE 1-60000 a$ A 192.0.2.1\n", records=1000) == [
        "tinh.zone:4: more than 1000 records"
    ]
    assert "longer than 0 seconds" in mistakes(read, HEAD + "$GENERATE 1-60000 a$ A 192.0.2.1\n", seconds=0.0)[0]
    assert (
        "more than 1000000 characters" in mistakes(read, HEAD + "a TXT (\n" + "x\n" * 10 + "y" * 1_000_001 + ")\n")[0]
    )


LABELS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=12)
TEXTS = st.lists(st.binary(min_size=0, max_size=40), min_size=1, max_size=3)


def _quoted(parts: list[bytes]) -> str:
    return " ".join('"' + "".join(f"\\{octet:03d}" for octet in part) + '"' for part in parts)


RDATA = st.one_of(
    st.ip_addresses(v=4).map(lambda a: ("A", str(a))),
    st.ip_addresses(v=6).map(lambda a: ("AAAA", str(a))),
    st.tuples(st.integers(0, 65535), LABELS).map(lambda p: ("MX", f"{p[0]} {p[1]}")),
    TEXTS.map(lambda parts: ("TXT", _quoted(parts))),
    st.tuples(st.integers(0, 255), LABELS).map(lambda p: ("CAA", f'{p[0]} issue "{p[1]}"')),
    LABELS.map(lambda label: ("PTR", f"{label}.example.")),
    st.binary(min_size=1, max_size=30).map(lambda data: ("TYPE65280", f"\\# {len(data)} {data.hex()}")),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(LABELS, st.integers(0, 2**31 - 1), RDATA), max_size=12))
def test_what_is_written_is_read_again(read: Read, made: list[tuple[str, int, tuple[str, str]]]) -> None:
    """And is what dnspython's own reader of zones makes of the same text."""
    ttls: dict[tuple[str, str], int] = {}
    lines = [f"{o} {ttls.setdefault((o, t), ttl)} IN {t} {data}\n" for o, ttl, (t, data) in made]
    text = HEAD + "".join(lines)
    first = read(text)
    again = read("\n".join(first.content.lines()))
    assert records(again.content) == records(first.content)
    oracle = dns.zone.from_text(text, APEX, relativize=False)
    expected = {(n.canonicalize(), r.rdtype, r.ttl, frozenset(r)) for n, r in oracle.iterate_rdatasets()}
    found = {(n, r.rdtype, r.ttl, frozenset(r)) for n, rrsets in first.content.rrsets.items() for r in rrsets.values()}
    assert found == expected


PIECES = st.sampled_from(
    [b"$INCLUDE ", b"$GENERATE 1-3 ", b"$ORIGIN ", b"$TTL ", b"(", b")", b'"', b"\\", b";", b"\n", b" ", b"@ ", b"IN ",
     b"A ", b"TXT ", b"RRSIG ", b"NSEC3 ", b"SVCB ", b"LOC ", b"\\# 4 ", b"$", b"${", b"\\300", b"\xff", b"\x00",
     b"1h ", b"\xef\xbb\xbf", b"\r\n", b"tinh.vn. ", b"192.0.2.1 ", "đ".encode(), b"4294967296 "]
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=30).map(b"".join)))
def test_whatever_the_bytes_are_they_are_read_or_refused(read: Read, data: bytes) -> None:
    for text in (data, HEAD.encode() + data):
        try:
            file = read(text)
        except MasterFileError as error:
            assert 1 <= len(error.mistakes) <= 20
        else:
            records(file.content)
