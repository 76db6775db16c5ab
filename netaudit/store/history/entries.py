"""What a history says of a run without opening it, and what became of a run that was added."""

from enum import StrEnum

from netaudit.model.common import Record, Timestamp
from netaudit.model.run import Run, TrendPoint

__all__ = ["Added", "RunEntry", "entry_of"]


class Added(StrEnum):
    """What became of a run that was added."""

    NEW = "new"
    KNOWN = "known"  # it is there already; nothing changed
    REPLACED = "replaced"  # the same scan was there, cut short earlier


class RunEntry(Record, frozen=True, kw_only=True):
    """A run of the history."""

    id: str
    province: str
    network: str
    vantage: str
    tool: str
    started: Timestamp
    ended: Timestamp
    judged_at: Timestamp
    complete: bool
    exit_code: int
    inventory_sha256: str
    catalogue_sha256: str
    profiles: tuple[str, ...]  # as ID@VERSION
    scope: dict[str, str]  # what was asked for; empty: the whole inventory
    point: TrendPoint
    kept: bool  # whether run.json is still there

    def comparable(self, other: "RunEntry") -> bool:
        """Whether two runs of a series asked the same of the same things: equal profiles, versions and scope."""
        return self.profiles == other.profiles and self.scope == other.scope


def entry_of(run: Run, point: TrendPoint) -> RunEntry:
    """What a history says of a run when it is there; where its place among the others is, it can be asked before."""
    return RunEntry(
        id=run.id,
        province=run.province.id,
        network=run.network.value,
        vantage=run.seen_from,
        tool=run.tool,
        started=run.started,
        ended=run.ended,
        judged_at=run.judged_at,
        complete=run.complete,
        exit_code=run.exit_code,
        inventory_sha256=run.inventory_sha256,
        catalogue_sha256=run.catalogue_sha256,
        profiles=point.profiles,
        scope=run.scope,
        point=point,
        kept=True,
    )
