"""`netaudit checks`: the catalogue of checks, shown, tested and written as a reference."""

from collections.abc import Iterable
from pathlib import Path

import click

from netaudit.cli.errors import USAGE, Usage
from netaudit.cli.options import language_option
from netaudit.cli.profiles import loaded_profiles
from netaudit.cli.tables import echo_parts, echo_table
from netaudit.inventory.problems import did_you_mean, shown
from netaudit.judge.catalogue import Catalogue, load_catalogue
from netaudit.judge.documents import ContentError, Problem
from netaudit.judge.lint import lint_catalogue
from netaudit.judge.profiles import load_profiles
from netaudit.writers.reference import GENERATED, INDEX, check_parts, checks_table, reference_pages, uses_of
from netaudit.writers.wording import Wording

__all__ = ["checks"]


@click.group()
def checks() -> None:
    """List the checks, explain one, test their files, write their reference."""


@checks.command(
    "list", epilog="\b\nExamples:\n  netaudit checks list\n  netaudit checks list --family dnssec --lang en"
)
@click.option("--family", metavar="NAME", help="Only checks of this family, such as dnssec or ipv6.")
@language_option
def list_checks(family: str | None, language: str) -> None:
    """List the checks: id, what they look at, the worst severity a profile gives, what holds when they pass."""
    infos = _catalogue().infos.values()
    families = sorted({info.family for info in infos})
    if family is not None and family not in families:
        hint = did_you_mean(family, families) or f"there are: {', '.join(families)}"
        raise Usage(f"there is no family {shown(family)}; {hint}")
    chosen = [info for info in infos if family is None or info.family == family]
    echo_table(checks_table(chosen, [*loaded_profiles().values()], Wording(language)))


@checks.command(
    epilog="\b\nExamples:\n  netaudit checks show dnssec.chain_valid\n  netaudit checks show dns.tcp --lang en"
)
@click.argument("id")
@language_option
def show(id: str, language: str) -> None:
    """Explain check ID: why it matters, how to mend it, what it can say, which clauses of which profiles ask for it."""
    catalogue = _catalogue()
    found = catalogue.resolve(id)
    if found is None:
        raise Usage(f"there is no check {shown(id)}; {_hint(id, catalogue.checks)}")
    info = catalogue.infos[found]
    click.echo(f"{click.style(info.id, bold=True)}  {info.title.in_language(language)}")
    echo_parts(check_parts(info, uses_of(found, loaded_profiles().values()), Wording(language)))


@checks.command(epilog="\b\nExamples:\n  netaudit checks lint\n  netaudit checks lint ~/netaudit/checks")
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
def lint(folder: Path | None) -> int:
    """Test every file of checks and profiles in FOLDER; each problem with file and line.

    FOLDER is the one that belongs to this program when none is named. Exit code 2 when there is a problem.
    """
    problems, summary = _lint(folder)
    for problem in problems:
        click.echo(_near(problem), err=True)
    if problems:
        return USAGE
    click.echo(summary)
    return 0


@checks.command(epilog="\b\nExamples:\n  netaudit checks docs --output docs/checks")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder to write to."
)
def docs(output: Path) -> None:
    """Write the reference: an index and a page a check, as Markdown, in both languages.

    Pages of checks that are no longer there are removed, if this command wrote them.
    """
    pages = reference_pages(_catalogue().infos, [*loaded_profiles().values()])
    output.mkdir(parents=True, exist_ok=True)
    for stale in output.glob("*.md"):
        if stale.name not in pages and stale.read_text(encoding="utf-8").startswith(GENERATED):
            stale.unlink()
    for name, text in pages.items():
        (output / name).write_text(text, encoding="utf-8", newline="\n")
    click.echo(f"{output / INDEX}: written, with {len(pages) - 1} pages", err=True)


def _catalogue() -> Catalogue:
    try:
        return load_catalogue()
    except ContentError as error:
        raise Usage(str(error)) from error


def _hint(id: str, known: Iterable[str]) -> str:
    return did_you_mean(id, known) or "'netaudit checks list' names them all"


def _lint(folder: Path | None) -> tuple[tuple[Problem, ...], str]:
    """Every problem found, and what to say when there is none."""
    try:
        catalogue = load_catalogue(folder)
    except ContentError as error:
        return error.problems, ""
    problems = tuple(lint_catalogue(catalogue))
    try:
        found = load_profiles(folder and folder / "profiles", catalogue)
    except ContentError as error:
        return (*problems, *error.problems), ""
    clauses = sum(len(profile.clauses) for profile in found.values())
    return (
        problems,
        f"{len(catalogue.checks)} checks and {len(found)} profiles with {clauses} clauses: no problem found",
    )


def _near(problem: Problem) -> str:
    """The problem, its file named from here when it lies below."""
    here = f"{Path.cwd()}/"
    return str(problem).removeprefix(here)
