"""CSV, the workbook and Markdown say what run.json says, and what others wrote stays text in all of them."""

import csv
import io
import re
import stat
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from markdown_it import MarkdownIt
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from netaudit.cli.main import run as netaudit
from netaudit.model.expiry import Expiry
from netaudit.model.run import Run, UnitStatus
from netaudit.model.verdict import Status
from netaudit.writers import words
from netaudit.writers.cells import begins_formula, cell_text, formula_quoted, listed
from netaudit.writers.csv import CLAUSE_COLUMNS, RESULT_COLUMNS, write_csv
from netaudit.writers.json import run_json, write_json
from netaudit.writers.markdown import LONGEST, run_markdown
from netaudit.writers.report import Report
from netaudit.writers.wording import Wording
from netaudit.writers.xlsx import write_xlsx
from tests.writers.hostile_forms import changed, under_attack
from tests.writers.synthetic import AT, large_run

INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069]")


@pytest.fixture(scope="module")
def attacked() -> Run:
    return under_attack()


def table(path: Path, delimiter: str = ",") -> list[list[str]]:
    body = path.read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def workbook(run: Run, folder: Path, language: str = "en") -> Workbook:
    return load_workbook(write_xlsx(run, folder, language)[0])


def rows(book: Workbook, sheet: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in book[sheet].iter_rows(min_row=2, values_only=True)]


# -- CSV


def test_csv_holds_every_result_and_clause(tmp_path: Path, province: Run) -> None:
    results, clauses = map(table, write_csv(province, tmp_path, "vi"))
    assert results[0] == list(RESULT_COLUMNS)
    assert clauses[0] == list(CLAUSE_COLUMNS)
    report = Report(province, Wording("vi"))
    read = [dict(zip(RESULT_COLUMNS, row, strict=True)) for row in results[1:]]
    assert [(r["id"], r["status"], r["severity"], r["sentence"], r["recheck"], r["units"]) for r in read] == [
        (
            r.id, r.verdict.outcome.status, r.severity, report.sentence(r), report.recheck(r), "; ".join(r.units)
        )
        for r in province.results
    ]  # fmt: skip
    sides = {(r["side"], r["reason"]) for r in read if r["status"] == "could_not_test"}
    assert sides == {("path", "timeout"), ("ours", "not_from_internet")}
    counted = [dict(zip(CLAUSE_COLUMNS, row, strict=True)) for row in clauses[1:]]
    assert [(c["profile"], c["clause"], c["status"], c["passed"], c["total"]) for c in counted] == [
        (c.profile, c.clause, c.status, str(c.passed), str(c.total)) for c in province.clauses
    ]
    assert {c["deadline"] for c in counted} >= {"2025-12-31", ""}
    assert [(c["needed"], c["timeliness"]) for c in counted] == [
        (str(c.needed), c.timeliness or "") for c in province.clauses
    ]
    assert {c["timeliness"] for c in counted} >= {"closed", "late", "on_track"}


