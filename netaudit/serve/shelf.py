"""The runs that are served: those of run folders on disk. `stored.py` has those of a history store."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from netaudit.model.run import Run
from netaudit.serve.views import RunSummary, summary_of
from netaudit.store.runfolder import RUN_FILE, RunFolderError, read_run

__all__ = ["FolderShelf", "Shelf", "newest_by_province", "newest_first"]

_OPEN = 4  # runs kept in memory whole: some are tens of megabytes


class Shelf(Protocol):
    """Where runs come from. Every method may be called from several threads."""

    def summaries(self) -> tuple[RunSummary, ...]:
        """All runs in brief, newest first."""
        ...

    def run(self, id: str) -> Run | None:
        """A run by its id."""
        ...

    def report(self, name: str) -> Path | None:
        """The folder of a report by the name that a summary gives it."""
        ...

    def unreadable(self) -> tuple[str, ...]:
        """Names of what looks like a run and can't be read: damaged, or of another version."""
        ...


@dataclass(frozen=True)
class _Entry:
    name: str
    folder: Path
    stamp: tuple[int, int, int]


class FolderShelf:
    """Runs in a folder, and in the folders in it, one below the other no deeper. What changes on disk is seen at once.

    A link is followed only to a folder that is below the shelf itself; a run that is there twice is shown once.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._lock = threading.Lock()
        self._summaries: dict[Path, tuple[tuple[int, int, int], RunSummary | None]] = {}
        self._runs: dict[str, tuple[tuple[int, int, int], Run]] = {}

    def summaries(self) -> tuple[RunSummary, ...]:
        """All runs in brief, newest first."""
        with self._lock:
            found = [summary for entry in self._entries() if (summary := self._summary(entry)) is not None]
            return newest_first(found)

    def run(self, id: str) -> Run | None:
        """A run by its id."""
        with self._lock:
            for entry in self._entries():
                summary = self._summary(entry)
                if summary is not None and summary.id == id:
                    return self._read(entry)
        return None

    def report(self, name: str) -> Path | None:
        """The folder of a report by its name. What holds no run is no report, whatever else is in it."""
        with self._lock:
            named = (entry for entry in self._entries() if entry.name == name)
            return next((entry.folder for entry in named if self._summary(entry) is not None), None)

    def unreadable(self) -> tuple[str, ...]:
        """Names of folders whose run.json is none that this version reads."""
        with self._lock:
            return tuple(entry.name for entry in self._entries() if self._summary(entry) is None)

    def _entries(self) -> Iterator[_Entry]:
        seen: set[Path] = set()
        for folder in self._folders():
            try:
                place = folder.resolve(strict=True)
                found = (place / RUN_FILE).lstat()
            except OSError:
                continue  # no run is there, or not any more
            if place not in seen and place.is_relative_to(self._root):
                seen.add(place)
                yield _Entry(place.name, place, (found.st_ino, found.st_mtime_ns, found.st_size))

    def _folders(self) -> Iterator[Path]:
        yield self._root
        try:
            yield from sorted(path for path in self._root.iterdir() if not path.name.startswith(".") and path.is_dir())
        except OSError:
            return  # the folder is gone: nothing is served until it is back

    def _summary(self, entry: _Entry) -> RunSummary | None:
        known = self._summaries.get(entry.folder)
        if known is None or known[0] != entry.stamp:
            run = self._read(entry)
            made = None if run is None else msgspec.structs.replace(summary_of(run), report=entry.name)
            known = self._summaries[entry.folder] = entry.stamp, made
        return known[1]

    def _read(self, entry: _Entry) -> Run | None:
        key = str(entry.folder)
        known = self._runs.get(key)
        if known is not None and known[0] == entry.stamp:
            return known[1]
        try:
            run = read_run(entry.folder / RUN_FILE)
        except RunFolderError:
            return None
        self._runs[key] = entry.stamp, run
        while len(self._runs) > _OPEN:
            del self._runs[next(iter(self._runs))]
        return run


def newest_first(summaries: Iterable[RunSummary]) -> tuple[RunSummary, ...]:
    """Runs in brief, one of each id, the last that is given; the newest first."""
    unique = {summary.id: summary for summary in summaries}
    return tuple(sorted(unique.values(), key=lambda s: (-s.started, s.id)))


def newest_by_province(summaries: Iterable[RunSummary]) -> tuple[RunSummary, ...]:
    """The newest run of each province, by its id. A run of what is only proposed is no run of what is there."""
    newest: dict[str, RunSummary] = {}
    for summary in newest_first(summaries):
        if not summary.proposed:
            newest.setdefault(summary.province, summary)
    return tuple(newest[province] for province in sorted(newest))
