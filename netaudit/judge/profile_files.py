"""Profiles as files have them, with lines for what is wrong: those of this program, and an inventory's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from netaudit.inventory.document import Document
from netaudit.judge.documents import ContentError, Problem, read_struct
from netaudit.model.profile import Profile

__all__ = ["ProfileError", "ProfileFile", "kept_profiles", "read_folder", "read_own_profiles"]


class ProfileError(ContentError):
    """Profiles that can't be used, or one that was asked for and does not exist."""


@dataclass(frozen=True)
class ProfileFile:
    """A profile as its file has it: what it inherits is not in it."""

    profile: Profile
    document: Document

    def problem(self, path: str, message: str, hint: str = "") -> Problem:
        """Something to mend at a path such as `$.clauses[3].measure`."""
        return Problem(self.document.file, self.document.line(path), message, hint)


def read_folder(folder: Path) -> tuple[ProfileFile, ...]:
    """Every profile of a folder. Raises ProfileError."""
    return _read(sorted(folder.glob("*.yaml")))


def read_own_profiles(inventory: Path, names: Sequence[str]) -> tuple[ProfileFile, ...]:
    """The files that an inventory names, relative to it. Raises ProfileError with file and line."""
    return _read(inventory.parent / name for name in names)


def kept_profiles(profiles: Iterable[Profile]) -> tuple[ProfileFile, ...]:
    """An inventory's own profiles as facts keep them, where no lines are known any more."""
    return tuple(ProfileFile(p, Document(f"the facts' profile {p.id}", None, {})) for p in profiles)


def _read(paths: Iterable[Path]) -> tuple[ProfileFile, ...]:
    found: list[ProfileFile] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            found.append(ProfileFile(*read_struct(path, Profile)))
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ProfileError(problems)
    return tuple(found)
