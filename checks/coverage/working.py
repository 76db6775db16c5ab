"""Whether the services that cover the tier were measured working, for as many units as the tier is said to have.

A unit that was not tested is neither working nor down. Where such units could decide, nothing is concluded.
"""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import CoverageEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.coverage import CoverageCount, count_coverage, needed

from ._helpers import ids, placed, rows


def judge(evidence: CoverageEvidence, *, min_ratio: float) -> Outcome:
    """Units that share a host share its fate: the host is measured once, the units are counted."""
    return placed(evidence, _judge(evidence, min_ratio))


def _judge(evidence: CoverageEvidence, min_ratio: float) -> Outcome:
    count = count_coverage(evidence)
    if not count.total:
        return not_applicable("no_units")
    if not count.declared:
        return not_applicable("no_service", total=count.total)
    if count.closed:
        return could_not_test("closed", _CLOSED, observed=_rows(count), total=count.total)
    working, wanted = len(count.working), needed(count.total, min_ratio)
    if working >= wanted:
        return passed("ok", observed=_rows(count), working=working, total=count.total)
    unknown = len(count.untested) + count.unlisted
    if working + unknown >= wanted:
        detail = f"{unknown} of {count.total} units were not tested"
        failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=detail)
        return could_not_test(
            "untested", failure, observed=_rows(count), working=working, total=count.total, untested=unknown,
            units=ids(count.untested),
        )  # fmt: skip
    return failed(
        "not_working", observed=_rows(count), working=working, total=count.total, untested=unknown,
        units=ids(count.down + count.without),
    )  # fmt: skip


_CLOSED = Failure(reason=Reason.NOT_FROM_INTERNET, side=Side.OURS)


def _rows(count: CoverageCount) -> tuple[Observation, ...]:
    return (
        rows(count.down, "not working", ok=False)
        + rows(count.without, "no service declared", ok=False)
        + rows(count.untested, "not tested", ok=None)
    )
