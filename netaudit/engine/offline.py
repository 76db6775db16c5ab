"""What an inventory's files of evidence say, without a scan: facts of data centres, and nothing is sent."""

from pathlib import Path

from netaudit import __version__
from netaudit.engine.factory import evidence_files_of
from netaudit.engine.scan import FACTS_SCHEMA, scan_id
from netaudit.model.book import FactBook
from netaudit.model.common import Timestamp
from netaudit.model.facts import Fact, ScanEndFact, ScanFact
from netaudit.model.inventory import Inventory
from netaudit.model.profile import Profile
from netaudit.probes.evidence_files import KINDS, evidence_probe

__all__ = ["read_evidence"]


async def read_evidence(
    inventory: Inventory, file: Path, sha256: str, now: Timestamp, profiles: tuple[Profile, ...] = ()
) -> FactBook:
    """Read every file of evidence that an inventory names; its relative paths start where `file` is.

    A file that is missing or broken is a fact that says so. `profiles` are the inventory's own.
    """
    scan = ScanFact(
        id=scan_id(now, inventory.province.id),
        schema=FACTS_SCHEMA,
        tool=f"netaudit {__version__}",
        at=now,
        inventory=inventory,
        inventory_file=file.name,
        inventory_sha256=sha256,
        trust_anchors=(),
        profiles=profiles,
    )
    facts: list[Fact] = [scan]
    named = evidence_files_of(inventory, file.parent)
    for centre in inventory.datacentres:
        for kind in KINDS:
            probe = evidence_probe(kind, centre, named[centre.id].get(kind, ()))
            await probe.run()
            facts += probe.facts(None)
    end = ScanEndFact(id=f"end-{now:.3f}", at=now, complete=True, jobs_done=0, jobs_total=0)
    return FactBook([*facts, end])
