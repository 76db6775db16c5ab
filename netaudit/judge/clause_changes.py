"""What a profile changes in clauses that it inherits."""

from collections.abc import Iterator, Mapping

import msgspec

from netaudit.inventory.problems import did_you_mean
from netaudit.judge.profile_files import ProfileFile
from netaudit.model.profile import Basis, Clause, ClauseChange, Confidence, Measure, Profile

__all__ = ["change_problems", "changed_clauses"]


def changed_clauses(inherited: Mapping[str, Clause], profile: Profile) -> dict[str, Clause]:
    """The inherited clauses, by id, as the profile has them: without some, and some changed."""
    changes = {change.clause: change for change in profile.changes}
    return {
        id: _changed(clause, changes[id]) if id in changes else clause
        for id, clause in inherited.items()
        if id not in profile.without
    }


def change_problems(file: ProfileFile, inherited: Mapping[str, Clause]) -> Iterator[tuple[str, str, str]]:
    """What keeps changes from being made: path, message, hint."""
    profile = file.profile
    seen: set[str] = set()
    for index, change in enumerate(profile.changes):
        path = f"$.changes[{index}]"
        if change.clause in seen:
            yield f"{path}.clause", f'the clause "{change.clause}" is changed twice', ""
        seen.add(change.clause)
        if change.clause not in inherited:
            yield f"{path}.clause", *_not_inherited(change.clause, inherited)
        else:
            for where, message, hint in _problems(change, inherited[change.clause].measure):
                yield f"{path}{where}", message, hint
        if change.clause in profile.without:
            yield f"{path}.clause", f'the clause "{change.clause}" is changed and left out', "do one of them"
    for index, id in enumerate(profile.without):
        if id not in inherited:
            yield f"$.without[{index}]", *_not_inherited(id, inherited)


def _problems(change: ClauseChange, measure: Measure) -> Iterator[tuple[str, str, str]]:
    if change.demands and not change.source:
        hint = "name the decision in source; a severity alone needs none"
        yield "", "a change of what is demanded, or by when, needs its source", hint
    if change.demands and change.basis is Basis.LEGAL:
        yield ".basis", "what is changed here is not the words of a law", "policy, or leave it out"
    if measure.kind == "attest":
        for name in ("ratio", "accept", "parameters"):
            if getattr(change, name):
                yield f".{name}", f"an attested clause has no {name}", "a count is compared with the attestation's"
    if change.ratio is not None and change.count is not None:
        yield ".count", "either a ratio or a count is wanted, not both", ""


def _not_inherited(id: str, inherited: Mapping[str, Clause]) -> tuple[str, str]:
    return f'no clause "{id}" is inherited', did_you_mean(id, inherited)


def _changed(clause: Clause, change: ClauseChange) -> Clause:
    measure = clause.measure
    return msgspec.structs.replace(
        clause,
        text=change.text or clause.text,
        severity=change.severity or clause.severity,
        measure=msgspec.structs.replace(
            measure,
            ratio=change.ratio if change.ratio is not None or change.count is not None else measure.ratio,
            count=change.count if change.ratio is not None or change.count is not None else measure.count,
            accept=change.accept if change.accept is not None else measure.accept,
            parameters={**measure.parameters, **change.parameters},
        ),
        basis=change.basis or (Basis.POLICY if change.demands else clause.basis),
        source=change.source or clause.source,
        confidence=change.confidence or (Confidence.UNVERIFIED if change.demands else clause.confidence),
        deadline=change.deadline or clause.deadline,
        deadline_confidence=None if change.deadline is not None else clause.deadline_confidence,
        not_before=change.not_before or clause.not_before,
        note=change.note or clause.note,
    )
