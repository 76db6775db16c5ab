"""Profiles: plans as data, read from `checks/profiles/`, with what they inherit, and chosen for a judging."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from netaudit.content import content_path
from netaudit.inventory.problems import did_you_mean
from netaudit.judge.catalogue import Catalogue, load_catalogue
from netaudit.judge.clause_changes import change_problems, changed_clauses
from netaudit.judge.documents import Problem
from netaudit.judge.profile_files import ProfileError, ProfileFile, read_folder
from netaudit.model.profile import Clause, Measure, Profile
from netaudit.rules.calendar import day_of

__all__ = ["ProfileError", "load_profiles", "select_profiles"]


def load_profiles(
    folder: Path | None = None, catalogue: Catalogue | None = None, own: Iterable[ProfileFile] = ()
) -> dict[str, Profile]:
    """Read every profile of a folder, by id; without one, those that belong to this program. `own`: an inventory's.

    Inherited clauses come first, with what the profile changes in them; a clause of the profile itself replaces an
    inherited one with its id. Aliases of checks are replaced by the checks' ids. Raises ProfileError with file and
    line, and CatalogueError when the checks can't be loaded.
    """
    catalogue = catalogue or load_catalogue()
    files = _by_id([*read_folder(folder or content_path("checks") / "profiles"), *own])
    problems = [problem for file in files.values() for problem in _problems(file, files, catalogue)]
    problems += _shared_ids(files)
    if not problems:
        problems = [problem for file in files.values() for problem in _inherited_problems(file, files, catalogue)]
    if problems:
        raise ProfileError(problems)
    return {id: _whole(file, files, catalogue) for id, file in files.items()}


def select_profiles(profiles: Mapping[str, Profile], wanted: Sequence[str], at: float) -> tuple[Profile, ...]:
    """The profiles of the ids in `wanted`, in that order; without any, those in force at `at`. Raises ProfileError."""
    unknown = [
        Problem(
            "profile", 0, f'"{id}" is not known; there are: {", ".join(profiles) or "none"}', did_you_mean(id, profiles)
        )
        for id in wanted
        if id not in profiles
    ]
    if unknown:
        raise ProfileError(unknown)
    if wanted:
        return tuple(profiles[id] for id in dict.fromkeys(wanted))
    day = day_of(at)
    usual = (profile for profile in profiles.values() if not profile.only_by_name)
    return tuple(p for p in usual if p.effective <= day and (p.ended is None or day <= p.ended))


def _by_id(found: Iterable[ProfileFile]) -> dict[str, ProfileFile]:
    files: dict[str, ProfileFile] = {}
    problems: list[Problem] = []
    for file in found:
        known = files.setdefault(file.profile.id, file)
        if known is not file:
            message = f'the profile "{file.profile.id}" is already in {known.document.file}'
            problems.append(file.problem("$.id", message))
    if problems:
        raise ProfileError(problems)
    return files


def _problems(file: ProfileFile, files: Mapping[str, ProfileFile], catalogue: Catalogue) -> Iterator[Problem]:
    profile = file.profile
    for index, parent in enumerate(profile.inherits):
        if parent not in files:
            yield file.problem(f"$.inherits[{index}]", f'unknown profile "{parent}"', did_you_mean(parent, files))
        elif profile.id in _ancestors(files[parent], files):
            yield file.problem(f"$.inherits[{index}]", f'"{parent}" inherits from this profile: a circle')
    if profile.ended is not None and profile.ended < profile.effective:
        yield file.problem("$.ended", "the profile ends before it is in force")
    yield from _damping_problems(file)
    seen: set[str] = set()
    for index, clause in enumerate(profile.clauses):
        path = f"$.clauses[{index}]"
        if clause.id in seen:
            yield file.problem(f"{path}.id", f'the clause id "{clause.id}" is already taken in this profile')
        seen.add(clause.id)
        for where, message, hint in _measure_problems(clause.measure, catalogue):
            yield file.problem(f"{path}.measure{where}", message, hint)


def _damping_problems(file: ProfileFile) -> Iterator[Problem]:
    damping = file.profile.damping
    if damping is not None and damping.flap_changes >= damping.flap_window:
        yield file.problem("$.damping.flap_changes", "so many changes never fit into flap_window runs")
    if damping is not None and damping.confirm_runs > damping.confirm_window:
        yield file.problem("$.damping.confirm_runs", "so many runs never fit into confirm_window")


def _inherited_problems(file: ProfileFile, files: Mapping[str, ProfileFile], catalogue: Catalogue) -> Iterator[Problem]:
    """What is wrong with what becomes of inherited clauses, once all that they are inherited from is right."""
    inherited = _inherited(file, files, catalogue)
    found = list(change_problems(file, inherited))
    yield from (file.problem(*problem) for problem in found)
    whole = changed_clauses(inherited, file.profile)
    for index, change in enumerate(file.profile.changes if not found else ()):
        for where, message, hint in _measure_problems(whole[change.clause].measure, catalogue):
            yield file.problem(f"$.changes[{index}]{where}", message, hint)
    if not whole and not file.profile.clauses:
        yield file.problem("$", "the profile has no clauses", "give it clauses, or name under inherits whose it has")


def _measure_problems(measure: Measure, catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    if measure.kind == "attest":
        if not measure.field:
            yield "", "an attested clause needs the field of the attestation", ""
        return
    if not measure.checks or not measure.kinds:
        yield "", "a measured clause needs checks and kinds", ""
    if measure.ratio is not None and measure.count is not None:
        yield ".count", "either a ratio or a count is wanted, not both", ""
    if not measure.accept:
        yield ".accept", "nothing would be accepted", ""
    unknown = [check for check in measure.checks if catalogue.resolve(check) is None]
    for index, check in enumerate(measure.checks):
        if check in unknown:
            yield f".checks[{index}]", f'unknown check "{check}"', did_you_mean(check, catalogue.checks)
    parameters = {name for check in _resolved(measure, catalogue) for name in catalogue.checks[check].info.parameters}
    for name in measure.parameters:
        if name not in parameters and not unknown:
            yield f".parameters.{name}", f'none of the checks has a parameter "{name}"', did_you_mean(name, parameters)


def _shared_ids(files: Mapping[str, ProfileFile]) -> Iterator[Problem]:
    """A clause's id names it among all profiles; only a profile that inherits it may replace it."""
    owner: dict[str, ProfileFile] = {}
    for file in files.values():
        for index, clause in enumerate(file.profile.clauses):
            first = owner.setdefault(clause.id, file)
            related = first.profile.id in _ancestors(file, files) or file.profile.id in _ancestors(first, files)
            if first is not file and not related:
                message = f'the clause id "{clause.id}" is already taken in {first.document.file}'
                yield file.problem(f"$.clauses[{index}].id", message)


