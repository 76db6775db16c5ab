"""One register in three forms; workbooks and certificates that are broken, large or hostile."""

import io
import os
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from netaudit.model.common import Reason
from netaudit.model.facts import RegisterFact
from netaudit.model.inventory import Register
from netaudit.probes.register import read_register
from netaudit.rules.registers import counted, expired, expiring, repeated
from tests.registers import HEADERS, Authority, Holder, crl, der, pem, rows, write_csv, write_workbook

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ROOT = Authority(NOW)
TWO = (Holder(0xA1), Holder(0xA2, "Sở mẫu", "organisation"))


def read(folder: Path, file: str, lists: tuple[str, ...] = (), roots: tuple[str, ...] = ()) -> RegisterFact:
    return read_register(Register(id="r", file=file, declared={}, crl=lists, roots=roots), folder, NOW.timestamp())


def write_folder(folder: Path, *certificates: x509.Certificate | bytes) -> None:
    folder.mkdir()
    for number, one in enumerate(certificates):
        (folder / f"{number:04}.any").write_bytes(one if isinstance(one, bytes) else (pem, der)[number % 2](one))


_NAMES = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30)
_HOLDERS = st.lists(
    st.builds(
        Holder,
        serial=st.integers(1, 40),  # few, so that some stand twice
        name=_NAMES,
        kind=st.sampled_from(["person", "organisation"]),
        days=st.sampled_from([(-900, -20), (-300, 20), (-300, 50), (-300, 80), (-300, 700)]),
    ),
    max_size=8,
)


def test_a_table_may_name_its_columns_as_vietnamese_offices_do(tmp_path: Path) -> None:
    headers = "STT;Số hiệu chứng thư;Loại chứng thư số;Ngày cấp;Ngày hết hạn;Cơ quan"
    (tmp_path / "so.csv").write_text(f"{headers}\n1;0A1B;Cá nhân;01/02/2024;31/12/2026;Sở Y tế\n", encoding="utf-8")
    fact = read(tmp_path, "so.csv")
    assert fact.failure is None
    assert [(row.serial, row.holder) for row in fact.rows] == [("a1b", "person")]


@settings(max_examples=25, deadline=None)
@given(_HOLDERS)
def test_a_register_is_counted_alike_in_every_form(holders: list[Holder]) -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_csv(folder / "r.csv", rows(holders, NOW))
        write_workbook(folder / "r.data", rows(holders, NOW))
        write_folder(folder / "r", *(ROOT.issue(holder) for holder in holders))
        facts = [read(folder, name) for name in ("r.csv", "r.data", "r")]
    assert [fact.format for fact in facts] == ["csv", "xlsx", "x509"]
    assert [(fact.failure, fact.broken) for fact in facts] == [(None, {})] * 3
    assert len({repr(_numbers(fact)) for fact in facts}) == 1, [_numbers(fact) for fact in facts]
    assert sum(_numbers(facts[0])[0].values()) == len({holder.serial for holder in holders})


def _numbers(fact: RegisterFact) -> tuple[dict[str, int], list[int], list[str]]:
    ends = [len(expiring(fact.rows, NOW.timestamp(), days)) for days in (30, 60, 90)]
    return (
        counted(fact),
        [len(expired(fact.rows, NOW.timestamp())), *ends],
        sorted(serial for _, serial in repeated(fact.rows)),
    )


def test_certificates_show_key_signature_and_validity_and_no_name(tmp_path: Path) -> None:
    write_folder(tmp_path / "r", ROOT.issue(Holder(0xA1, bits=1024)), ROOT.issue(TWO[1]))
    (tmp_path / "root.pem").write_bytes(pem(ROOT.certificate))
    first, second = read(tmp_path, "r").rows
    assert (first.line, first.holder, first.serial) == (1, "person", "a1")
    assert first.issuer.startswith("issuer ")  # without roots nobody says that it is no person
    assert read(tmp_path, "r", roots=("root.pem",)).rows[0].issuer == "Ban Co yeu Chinh phu (mau)"
    assert (first.key, first.key_bits, first.signature, first.digest) == ("RSA", 1024, "ecdsa-with-SHA256", "sha256")
    assert (second.line, second.holder, second.key, second.key_bits) == (2, "organisation", "EC", 256)
    assert first.not_after - first.not_before == 1000 * 86_400
    assert (first.revoked, first.chained, first.unit) == (None, None, "")