def test_the_names_of_columns_are_the_same_in_both_languages(tmp_path: Path, province: Run) -> None:
    ours, theirs = (write_csv(province, tmp_path / language, language)[0] for language in ("vi", "en"))
    assert table(ours)[0] == table(theirs)[0]
    assert table(ours)[1] != table(theirs)[1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_csv_cell_is_calculated_whatever_separates_them(tmp_path: Path, attacked: Run, delimiter: str) -> None:
    for path in write_csv(attacked, tmp_path, "vi"):
        for row in table(path, delimiter):
            assert not [cell for cell in row if begins_formula(cell.strip('"'))]
            assert not [cell for cell in row if INVISIBLE.search(cell) or "\n" in cell]


def test_quoting_changes_nothing_else() -> None:
    for plain in ("ns1.lamdong.gov.vn", "dig +dnssec a.vn", "a - b", "2 = 2", "Đạt trên 2 máy chủ.", "", "a; b"):
        assert formula_quoted(plain) == plain
    assert formula_quoted("=1+1") == "'=1+1"
    assert formula_quoted("a; -1") == "a; '-1"


def test_a_cell_holds_what_fits_and_counts_the_rest() -> None:
    long = cell_text("a" * 100_000)
    assert long.endswith("… (+84000)")
    names = [f"{n}.example" for n in range(5_000)]
    shown = listed(names).split("; ")
    assert shown[:-1] == names[: len(shown) - 1]
    assert shown[-1] == f"… (+{len(names) - len(shown) + 1})"
    assert len(listed(names)) < 32_767


# -- the workbook


def test_the_workbook_has_its_sheets_ready_to_work_with(tmp_path: Path, province: Run) -> None:
    book = workbook(province, tmp_path)
    assert book.sheetnames == [
        "Summary", "Clauses of the plan", "Findings", "Could not test", "Service coverage", "Calendar", "Units"
    ]  # fmt: skip
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref is not None and sheet.auto_filter.ref.startswith("A1:")
        assert min(column.width for column in sheet.column_dimensions.values()) >= 10
    theirs = workbook(province, tmp_path / "vi", "vi")
    assert theirs.sheetnames[0] == "Tóm tắt"
    for ours, other in zip(book, theirs, strict=True):
        headings = {str(cell.value) for cell in ours[1]} & {str(cell.value) for cell in other[1]}
        assert not headings, headings


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_number_is_that_of_run_json(tmp_path: Path, province: Run, language: str) -> None:
    run = msgspec.json.decode(run_json(province))
    book = workbook(province, tmp_path, language)
    say = Wording(language).gettext
    summary = {(part, what): value for part, what, value in rows(book, book.sheetnames[0])}
    totals = run["totals"]
    for status in Status:
        assert summary[say("Results"), say(words.STATUSES[status])] == totals["counts"].get(status, 0)
        for pillar in run["pillars"]:
            where = say(words.PILLARS[pillar["pillar"]]), say(words.STATUSES[status])
            assert summary[where] == pillar["counts"].get(status, 0)
    assert summary[say("Results"), say("Evaluated: pass, fail or warning")] == totals["evaluated"]
    assert summary[say("Results"), say("Applicable: evaluated, or could not be tested")] == totals["applicable"]
    assert summary[say("Units"), say("In the inventory")] == len(run["units"])
    for unit_status in UnitStatus:
        number = sum(u["status"] == unit_status for u in run["unit_results"])
        assert summary[say("Units"), say(words.UNIT_STATUSES[unit_status])] == number

    plan = rows(book, book.sheetnames[1])
    counted = ("passed", "failed", "measurable", "total")
    assert [row[5:9] for row in plan] == [tuple(c.get(key, 0) for key in counted) for c in run["clauses"]]
    findings = [row[0] for row in rows(book, book.sheetnames[2])]
    assert findings.count(say("fail")) == totals["counts"]["fail"]
    assert findings.count(say("warning")) == totals["counts"]["warn"]
    assert len(rows(book, book.sheetnames[3])) == totals["counts"]["could_not_test"]
    keys = ("listed", "declared", "present", "working", "untested", "closed")
    coverage = [*run["coverage"], *run["pillar_coverage"]]
    shown = rows(book, book.sheetnames[4])
    assert [(row[2], *row[4:]) for row in shown] == [(c["expected"], *(c.get(k, 0) for k in keys)) for c in coverage]
    assert {row[3].date().isoformat() if row[3] else None for row in shown} == {None, "2020-01-01"}
    units = {row[0]: row for row in rows(book, book.sheetnames[6])}
    assert units.keys() == {unit["id"] for unit in run["units"]}
    for unit in run["unit_results"]:
        assert sum(units[unit["unit"]][4:10]) == len(unit["results"])
        fails = {pillar["pillar"]: pillar["counts"].get("fail", 0) for pillar in unit["pillars"]}
        assert units[unit["unit"]][10] == fails.get("dnssec", 0)


def test_dates_are_dates_and_colour_only_repeats_the_word(tmp_path: Path, province: Run) -> None:
    soon = Expiry(kind="signature", at=AT + 3 * 86_400 + 60, subject="lamdong.gov.vn", affected=("a", "b"), renews=True)
    long_gone = Expiry(kind="roa", at=-5e9, subject="old", affected=())
    never = Expiry(kind="certificate", at=1e15, subject="never", affected=())
    book = workbook(msgspec.structs.replace(province, expiries=(soon, long_gone, never)), tmp_path)
    first, second, third = rows(book, "Calendar")
    there = datetime.fromtimestamp(soon.at, UTC).replace(tzinfo=None) + timedelta(hours=7)
    assert first == (there, 3, "DNSSEC signatures", "lamdong.gov.vn", "a; b", 1, "yes")
    assert second[0].startswith("1811-")
    assert third[0] == "1000000000000000"
    deadlines = [row[10] for row in rows(book, "Clauses of the plan")]
    assert datetime(2025, 12, 31) in deadlines and None in deadlines
    grounds = {cell.value: cell.fill.start_color.rgb for cell in book["Findings"]["A"][1:]}
    assert grounds.keys() == {"fail", "warning"}
    assert grounds["fail"] != grounds["warning"]


def test_the_same_run_gives_the_same_workbook(tmp_path: Path, province: Run) -> None:
    first, second = (write_xlsx(province, tmp_path / name, "vi")[0].read_bytes() for name in "ab")
    assert first == second


def test_no_cell_acts_whatever_is_in_it(tmp_path: Path, attacked: Run) -> None:
    path = write_xlsx(attacked, tmp_path, "vi")[0]
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            assert "externalLink" not in name and "vba" not in name.lower()
            body = parts.read(name).decode("utf-8")
            assert not re.search(r"<f[ >]|<hyperlink|TargetMode|oleObject", body), name
            assert not INVISIBLE.search(body), name
    book = load_workbook(path)
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in texts} == {"s"}
    for attack in ("=1+1", "+1+1", "@SUM(A1)", "␉=1+1", "  =1+1", "1e5", "2026-11-24", "https://evil.example/"):
        assert [cell for cell in texts if cell.value == attack], attack
    shared = zipfile.ZipFile(path).read("xl/sharedStrings.xml").decode()
    assert "_x005F_x0041_" in shared  # Excel would read the bare form as the letter A
    assert all(cell.quotePrefix for cell in texts if begins_formula(str(cell.value)))


