"""The run as CSV: one line for a result in `run.csv`, one for a clause in `run-clauses.csv`.

Column names and the words of statuses are those of run.json in every language; sentences are in the reader's. UTF-8
with a byte order mark, commas, every field in quotes, lines ended by CR LF (RFC 4180): what spreadsheets open rightly.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from netaudit.model.run import ClauseResult, Result, Run
from netaudit.writers.cells import cell_text, formula_quoted, listed
from netaudit.writers.files import make_folder, write_whole
from netaudit.writers.report import Report
from netaudit.writers.wording import Wording

__all__ = ["CLAUSES_FILE", "CLAUSE_COLUMNS", "RESULTS_FILE", "RESULT_COLUMNS", "write_csv"]

RESULTS_FILE = "run.csv"
CLAUSES_FILE = "run-clauses.csv"

RESULT_COLUMNS = (
    "check", "title", "target_kind", "target", "status", "severity", "waived", "sentence", "units", "clauses", "side",
    "reason", "recheck", "id",
)  # fmt: skip
CLAUSE_COLUMNS = (
    "profile", "clause", "text", "status", "severity", "passed", "failed", "measurable", "total", "needed",
    "deadline", "timeliness", "overdue", "ended", "basis", "confidence", "source", "document", "document_date",
    "signer", "failing", "untested",
)  # fmt: skip


def write_csv(run: Run, out: Path, language: str) -> list[Path]:
    """Write both files below `out` and return their paths; `language` is `vi` or `en`. Raises OSError."""
    report = Report(run, Wording(language))
    make_folder(out)
    written = []
    for name, columns, rows in (
        (RESULTS_FILE, RESULT_COLUMNS, (_result(report, result) for result in run.results)),
        (CLAUSES_FILE, CLAUSE_COLUMNS, (_clause(report, clause) for clause in run.clauses)),
    ):
        path = out / name
        write_whole(path, _encoded(columns, rows))
        written.append(path)
    return written


def _result(report: Report, result: Result) -> Iterator[object]:
    verdict = result.verdict
    failure = verdict.outcome.failure
    yield from (verdict.check, report.check_title(verdict.check), verdict.target.kind, verdict.target.name)
    yield from (verdict.outcome.status, result.severity, _yes(result.waived), report.sentence(result))
    yield from (listed(result.units), listed(result.clauses))
    yield from (("", "") if failure is None else (failure.side, failure.reason))
    yield from (report.recheck(result), result.id)


def _clause(report: Report, counted: ClauseResult) -> Iterator[object]:
    clause = report.clause(counted.profile, counted.clause)
    yield from (counted.profile, counted.clause)
    yield clause.text.in_language(report.wording.language) if clause is not None else ""
    yield from (counted.status, counted.severity)
    yield from (counted.passed, counted.failed, counted.measurable, counted.total, counted.needed)
    yield clause.deadline.isoformat() if clause is not None and clause.deadline is not None else ""
    yield counted.timeliness or ""
    yield from (_yes(counted.overdue), counted.ended.isoformat() if counted.ended is not None else "")
    yield from (("", "", "") if clause is None else (clause.basis, clause.confidence, clause.source))
    attestation = counted.attestation
    yield from (
        ("", "", "")
        if attestation is None
        else (attestation.document, attestation.date.isoformat(), attestation.signer)
    )
    yield from (listed(counted.failing), listed(counted.untested))


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _encoded(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([formula_quoted(cell_text(str(cell))) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