def test_a_file_of_many_certificates_and_broken_ones(tmp_path: Path) -> None:
    good = [pem(ROOT.issue(Holder(serial))) for serial in (1, 2)]
    junk = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    endless = b"-----BEGIN CERTIFICATE-----\n" + good[0][28:60] + b"\n"
    (tmp_path / "all.txt").write_bytes(b"Bag Attributes\n" + good[0] + junk + endless + good[1])
    fact = read(tmp_path, "all.txt")
    assert [(row.line, row.serial) for row in fact.rows] == [(1, "1"), (4, "2")]
    assert fact.broken == {
        "2": "no X.509 certificate that can be read", "3": "a PEM block that does not end, or is no base64"
    }  # fmt: skip


def test_broken_files_of_a_folder_are_listed_by_number_and_the_rest_is_read(tmp_path: Path) -> None:
    write_folder(tmp_path / "r", ROOT.issue(TWO[0]), b"Nguyen Van A", b"", b"x" * 300_000, ROOT.issue(TWO[1]))
    (tmp_path / "secret.pem").write_bytes(pem(ROOT.issue(Holder(9))))
    (tmp_path / "r" / "0009").symlink_to(tmp_path / "secret.pem")
    (tmp_path / "r" / ".hidden").write_bytes(b"")
    os.mkfifo(tmp_path / "r" / "0010")  # opening it would wait for ever
    fact = read(tmp_path, "r")
    assert [row.line for row in fact.rows] == [1, 5]
    unreadable = "no X.509 certificate that can be read"
    assert fact.broken == {
        "2": unreadable, "3": "empty", "4": "has more than 256 kB",
        "6": "not a regular file", "7": "not a regular file",
    }  # fmt: skip


def test_after_many_broken_files_reading_stops_and_says_so(tmp_path: Path) -> None:
    write_folder(tmp_path / "r", ROOT.issue(TWO[0]), *[b"x"] * 1100)
    fact = read(tmp_path, "r")
    assert (len(fact.rows), len(fact.broken)) == (1, 1001)
    assert fact.broken["1002"].startswith("reading stopped here")


def test_subfolders_say_what_certificates_do_not(tmp_path: Path) -> None:
    bare = Authority(NOW, "Không rõ")  # a name without marks of either kind
    leaf = _leaf(bare)
    write_folder(tmp_path / "r", leaf)
    assert read(tmp_path, "r").broken == {"1": "the certificate does not show whether the holder is a person"}
    write_folder(tmp_path / "r" / "to-chuc", leaf)
    write_folder(tmp_path / "r" / "person", leaf)
    assert [(row.line, row.holder) for row in read(tmp_path, "r").rows] == [(2, "person"), (3, "organisation")]


def _leaf(authority: Authority, name: str = "Ai") -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issued = authority.issue(Holder(5))
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(authority.name)
    builder = builder.public_key(authority.key.public_key()).serial_number(5)
    dated = builder.not_valid_before(issued.not_valid_before_utc).not_valid_after(issued.not_valid_after_utc)
    return dated.sign(authority.key, hashes.SHA256())


