"""The table of results: ranges where there were several runs, and ratios of what was measured in turns."""

from statistics import median
from typing import TextIO

from bench.tools import Measured, NetAudit

__all__ = ["Table"]

_ROW = "{:<20} {:>5} {:>5} {:>14} {:>13} {:>9} {:>9} {:>10}"
_HEAD = ("tool", "procs", "zones", "zones/s", "queries/zone", "over TCP", "CPU s/zone", "peak MB")


class Table:
    """The measurements of one size."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rows: dict[tuple[str, int], list[Measured]] = {}

    def add(self, tool: str, measured: Measured) -> None:
        """Take a measurement."""
        self._rows.setdefault((tool, measured.jobs), []).append(measured)

    def show(self, out: TextIO) -> None:
        """Print all rows, then the best of ours beside each peer."""
        print(_ROW.format(*_HEAD), file=out)
        for (tool, jobs), found in self._rows.items():
            print(_ROW.format(tool, jobs, found[0].zones, *_cells(found)), file=out)
        for (tool, jobs), found in self._rows.items():
            if not tool.startswith("netaudit"):
                print(f"{self._compared(found)} than {tool}, {jobs} at once", file=out)
        out.flush()

    def _compared(self, peer: list[Measured]) -> str:
        """How often faster the best of ours was in the same turn, and how much less processor time a zone took."""
        ours = [rows for (tool, _), rows in self._rows.items() if tool == NetAudit.name]
        best = max(ours, key=lambda rows: median(m.rate for m in rows))
        faster = [m.rate / other.rate for m, other in zip(best, peer, strict=True)]
        cheaper = median(_processor(m) for m in peer) / median(_processor(m) for m in best)
        return f"netaudit scan: {_range(faster, 1)} times as many zones/s, {cheaper:.1f} times less CPU a zone"


def _cells(found: list[Measured]) -> list[str]:
    rates = [m.rate for m in found]
    return [
        _range(rates, 1),
        _range([m.asked.total / m.zones for m in found], 0),
        _range([m.asked.tcp / m.zones for m in found], 0),
        f"{median(_processor(m) for m in found):.3f}",
        f"{max(m.spent.peak_kb for m in found) / 1000:.0f}",
    ]


def _processor(measured: Measured) -> float:
    """Processor seconds that a zone took, without the servers' share."""
    return measured.spent.processor / measured.zones


def _range(values: list[float], digits: int) -> str:
    low, high = f"{min(values):.{digits}f}", f"{max(values):.{digits}f}"
    return low if low == high else f"{low}-{high}"
