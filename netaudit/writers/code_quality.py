"""The run's findings as a GitLab Code Quality report, which a merge request compares with that of its target branch."""

from pathlib import Path
from typing import Any

import msgspec

from netaudit.model.profile import Severity
from netaudit.model.run import Result, Run
from netaudit.writers.files import make_folder, write_whole
from netaudit.writers.findings import bounded_severity, findings_of
from netaudit.writers.locations import location_of
from netaudit.writers.report import Report
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["CODE_QUALITY_FILE", "run_code_quality", "write_code_quality"]

CODE_QUALITY_FILE = "gl-code-quality-report.json"
_SEVERITIES = {
    Severity.CRITICAL: "blocker", Severity.HIGH: "critical", Severity.MEDIUM: "major", Severity.LOW: "minor",
    Severity.INFO: "info",
}  # fmt: skip


def write_code_quality(run: Run, out: Path, language: str) -> list[Path]:
    """Write `out/gl-code-quality-report.json` and return its path; `language` is `vi` or `en`. Raises OSError."""
    make_folder(out)
    path = out / CODE_QUALITY_FILE
    write_whole(path, run_code_quality(run, language))
    return [path]


def run_code_quality(run: Run, language: str) -> bytes:
    """Return the findings that nobody waived; of those with one fingerprint GitLab would show the first alone."""
    report = Report(run, Wording(language))
    issues = [_issue(report, result) for result in findings_of(run) if not result.waived]
    return msgspec.json.format(msgspec.json.encode(issues), indent=1) + b"\n"


def _issue(report: Report, result: Result) -> dict[str, Any]:
    location = location_of(report.run, result.verdict.target)
    target = one_line(report.target(result.verdict.target), 300)
    return {
        "description": f"{target}: {one_line(report.sentence(result), 1_000)}",
        "check_name": one_line(result.verdict.check, 250) or "–",
        "fingerprint": result.id,
        "severity": _SEVERITIES[bounded_severity(result)],
        "location": {"path": location.file, "lines": {"begin": location.line}},
    }