def test_revocation_by_a_complete_list_in_force_of_the_issuer(tmp_path: Path) -> None:
    stranger = Authority(NOW, "Khác")
    write_folder(tmp_path / "r", ROOT.issue(TWO[0]), ROOT.issue(TWO[1]), stranger.issue(Holder(0xA1)))
    _write_crl(tmp_path / "now.crl", ROOT.revoke([0xA1]))
    _write_crl(tmp_path / "old.crl", ROOT.revoke([0xA1], days=-1))
    _write_crl(tmp_path / "delta.crl", ROOT.revoke([0xA1]).add_extension(x509.DeltaCRLIndicator(1), critical=True))
    (tmp_path / "bad.crl").write_bytes(b"x")

    def revoked(*lists: str) -> list[bool | None]:
        return [row.revoked for row in read(tmp_path, "r", lists).rows]

    assert revoked("now.crl") == [True, False, None]
    assert revoked("old.crl") == revoked("delta.crl") == [True, None, None]
    assert revoked("bad.crl", "none.crl") == [None, None, None]
    assert set(read(tmp_path, "r", ("bad.crl", "none.crl")).unused) == {"bad.crl", "none.crl"}


def test_a_list_that_the_known_issuer_has_not_signed_is_not_used(tmp_path: Path) -> None:
    write_folder(tmp_path / "r", ROOT.issue(TWO[0]))
    forged = Authority(NOW)
    forged.key = Authority(NOW, "another key").key
    _write_crl(tmp_path / "forged.crl", ROOT.revoke([0xA1]), forged)
    (tmp_path / "root.pem").write_bytes(pem(ROOT.certificate))
    fact = read(tmp_path, "r", ("forged.crl",), ("root.pem",))
    assert [row.revoked for row in fact.rows] == [None]
    assert fact.unused == {"forged.crl": "the revocation list is not signed by its issuer"}


def test_a_table_is_looked_up_by_the_issuer_it_names(tmp_path: Path) -> None:
    write_csv(tmp_path / "r.csv", rows((*TWO, Holder(0xA3)), NOW))
    text = (tmp_path / "r.csv").read_text().replace("a2,organisation", "00A2,organisation")
    (tmp_path / "r.csv").write_text(text)
    _write_crl(tmp_path / "now.crl", ROOT.revoke([0xA2]))
    _write_crl(tmp_path / "other.crl", Authority(NOW, "Khác").revoke([0xA1]), Authority(NOW, "Khác"))
    assert [row.revoked for row in read(tmp_path, "r.csv", ("now.crl", "other.crl")).rows] == [False, True, False]
    assert [row.revoked for row in read(tmp_path, "r.csv", ("other.crl",)).rows] == [None, None, None]
    (tmp_path / "r.csv").write_text(text.replace("Ban Co yeu Chinh phu (mau)", ""))
    assert [row.revoked for row in read(tmp_path, "r.csv", ("now.crl",)).rows] == [False, True, False]
    assert [row.revoked for row in read(tmp_path, "r.csv", ("now.crl", "other.crl")).rows] == [None, None, None]


def _write_crl(path: Path, builder: x509.CertificateRevocationListBuilder, by: Authority = ROOT) -> None:
    path.write_bytes(crl(builder, by, Encoding.PEM if path.name.startswith("now") else Encoding.DER))


