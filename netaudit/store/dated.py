"""Runs by date in one folder, with a pointer to the latest that was judged."""

import os
import re
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from netaudit.store.facts import FactsError, read_facts
from netaudit.store.lock import Lock
from netaudit.store.runfolder import RunFolder

__all__ = ["LATEST", "DatedRuns"]

LATEST = "latest"

_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?")


class DatedRuns:
    """A folder of runs named by when they began, held by one process at a time. Raises LockedError, OSError.

    What is not named so is nobody's business here: it is neither read nor removed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = Lock(root)

    def new(self, at: float) -> Path:
        """The place of a run that begins now; nothing is made."""
        name = f"{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}"
        path, number = self.root / name, 1
        while path.exists():  # two within a second
            number += 1
            path = self.root / f"{name}-{number}"
        return path

    def unfinished(self, now: float, within: float, inventory_sha256: str) -> Path | None:
        """The newest run, if it died in its work less than `within` seconds ago, on the same inventory.

        One that reached its deadline has ended by itself, and one that was judged is done.
        """
        newest = next(iter(self._dated()), None)
        if newest is None or not 0 <= now - _began(newest) <= within:
            return None
        folder = RunFolder(newest)
        try:
            book = read_facts(folder.facts)
        except FactsError:
            return None
        ended = book.end is not None and (book.end.complete or book.end.reason == "deadline")
        if (ended and folder.run.exists()) or book.scan.inventory_sha256 != inventory_sha256:
            return None
        return newest

    def judged_within(self, now: float, age: float) -> Path | None:
        """The newest run, if it was judged and began less than `age` seconds ago."""
        newest = next(iter(self._dated()), None)
        if newest is None or not RunFolder(newest).run.exists() or not 0 <= now - _began(newest) < age:
            return None
        return newest

    @property
    def latest(self) -> Path | None:
        """The run that `latest` points to, if there is one."""
        path = self.root / LATEST
        return path.resolve() if path.is_symlink() and path.is_dir() else None

    def point(self, run: Path) -> None:
        """Let `latest` point to a run: whoever follows it meets the former one or this one, never nothing."""
        with tempfile.TemporaryDirectory(dir=self.root, prefix=".pointing-") as fresh:
            link = Path(fresh) / LATEST
            link.symlink_to(run.name)
            os.replace(link, self.root / LATEST)

    def retire(self, keep: int) -> list[Path]:
        """Remove what is older than the newest `keep` judged runs; return what went.

        A run that died does not count, and goes with those of its time. The one that `latest` points to stays.
        """
        runs = self._dated()
        judged = [path for path in runs if RunFolder(path).run.exists()][:keep]
        older = runs[runs.index(judged[-1]) + 1 :] if len(judged) == keep else []
        old = [path for path in older if path.resolve() != self.latest]
        for path in old:
            shutil.rmtree(path)
        return old

    def release(self) -> None:
        """Let other processes in."""
        self._lock.release()

    def _dated(self) -> list[Path]:
        """The runs, the newest first; a link or a file of such a name is none of ours."""
        found = (path for path in self.root.iterdir() if _NAME.fullmatch(path.name))
        return sorted((p for p in found if p.is_dir() and not p.is_symlink()), key=_order, reverse=True)


def _order(path: Path) -> tuple[str, int]:
    name, _, number = path.name.partition("-")
    return name, int(number or 1)


def _began(path: Path) -> float:
    return datetime.strptime(path.name.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