# -- Markdown


def tokens(text: str) -> list[Any]:
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [token for block in parsed for token in (block, *(block.children or ()))]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_markdown_gives_the_answer(province: Run, language: str) -> None:
    text = run_markdown(province, language)
    report, wording = Report(province, Wording(language)), Wording(language)
    good = report.unit_counts[UnitStatus.PASS]
    assert f"**{good}/{len(province.units)}** {wording.gettext('units meet every criterion that was tested')}" in text
    for pillar in ("dnssec", "ipv6", "dual_stack", "multihome"):
        counts = report.pillar_counts[pillar]
        shown = (counts.get(s, 0) for s in (Status.PASS, Status.FAIL, Status.WARN, Status.COULD_NOT_TEST))
        assert f"| {wording.gettext(words.PILLARS[pillar])} | {' | '.join(map(str, shown))} |" in text
    assert len(report.actions) > 5
    for place, group in enumerate(report.actions[:5], 1):
        assert re.search(rf"^{place}\. .*\(`{group.check}`\)$", text, re.MULTILINE)
        assert f"`{report.recheck(group.results[0])}`" in text
    gaps = province.totals.counts[Status.COULD_NOT_TEST]
    assert f"## {wording.gettext('Could not be tested')}: {gaps}\n" in text
    for gap in report.gaps:
        assert f"- {len(gap.results)} × {wording.gettext(words.REASONS[gap.reason])}" in text
    assert "table_open" in [token.type for token in tokens(text)]


