"""The run's findings as SARIF 2.1.0 (OASIS), as GitHub's code scanning accepts it.

Its rules and limits: every result has a physical location with a relative URI; at most 25,000 results and rules in a
run, and the worst come first, for 5,000 are shown; at most 20 tags a rule. What could not be tested is no result, for
any result becomes an alert: it is a notification of the invocation.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from netaudit.model.inventory import Waiver
from netaudit.model.profile import CheckInfo, Severity
from netaudit.model.run import Result, Run
from netaudit.model.verdict import Target
from netaudit.rules.gaps import could_not_see
from netaudit.writers.files import make_folder, write_whole
from netaudit.writers.findings import bounded_severity, findings_of, waivers_of
from netaudit.writers.links import reference_link
from netaudit.writers.locations import location_of, uri_of
from netaudit.writers.report import Report
from netaudit.writers.safe import one_line
from netaudit.writers.summary import when
from netaudit.writers.wording import Wording

__all__ = ["MOST_RESULTS", "SARIF_FILE", "run_sarif", "write_sarif"]

SARIF_FILE = "run.sarif"
MOST_RESULTS = 25_000
_MOST_NOTIFICATIONS = 1_000
_MOST_TAGS = 20
_BRIEF = 1_000  # characters of a message or description, below the 1,024 that are shown
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {
    Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note",
    Severity.INFO: "note",
}  # fmt: skip
# Over 9.0 is shown as critical, from 7.0 as high, from 4.0 as medium, from 0.1 as low.
_SCORES = {
    Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0", Severity.INFO: "0.0",
}  # fmt: skip
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}


def write_sarif(run: Run, out: Path, language: str) -> list[Path]:
    """Write `out/run.sarif` and return its path; `language` is `vi` or `en`. Raises OSError."""
    make_folder(out)
    path = out / SARIF_FILE
    write_whole(path, run_sarif(run, language))
    return [path]


def run_sarif(run: Run, language: str) -> bytes:
    """Return the run's findings as SARIF: equal runs give equal octets."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_Log(Report(run, Wording(language))).run()]}
    return msgspec.json.encode(log) + b"\n"  # without indentation: uploads are limited in size


