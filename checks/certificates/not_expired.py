"""Whether no certificate of the register has expired (RFC 5280 section 4.1.2.5)."""

from netaudit.model.evidence import RegisterEvidence
from netaudit.model.verdict import Outcome, failed, not_applicable, passed
from netaudit.rules.registers import expired

from ._helpers import content, filed, lines, partly_read, rows


def judge(evidence: RegisterEvidence) -> Outcome:
    """One that is found expired fails the register, whatever the rows that can't be read hold."""
    return filed(evidence, _judge(evidence))


def _judge(evidence: RegisterEvidence) -> Outcome:
    fact = content(evidence)
    if isinstance(fact, Outcome):
        return fact
    found = expired(fact.rows, evidence.now)
    if found:
        return failed(
            "expired", observed=rows(fact, found), facts=(fact.id,), count=len(found), total=len(fact.rows),
            lines=lines(found),
        )  # fmt: skip
    unknown = partly_read(fact)
    if unknown is not None:
        return unknown
    if not fact.rows:
        return not_applicable("empty", facts=(fact.id,))
    return passed("ok", facts=(fact.id,), total=len(fact.rows))
