"""What pipelines are shown of a run: findings, the worst first, and the waivers that excuse them."""

from collections.abc import Mapping

from netaudit.model.inventory import Waiver
from netaudit.model.profile import Severity
from netaudit.model.run import Result, Run, WaiverState
from netaudit.model.verdict import Status

__all__ = ["bounded_severity", "findings_of", "waivers_of"]

_FINDINGS = (Status.FAIL, Status.WARN)


def findings_of(run: Run) -> list[Result]:
    """Failures and warnings, waived ones too, the worst first and then in the order of the run."""
    found = [result for result in run.results if result.verdict.outcome.status in _FINDINGS]
    return sorted(found, key=lambda result: (result.waived, bounded_severity(result).rank))


def bounded_severity(result: Result) -> Severity:
    """The severity that a finding is shown with: what only departs from a SHOULD is never worse than medium."""
    if result.verdict.outcome.status is Status.WARN and result.severity.rank < Severity.MEDIUM.rank:
        return Severity.MEDIUM
    return result.severity


def waivers_of(run: Run) -> Mapping[str, Waiver]:
    """The waiver in force of each waived result, by the result's id."""
    return {
        id: use.waiver
        for use in reversed(run.waivers)
        if use.state in (WaiverState.USED, WaiverState.EXPIRING)
        for id in use.results
    }
