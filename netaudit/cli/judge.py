"""`netaudit judge`: from facts to a run and its report, offline."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from netaudit.cli.errors import INTERNAL, Usage
from netaudit.cli.options import fail_on, formats_option, judging_options, language_option, quorum_option
from netaudit.cli.printed import echo_forms
from netaudit.cli.stored import history_of, history_option
from netaudit.engine.plan import target_kinds_of
from netaudit.inventory.problems import did_you_mean, shown
from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.compare import compare
from netaudit.judge.history import Past, past_of
from netaudit.judge.parts import parts_problem
from netaudit.judge.profile_files import ProfileError, kept_profiles
from netaudit.judge.profiles import load_profiles, select_profiles
from netaudit.judge.run import judge as judge_facts
from netaudit.judge.trends import course_of, with_trend
from netaudit.judge.vantages import vantages_problem
from netaudit.model.book import FactBook
from netaudit.model.facts import ScanFact
from netaudit.model.profile import Profile, Severity
from netaudit.model.run import Run, TrendPoint
from netaudit.model.verdict import TargetKind
from netaudit.store.facts import FACTS_FILE, FactsError, iterate_facts, read_facts
from netaudit.store.runfolder import RUN_FILE, RunFolder, RunFolderError, read_run
from netaudit.writers.forms import write_forms
from netaudit.writers.html import write_html
from netaudit.writers.text import closing_line

if TYPE_CHECKING:  # only who has a history pays for what it imports
    from netaudit.store.history import History

__all__ = [
    "JudgingOptions", "judge", "judge_and_write", "judge_book", "judged", "judged_together", "read_judging_options",
    "target_kinds",
    "tell",
]  # fmt: skip


@click.command(
    epilog="\b\nExamples:\n  netaudit judge out\n"
    "  netaudit judge out/facts.jsonl.zst -o again --profile vn-dns-security --lang en"
)
@click.argument("facts", type=click.Path(exists=True, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The run folder (default: where the facts are).")
@formats_option
@judging_options
@history_option
@quorum_option
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
    judging = replace(read_judging_options(values, own=True), history=history_of(values))
    source = RunFolder(path.parent)
    if facts.is_dir() and source.vantages:
        run = judged_together([vantage.facts for vantage in source.vantages], judging, values["quorum"])
    else:
        run = _compared(judged(path, judging), source.live, judging)
    return tell(run, folder, values["language"], values["formats"], judging.history)


@dataclass(frozen=True)
class JudgingOptions:
    """How verdicts become results and an exit code.

    `checks` None: all of them; `past`: the facts of earlier scans; `courses`: their numbers, by province; `history`:
    where the run finds earlier ones, and is added.
    """

    profiles: tuple[str, ...] = ()
    checks: frozenset[str] | None = None
    fail_on: Severity | None = Severity.HIGH
    allow_incomplete: bool = False
    past: Past = field(default_factory=Past)
    past_parts: tuple[FactBook, ...] = ()  # what the newest of them took over from earlier ones
    courses: Mapping[str, Sequence[TrendPoint]] = field(default_factory=dict)
    history: "History | None" = None


def read_judging_options(values: Mapping[str, Any], *, own: bool = False) -> JudgingOptions:
    """Take the judging options out of a command's values, before anything is sent. Raises Usage.

    `own`: the inventory or the facts that are read next may bring profiles of their own, and are asked for them.
    """
    try:
        if not own:
            select_profiles(load_profiles(), values["profiles"], time.time())
    except ProfileError as error:
        raise Usage(str(error)) from error
    return JudgingOptions(
        profiles=values["profiles"],
        checks=_chosen_checks(values["checks"], values["skipped"]),
        fail_on=fail_on(values["fail_on"]),
        allow_incomplete=values["allow_incomplete"],
        past=(past := _past(values["previous"])),
        past_parts=_parts_of(past, values["previous"]),
        courses=_courses(values["previous"]),
    )


def _past(runs: Sequence[Path]) -> Past:
    """What earlier runs leave, read before a new one may take their place; one at a time. Raises Usage."""
    try:
        return past_of(_books([run for run in runs if not _numbers_alone(run)]))
    except FactsError as error:
        raise Usage(f"--previous: {error}") from error


def _parts_of(past: Past, runs: Sequence[Path]) -> tuple[FactBook, ...]:
    """The facts that the newest of earlier runs took over from still earlier ones. Raises Usage."""
    newest = past.newest
    for run in runs if newest is not None else ():
        earlier = _taken_over(run / FACTS_FILE if run.is_dir() else run)
        if earlier and newest is not None and _scan_of(run) == newest.scan.id:
            return tuple(_books(earlier))
    return ()


def _taken_over(facts: Path) -> list[Path]:
    """The facts beside those of a partial scan that stand for what it did not measure, the newest first."""
    return [part.facts for part in RunFolder(facts.parent).earlier] if facts.name == FACTS_FILE else []


def _scan_of(run: Path) -> str:
    first = next(iterate_facts(run / FACTS_FILE if run.is_dir() else run), None)
    return first.id if isinstance(first, ScanFact) else ""


def _numbers_alone(run: Path) -> bool:
    """Whether somebody kept a run's numbers without its facts: enough for its course, and for nothing else."""
    return (run / RUN_FILE).is_file() and not (run / FACTS_FILE).exists()


def _courses(runs: Sequence[Path]) -> Mapping[str, Sequence[TrendPoint]]:
    """The numbers of earlier runs, of those that are folders with a run.json. Raises Usage."""
    courses: dict[str, list[TrendPoint]] = {}
    for path in (run / RUN_FILE for run in runs if run.is_dir()):
        if path.exists():
            try:
                run = read_run(path)
            except RunFolderError as error:
                raise Usage(f"--previous: {error}") from error
            courses.setdefault(run.province.id, []).extend(course_of(run))
    return courses


