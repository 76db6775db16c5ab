"""`netaudit facts`: the evidence behind a result, as it was observed."""

import difflib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import click

from netaudit.cli.errors import Usage
from netaudit.cli.stored import run_at
from netaudit.inventory.problems import shown
from netaudit.model.book import FactBook
from netaudit.model.run import Result, Run
from netaudit.store.facts import FACTS_FILE, FactsError, read_facts
from netaudit.store.runfolder import RUN_FILE, RunFolder
from netaudit.writers.facts import fact_lines
from netaudit.writers.safe import one_line
from netaudit.writers.summary import fact_kind, fact_summary

__all__ = ["facts"]

_COMPARED = 5_000  # ids looked at for a near miss
_NEAR = 3

_run_argument = click.argument("run", required=False, type=click.Path(path_type=Path), default=Path("out"))


@click.group()
def facts() -> None:
    """Show the evidence that results rest on: DNS messages, web fetches, mail dialogues, certificates."""


@facts.command(
    epilog="""\b
Examples:
  netaudit facts show dns-2b5a1d11b659
  netaudit facts show 3f8a2c1d9e0b7a65 reports/today     the id of a result: every fact behind it
  netaudit facts show zone-lamdong.gov.vn out/facts.jsonl.zst
"""
)
@click.argument("id")
@_run_argument
def show(id: str, run: Path) -> int:
    """Print the fact ID, or every fact behind the result ID, from RUN: a run folder or facts file (default: out)."""
    judged = _judged(run)
    results = {result.id: result for result in judged.results} if judged is not None else {}
    result = results.get(id)
    book = _book(_deciding(result, judged, run))
    fact = book.get(id)
    if fact is not None:
        _print(fact_lines(fact, book.get))
        return 0
    if result is None:
        raise Usage(_unknown(id, [*results, *(fact.id for fact in book.facts)]))
    _print(_behind(result, book))
    return 0


@facts.command("list", epilog="\b\nExamples:\n  netaudit facts list\n  netaudit facts list --kind web reports/today")
@_run_argument
@click.option("--kind", "kinds", multiple=True, metavar="GLOB", help="Only these kinds: dns, zone, name, web, mail, …")
def list_facts(run: Path, kinds: tuple[str, ...]) -> int:
    """List the facts of RUN, a run folder or facts file (default: out): id, kind, what it is about."""
    book = _book(run)
    chosen = [fact for fact in book.facts if not kinds or any(fnmatchcase(fact_kind(fact), glob) for glob in kinds)]
    if not chosen:
        known = ", ".join(sorted({fact_kind(fact) for fact in book.facts}))
        raise Usage(f"no fact of that kind; there are: {known}")
    _print(f"{one_line(fact.id)}  {fact_kind(fact)}  {fact_summary(fact)}" for fact in chosen)
    return 0


def _behind(result: Result, book: FactBook) -> Iterator[str]:
    """The verdict in its own words, its failure if there is one, then its facts."""
    verdict = result.verdict
    outcome = verdict.outcome
    yield one_line(f"{verdict.check} {verdict.target}: {outcome.status}, {outcome.message}")
    for name, value in sorted(outcome.args.items()):
        yield one_line(f"  {name}: {', '.join(value) if isinstance(value, tuple) else value}")
    if outcome.failure is not None:
        failure = outcome.failure
        yield one_line(f"  failure: {failure.reason} (side: {failure.side}) {failure.detail}", 4_000)
    for sighting in outcome.sightings:
        yield one_line(f"  seen from {sighting.vantage}: {sighting.status}, {sighting.message}")
    for id in outcome.facts:
        fact = book.get(id)
        yield ""
        if fact is None:
            yield f"{one_line(id)}  not in this facts file"
        else:
            yield from fact_lines(fact, book.get)
    if not outcome.facts:
        yield "  this result names no fact"


def _book(run: Path) -> FactBook:
    path = run / FACTS_FILE if run.is_dir() else run
    if run.is_dir() and not path.exists() and (vantages := RunFolder(run).vantages):
        raise Usage(f"{run} holds the facts of {len(vantages)} vantages; name one of them, such as {vantages[0].path}")
    if not path.exists():
        raise Usage(f"{path}: no such facts; name a run folder ('netaudit scan' makes one)")
    try:
        return read_facts(path)
    except FactsError as error:
        raise Usage(str(error)) from error


def _deciding(result: Result | None, judged: Run | None, run: Path) -> Path:
    """Where the facts of a result are: of a run from several vantages, those of the first that saw what it says.

    Of a run that measured again only a part, those of the scan that measured its target.
    """
    for part, folder in zip(judged.parts[1:] if judged is not None else (), RunFolder(run).earlier, strict=False):
        if result is not None and result.verdict.target in part.targets:
            return folder.path
    vantages = RunFolder(run).vantages if run.is_dir() else ()
    if result is None or not vantages:
        return run
    outcome = result.verdict.outcome
    seen = zip(vantages, outcome.sightings, strict=False)  # without sightings the first one's facts are as good as any
    return next((folder for folder, sighting in seen if sighting.status is outcome.status), vantages[0]).path


def _judged(run: Path) -> Run | None:
    """The run beside the facts; None when the facts were not judged yet."""
    path = (run if run.is_dir() else run.parent) / RUN_FILE
    return run_at(path) if path.exists() else None


def _unknown(id: str, known: list[str]) -> str:
    """Say that there is no such id, and name those that look alike."""
    begins = [candidate for candidate in known if candidate.startswith(id)]
    near = begins[:_NEAR] or difflib.get_close_matches(id, known[:_COMPARED], n=_NEAR, cutoff=0.6)
    hint = (
        f"did you mean {', '.join(one_line(candidate) for candidate in near)}?" if near else "see netaudit facts list"
    )
    return f"{shown(id)} is no fact and no result here ({hint})"


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
