"""The profiles that an inventory may be judged by: this program's, and its own."""

from collections.abc import Sequence

from netaudit.cli.errors import Usage
from netaudit.inventory import LoadedInventory
from netaudit.inventory.problems import did_you_mean, shown
from netaudit.judge.documents import ContentError, Problem
from netaudit.judge.profile_files import read_own_profiles
from netaudit.judge.profiles import load_profiles, select_profiles
from netaudit.model.profile import Profile

__all__ = ["known_profiles", "own_profiles", "require_profiles"]


def own_profiles(loaded: LoadedInventory) -> tuple[Profile, ...]:
    """The inventory's own profiles, as its files have them. Raises Usage."""
    try:
        return tuple(file.profile for file in read_own_profiles(loaded.path, loaded.inventory.profile_files))
    except ContentError as error:
        raise Usage(str(error)) from error


def known_profiles(loaded: LoadedInventory) -> dict[str, Profile]:
    """Every profile by id, with what it inherits. Raises Usage with file and line."""
    try:
        return load_profiles(own=read_own_profiles(loaded.path, loaded.inventory.profile_files))
    except ContentError as error:
        raise Usage(str(error)) from error


def require_profiles(loaded: LoadedInventory, wanted: Sequence[str] = ()) -> None:
    """Make sure of the profiles that the inventory brings and names, and of those in `wanted`. Raises Usage."""
    named = loaded.inventory.profiles
    if not (named or wanted or loaded.inventory.profile_files):
        return
    known = known_profiles(loaded)
    unknown = [
        Problem(str(loaded.path), loaded.lines[f"profile:{id}"], f"no profile {shown(id)}", did_you_mean(id, known))
        for id in named
        if id not in known
    ]
    try:
        if unknown:
            raise ContentError(unknown)
        select_profiles(known, wanted, 0)
    except ContentError as error:
        raise Usage(str(error)) from error
