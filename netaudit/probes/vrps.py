"""Which origins RPKI authorises for a data centre's prefixes, read from the exports of a relying party."""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Fact, VrpsFact
from netaudit.model.inventory import DataCentre
from netaudit.routing.vrps import VrpError, VrpExport, read_vrps

__all__ = ["VrpsProbe"]


class VrpsProbe:
    """Reads the validated ROA payloads of one data centre's prefixes from JSON files. Sends nothing."""

    def __init__(self, datacentre: DataCentre, files: Sequence[Path]) -> None:
        self._datacentre = datacentre
        self._files = files
        self._facts: list[VrpsFact] = []

    async def run(self) -> None:
        """Read every file, each in a thread: those of all the world take a second of computing."""
        if not self._files:
            self._facts.append(self._fact("", "", None, "no file of validated ROA payloads was given"))
        for path in self._files:
            self._facts.append(await asyncio.to_thread(self._read, path))

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """One fact for each file read."""
        return self._facts

    def _read(self, path: Path) -> VrpsFact:
        digest = ""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            return self._fact(path.name, digest, read_vrps(path, self._datacentre.prefixes), "")
        except VrpError as error:
            return self._fact(path.name, digest, error.partial, str(error))
        except (OSError, ValueError) as error:
            return self._fact(path.name, digest, None, f"{path.name}: {error}")

    def _fact(self, source: str, digest: str, export: VrpExport | None, problem: str) -> VrpsFact:
        return VrpsFact(
            id=f"vrps-{self._datacentre.id}-{source}",
            datacentre=self._datacentre.id,
            source=source,
            sha256=digest,
            data_time=export.data_time if export else None,
            total=export.total if export else 0,
            vrps=export.vrps if export else (),
            failure=Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=problem[:200]) if problem else None,
        )
