"""The run as JUnit XML, which every pipeline can show: a suite for each unit, a case for each check of a target.

A failure is a failure and what could not be tested is an error, never the other way round. What is waived, does not
apply, or only a person can look at is skipped. A result that several units share stands once, in a suite of its own.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status
from netaudit.rules.gaps import could_not_see
from netaudit.writers import words
from netaudit.writers.files import make_folder, write_whole
from netaudit.writers.findings import waivers_of
from netaudit.writers.locations import location_of
from netaudit.writers.report import Report
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["JUNIT_FILE", "run_junit", "write_junit"]

JUNIT_FILE = "run.junit.xml"
_LONG, _SHORT = 1_000, 300


def write_junit(run: Run, out: Path, language: str) -> list[Path]:
    """Write `out/run.junit.xml` and return its path; `language` is `vi` or `en`. Raises OSError."""
    make_folder(out)
    path = out / JUNIT_FILE
    write_whole(path, run_junit(run, language))
    return [path]


def run_junit(run: Run, language: str) -> bytes:
    """Return the run as JUnit XML, fit for XML 1.0: no control characters, no lone surrogates."""
    root = _Suites(Report(run, Wording(language))).element()
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


class _Suites:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._run = report.run
        self._say = report.wording.gettext
        self._waivers = waivers_of(report.run)

    def element(self) -> ET.Element:
        province = self._run.province.name.in_language(self._report.wording.language)
        root = ET.Element("testsuites", {"name": f"netaudit: {one_line(province, _SHORT)}"})
        for unit, results in self._grouped().items():
            root.append(self._suite(unit, results))
        for name in ("tests", "failures", "errors", "skipped"):
            root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
        return root

    def _grouped(self) -> dict[str, list[Result]]:
        """Units in the inventory's order; "" stands for what several share, and what is nobody's."""
        grouped: dict[str, list[Result]] = {"": [], **{unit: [] for unit in self._report.units}}
        for result in self._run.results:
            unit = result.units[0] if len(result.units) == 1 else ""
            grouped.setdefault(unit, []).append(result)
        return {unit: results for unit, results in grouped.items() if results}

    def _suite(self, unit: str, results: Iterable[Result]) -> ET.Element:
        name = one_line(self._report.unit_name(unit) if unit else self._say("Shared by several units"), _SHORT)
        suite = ET.Element("testsuite", {"name": name})
        for result in results:
            suite.append(self._case(result, name))
        suite.set("tests", str(len(suite)))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(attribute, str(sum(case.find(tag) is not None for case in suite)))
        return suite

    def _case(self, result: Result, suite: str) -> ET.Element:
        verdict = result.verdict
        location = location_of(self._run, verdict.target)
        case = ET.Element(
            "testcase",
            {
                "name": one_line(f"{verdict.check}@{verdict.target}", _SHORT),
                "classname": suite,
                "file": location.file,
                "line": str(location.line),
            },
        )
        match verdict.outcome.status:
            case Status.FAIL if not result.waived:
                self._failure(case, result)
            case Status.COULD_NOT_TEST if could_not_see(result):
                failure = verdict.outcome.failure
                kind = self._say(words.REASONS[failure.reason]) if failure is not None else ""
                self._told(case, "error", result, kind)
            case Status.PASS:
                pass
            case Status.WARN if not result.waived:
                ET.SubElement(case, "system-out").text = self._sentence(result)
            case _:
                ET.SubElement(case, "skipped", {"message": self._excuse(result)})
        return case

    def _failure(self, case: ET.Element, result: Result) -> None:
        element = self._told(case, "failure", result, self._say(words.SEVERITIES[result.severity]))
        info = self._run.checks.get(result.verdict.check)
        lines = [self._sentence(result)]
        if info is not None:
            fix = one_line(info.fix.in_language(self._report.wording.language), _LONG)
            lines.append(f"{self._say('Fix')}: {fix}")
        recheck = self._report.recheck(result)
        if recheck:
            lines.append(f"{self._say('Check again')}: {one_line(recheck, _LONG)}")
        element.text = "\n".join(lines)

    def _told(self, case: ET.Element, tag: str, result: Result, kind: str) -> ET.Element:
        return ET.SubElement(case, tag, {"message": self._sentence(result), "type": one_line(kind, _SHORT)})

    def _sentence(self, result: Result) -> str:
        return one_line(self._report.sentence(result), _LONG)

    def _excuse(self, result: Result) -> str:
        waiver = self._waivers.get(result.id)
        if not result.waived or waiver is None:
            return self._sentence(result)
        excuse = one_line(f"{waiver.reason} ({waiver.owner}; {waiver.approver}; {waiver.expires})", _LONG)
        word = self._say("waived")
        return f"{word}: {excuse}"
