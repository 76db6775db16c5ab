"""GitLab's Code Quality report: its fields, its words, one fingerprint each."""

import json
from typing import Any

import pytest

from netaudit.model.profile import Severity
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.writers.code_quality import run_code_quality
from tests.writers.hostile_forms import under_attack
from tests.writers.located import FILE, located_run, waived_result
from tests.writers.schema_checks import faults, pinned

WORDS = {
    Severity.CRITICAL: "blocker", Severity.HIGH: "critical", Severity.MEDIUM: "major", Severity.LOW: "minor",
    Severity.INFO: "info",
}  # fmt: skip


@pytest.mark.parametrize("made", [located_run, under_attack], ids=["province", "hostile"])
def test_it_fits_what_is_documented(made: Any) -> None:
    schema = pinned("code-quality.json")
    issues = json.loads(run_code_quality(made(), "vi"))
    assert faults(schema, issues) == []
    assert faults(schema, [{**issues[0], "severity": "high"}]) != []


def test_findings_that_nobody_waived_with_their_lines() -> None:
    run: Run = located_run()
    issues = {issue["fingerprint"]: issue for issue in json.loads(run_code_quality(run, "en"))}
    fails = {r.id: r for r in run.results if r.verdict.outcome.status in (Status.FAIL, Status.WARN) and not r.waived}
    assert issues.keys() == fails.keys()
    assert waived_result(run).id not in issues
    for id, result in fails.items():
        issue = issues[id]
        assert issue["severity"] == WORDS[result.severity]
        assert issue["check_name"] == result.verdict.check
        line = run.locations[str(result.verdict.target)].line
        assert issue["location"] == {"path": FILE, "lines": {"begin": line}}
        assert issue["description"].startswith(result.verdict.target.name)
    assert len({issue["severity"] for issue in issues.values()}) > 1
