"""`netaudit profiles`: the plans that results are judged by."""

import click

from netaudit.cli.errors import Usage
from netaudit.cli.options import language_option
from netaudit.cli.tables import echo_parts, echo_table
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


@profiles.command("list", epilog="\b\nExamples:\n  netaudit profiles list\n  netaudit profiles list --lang en")
@language_option
def list_profiles(language: str) -> None:
    """List the profiles: id, version, when they are in effect, how many clauses they have."""
    echo_table(profiles_table(loaded_profiles().values(), Wording(language)))


@profiles.command(
    epilog="\b\nExamples:\n  netaudit profiles show vn-dns-security\n  netaudit profiles show vn-base --lang en | less"
)
@click.argument("id")
@language_option
def show(id: str, language: str) -> None:
    """Show the clauses of profile ID: what each demands, by when, on what basis, and which checks measure it."""
    known = loaded_profiles()
    if id not in known:
        hint = did_you_mean(id, known) or f"there are: {', '.join(known)}"
        raise Usage(f"there is no profile {shown(id)}; {hint}")
    click.echo(click.style(id, bold=True))
    echo_parts(profile_parts(known[id], Wording(language)))


def loaded_profiles() -> dict[str, Profile]:
    """Every profile by id. Raises Usage when they, or the checks they name, can't be loaded."""
    try:
        return load_profiles()
    except ContentError as error:
        raise Usage(str(error)) from error
