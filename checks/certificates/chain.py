"""Whether every certificate is issued below a configured root, signatures verified (RFC 5280 section 6.1)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import RegisterEvidence
from netaudit.model.facts import RegisterFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed

from ._helpers import content, filed, lines, partly_read, rows, unused_files


def judge(evidence: RegisterEvidence) -> Outcome:
    """A table holds no signatures; only certificates themselves can be judged."""
    return filed(evidence, _judge(evidence)).with_args({"roots": " ".join(evidence.register.roots)})


def _judge(evidence: RegisterEvidence) -> Outcome:
    if not evidence.register.roots:
        return not_applicable("no_roots")
    fact = content(evidence)
    if isinstance(fact, Outcome):
        return fact
    if fact.format != "x509":
        return not_applicable("table", facts=(fact.id,))
    found = tuple(row for row in fact.rows if row.chained is False)
    if found:
        return failed(
            "apart", observed=rows(fact, found), facts=(fact.id,), count=len(found), total=len(fact.rows),
            lines=lines(found),
        )  # fmt: skip
    unknown = _undecided(fact) or partly_read(fact)
    if unknown is not None:
        return unknown
    if not fact.rows:
        return not_applicable("empty", facts=(fact.id,))
    return passed("ok", facts=(fact.id,), total=len(fact.rows))


def _undecided(fact: RegisterFact) -> Outcome | None:
    unknown = tuple(row for row in fact.rows if row.chained is None)
    if not unknown:
        return None
    failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="roots can't be read, or an algorithm is unknown")
    return could_not_test(
        "undecided", failure, observed=(*unused_files(fact), *rows(fact, unknown, ok=None)), facts=(fact.id,),
        count=len(unknown), total=len(fact.rows),
    )  # fmt: skip
