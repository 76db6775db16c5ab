"""`netaudit pack` and `netaudit verify`: a run as evidence in one file, and what it is worth anywhere else."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from netaudit import __version__
from netaudit.cli.errors import COMPLIANT, FINDINGS, Usage
from netaudit.cli.options import language_option
from netaudit.judge.catalogue import Check, load_catalogue
from netaudit.judge.parts import parts_problem
from netaudit.judge.profile_files import ProfileError, kept_profiles
from netaudit.judge.profiles import load_profiles
from netaudit.judge.run import judge
from netaudit.judge.vantages import vantages_problem
from netaudit.model.book import FactBook
from netaudit.model.run import ClauseResult, Result, Run
from netaudit.model.verdict import Target
from netaudit.store.facts import FACTS_FILE, FactsError, read_facts
from netaudit.store.pack import Manifest, PackError, PackReader, write_pack
from netaudit.store.runfolder import RUN_FILE, RunFolder, RunFolderError, read_run
from netaudit.writers.pack import PackNotices
from netaudit.writers.safe import one_line

__all__ = ["pack", "verify"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_LEFT_OUT = {"lab-keys.json", "sources"}  # keys, and copies of documents that anybody can fetch
_INVENTORY, _PROFILES = "inventory.json", "profiles.json"
_RUN_BYTES = 512 * 1024**2
_PARTS = ("earlier", "vantages")
_MOST_PARTS = 1_000
_SHOWN = 50
_NOT_OF_THESE_FACTS = {  # of run.json: when and by whom it was judged, and what it owes to earlier runs
    "tool", "judged_at", "catalogue_sha256", "comparison", "trend", "courses",
}  # fmt: skip
_ONE_BY_ONE = {"results", "clauses", "profiles"}


@click.command(
    epilog="\b\nExamples:\n  netaudit pack reports/latest -o lamdong-2026-11.zip\n  netaudit verify lamdong-2026-11.zip"
)
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The archive.")
@language_option
def pack(run: Path, output: Path, language: str) -> int:
    """Put RUN into one archive: facts, run, report, inventory, profiles, and the SHA-256 of each and of all checks.

    The same run gives the same archive, byte by byte. Keys of the lab and copies of live sources stay out.
    """
    folder = RunFolder(run)
    try:
        judged = read_run(folder.run)
        books = {name: read_facts(run / name) for name in _facts_in(run)}
        if not books:
            raise Usage(f"{run}: no facts, so nothing that anybody could judge again")
        first = next(iter(books.values()))
        files: dict[str, Path | bytes] = dict(_files(run))
        files[_INVENTORY] = _json(first.scan.inventory)
        files[_PROFILES] = _json(judged.profiles)
        manifest = write_pack(output, _manifest(judged), files)
    except (RunFolderError, FactsError, PackError) as error:
        raise Usage(str(error)) from error
    click.echo(PackNotices(language).packed(len(manifest.files), output), err=True)
    with output.open("rb") as file:
        click.echo(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {output}")
    return COMPLIANT


@click.command(
    epilog="\b\nExit codes: 0 everything agrees, 1 something differs, 2 no pack that can be used.\n\b\n"
    "Examples:\n  netaudit verify lamdong-2026-11.zip"
)
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@language_option
def verify(archive: Path, language: str) -> int:
    """Check every hash of a pack, judge its facts again by its profiles, and compare all verdicts. Sends nothing.

    Everything is judged as of the run's own time, by the checks of this installation. What differs is listed.
    """
    notices = PackNotices(language)
    differing = 0
    try:
        with PackReader(archive) as reader, tempfile.TemporaryDirectory(prefix="netaudit-verify-") as place:
            for problem in reader.problems():
                differing += 1
                click.echo(one_line(problem))
            told = msgspec.json.decode(reader.read(RUN_FILE, _RUN_BYTES), type=Run)
            books = list(_copied(reader, Path(place)))
            again = _judged_again(told, books)
            differences = [
                *_other_manifest(reader.manifest, told),
                *_other_profiles(told, books[0][1]),
                *_differences(told, again, notices),
            ]
            for line in differences[:_SHOWN]:
                click.echo(one_line(line, 1_000))
            if len(differences) > _SHOWN:
                click.echo(notices.more(len(differences) - _SHOWN))
            differing += len(differences)
            for line in notices.circumstances(
                reader.manifest.tool, told, _changed_checks(reader.manifest) if differing else ()
            ):
                click.echo(line, err=True)
    except (PackError, FactsError) as error:
        raise Usage(str(error)) from error
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Usage(f"{archive}: {RUN_FILE} is no run of netaudit: {error}") from error
    click.echo(notices.verified(len(again.results), differing), err=True)
    return FINDINGS if differing else COMPLIANT


def _facts_in(run: Path) -> Iterator[str]:
    """The facts of a run folder, by their names in the pack: its own, and those that it is put together from."""
    folder = RunFolder(run)
    if folder.facts.is_file():
        yield FACTS_FILE
    for kind, parts in (("earlier", folder.earlier), ("vantages", folder.vantages)):
        for number, part in enumerate(parts, 1):
            if part.facts.is_file():
                yield f"{kind}/{number}/{FACTS_FILE}"


def _files(run: Path) -> Iterator[tuple[str, Path]]:
    """Every plain file of the run folder that is evidence; what links to elsewhere is not of this run."""
    for path in sorted(run.rglob("*")):
        parts = path.relative_to(run).parts
        hidden = any(part.startswith(".") for part in parts)
        linked = any((run.joinpath(*parts[: n + 1])).is_symlink() for n in range(len(parts)))
        if path.is_file() and not hidden and not linked and parts[0] not in _LEFT_OUT:
            yield "/".join(parts), path


def _manifest(run: Run) -> Manifest:
    return Manifest(
        schema=0,
        tool=f"netaudit {__version__}",
        run=run.id,
        started=run.started,
        judged_by=run.tool,
        profiles=tuple(profile.edition for profile in run.profiles),
        catalogue_sha256=run.catalogue_sha256,
        checks={id: _digest(check) for id, check in sorted(load_catalogue().checks.items())},
        files={},
    )


def _digest(check: Check) -> str:
    digest = hashlib.sha256()
    for path in (check.path.with_suffix(".py"), check.path.with_suffix(".yaml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _copied(reader: PackReader, place: Path) -> Iterator[tuple[str, FactBook]]:
    """The packed facts, read from copies under names of our own."""
    names = [FACTS_FILE] if FACTS_FILE in reader.manifest.files else []
    for kind in _PARTS:
        numbered = (f"{kind}/{number}/{FACTS_FILE}" for number in range(1, _MOST_PARTS))
        names += [name for name in numbered if name in reader.manifest.files]
    for number, name in enumerate(names):
        path = place / f"{number}.{FACTS_FILE}"
        reader.copy(name, path)
        yield name, read_facts(path)


def _judged_again(told: Run, named: Sequence[tuple[str, FactBook]]) -> Run:
    """Raises PackError for facts that do not belong together."""
    vantages = [book for name, book in named if name.startswith("vantages/")]
    books = vantages or [book for _, book in named]
    if not books:
        raise PackError("the pack holds no facts")
    problem = vantages_problem(books) if len(vantages) > 1 else "" if vantages else parts_problem(books)
    if problem:
        raise PackError(f"the packed facts do not belong together: {problem}")
    return judge(
        books[0],
        load_catalogue(),
        told.profiles,
        judged_at=told.judged_at,
        fail_on=told.fail_on,
        allow_incomplete=told.exit_code == COMPLIANT,
        checks=told.chosen_checks,
        quorum=told.quorum,
        others=books[1:] if vantages else (),
        earlier=() if vantages else books[1:],
    )


def _other_manifest(manifest: Manifest, told: Run) -> Iterator[str]:
    if (manifest.run, manifest.catalogue_sha256) != (told.id, told.catalogue_sha256):
        yield f"manifest.json is of another run: {manifest.run}, and run.json of {told.id}"


def _other_profiles(told: Run, book: FactBook) -> Iterator[str]:
    """Profiles that call themselves one that is known here, and are not: a run is judged again by its own."""
    try:
        known = load_profiles(own=kept_profiles(book.scan.profiles))
    except ProfileError as error:
        yield f"the profiles of the facts can't be read: {error}"
        return
    for profile in told.profiles:
        here = known.get(profile.id)
        if here is not None and here.version == profile.version and here != profile:
            yield f"run.json: profile {profile.id}@{profile.version}: not what this version of it says here"


def _differences(told: Run, again: Run, notices: PackNotices) -> Iterator[str]:
    """Every verdict and clause that is not what the packed run says, and whatever else in it is not of these facts."""
    for name in told.__struct_fields__:
        old, new = getattr(told, name), getattr(again, name)
        if name not in _NOT_OF_THESE_FACTS | _ONE_BY_ONE and old != new:
            plain = isinstance(old, bool | int | float | str)
            yield f"run.json: {name}: {old!r}; {new!r}" if plain else f"run.json: {name}: not what the facts give"
    yield from _each(_by_subject(told.results), _by_subject(again.results), notices.difference)
    yield from _each(_by_clause(told.clauses), _by_clause(again.clauses), _clause_difference)


def _each(
    before: Mapping[_Key, _Value],
    after: Mapping[_Key, _Value],
    line: Callable[[_Key, _Value | None, _Value | None], str],
) -> Iterator[str]:
    for key in sorted({**before, **after}, key=str):
        old, new = before.get(key), after.get(key)
        if old is None or new is None or msgspec.json.encode(old) != msgspec.json.encode(new):  # all that it says
            yield line(key, old, new)


def _by_clause(clauses: Sequence[ClauseResult]) -> Mapping[tuple[str, str], ClauseResult]:
    return {(clause.profile, clause.clause): clause for clause in clauses}


def _clause_difference(key: tuple[str, str], old: ClauseResult | None, new: ClauseResult | None) -> str:
    before, after = ("–" if clause is None else clause.status.value for clause in (old, new))
    return f"{' '.join(key)}: {before}; {after}"


def _by_subject(results: Sequence[Result]) -> Mapping[tuple[str, Target], Result]:
    return {(result.verdict.check, result.verdict.target): result for result in results}


def _changed_checks(manifest: Manifest) -> tuple[str, ...]:
    known = load_catalogue().checks
    return tuple(
        id for id, digest in manifest.checks.items() if id not in known or _digest(known[id]) != digest
    ) + tuple(id for id in known if id not in manifest.checks)
