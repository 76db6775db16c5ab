"""The run in a terminal and as a file, and `netaudit report`."""

import re
import stat
from pathlib import Path

import msgspec
import pytest

from netaudit.cli.main import run as netaudit
from netaudit.model.profile import Severity
from netaudit.model.run import Run
from netaudit.model.verdict import Observation, Status
from netaudit.writers import words
from netaudit.writers.json import run_json, write_json
from netaudit.writers.observed import alike, worst_first
from netaudit.writers.report import Report
from netaudit.writers.text import closing_line, run_text
from netaudit.writers.wording import Wording
from tests.writers.synthetic import hostile_run


def test_the_same_run_gives_the_same_bytes(province: Run) -> None:
    encoded = run_json(province)
    decoded = msgspec.json.decode(encoded, type=Run)
    assert decoded == province
    assert run_json(decoded) == encoded


def test_the_file_is_for_its_owner_only(tmp_path: Path, province: Run) -> None:
    path = write_json(province, tmp_path / "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_terminal_shows_every_finding_with_its_command(province: Run, language: str) -> None:
    text = run_text(province, language)
    for result in province.results:
        if result.verdict.outcome.status in (Status.FAIL, Status.WARN, Status.COULD_NOT_TEST):
            assert result.verdict.target.name in text
            assert result.verdict.check in text
    report = Report(province, Wording(language))
    causes = [r for group in report.fails + report.warnings for r in group.results if not report.explained(r)]
    assert 0 < text.count("      $ ") == len(causes) < province.totals.counts[Status.FAIL]
    assert "\x1b" not in text
    assert "\x1b[" in run_text(province, language, colour=True)


def test_passes_are_listed_on_request(province: Run) -> None:
    assert "certificates.count_matches" not in run_text(province, "en")
    assert "certificates.count_matches" in run_text(province, "en", passes=True)


def test_rows_that_saw_the_same_are_told_once(province: Run) -> None:
    text = run_text(province, "en")
    assert text.count("SOA: RRSIG expired") == 1
    assert "✗ ns0.hoster.vn 198.51.100.0 and 3 more: SOA: RRSIG expired" in text
    assert run_text(province, "en", passes=True).count("SOA: RRSIG expired") >= 4


def test_gaps_are_told_by_reason_with_what_to_do(province: Run) -> None:
    text = run_text(province, "en")
    told = text[text.index("Could not be tested") :]
    gaps = Report(province, Wording("en")).gaps
    assert len(gaps) == 2
    for gap in gaps:
        assert told.count(f"? {len(gap.results)} × {words.REASONS[gap.reason]}") == 1
        assert words.REMEDIES[gap.reason] in told


def test_what_is_wrong_comes_first_and_nothing_is_lost() -> None:
    rows = tuple(Observation(where=str(n), saw=f"saw {n % 2}", ok=ok) for n, ok in enumerate((True, None, False, True)))
    assert [row.where for row in worst_first(rows)] == ["2", "1", "0", "3"]
    told = alike([*rows, *rows])
    assert [(one.row.where, one.more) for one in told] == [("0", 1), ("1", 1), ("2", 1), ("3", 1)]


def test_no_server_steers_the_terminal() -> None:
    assert not re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", run_text(hostile_run(), "vi"))


def test_the_last_line(province: Run) -> None:
    totals = province.totals
    high = sum(n for severity, n in totals.findings.items() if severity in (Severity.CRITICAL, Severity.HIGH))
    gaps = totals.counts[Status.COULD_NOT_TEST]
    assert closing_line(province, Path("out/index.html"), "en") == (
        f"exit 1: {high} findings at or above “high”; {totals.evaluated} of {totals.applicable} results evaluated, "
        f"{gaps} could not be tested; report: out/index.html"
    )
    never = msgspec.structs.replace(province, fail_on=None, exit_code=0, complete=False)
    assert closing_line(never, None, "vi").startswith(f"mã thoát 0: {totals.counts[Status.FAIL]} phát hiện;")
    assert closing_line(never, None, "vi").endswith("lần quét chưa chạy đến hết")


def test_report_writes_what_was_asked(
    tmp_path: Path, province: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_json(province, tmp_path / "out")
    assert netaudit(["report", "out", "-f", "html,json,text", "-o", "again", "--lang", "en"]) == 0
    shown = capsys.readouterr()
    assert "dilinh.lamdong.gov.vn" in shown.out
    assert shown.err.startswith("exit 1: ")
    assert (tmp_path / "again" / "index.html").is_file()
    assert (tmp_path / "again" / "run.json").read_bytes() == (tmp_path / "out" / "run.json").read_bytes()


def test_report_refuses_with_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.json").write_text('{"schema": 1')
    assert netaudit(["report", str(tmp_path)]) == 2
    assert "this is no run of netaudit" in capsys.readouterr().err
    assert netaudit(["report", str(tmp_path), "-f", "docx"]) == 2
    assert "choose from html, json, text" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert netaudit(["report", str(tmp_path / "empty")]) == 2
