"""Whether no certificate of the register is revoked by the lists given (RFC 5280 section 5).

A list that is too old, of a part only, or not of the certificate's issuer proves nothing of what it does not name.
"""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import RegisterEvidence
from netaudit.model.facts import RegisterFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed

from ._helpers import content, filed, lines, partly_read, rows, unused_files


def judge(evidence: RegisterEvidence) -> Outcome:
    """One that is found revoked fails the register, whatever could not be read."""
    return filed(evidence, _judge(evidence)).with_args({"crl": " ".join(evidence.register.crl)})


def _judge(evidence: RegisterEvidence) -> Outcome:
    if not evidence.register.crl:
        return not_applicable("no_list")
    fact = content(evidence)
    if isinstance(fact, Outcome):
        return fact
    found = tuple(row for row in fact.rows if row.revoked)
    if found:
        return failed(
            "revoked", observed=rows(fact, found), facts=(fact.id,), count=len(found), total=len(fact.rows),
            lines=lines(found),
        )  # fmt: skip
    unknown = _not_covered(fact) or partly_read(fact)
    if unknown is not None:
        return unknown
    if not fact.rows:
        return not_applicable("empty", facts=(fact.id,))
    return passed("ok", facts=(fact.id,), total=len(fact.rows))


def _not_covered(fact: RegisterFact) -> Outcome | None:
    unknown = tuple(row for row in fact.rows if row.revoked is None)
    if not unknown:
        return None
    failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no complete list in force of the issuer")
    return could_not_test(
        "not_covered", failure, observed=(*unused_files(fact), *rows(fact, unknown, ok=None)), facts=(fact.id,),
        count=len(unknown), total=len(fact.rows),
    )  # fmt: skip