class _Log:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._run = report.run
        self._waivers: Mapping[str, Waiver] = waivers_of(report.run)
        findings = findings_of(report.run)
        self._left = max(0, len(findings) - MOST_RESULTS)
        self._findings = findings[:MOST_RESULTS]
        worst: dict[str, Severity] = {}
        for result in self._findings:
            worst.setdefault(result.verdict.check, bounded_severity(result))  # they come worst first, waived ones last
        self._worst = worst
        self._rules = {check: place for place, check in enumerate(sorted(worst))}

    def run(self) -> dict[str, Any]:
        version = self._run.tool.rpartition(" ")[2]
        return {
            "tool": {
                "driver": {
                    "name": "netaudit",
                    "version": one_line(version, 80),
                    "rules": [self._rule(check) for check in self._rules],
                }
            },
            # of two provinces in one repository, the second upload must not take the first one's place
            "automationDetails": {
                "id": f"netaudit/{one_line(self._run.province.id, 100)}/{one_line(self._run.id, 100)}"
            },
            "language": "vi-VN" if self._report.wording.language == "vi" else "en-GB",
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
            "invocations": [self._invocation()],
            "results": [self._result(result) for result in self._findings],
            "properties": {"profiles": [profile.edition for profile in self._run.profiles]},
        }

    def _rule(self, check: str) -> dict[str, Any]:
        language = self._report.wording.language
        info = self._run.checks.get(check)
        severity = self._worst[check]
        level = _LEVELS[severity]
        tags = ["security", check.partition(".")[0], *_clauses(self._findings, check)][:_MOST_TAGS]
        properties: dict[str, Any] = {
            "tags": list(dict.fromkeys(tags)), "precision": "very-high", "problem.severity": _PROBLEMS[level],
        }  # fmt: skip
        if severity is not Severity.INFO:
            properties["security-severity"] = _SCORES[severity]
        rule: dict[str, Any] = {
            "id": one_line(check, 250),
            "shortDescription": {"text": one_line(self._report.check_title(check), _BRIEF).strip() or "–"},
            "defaultConfiguration": {"level": level},
            "properties": properties,
        }
        if info is None:  # a run.json that was changed by hand; GitHub wants all three texts of every rule
            return {**rule, "fullDescription": rule["shortDescription"], "help": rule["shortDescription"]}
        rule["fullDescription"] = {"text": one_line(info.why.in_language(language), _BRIEF)}
        rule["help"] = self._help(info)
        link = next(filter(None, map(reference_link, info.references)), None)
        return {**rule, "helpUri": link} if link else rule

    def _help(self, info: CheckInfo) -> dict[str, str]:
        language, say = self._report.wording.language, self._report.wording.gettext
        why, fix = (one_line(text.in_language(language), 4_000) for text in (info.why, info.fix))
        read = ", ".join(one_line(reference, 200) for reference in info.references[:20])
        text = f"{why}\n\n{say('Fix')}: {fix}\n\n{read}"
        return {"text": text.strip()}

    def _result(self, result: Result) -> dict[str, Any]:
        verdict = result.verdict
        found: dict[str, Any] = {
            "ruleId": one_line(verdict.check, 250),
            "ruleIndex": self._rules[verdict.check],
            "kind": "fail",
            "level": _LEVELS[bounded_severity(result)],
            "message": {"text": self._message(result)},
            "locations": [self._location(verdict.target)],
            # GitHub knows an alert again by the former name only, other readers by the latter
            "partialFingerprints": {"primaryLocationLineHash": f"{result.id}:1", "netauditFingerprint/v1": result.id},
            "properties": {
                "status": verdict.outcome.status, "severity": result.severity,
                "clauses": list(result.clauses[:50]), "units": list(result.units[:50]),
            },
        }  # fmt: skip
        waiver = self._waivers.get(result.id)
        if result.waived:
            found["suppressions"] = [self._suppression(waiver)]
        return found

    def _message(self, result: Result) -> str:
        target = one_line(self._report.target(result.verdict.target), 300)
        return f"{target}: {one_line(self._report.sentence(result), _BRIEF - len(target) - 2)}"

    def _suppression(self, waiver: Waiver | None) -> dict[str, Any]:
        """Who answers for it, why, and until when; the inventory has waivers outside of what is analysed."""
        suppression: dict[str, Any] = {"kind": "external", "status": "accepted"}
        if waiver is not None:
            text = f"{waiver.id}: {waiver.reason} ({waiver.owner}; {waiver.approver}; {waiver.expires})"
            suppression["justification"] = one_line(text, _BRIEF)
        return suppression

    def _location(self, target: Target) -> dict[str, Any]:
        location = location_of(self._run, target)
        return {
            "physicalLocation": {
                "artifactLocation": {"uri": uri_of(location), "uriBaseId": _ROOT},
                "region": {"startLine": location.line},
            },
            "logicalLocations": [
                {
                    "name": one_line(target.name, 300),
                    "fullyQualifiedName": one_line(str(target), 300),
                    "kind": "resource",
                }
            ],
        }

    def _invocation(self) -> dict[str, Any]:
        return {
            "executionSuccessful": self._run.complete,
            "exitCode": self._run.exit_code,
            "startTimeUtc": when(self._run.started),
            "endTimeUtc": when(self._run.ended),
            "toolExecutionNotifications": list(self._notifications()),
        }

    def _notifications(self) -> Iterable[dict[str, Any]]:
        """What could not be tested, and what there was no room for."""
        if not self._run.complete:
            say = self._report.wording.gettext
            text = f"{say('The scan did not come to its end.')} {one_line(self._run.incomplete_reason, 200)}"
            yield {"level": "error", "message": {"text": text.strip()}}
        if self._left:
            yield {"level": "warning", "message": {"text": f"… (+{self._left})"}}
        gaps = [result for result in self._run.results if could_not_see(result)]
        for result in gaps[:_MOST_NOTIFICATIONS]:
            check = one_line(result.verdict.check, 250)
            yield {
                "level": "warning",
                "message": {"text": f"{check}: {self._message(result)}"},
                "locations": [self._location(result.verdict.target)],
            }
        if len(gaps) > _MOST_NOTIFICATIONS:
            yield {"level": "warning", "message": {"text": f"… (+{len(gaps) - _MOST_NOTIFICATIONS})"}}


def _clauses(results: Sequence[Result], check: str) -> Iterable[str]:
    named = (clause for result in results if result.verdict.check == check for clause in result.clauses)
    return sorted({one_line(clause, 100) for clause in named})
