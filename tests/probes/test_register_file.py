"""Registers of certificates: rows, broken rows, and that no holder's name stays."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netaudit.content import content_path
from netaudit.model.common import Reason
from netaudit.model.facts import RegisterFact
from netaudit.model.inventory import Register
from netaudit.probes.register import RegisterProbe, read_register

REGISTER = Register(id="bcy", file="r.csv", declared={"organisation": 1, "person": 1})
HEADER = "serial,holder_kind,not_before,not_after,issuer,unit,holder\n"
NOW = 1_800_000_000.0


def read(folder: Path, content: str | bytes) -> RegisterFact:
    (folder / "r.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_register(REGISTER, folder, NOW)


def test_rows_are_read_and_holders_forgotten(tmp_path: Path) -> None:
    fact = read(
        tmp_path,
        HEADER + "0A:1b,organisation,2020-01-01,2030-01-01,BCY,syt,Sở Y tế\n"
        "ff,person,2020-01-01T07:00:00+07:00,2030-01-01,BCY,syt,Nguyễn Văn A\n",
    )
    assert [(row.serial, row.holder, row.line) for row in fact.rows] == [
        ("a1b", "organisation", 2),
        ("ff", "person", 3),
    ]
    assert fact.rows[0].not_before == fact.rows[1].not_before == 1_577_836_800.0
    assert fact.failure is None
    assert (fact.id, fact.at) == ("register-bcy", NOW)
    assert b"Nguy" not in msgspec.json.encode(fact)


def test_equal_holders_of_two_certificates_cannot_be_told_to_be_equal(tmp_path: Path) -> None:
    rows = "".join(f"{serial},person,2020-01-01,2030-01-01,,,Same Name\n" for serial in ("01", "02"))
    fact = read(tmp_path, HEADER + rows)
    assert len({row.pseudonym for row in fact.rows}) == 2


@pytest.mark.parametrize(
    ("holder", "issuer", "kept"),
    [
        ("Nguyễn Văn A", "của NGUYỄN  văn-a (phòng)", ""),
        ("An", "Ban Co yeu", "Ban Co yeu"),
        ("An", "An Co yeu", ""),
        ("x" * 500, "y " + "x" * 500, ""),
        ("word " * 39, "y" * 150 + " " + "word " * 39, ""),
        ("", "Ban Co yeu", "Ban Co yeu"),
    ],
)
def test_a_name_that_stands_in_another_column_too_is_left_out(
    tmp_path: Path, holder: str, issuer: str, kept: str
) -> None:
    fact = read(tmp_path, f"{HEADER}01,person,2020-01-01,2030-01-01,{issuer},{issuer},{holder}\n")
    assert [(row.issuer, row.unit) for row in fact.rows] == [(kept, kept)]


def test_vietnamese_headers_dates_and_semicolons(tmp_path: Path) -> None:
    text = (
        "\ufeffSố hiệu;Loại chứng thư;Hiệu lực từ;Hiệu lực đến;Đơn vị;Chủ thể\n"
        "1f;Cá nhân;01/02/2020;31/12/2030;syt;X\n2f;Tổ chức;01/02/2020;31/12/2030;syt;Y\n"
    )
    assert [row.holder for row in read(tmp_path, text).rows] == ["person", "organisation"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("xyz,person,2020-01-01,2030-01-01", "serial"),
        (",person,2020-01-01,2030-01-01", "serial"),
        ("02,robot,2020-01-01,2030-01-01", "neither organisation nor person"),
        ("02,person,2020-13-01,2030-01-01", "not_before is no date"),
        ("02,person,2020-01-01,", "not_after is no date"),
        ("02,person,2020-01-01,2019-01-01", "before not_before"),
        ("02", "neither"),
    ],
)
def test_a_broken_row_is_listed_by_line_and_hurts_no_other(tmp_path: Path, row: str, expected: str) -> None:
    good = "01,person,2020-01-01,2030-01-01,,,A\n"
    fact = read(tmp_path, f"{HEADER}{good}{row}\n03,person,2020-01-01,2030-01-01,,,B\n")
    assert [item.serial for item in fact.rows] == ["1", "3"]
    assert list(fact.broken) == ["3"]
    assert expected in fact.broken["3"]


def test_a_serial_that_stands_twice_is_read_twice(tmp_path: Path) -> None:
    fact = read(tmp_path, HEADER + "01,person,2020-01-01,2030-01-01,,,A\n" * 2)
    assert [(row.serial, row.line) for row in fact.rows] == [("1", 2), ("1", 3)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.MALFORMED),
        (b"a,b\n1,2\n", Reason.MALFORMED),
        (b"\xff\xfe\x00", Reason.MALFORMED),
        (b"x" * (50 * 1024 * 1024 + 1), Reason.TOO_LARGE),
    ],
    ids=["empty", "other-columns", "binary", "too-large"],
)
def test_what_is_no_register_is_a_failure(tmp_path: Path, content: bytes, reason: Reason) -> None:
    fact = read(tmp_path, content)
    assert fact.failure is not None
    assert fact.failure.reason is reason
    assert fact.rows == ()


def test_a_missing_file_is_a_failure(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        fact = read_register(REGISTER, folder, NOW)
        assert fact.failure is not None
        assert fact.failure.reason is Reason.NO_DATA


def test_reading_stops_after_many_broken_rows(tmp_path: Path) -> None:
    fact = read(tmp_path, HEADER + "x\n" * 5000)
    assert len(fact.broken) == 1001


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=20), max_size=8), max_size=6))
def test_no_content_raises(tmp_path: Path, rows: list[list[str]]) -> None:
    text = HEADER + "\n".join(",".join(row) for row in rows)
    fact = read(tmp_path, text.encode("utf-8", "surrogatepass"))
    assert msgspec.json.decode(msgspec.json.encode(fact), type=RegisterFact) == fact


async def test_the_sample_holds_what_it_declares_and_seven_expired_ones() -> None:
    folder = content_path("inventory.yaml").parent
    probe = RegisterProbe(Register(id="r", file="sample/certificates.csv", declared={}), folder)
    await probe.run()
    (fact,) = probe.facts(None)
    assert isinstance(fact, RegisterFact)
    assert sum(row.holder == "organisation" for row in fact.rows) == 855
    assert sum(row.holder == "person" for row in fact.rows) == 833
    assert fact.broken == {}
    assert sum(row.not_after < NOW for row in fact.rows) == 7
