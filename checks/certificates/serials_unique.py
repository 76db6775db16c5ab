"""Whether every certificate stands once: an issuer gives a serial number to one alone (RFC 5280 section 4.1.2.2)."""

from netaudit.model.evidence import RegisterEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.registers import repeated

from ._helpers import content, filed, lines, partly_read


def judge(evidence: RegisterEvidence) -> Outcome:
    """Serials are compared within an issuer; two issuers may give the same."""
    return filed(evidence, _judge(evidence))


def _judge(evidence: RegisterEvidence) -> Outcome:
    fact = content(evidence)
    if isinstance(fact, Outcome):
        return fact
    groups = list(repeated(fact.rows).values())
    if groups:
        seen = tuple(
            Observation(where=f"{fact.source}:{group[0].line}", saw=f"again on {', '.join(lines(group[1:]))}", ok=False)
            for group in groups[:100]
        )
        extra = [entry for group in groups for entry in group[1:]]
        return failed(
            "repeated", observed=seen, facts=(fact.id,), count=len(groups), total=len(fact.rows), lines=lines(extra)
        )
    unknown = partly_read(fact)
    if unknown is not None:
        return unknown
    if not fact.rows:
        return not_applicable("empty", facts=(fact.id,))
    return passed("ok", facts=(fact.id,), total=len(fact.rows))
