"""Whether every row of the register can be read: serial, kind of holder and both dates."""

from netaudit.model.evidence import RegisterEvidence
from netaudit.model.verdict import Outcome, failed, not_applicable, passed

from ._helpers import broken_rows, content, filed


def judge(evidence: RegisterEvidence) -> Outcome:
    """A file that could not be opened at all is no finding about its rows."""
    return filed(evidence, _judge(evidence))


def _judge(evidence: RegisterEvidence) -> Outcome:
    fact = content(evidence)
    if isinstance(fact, Outcome):
        return fact
    if fact.broken:
        return failed(
            "broken", observed=broken_rows(fact), facts=(fact.id,), count=len(fact.broken),
            total=len(fact.rows) + len(fact.broken), lines=tuple(fact.broken)[:20],
        )  # fmt: skip
    if not fact.rows:
        return not_applicable("empty", facts=(fact.id,))
    return passed("ok", facts=(fact.id,), total=len(fact.rows))
