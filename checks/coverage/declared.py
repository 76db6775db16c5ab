"""Whether the tier's declared number of units is reached by units for which the inventory lists such a service."""

from netaudit.model.evidence import CoverageEvidence
from netaudit.model.verdict import Outcome, failed, not_applicable, passed
from netaudit.rules.coverage import count_coverage, needed

from ._helpers import ids, placed, rows


def judge(evidence: CoverageEvidence, *, min_ratio: float) -> Outcome:
    """A tier without any such service may need none: which tiers need it is for a plan to say."""
    return placed(evidence, _judge(evidence, min_ratio))


def _judge(evidence: CoverageEvidence, min_ratio: float) -> Outcome:
    count = count_coverage(evidence)
    if not count.total:
        return not_applicable("no_units")
    covered = len(count.declared)
    if not covered:
        return not_applicable("no_service", total=count.total)
    if covered >= needed(count.total, min_ratio):
        return passed("ok", covered=covered, total=count.total)
    seen = rows(count.without, "no service declared", ok=False)
    if count.without:
        return failed("missing", observed=seen, covered=covered, total=count.total, units=ids(count.without))
    return failed("unlisted", observed=seen, covered=covered, total=count.total, unlisted=count.unlisted)
