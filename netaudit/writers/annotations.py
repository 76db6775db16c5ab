"""The run's findings as GitHub workflow commands: lines of a step's log that become annotations of files.

GitHub shows ten of each kind for a step and drops the rest without a word: the worst come first, and the last
notice says how many were left out.
"""

from collections.abc import Iterator, Sequence

from netaudit.model.gate import FileMistake
from netaudit.model.location import Location
from netaudit.model.profile import Severity
from netaudit.model.run import Result, Run
from netaudit.rules.gaps import could_not_see
from netaudit.writers.findings import bounded_severity, findings_of
from netaudit.writers.locations import location_of
from netaudit.writers.report import Report
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["MOST", "annotations"]

MOST = 10  # of each kind
_KINDS = {
    Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "notice",
    Severity.INFO: "notice",
}  # fmt: skip
_LONG = 1_000


def annotations(run: Run, language: str, mistakes: Sequence[FileMistake] = ()) -> Iterator[str]:
    """The lines to print; `language` is `vi` or `en`. What is waived is left out: somebody answers for it.

    `mistakes` in zone files come first: what they break may be a finding too.
    """
    report = Report(run, Wording(language))
    shown = {"error": 0, "warning": 0, "notice": 1}  # one notice is kept for the count
    left = 0
    for kind, line in (*_mistakes(report, mistakes), *_findings(report)):
        if shown[kind] == MOST:
            left += 1
            continue
        shown[kind] += 1
        yield line
    gaps = sum(map(could_not_see, run.results))
    if left or gaps:
        wording = report.wording
        told = [f"{wording.gettext('Could not be tested')}: {wording.number(gaps)}"] if gaps else []
        if left:
            hidden = wording.gettext("findings that are not shown here: %(left)s")
            told.append(hidden % {"left": wording.number(left)})
        yield f"::notice title=netaudit::{_data('; '.join(told))}"


def _mistakes(report: Report, mistakes: Sequence[FileMistake]) -> Iterator[tuple[str, str]]:
    for mistake in sorted(mistakes, key=lambda mistake: not mistake.is_error):
        location = mistake.location or Location(file=report.run.inventory_file)
        kind = "error" if mistake.is_error else "warning"
        place = f"file={_property(location.file)},line={location.line}"
        yield kind, f"::{kind} {place},title=netaudit zone lint::{_data(one_line(mistake.text, _LONG))}"


def _findings(report: Report) -> Iterator[tuple[str, str]]:
    for result in findings_of(report.run):
        if not result.waived:
            kind = _KINDS[bounded_severity(result)]
            yield kind, _annotation(report, kind, result)


def _annotation(report: Report, kind: str, result: Result) -> str:
    location = location_of(report.run, result.verdict.target)
    title = f"{result.verdict.check}: {report.check_title(result.verdict.check)}"
    target = one_line(report.target(result.verdict.target), 300)
    return (
        f"::{kind} file={_property(location.file)},line={location.line},title={_property(one_line(title, 200))}"
        f"::{_data(f'{target}: {one_line(report.sentence(result), _LONG)}')}"
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
