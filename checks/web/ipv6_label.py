"""How the "IPv6 Ready" label stands: it is lost when the site does not meet the rule for six weeks in a row.

What earlier scans saw tells; a week without a scan is unknown, and never a failed one.
"""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.history import PastStatus
from netaudit.model.verdict import (
    Argument,
    Observation,
    Outcome,
    could_not_test,
    failed,
    not_applicable,
    passed,
    warned,
)
from netaudit.rules.fetches import is_web
from netaudit.rules.ipv6_ready import ipv6_ready
from netaudit.rules.weeks import Week, failed_row, weeks_of

_SHOWN = 53  # weeks


def judge(evidence: EndpointEvidence, *, failed_weeks: int, min_tries: int, failing_rounds: int) -> Outcome:
    """Judge this scan by the label's rule, and put it behind what earlier scans saw of the same endpoint."""
    if not is_web(evidence):
        return not_applicable("not_web")
    if not evidence.history:
        return not_applicable("no_history")
    now = ipv6_ready(evidence, min_tries, failing_rounds)
    weeks = weeks_of((*evidence.history, PastStatus(at=evidence.now, status=now.status)), _SHOWN)
    rows = tuple(_row(week) for week in weeks)
    if now.failure is not None:
        return could_not_test("not_tested", now.failure, observed=rows, facts=now.facts)
    row = failed_row(weeks, failed_weeks)
    known = sum(week.ok is not None for week in weeks)
    if row is None:
        missed = sum(week.ok is False for week in weeks)
        return passed("holds", observed=rows, facts=now.facts, known=known, missed=missed)
    told: dict[str, Argument] = {"failed": row.failed, "since": row.since.isoformat(), "limit": failed_weeks}
    if row.complete is not None:
        return failed("lost", observed=rows, facts=now.facts, lost=row.complete.isoformat(), **told)
    return warned("at_risk", observed=rows, facts=now.facts, unknown=row.unknown, **told)


_SAW = {True: "meets the rule", False: "does not meet the rule"}


def _row(week: Week) -> Observation:
    unknown = "could not be tested" if week.scans else "no scan"
    return Observation(where=week.name, saw=_SAW[week.ok] if week.ok is not None else unknown, ok=week.ok)
