"""A healthy world scanned again and again, as it is and with packets lost."""

from collections.abc import Iterator
from pathlib import Path

from netaudit.model.verdict import Status
from tests.lab.faults.healthy import PLANTS
from tests.lab.faults.scan import Scanned, scan
from tests.lab.faults.world import fault_world
from tests.lab.realise import SCANNER

__all__ = ["LOSS_PERCENT", "healthy_runs", "held_against"]

LOSS_PERCENT = 5


def healthy_runs(count: int, folder: Path, *arguments: str) -> Iterator[tuple[str, Scanned]]:
    """Scan `count` times, and as often with lost packets; each with what it is called."""
    with fault_world(PLANTS) as world:
        for number in range(count):
            yield f"healthy {number + 1}", scan(world, folder / f"healthy-{number}", *arguments)
        lost = f'iifname != "lo" numgen random mod 100 < {LOSS_PERCENT} drop'
        world.lab.namespaces.firewall(SCANNER, [lost])
        for number in range(count):
            yield f"lossy {number + 1}", scan(world, folder / f"lossy-{number}", *arguments)


def held_against(scanned: Scanned, *statuses: Status) -> list[str]:
    """`check target message` of every verdict with one of the statuses."""
    verdicts = (result.verdict for result in scanned.run.results)
    return sorted(f"{v.check} {v.target.name} {v.outcome.message}" for v in verdicts if v.outcome.status in statuses)
