"""Whether certificates run out soon. A warning only: those in force are in order."""

from netaudit.model.evidence import RegisterEvidence
from netaudit.model.verdict import Outcome, not_applicable, passed, warned
from netaudit.rules.registers import day, ends, expired, expiring

from ._helpers import content, filed, lines, partly_read, rows


def judge(evidence: RegisterEvidence, *, within_days: int) -> Outcome:
    """Those that have run out already are the affair of `certificates.not_expired`."""
    return filed(evidence, _judge(evidence, within_days))


def _judge(evidence: RegisterEvidence, within_days: int) -> Outcome:
    fact = content(evidence)
    if isinstance(fact, Outcome):
        return fact
    found = expiring(fact.rows, evidence.now, within_days)
    if found:
        return warned(
            "soon", observed=rows(fact, found, ok=None), facts=(fact.id,), count=len(found), days=within_days,
            first=day(ends(found[0]) - 1), lines=lines(found),
        )  # fmt: skip
    unknown = partly_read(fact)
    if unknown is not None:
        return unknown
    in_force = len(fact.rows) - len(expired(fact.rows, evidence.now))
    if not in_force:
        return not_applicable("none_in_force", facts=(fact.id,))
    return passed("ok", facts=(fact.id,), total=in_force, days=within_days)
