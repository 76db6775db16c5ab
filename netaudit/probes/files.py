"""Evidence of a data centre that is read from files: routes, ROA payloads, registries, sessions. Sends nothing."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path

from msgspec.structs import replace

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Fact
from netaudit.model.inventory import DataCentre
from netaudit.model.routing import RoutingFact

__all__ = ["FilesProbe", "ReadFile", "digest_of", "names_apart", "unread"]

ReadFile = Callable[[Path, DataCentre], RoutingFact]
"""Reads a file's content into a fact. The probe adds where it is from. May raise OSError and ValueError."""


class FilesProbe:
    """Reads every file of one kind of evidence about one data centre, one fact each.

    `empty` is the fact of a kind that no file was given for.
    """

    def __init__(self, datacentre: DataCentre, files: Sequence[Path], read: ReadFile, empty: RoutingFact) -> None:
        self._datacentre = datacentre
        self._names = names_apart(files)
        self._read = read
        self._empty = empty
        self._facts: list[RoutingFact] = []

    async def run(self) -> None:
        """Read them one after another, each in a thread: a full table takes seconds of computing."""
        if not self._names:
            self._facts.append(replace(self._empty, id=self._id("")))
        for path in self._names:
            self._facts.append(await asyncio.to_thread(self._fact, path))

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """One fact for each file read."""
        return self._facts

    def _fact(self, path: Path) -> RoutingFact:
        digest = ""
        try:
            digest = digest_of(path)
            fact = self._read(path, self._datacentre)
        except (OSError, ValueError) as error:
            fact = replace(self._empty, failure=unread(f"{path.name}: {error}"))
        return replace(fact, id=self._id(self._names[path]), source=path.name, sha256=digest)

    def _id(self, source: str) -> str:
        kind = str(self._empty.__struct_config__.tag)
        return f"{kind}-{self._datacentre.id}-{source}"


def names_apart(paths: Iterable[Path]) -> dict[Path, str]:
    """Each file's own name; where several folders have a file of that name, all but the first get a number."""
    files = tuple(dict.fromkeys(paths))
    taken = {path.name for path in files}
    names: dict[Path, str] = {}
    seen: set[str] = set()
    for path in files:
        name = path.name
        if name in seen:
            name = next(f"{name}-{number}" for number in count(2) if f"{name}-{number}" not in taken)
        names[path] = name
        seen.add(name)
        taken.add(name)
    return names


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's content. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unread(problem: str) -> Failure | None:
    """The failure of a file that could not be read to its end; None without a problem."""
    return Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=problem[:200]) if problem else None
