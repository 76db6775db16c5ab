"""`netaudit profiles`: the plans that results are judged by."""

from pathlib import Path

import click

from netaudit.cli.errors import Usage
from netaudit.cli.options import language_option
from netaudit.cli.own_profiles import known_profiles
from netaudit.cli.tables import echo_parts, echo_table
from netaudit.inventory import InventoryError, load
from netaudit.inventory.problems import did_you_mean, shown
from netaudit.judge.documents import ContentError
from netaudit.judge.profiles import load_profiles
from netaudit.model.profile import Profile
from netaudit.writers.reference import profile_parts, profiles_table
from netaudit.writers.wording import Wording

__all__ = ["loaded_profiles", "profiles"]


@click.group()
def profiles() -> None:
    """List the plans that results are judged by, and show their clauses."""


_own_option = click.option(
    "-i",
    "--inventory",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With the profiles that this inventory brings (profile_files).",
)


@profiles.command(
    "list",
    epilog="\b\nExamples:\n  netaudit profiles list\n  netaudit profiles list --inventory inventory.yaml --lang en",
)
@_own_option
@language_option
def list_profiles(inventory: Path | None, language: str) -> None:
    """List the profiles: id, version, when they are in effect, how many clauses they have."""
    echo_table(profiles_table(_known(inventory).values(), Wording(language)))


@profiles.command(
    epilog="\b\nExamples:\n  netaudit profiles show vn-dns-security\n"
    "  netaudit profiles show vn-base --lang en | less\n  netaudit profiles show my-province --inventory inventory.yaml"
)
@click.argument("id")
@_own_option
@language_option
def show(id: str, inventory: Path | None, language: str) -> None:
    """Show the clauses of profile ID: what each demands, by when, on what basis, and which checks measure it."""
    known = _known(inventory)
    if id not in known:
        hint = did_you_mean(id, known) or f"there are: {', '.join(known)}"
        raise Usage(f"there is no profile {shown(id)}; {hint}")
    click.echo(click.style(id, bold=True))
    echo_parts(profile_parts(known[id], Wording(language)))


def _known(inventory: Path | None) -> dict[str, Profile]:
    if inventory is None:
        return loaded_profiles()
    try:
        return known_profiles(load(inventory))
    except InventoryError as error:
        raise Usage(str(error)) from error


def loaded_profiles() -> dict[str, Profile]:
    """Every profile by id. Raises Usage when they, or the checks they name, can't be loaded."""
    try:
        return load_profiles()
    except ContentError as error:
        raise Usage(str(error)) from error
