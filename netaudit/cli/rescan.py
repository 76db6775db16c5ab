"""What a scan goes on from: the part of an earlier run that it measures again, and the facts that it takes over."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from netaudit.cli.errors import Usage
from netaudit.cli.judge import JudgingOptions, judge_book
from netaudit.engine.plan import Selection
from netaudit.engine.rescan import names_again, selection_again, unfinished_names
from netaudit.judge.history import Past
from netaudit.judge.parts import parts_problem
from netaudit.model.book import FactBook
from netaudit.model.run import Run
from netaudit.store.facts import FACTS_FILE, FactsError, read_facts
from netaudit.store.runfolder import RunFolder

__all__ = ["STALE", "Again", "Alike", "again", "went_stale"]

STALE = 3_600.0
"""Seconds after which an unfinished scan is not added to: signatures made since would be judged as of its beginning."""

_DAY = 86_400.0


@dataclass(frozen=True)
class Again:
    """What to measure, and the facts that stand for the rest, the newest first."""

    selection: Selection
    facts: tuple[Path, ...]


@dataclass(frozen=True)
class Alike:
    """What two scans must have in common for one to stand for parts of the other."""

    inventory_sha256: str
    vantage: str
    families: str


def again(run: Path, judging: JudgingOptions, alike: Alike, expiring_days: float, *, unfinished: bool = False) -> Again:
    """What of an earlier run must be measured again; with `unfinished` only what it did not come to. Raises Usage."""
    folder = RunFolder(run if run.is_dir() else run.parent)
    paths = [run / FACTS_FILE if run.is_dir() else run, *(part.facts for part in folder.earlier)]
    if run.is_dir() and folder.vantages:
        raise Usage(f"--rescan: {run} is a merged run; rescan each vantage's own")
    try:
        books = [read_facts(path) for path in paths]
    except FactsError as error:
        raise Usage(f"--rescan: {error}") from error
    problem = parts_problem(books) or _unlike(books[0], alike)
    if problem:
        raise Usage(f"--rescan: {problem}")
    now = time.time()
    earlier, aged = (_judged(books, judging, moment) for moment in (None, now))
    if unfinished:
        names = unfinished_names(earlier, books)
    else:
        ends_before = now + expiring_days * _DAY
        names = names_again(earlier, aged, books, fail_on=judging.fail_on, ends_before=ends_before)
    used = {part.run for part in earlier.parts if part.targets} | {books[0].scan.id}
    facts = tuple(path for path, book in zip(paths, books, strict=True) if book.scan.id in used)
    return Again(selection_again(books[0], names), facts)


def went_stale(facts: Path) -> bool:
    """Whether an unfinished scan began so long ago that what is measured now must be judged as of now. Raises Usage."""
    try:
        return time.time() - read_facts(facts).scan.at > STALE
    except FactsError as error:
        raise Usage(f"can't resume: {error}") from error


def _unlike(book: FactBook, alike: Alike) -> str:
    scan = book.scan
    if scan.inventory_sha256 != alike.inventory_sha256:
        return "the inventory has changed since; start a new scan"
    if scan.vantage != alike.vantage:
        return f"it was made from another vantage: {scan.vantage or '(none)'}"
    if scan.arguments.get("families", "") != alike.families:
        return f"it used other address families: {scan.arguments.get('families', '')}"
    return "it is a scan of what is proposed" if scan.arguments.get("proposed") else ""


def _judged(books: Sequence[FactBook], judging: JudgingOptions, as_of: float | None) -> Run:
    options = replace(judging, past=Past(), history=None)
    profiles = judging.profiles or books[0].scan.inventory.profiles
    return judge_book(books[0], options, profiles, earlier=books[1:], as_of=as_of)
