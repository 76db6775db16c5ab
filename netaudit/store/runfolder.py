"""The folder of one run: facts, run.json and the report side by side."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from netaudit.model.run import Run
from netaudit.store.facts import FACTS_FILE, FactWriter
from netaudit.store.lock import LOCK_FILE, Lock, LockedError

__all__ = ["RUN_FILE", "RunFolder", "RunFolderError", "read_part", "read_run", "run_file", "write_atomically"]

RUN_FILE = "run.json"
INDEX_FILE = "index.html"
_LIVE_FOLDER = "live"
_VANTAGES_FOLDER = "vantages"
_EARLIER_FOLDER = "earlier"
_RUN_BYTES = 512 * 1024 * 1024
_Part = TypeVar("_Part")


class RunFolderError(Exception):
    """The folder can't be used, or the run in it can't be read."""


class RunFolder:
    """A folder that holds one run. Files in it are readable by their owner only.

    `create` makes it, or takes over a former run; it refuses a folder that holds anything else, so that
    a mistyped `-o` never mixes a report into somebody's documents. As long as what `create` returned lives, no other
    process can create there. Raises RunFolderError, OSError.
    """

    def __init__(self, path: Path, lock: Lock | None = None) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def create(cls, path: Path, *, resume: bool = False) -> "RunFolder":
        """Make `path` ready for a new run; with `resume` the facts that are there stay and are added to."""
        if path.exists() and not path.is_dir():
            raise RunFolderError(f"{path} is a file; the output must be a folder")
        if path.is_dir() and not _former_run(path) and any(item.name != LOCK_FILE for item in path.iterdir()):
            raise RunFolderError(f"{path} is not empty and holds no former run of netaudit; choose another folder")
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            folder = cls(path, Lock(path))
        except LockedError as error:
            raise RunFolderError(str(error)) from error
        if not resume:
            folder.facts.unlink(missing_ok=True)
            folder.run.unlink(missing_ok=True)
            shutil.rmtree(folder._vantages, ignore_errors=True)
            shutil.rmtree(folder._earlier, ignore_errors=True)
        return folder

    @property
    def facts(self) -> Path:
        """The facts file."""
        return self.path / FACTS_FILE

    @property
    def run(self) -> Path:
        """The judged run."""
        return self.path / RUN_FILE

    @property
    def live(self) -> "RunFolder":
        """Beside a scan of what was proposed: the scan of what was live then, which it is compared with."""
        return RunFolder(self.path / _LIVE_FOLDER)

    @property
    def vantages(self) -> tuple["RunFolder", ...]:
        """Of a run from several vantages: each one's own folder, in their order."""
        return _numbered(self._vantages)

    @property
    def earlier(self) -> tuple["RunFolder", ...]:
        """Of a run that measured again only a part: the runs that the rest is taken from, the newest first."""
        return _numbered(self._earlier)

    def keep_vantages(self, facts: Sequence[Path]) -> None:
        """Copy the facts of several vantages into folders of their own; former ones are replaced. Raises OSError.

        The copies are whole before anything former goes: the facts may be those of this very folder.
        """
        self._keep(self._vantages, facts)

    def keep_earlier(self, facts: Sequence[Path]) -> None:
        """Likewise copy the facts that a partial scan takes over, the newest first; then nothing else is here."""
        self._keep(self._earlier, facts)
        self.facts.unlink(missing_ok=True)
        self.run.unlink(missing_ok=True)

    def _keep(self, place: Path, facts: Sequence[Path]) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.path, prefix=".keeping-") as fresh:
            for number, path in enumerate(facts, 1):
                folder = Path(fresh) / "new" / str(number)
                folder.mkdir(mode=0o700, parents=True)
                shutil.copyfile(path, folder / FACTS_FILE)
                (folder / FACTS_FILE).chmod(0o600)
            shutil.rmtree(place, ignore_errors=True)
            (Path(fresh) / "new").rename(place)

    @property
    def _vantages(self) -> Path:
        return self.path / _VANTAGES_FOLDER

    @property
    def _earlier(self) -> Path:
        return self.path / _EARLIER_FOLDER

    @property
    def index(self) -> Path:
        """The report's first page."""
        return self.path / INDEX_FILE

    def writer(self) -> FactWriter:
        """Open the facts file for appending."""
        return FactWriter(self.facts)

    def write_run(self, run: Run) -> None:
        """Write run.json whole or not at all."""
        encoded = msgspec.json.format(msgspec.json.encode(run), indent=1)
        write_atomically(self.run, encoded + b"\n")


def run_file(path: Path) -> Path:
    """The run.json that is meant by a path: of a folder the one in it."""
    return path / RUN_FILE if path.is_dir() else path


def read_run(path: Path) -> Run:
    """Read a run.json. Raises RunFolderError with one clear sentence."""
    return read_part(path, Run)


def read_part(path: Path, part: type[_Part]) -> _Part:
    """Read of a run.json what `part`, a msgspec struct, has fields for. Raises RunFolderError."""
    try:
        size = path.stat().st_size
        if size > _RUN_BYTES:
            raise RunFolderError(f"{path}: {size} bytes are more than any run has")
        return msgspec.json.decode(path.read_bytes(), type=part)
    except OSError as error:
        raise RunFolderError(f"{path}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RunFolderError(f"{path}: this is no run of netaudit: {error}") from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 whole or not at all: a temporary file beside it, then a rename. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _numbered(place: Path) -> tuple[RunFolder, ...]:
    numbered = [path for path in place.glob("*") if path.name.isdecimal() and path.is_dir()]
    return tuple(RunFolder(path) for path in sorted(numbered, key=lambda path: int(path.name)))


def _former_run(path: Path) -> bool:
    taken_over = f"{_EARLIER_FOLDER}/1/{FACTS_FILE}"  # of a partial rescan that died before its first fact
    return any((path / name).is_file() for name in (FACTS_FILE, RUN_FILE, taken_over))
