"""What route collectors saw of a data centre's prefixes, read from table dumps and updates."""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Fact, RoutesFact
from netaudit.model.inventory import DataCentre
from netaudit.routing.mrt import RoutingError, TableDump, read_routes

__all__ = ["RoutesProbe"]


class RoutesProbe:
    """Reads the routes of one data centre's prefixes from MRT files. Sends nothing."""

    def __init__(self, datacentre: DataCentre, files: Sequence[Path]) -> None:
        self._datacentre = datacentre
        self._files = files
        self._facts: list[RoutesFact] = []

    async def run(self) -> None:
        """Read every file, each in a thread: a full table takes seconds of computing."""
        if not self._files:
            self._facts.append(self._fact("", "", None, "no route collector's file was given"))
        for path in self._files:
            self._facts.append(await asyncio.to_thread(self._read, path))

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """One fact for each file read."""
        return self._facts

    def _read(self, path: Path) -> RoutesFact:
        digest = ""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            return self._fact(path.name, digest, read_routes(path, self._datacentre.prefixes), "")
        except RoutingError as error:
            return self._fact(path.name, digest, error.partial, str(error))
        except (OSError, ValueError) as error:
            return self._fact(path.name, digest, None, f"{path.name}: {error}")

    def _fact(self, source: str, digest: str, dump: TableDump | None, problem: str) -> RoutesFact:
        return RoutesFact(
            id=f"routes-{self._datacentre.id}-{source}",
            datacentre=self._datacentre.id,
            source=source,
            sha256=digest,
            data_time=dump.data_time if dump else None,
            peers=tuple(dict.fromkeys(dump.peers)) if dump else (),
            feeds=dump.feeds if dump else {},
            routes=dump.routes if dump else (),
            updates_only=dump.updates_only if dump else False,
            failure=Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=problem[:200]) if problem else None,
        )