def test_chains_lead_over_authorities_of_the_folder_to_a_root(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(pem(ROOT.certificate))
    middle = Authority(NOW, "Trung gian", below=ROOT)
    narrow = Authority(NOW, "Hẹp", below=ROOT, path=0)
    below = Authority(NOW, "Dưới hẹp", below=narrow)
    person = Authority(NOW, "Người dùng")  # no authority: certified as a holder
    impostor = Authority(NOW)  # the root's name
    impostor.key = person.key
    leaves = [authority.issue(Holder(n)) for n, authority in enumerate((ROOT, middle, narrow, below, impostor), 1)]
    authorities = [middle.certificate, narrow.certificate, below.certificate]
    write_folder(tmp_path / "r", *leaves, *authorities)
    write_folder(tmp_path / "without", *leaves)
    fact = read(tmp_path, "r", roots=("root.pem",))
    assert [(row.line, row.chained) for row in fact.rows] == [(1, True), (2, True), (3, True), (4, False), (5, False)]
    assert [row.chained for row in read(tmp_path, "without", roots=("root.pem",)).rows] == [True, *[False] * 4]
    assert [row.chained for row in read(tmp_path, "r", roots=("none.pem",)).rows] == [None] * 5


def test_where_authorities_are_left_out_nothing_is_said_against_a_chain(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(pem(ROOT.certificate))
    middle = Authority(NOW, "Trung gian", below=ROOT)
    leaves = [authority.issue(Holder(n)) for n, authority in enumerate((ROOT, Authority(NOW, "Khác")), 1)]

    def chained(name: str, *authorities: x509.Certificate | bytes) -> list[bool | None]:
        write_folder(tmp_path / name, *leaves, middle.issue(Holder(3)), *authorities)
        return [row.chained for row in read(tmp_path, name, roots=("root.pem",)).rows]

    others = [Authority(NOW, f"Số {n}").certificate for n in range(500)]
    namesakes = [_renewed(middle, ROOT, n) for n in range(17)]
    assert chained("one", middle.certificate) == [True, False, True]
    assert chained("repeated", *[middle.certificate] * 600) == [True, False, True]
    assert chained("many", *others, middle.certificate) == [True, None, None]
    assert chained("namesakes", *namesakes, middle.certificate) == [True, None, None]
    assert chained("unknown", _of_unknown_algorithm(middle.certificate)) == [True, None, None]


def test_entries_of_another_issuer_and_lists_of_the_future(tmp_path: Path) -> None:
    serials = range(0xA1, 0xA6)
    write_folder(tmp_path / "r", *(ROOT.issue(Holder(serial)) for serial in serials))
    named = {0xA2: Authority(NOW, "Khác").name, 0xA4: ROOT.name}  # 0xA3 is of the one before
    builder = ROOT.revoke([])
    for serial in (0xA1, 0xA2, 0xA3, 0xA4):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW)
        if serial in named:
            issuer = x509.CertificateIssuer([x509.DirectoryName(named[serial])])
            entry = entry.add_extension(issuer, critical=True)
        builder = builder.add_revoked_certificate(entry.build())
    _write_crl(tmp_path / "indirect.crl", builder)
    later = Authority(NOW + timedelta(days=41)).revoke([0xA1])
    _write_crl(tmp_path / "future.crl", later)
    assert [row.revoked for row in read(tmp_path, "r", ("indirect.crl",)).rows] == [True, None, None, True, None]
    assert [row.revoked for row in read(tmp_path, "r", ("future.crl",)).rows] == [True, *[None] * 4]


def _renewed(authority: Authority, above: Authority, serial: int) -> x509.Certificate:
    """The authority once more, with another key."""
    old, key = authority.certificate, ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder().subject_name(old.subject).issuer_name(old.issuer).public_key(key.public_key())
    builder = builder.serial_number(serial + 1).not_valid_before(old.not_valid_before_utc)
    builder = builder.not_valid_after(old.not_valid_after_utc)
    return builder.add_extension(x509.BasicConstraints(True, None), critical=True).sign(above.key, hashes.SHA256())


def _of_unknown_algorithm(certificate: x509.Certificate) -> bytes:
    """It claims, twice, to be signed with another algorithm than ecdsa-with-SHA256."""
    known, unknown = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d04037f")
    assert der(certificate).count(known) == 2
    return der(certificate).replace(known, unknown)


def test_a_workbook_with_titles_merged_headers_dates_and_formulas(tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("Ghi chú", 0).append(["không có gì"])
    sheet = book.worksheets[1]
    sheet.append(["DANH SÁCH CHỨNG THƯ SỐ"])
    sheet.merge_cells("A1:D1")
    sheet.append([None])
    sheet.append(["Số hiệu", "Loại chứng thư", "Thời hạn", None, "Họ tên"])
    sheet.append([None, None, "Từ ngày", "Đến ngày", None])
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("C3:D3")
    start, end = datetime(2026, 1, 1), datetime(2030, 1, 1)
    sheet.append(["1F", "Cá nhân", start, end, "Nguyễn Văn A"])
    sheet.append([123, "Tổ chức", "01/02/2026", "31/12/2030", '=WEBSERVICE("http://192.0.2.1/")'])
    sheet.append(["=1+1", "Tổ chức", start, end])
    sheet.append([1.5e300, "Tổ chức", start, end])
    sheet.append([None])
    sheet.append([True, "Tổ chức", start, end])
    book.save(tmp_path / "r.xlsx")
    fact = read(tmp_path, "r.xlsx")
    assert [(row.line, row.serial, row.holder) for row in fact.rows] == [
        (5, "1f", "person"),
        (6, "123", "organisation"),
    ]
    assert fact.broken == dict.fromkeys(("7", "8", "10"), "the serial is no hexadecimal number")


@pytest.mark.parametrize(
    ("part", "size", "count"),
    [("xl/worksheets/sheet1.xml", 150_000_000, 1), ("xl/sharedStrings.xml", 60_000_000, 1), ("x", 1, 1500)],
    ids=["sheet", "strings", "parts"],
)
def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, part: str, size: int, count: int) -> None:
    with zipfile.ZipFile(tmp_path / "r.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(f"{part}{number or ''}", b"0" * size)
    fact = read(tmp_path, "r.xlsx")
    assert fact.failure is not None
    assert fact.failure.reason is Reason.TOO_LARGE


_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 30}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("pattern", "put"),
    [
        (rb'<row r="2"', b'<row r="99999999999"'),
        (rb'r="A2"', b'r="XFD2"'),
        (rb"<sheetData>.*</sheetData>", b"<sheetData><row"),
        (rb"<worksheet", _LAUGHS.encode() + b"]><worksheet"),
        (rb"(?s)^.*$", b""),
    ],
    ids=["far row", "far column", "cut", "entities", "empty"],
)
def test_a_hostile_sheet_ends_in_a_failure_or_rows(tmp_path: Path, pattern: bytes, put: bytes) -> None:
    write_workbook(tmp_path / "good.xlsx", rows(TWO, NOW))
    with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(tmp_path / "r.xlsx", "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            bad.writestr(name, re.sub(pattern, lambda _: put, content) if "sheet1" in name else content)
    fact = read(tmp_path, "r.xlsx")
    assert fact.failure is not None or len(fact.rows) + len(fact.broken) <= 2


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04junk", bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600, b"\x30\x82\x00\x04junk", b"\x30\x82"]
)
def test_what_only_begins_like_a_register_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r").write_bytes(content)
    fact = read(tmp_path, "r")
    assert (fact.failure is not None and fact.failure.reason is Reason.MALFORMED) or list(fact.broken) == ["1"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_changed_byte_makes_reading_raise(data: st.DataObject) -> None:
    buffer = io.BytesIO()
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_workbook(folder / "r.xlsx", rows(TWO, NOW), HEADERS)
        buffer.write((folder / "r.xlsx").read_bytes())
        kind = data.draw(st.sampled_from(["xlsx", "der", "crl"]))
        revoked = crl(ROOT.revoke([1]), ROOT)
        content = bytearray({"xlsx": buffer.getvalue(), "der": der(ROOT.issue(TWO[0])), "crl": revoked}[kind])
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, 10_000)) % len(content)] = data.draw(st.integers(0, 255))
        (folder / "changed").write_bytes(content)
        (folder / "r").write_bytes(der(ROOT.issue(TWO[0])))
        fact = read(folder, "changed") if kind != "crl" else read(folder, "r", ("changed",), ("changed",))
    assert msgspec.json.decode(msgspec.json.encode(fact), type=RegisterFact) == fact
