"""Whether the register holds as many certificates as were declared, of organisations and of persons.

A row that can't be read may be a certificate of either kind. Where that could turn a match into a
difference, or a difference into a match, nothing is concluded.
"""

from collections.abc import Mapping

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import RegisterEvidence
from netaudit.model.facts import RegisterFact
from netaudit.model.verdict import Argument, Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.registers import counted, unread

from ._helpers import content, filed


def judge(evidence: RegisterEvidence) -> Outcome:
    """A certificate that stands twice counts once; `certificates.serials_unique` names it."""
    return filed(evidence, _judge(evidence))


def _judge(evidence: RegisterEvidence) -> Outcome:
    declared = evidence.register.declared
    if not declared:
        return not_applicable("none_declared")
    fact = content(evidence)
    if isinstance(fact, Outcome):
        return fact
    return _compared(fact, declared).with_args(_numbers(declared, counted(fact)))


def _compared(fact: RegisterFact, declared: Mapping[str, int]) -> Outcome:
    found, more, facts = counted(fact), unread(fact), (fact.id,)
    pairs = {kind: (declared.get(kind, 0), found.get(kind, 0)) for kind in sorted(declared.keys() | found.keys())}
    rows = tuple(
        Observation(where=fact.source, saw=f"{kind}: declared {wanted}, counted {there}", ok=wanted == there)
        for kind, (wanted, there) in pairs.items()
    )
    short = sum(max(0, wanted - there) for wanted, there in pairs.values())
    if short > more or any(there > wanted for wanted, there in pairs.values()):
        return failed("mismatch", observed=rows, facts=facts)
    if more:
        failure = Failure(reason=Reason.MALFORMED, side=Side.OURS, detail=f"{len(fact.broken)} rows can't be read")
        return could_not_test("undecided", failure, observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts)


def _numbers(declared: Mapping[str, int], found: Mapping[str, int]) -> dict[str, Argument]:
    return {
        "declared": sum(declared.values()),
        "declared_organisations": declared.get("organisation", 0),
        "declared_persons": declared.get("person", 0),
        "counted": sum(found.values()),
        "counted_organisations": found.get("organisation", 0),
        "counted_persons": found.get("person", 0),
    }
