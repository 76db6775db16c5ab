"""`netaudit judge`: from facts to a run and its report, offline."""

import time
from pathlib import Path
from typing import Any

import click

from netaudit.cli.errors import Usage
from netaudit.cli.options import fail_on, judging_options, language_option
from netaudit.inventory import LoadedInventory
from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.profiles import ProfileError, load_profiles, select_profiles
from netaudit.judge.run import judge as judge_facts
from netaudit.model.profile import Severity
from netaudit.model.run import Run
from netaudit.store.facts import FACTS_FILE, FactsError, read_facts
from netaudit.store.runfolder import RunFolder, RunFolderError
from netaudit.writers.html import write_html
from netaudit.writers.text import closing_line

__all__ = ["judge", "judge_and_write"]


@click.command(
    epilog="\b\nExamples:\n  netaudit judge out\n"
    "  netaudit judge out/facts.jsonl.zst -o again --profile vn-dns-security --lang en"
)
@click.argument("facts", type=click.Path(exists=True, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The run folder (default: where the facts are).")
@judging_options
@language_option
def judge(facts: Path, output: Path | None, **values: Any) -> int:
    """Judge saved facts: the same facts give the same verdicts as the scan did, without the network."""
    path = facts / FACTS_FILE if facts.is_dir() else facts
    folder = RunFolder(path.parent)
    if output is not None:
        try:
            folder = RunFolder.create(output, resume=True)
        except RunFolderError as error:
            raise Usage(str(error)) from error
    return judge_and_write(
        folder,
        facts=path,
        language=values["language"],
        profiles=values["profiles"],
        fail_on=fail_on(values["fail_on"]),
        allow_incomplete=values["allow_incomplete"],
    )


def judge_and_write(
    folder: RunFolder,
    *,
    language: str,
    profiles: tuple[str, ...],
    fail_on: Severity | None,
    allow_incomplete: bool,
    facts: Path | None = None,
    loaded: LoadedInventory | None = None,
) -> int:
    """Judge the facts, write run.json and the report, print what happened, return the exit code. Raises Usage."""
    run = _judge(facts or folder.facts, profiles, fail_on, allow_incomplete)
    folder.write_run(run)
    write_html(run, folder.path, language)
    click.echo(closing_line(run, folder.index, language), err=True)
    return run.exit_code


def _judge(facts: Path, profiles: tuple[str, ...], fail_on: Severity | None, allow_incomplete: bool) -> Run:
    try:
        book = read_facts(facts)
        chosen = select_profiles(load_profiles(), profiles or book.scan.inventory.profiles, book.scan.at)
    except (FactsError, ProfileError) as error:
        raise Usage(str(error)) from error
    return judge_facts(
        book, load_catalogue(), chosen, judged_at=time.time(), fail_on=fail_on, allow_incomplete=allow_incomplete
    )
