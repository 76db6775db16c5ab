"""`netaudit compare`: runs of several inventories side by side on one profile."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec

from netaudit.cli.errors import Usage
from netaudit.cli.options import language_option
from netaudit.cli.tables import echo_table
from netaudit.judge.provinces import NotJudged, compare_provinces
from netaudit.model.provinces import ProvinceRun
from netaudit.store.runfolder import RunFolderError, read_part, run_file
from netaudit.writers.provinces import ProvinceText, write_provinces

__all__ = ["compare"]


@click.command(
    epilog="""\b
Examples:
  netaudit compare lam-dong da-nang ha-giang --profile vn-ipv6-gov-2021
  netaudit compare runs/* --profile vn-dns-security -o side-by-side.html --lang en
  netaudit compare runs/* --profile vn-base --format json > side-by-side.json
"""
)
@click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--profile", required=True, metavar="ID", help="The criteria; every run must have been judged by them.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write a page here too.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The output."
)
@language_option
def compare(runs: tuple[Path, ...], profile: str, output: Path | None, form: str, language: str) -> int:
    """Put RUNS, run folders or run.json files of several provinces, side by side on one profile.

    Shows of each how many clauses are met of those that measuring decided, and, over all checks of its run, how many
    units pass and how much could be measured at all. Provinces stand in alphabetical order: nothing is ranked, and
    nothing is sent.
    """
    try:
        comparison = compare_provinces(_read(runs), profile)
    except NotJudged as error:
        raise Usage(f"{error}; judge it again: netaudit judge RUN --profile {profile}") from error
    text = ProvinceText(comparison, language)
    if output is not None:
        write_provinces(comparison, output, language)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(comparison), indent=1).decode())
        return 0
    click.echo(text.title())
    echo_table(text.summary())
    click.echo()
    echo_table(text.clauses())
    click.echo()
    for line in text.notes():
        click.echo(line)
    return 0


def _read(runs: Sequence[Path]) -> Iterator[ProvinceRun]:
    """One at a time: a run of 4,000 services is large, and of each only a row is kept. Raises Usage."""
    seen: dict[str, Path] = {}
    for path in runs:
        try:
            run = read_part(run_file(path), ProvinceRun)
        except RunFolderError as error:
            raise Usage(str(error)) from error
        if run.province.id in seen:
            raise Usage(f"{path} and {seen[run.province.id]} are both of {run.province.id}; name one run a province")
        seen[run.province.id] = path
        yield run