def _ancestors(file: ProfileFile, files: Mapping[str, ProfileFile]) -> dict[str, None]:
    """The ids of all profiles that one inherits from, itself included, however they refer to one another."""
    found: dict[str, None] = {}
    waiting = [file.profile.id]
    while waiting:
        id = waiting.pop()
        if id not in found and id in files:
            found[id] = None
            waiting += files[id].profile.inherits
    return found


def _whole(file: ProfileFile, files: Mapping[str, ProfileFile], catalogue: Catalogue) -> Profile:
    clauses = changed_clauses(_inherited(file, files, catalogue), file.profile)
    parents = (_whole(files[parent], files, catalogue) for parent in file.profile.inherits)
    damping = file.profile.damping or next((parent.damping for parent in parents if parent.damping is not None), None)
    clauses |= {clause.id: _with_check_ids(clause, catalogue) for clause in file.profile.clauses}
    return msgspec.structs.replace(file.profile, clauses=tuple(clauses.values()), damping=damping)


def _inherited(file: ProfileFile, files: Mapping[str, ProfileFile], catalogue: Catalogue) -> dict[str, Clause]:
    """The clauses of its parents, by id; of one that several have, the last parent's."""
    parents = (_whole(files[parent], files, catalogue) for parent in file.profile.inherits)
    return {clause.id: clause for parent in parents for clause in parent.clauses}


def _with_check_ids(clause: Clause, catalogue: Catalogue) -> Clause:
    measure = msgspec.structs.replace(clause.measure, checks=_resolved(clause.measure, catalogue))
    return msgspec.structs.replace(clause, measure=measure)


def _resolved(measure: Measure, catalogue: Catalogue) -> tuple[str, ...]:
    found = (catalogue.resolve(check) for check in measure.checks)
    return tuple(dict.fromkeys(id for id in found if id is not None))
