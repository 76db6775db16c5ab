"""What the judges of mail domains share: rows, and the texts of policy records."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import MailEvidence
from netaudit.model.facts import Lookup, MailFact
from netaudit.model.verdict import Observation, Outcome, could_not_test

_NOT_LOOKED_UP = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the record was not looked up")
_SHOWN = 200  # characters of a record


def untested_record(lookup: Lookup | None) -> Outcome | None:
    """Why a policy record is unknown: message `not_tested`; None when it was looked up."""
    failure = _NOT_LOOKED_UP if lookup is None else lookup.failure
    if failure is None:
        return None
    return could_not_test("not_tested", failure, facts=lookup.facts if lookup else ())


def record_rows(name: str, texts: tuple[str, ...], ok: bool | None) -> tuple[Observation, ...]:
    """The records found at a name."""
    found = tuple(Observation(where=name, saw=f"TXT {text[:_SHOWN]}", ok=ok) for text in texts[:8])
    return found or (Observation(where=name, saw="no such record", ok=ok),)


def server(fact: MailFact) -> str:
    """An exchanger's address as sentences name it."""
    return f"{fact.exchanger} ({fact.address})"


def row(fact: MailFact, saw: str, ok: bool | None = None) -> Observation:
    """A row about one address of an exchanger."""
    return Observation(where=fact.exchanger, saw=saw, address=fact.address, family=fact.family, ok=ok)


def mx_facts(evidence: MailEvidence) -> tuple[str, ...]:
    """The ids of the facts that name the exchangers."""
    return evidence.mx.facts if evidence.mx is not None else ()
