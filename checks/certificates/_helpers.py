"""What the judges of registers share: the file as read, and rows that name lines, never holders."""

from collections.abc import Iterable

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import RegisterEvidence
from netaudit.model.facts import CertificateRow, RegisterFact
from netaudit.model.verdict import Observation, Outcome, could_not_test
from netaudit.rules.registers import day, ends

_NOT_READ = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the register was not read")
_SHOWN = 100  # rows of the evidence table


def filed(evidence: RegisterEvidence, outcome: Outcome) -> Outcome:
    """The outcome with the file's name, which re-checking needs."""
    return outcome.with_args({"file": evidence.register.file})


def content(evidence: RegisterEvidence) -> RegisterFact | Outcome:
    """The register as its file has it, or `not_tested`."""
    fact = evidence.fact
    failure = fact.failure if fact is not None else _NOT_READ
    if fact is not None and failure is None:
        return fact
    failure = failure or _NOT_READ
    return could_not_test("not_tested", failure, facts=(fact.id,) if fact else ())


def partly_read(fact: RegisterFact) -> Outcome | None:
    """Why nothing can be said of all certificates: message `partly_read` with `broken`; None when all were read."""
    if not fact.broken:
        return None
    failure = Failure(reason=Reason.MALFORMED, side=Side.OURS, detail=f"{len(fact.broken)} rows can't be read")
    return could_not_test(
        "partly_read", failure, observed=broken_rows(fact), facts=(fact.id,), broken=len(fact.broken),
        total=len(fact.rows),
    )  # fmt: skip


def broken_rows(fact: RegisterFact) -> tuple[Observation, ...]:
    """The rows that could not be read."""
    problems = list(fact.broken.items())[:_SHOWN]
    return tuple(Observation(where=f"{fact.source}:{line}", saw=problem, ok=False) for line, problem in problems)


def unused_files(fact: RegisterFact) -> tuple[Observation, ...]:
    """The lists and roots that could not be used."""
    return tuple(Observation(where=name, saw=problem, ok=None) for name, problem in fact.unused.items())


def rows(fact: RegisterFact, found: Iterable[CertificateRow], ok: bool | None = False) -> tuple[Observation, ...]:
    """Rows of the evidence table: line, kind of holder, pseudonym and last day."""
    return tuple(
        Observation(
            where=f"{fact.source}:{entry.line}", ok=ok,
            saw=f"{entry.holder} {entry.pseudonym}, until {day(ends(entry) - 1)}",
        )
        for entry in list(found)[:_SHOWN]
    )  # fmt: skip


def lines(found: Iterable[CertificateRow]) -> tuple[str, ...]:
    """The line numbers of the first rows, for sentences; the count stands beside them."""
    return tuple(str(entry.line) for entry in list(found)[:20])