def _books(runs: Sequence[Path]) -> Iterator[FactBook]:
    for run in runs:
        yield read_facts(run / FACTS_FILE if run.is_dir() else run)


def target_kinds(options: JudgingOptions) -> frozenset[TargetKind] | None:
    """The kinds of targets that the chosen checks look at; None for all."""
    if options.checks is None:
        return None
    return target_kinds_of({id: info.target for id, info in load_catalogue().infos.items()}, options.checks)


def judge_and_write(
    folder: RunFolder,
    options: JudgingOptions,
    language: str,
    formats: Sequence[str] = ("html",),
) -> int:
    """Judge the facts, write run.json and the report, print what happened, return the exit code. Raises Usage.

    `formats` are those of `formats_option`; run.json is written whether named or not, for it is the run.
    """
    return tell(judged(folder.facts, options), folder, language, formats, options.history)


def tell(run: Run, folder: RunFolder, language: str, formats: Sequence[str], history: "History | None" = None) -> int:
    """Write a judged run and its report, print what happened, return the exit code. The run goes to the history."""
    if history is not None:
        from netaudit.cli.remembering import kept

        with kept(run, history) as remembered:
            code = tell(remembered.run, folder, language, formats)
        return code if remembered.kept else INTERNAL
    folder.write_run(run)
    written = write_forms(run, folder.path, language, formats)
    if "html" in formats:
        written = write_html(run, folder.path, language)[-1:]
    echo_forms(run, language, formats)
    click.echo(closing_line(run, written[0] if written else None, language), err=True)
    return run.exit_code


def judge_book(
    book: FactBook,
    options: JudgingOptions,
    profiles: Sequence[str],
    others: Sequence[FactBook] = (),
    quorum: int | None = None,
    earlier: Sequence[FactBook] = (),
    as_of: float | None = None,
) -> Run:
    """Judge facts by `profiles`; without any, by those in force. `others`: of other vantages. Raises Usage.

    `earlier`: of scans that stand for what this one did not measure; `as_of`: another moment than the scans' own.

    Beside earlier runs, the newest of them is judged by the same profiles, and the run says what differs. One that is
    not earlier is refused: it shows nothing of what happened since.
    """
    newest = options.past.newest
    if newest is not None and newest.scan.at >= book.scan.at:
        raise Usage("--previous: that run is not earlier than the facts that are judged")
    try:
        known = load_profiles(own=kept_profiles(book.scan.profiles))
        chosen = select_profiles(known, profiles, book.scan.at)
    except ProfileError as error:
        raise Usage(str(error)) from error
    run = _judged(book, options, chosen, past=options.past, others=others, quorum=quorum, earlier=earlier, as_of=as_of)
    if run.proposed:
        return run
    run = with_trend(run, options.courses.get(run.province.id, ()))
    if newest is None:
        return run
    comparison = compare(_judged(newest, options, chosen, earlier=options.past_parts), run)
    return msgspec.structs.replace(run, comparison=msgspec.structs.replace(comparison, since=newest.scan.at))


def _judged(book: FactBook, options: JudgingOptions, profiles: Sequence[Profile], **more: Any) -> Run:
    return judge_facts(
        book,
        load_catalogue(),
        profiles,
        judged_at=time.time(),
        fail_on=options.fail_on,
        allow_incomplete=options.allow_incomplete,
        checks=options.checks,
        **more,
    )


def judged(facts: Path, options: JudgingOptions) -> Run:
    """Judge a facts file by the profiles that were named, or else by those of its inventory. Raises Usage."""
    try:
        book, *earlier = (read_facts(path) for path in (facts, *_taken_over(facts)))
    except FactsError as error:
        raise Usage(str(error)) from error
    problem = parts_problem([book, *earlier])
    if problem:
        raise Usage(f"{facts}: its earlier parts can't be judged with it: {problem}")
    return judge_book(book, options, options.profiles or book.scan.inventory.profiles, earlier=earlier)


def judged_together(facts: Sequence[Path], options: JudgingOptions, quorum: int | None) -> Run:
    """Judge the facts of several vantages as one run; the first one's time is the run's. Raises Usage."""
    try:
        books = list(_books(facts))
    except FactsError as error:
        raise Usage(str(error)) from error
    problem = vantages_problem(books)
    if problem:
        raise Usage(problem)
    return judge_book(books[0], options, options.profiles or books[0].scan.inventory.profiles, books[1:], quorum)


def _compared(run: Run, live: RunFolder, options: JudgingOptions) -> Run:
    """Of what was proposed, compare the run with that of what was live, whose facts are beside its own. Raises Usage.

    Both are judged by the same checks and profiles. Without those facts there is nothing to compare.
    """
    if not run.proposed or not live.facts.exists():
        return run
    return msgspec.structs.replace(run, comparison=compare(judged(live.facts, options), run))


def _chosen_checks(wanted: Sequence[str], skipped: Sequence[str]) -> frozenset[str] | None:
    if not wanted and not skipped:
        return None
    known = tuple(load_catalogue().checks)
    for glob in (*wanted, *skipped):
        if not any(fnmatchcase(id, glob) for id in known):
            hint = did_you_mean(glob, known) or "netaudit checks list names them"
            raise Usage(f"{shown(glob)} matches no check ({hint})")
    chosen = {id for id in known if not wanted or any(fnmatchcase(id, glob) for glob in wanted)}
    chosen -= {id for id in chosen if any(fnmatchcase(id, glob) for glob in skipped)}
    if not chosen:
        raise Usage("nothing selected: every check is skipped")
    return frozenset(chosen)