def test_markdown_tells_what_has_changed(province: Run) -> None:
    worse = [r.verdict for r in province.results if r.verdict.outcome.status is Status.FAIL]
    text = run_markdown(msgspec.structs.replace(province, comparison=changed(worse)), "en")
    assert "## What has changed since the last scan" in text
    assert f"- **Fails now, and did not before: {len(worse)}**" in text
    assert f"  - … (+{len(worse) - 5})" in text
    quiet = msgspec.structs.replace(province, comparison=changed([]))
    assert "No verdict has changed." in run_markdown(quiet, "en")
    assert "has changed" not in run_markdown(province, "en")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_markdown_of_others_stays_text(attacked: Run, language: str) -> None:
    text = run_markdown(attacked, language)
    assert not INVISIBLE.search(text)
    found = tokens(text)
    acting = {"link_open", "image", "html_inline", "html_block", "s_open", "em_open", "fence", "code_block", "hr"}
    assert not acting & {token.type for token in found}
    assert [token.type for token in found].count("table_open") == 2
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert [token.type for token in found].count("heading_open") == len(headings) == 7
    outside = "\n".join(token.content for token in found if token.type == "text")
    assert not re.search(r"@\w|://|www\.", outside)  # what forges make links of after the parser
    assert "=1+1" in outside and "evil.example" in outside


def test_markdown_stays_short(attacked: Run) -> None:
    wide = "@" * 400
    sentences = {
        check: msgspec.structs.replace(
            info, title=info.title, fix=type(info.fix)(wide, wide), messages={"bad": type(info.fix)(wide, wide)}
        )
        for check, info in attacked.checks.items()
    }
    long = run_markdown(msgspec.structs.replace(attacked, checks=sentences), "en")
    assert len(long.encode()) <= LONGEST
    assert long.endswith("… The rest is in the report.\n")
    assert len(run_markdown(attacked, "en").encode()) <= LONGEST
    assert "The rest is in the report" not in run_markdown(large_run(300), "en")


# -- the command


def test_report_writes_the_forms_that_were_asked(
    tmp_path: Path, province: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    write_json(province, tmp_path / "out")
    assert netaudit(["report", str(tmp_path / "out"), "-f", "csv,xlsx,md", "-o", str(tmp_path / "new")]) == 0
    written = sorted((tmp_path / "new").iterdir())
    assert [path.name for path in written] == ["run-clauses.csv", "run.csv", "run.md", "run.xlsx"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert capsys.readouterr().err.rstrip().endswith(str(tmp_path / "new" / "run.csv"))


def test_judging_writes_them_too(tmp_path: Path) -> None:
    facts = Path(__file__).parents[1] / "recorded" / "dns.facts.jsonl.zst"
    (tmp_path / "facts.jsonl.zst").write_bytes(facts.read_bytes())
    assert netaudit(["judge", str(tmp_path), "-f", "xlsx,md", "--check", "dns.*", "--lang", "en"]) in (1, 3)
    run = msgspec.json.decode((tmp_path / "run.json").read_bytes())
    findings = rows(load_workbook(tmp_path / "run.xlsx"), "Findings")
    assert [row[0] for row in findings].count("fail") == run["totals"]["counts"]["fail"] > 0
    assert (tmp_path / "run.md").read_text(encoding="utf-8").startswith("# ")
    assert not (tmp_path / "index.html").exists()


def test_markdown_tells_of_coverage_by_tier(province: Run) -> None:
    run = province
    text = run_markdown(run, "en")
    assert run.coverage
    for row in run.coverage:
        untested = f" (? {row.untested})" if row.untested else ""
        assert f"{row.working}/{row.expected}{untested}" in text.split("## Service coverage")[1].split("\n## ")[0]
    bare = msgspec.structs.replace(run, coverage=(), pillar_coverage=())
    assert "## Service coverage" not in run_markdown(bare, "en")
