"""`python -m bench`: zones per second of netaudit, Zonemaster and DNSViz, at the same servers, in one run."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.peers import install, missing
from bench.processes import JobFailed
from bench.servers import serving
from bench.table import Table
from bench.tools import DnsViz, NetAudit, NetAuditCollect, NotSensible, Tool, Zonemaster
from bench.world import audited_zones, bench_world
from bench.zonefiles import write_zone_files

_TRIAL = 24  # zones, to find how many processes at once suit a tool


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Returns 1 when a tool failed, 2 when the machine lacks something."""
    options = _options(arguments)
    if os.geteuid() != 0:
        print("the benchmark needs root: its servers have real addresses in network namespaces", file=sys.stderr)
        return 2
    install()
    lacking = [command for command in missing() if not (options.alone and command in ("zonemaster-cli", "dnsviz"))]
    if lacking:
        print(f"missing: {', '.join(lacking)} (--alone measures netaudit without the peers)", file=sys.stderr)
        return 2
    try:
        for size in options.zones:
            runs = options.runs if size == min(options.zones) else 1
            _measure(size, runs, options.sample, alone=options.alone)
    except (JobFailed, NotSensible) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _measure(size: int, runs: int, sample: int, *, alone: bool) -> None:
    """Serve a world of `size` zones and let each tool audit it, `runs` times, in turns."""
    print(f"\n{size} zones: making and signing them", flush=True)
    with tempfile.TemporaryDirectory(prefix="netaudit-bench-") as name:
        folder = Path(name)
        start = write_zone_files(size, folder)
        with serving(bench_world(size), start) as servers:
            ours: list[Tool] = [kind(servers, start, folder / kind.__name__) for kind in (NetAudit, NetAuditCollect)]
            peers: list[Tool] = [kind(servers, start, folder / kind.__name__) for kind in (Zonemaster, DnsViz)]
            zones = audited_zones(size)
            table = Table(size)
            best = {tool.name: _best(tool, zones[:_TRIAL]) for tool in ([] if alone else peers)}
            for _ in range(runs):
                for tool in ours:
                    for jobs in tool.jobs:
                        table.add(tool.name, tool.measure(zones, jobs))
                for tool in peers[: len(best)]:
                    table.add(tool.name, tool.measure(zones[:sample], best[tool.name]))
            table.show(sys.stdout)


def _best(tool: Tool, zones: Sequence[str]) -> int:
    """The number of processes at once with which a tool is fastest."""
    return max(tool.jobs, key=lambda jobs: tool.measure(zones, jobs).rate)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--zones", type=int, nargs="+", default=[200, 1000], help="sizes (default: 200 1000)")
    parser.add_argument("--runs", type=int, default=3, help="times that the smallest size is measured (default: 3)")
    parser.add_argument("--sample", type=int, default=100, help="zones that the peers audit (default: 100)")
    parser.add_argument("--alone", action="store_true", help="netaudit without its peers")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
