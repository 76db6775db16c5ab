"""Histories and runs as the command line names them: a file or URL; a run folder, a run.json, or store:latest."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from netaudit.cli.errors import Usage
from netaudit.model.run import Run
from netaudit.store.runfolder import RunFolderError, read_run, run_file

if TYPE_CHECKING:  # what it imports is not worth the time of a command that has no history
    from netaudit.store.history import History, RunEntry

__all__ = [
    "STORE", "entry_named", "existing_history", "history_of", "history_option", "open_history", "run_at", "run_named",
    "used_history",
]  # fmt: skip

Command = TypeVar("Command", bound=Callable[..., Any])

STORE = "store:"
HISTORY_FILE = "history.sqlite"  # in a folder of runs
_LATEST, _PREVIOUS = "latest", "previous"


def history_option(command: Command) -> Command:
    """Where the history of runs is."""
    return click.option(
        "--history",
        metavar="FILE|URL",
        envvar="NETAUDIT_HISTORY",
        show_envvar=True,
        help="The history of runs: a file, a folder of --runs, or postgresql://USER@HOST/DATABASE (docs/history.md).",
    )(command)


def open_history(place: str) -> "History":
    """Open a history; a file is made when there is none. Raises Usage."""
    from netaudit.store.history import History, HistoryError

    try:
        return History.open(place)
    except HistoryError as error:
        raise Usage(f"--history: {error}") from error


def history_of(values: Mapping[str, Any]) -> "History | None":
    """Open the history that a command's values name, if any: before anything is sent. Raises Usage.

    Dated runs have one by themselves: what is done every night is asked since when.
    """
    runs: Path | None = values.get("runs")
    if values["history"]:
        return open_history(_file_of(values["history"]))
    if runs is None:
        return None
    try:
        runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Usage(f"--runs {runs}: {error.strerror or error}") from error
    return open_history(str(runs / HISTORY_FILE))


def _file_of(place: str) -> str:
    """A folder of runs has its history in it."""
    return str(Path(place) / HISTORY_FILE) if "://" not in place and Path(place).is_dir() else place


@contextmanager
def used_history(place: str) -> "Iterator[History]":
    """Open a history, or make it. Whatever fails meanwhile raises Usage."""
    from netaudit.store.history import HistoryError

    with open_history(place) as history:
        try:
            yield history
        except HistoryError as error:
            raise Usage(f"--history: {error}") from error


@contextmanager
def existing_history(place: str | None) -> "Iterator[History]":
    """Open a history that is only asked: a mistyped file is no empty history. What fails meanwhile raises Usage."""
    if not place:
        raise Usage("which history? Name it with --history FILE|URL, or in NETAUDIT_HISTORY")
    place = _file_of(place)
    if "://" not in place and not Path(place).is_file():
        raise Usage(f"--history {place}: there is no such file")
    with used_history(place) as history:
        yield history


def entry_named(history: "History", name: str, province: str = "") -> "RunEntry":
    """The run that is meant: `latest`, the newest complete one; `previous`, the comparable one before; or an id.

    Raises Usage without such a run, HistoryError.
    """
    name = name.removeprefix(STORE)
    if name not in (_LATEST, _PREVIOUS):
        return history.entry(name)
    found = history.latest(province=province, complete=True)
    if name == _PREVIOUS and found is not None:
        found = history.previous(found)
    if found is None:
        what = "complete run" if name == _LATEST else "complete run that is comparable with the latest"
        raise Usage(f"{STORE}{name}: the history has no {what}{f' of {province}' if province else ''}")
    return found


def run_named(name: str, history: str | None, province: str = "") -> Run:
    """The run of a folder, of a run.json or of the history. Raises Usage."""
    if name.startswith(STORE):
        with existing_history(history) as opened:
            return opened.run(entry_named(opened, name, province))
    return run_at(Path(name))


def run_at(path: Path) -> Run:
    """The run of a folder, or of a run.json. Raises Usage."""
    try:
        return read_run(run_file(path))
    except RunFolderError as error:
        raise Usage(str(error)) from error
