"""Write the page, or scan a healthy world many times: see the package."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from netaudit.model.verdict import Status
from tests.lab.faults.measured import Measured
from tests.lab.faults.page import PAGE, page
from tests.lab.faults.runs import healthy_runs, held_against
from tests.lab.requirements import missing_requirements


def main() -> int:
    """Return 1 when something was held against the healthy world, 2 when nothing can be run."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.faults")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    parser.add_argument("--healthy", type=int, default=0, metavar="N", help="scan a healthy world 2 N times")
    arguments = parser.parse_args()
    missing = missing_requirements() if arguments.healthy else ()
    if missing:
        print(f"needs {', '.join(missing)}: see tests/apt-packages.txt", file=sys.stderr)
        return 2
    wrong = _scan(arguments.healthy, keep=arguments.write) if arguments.healthy else 0
    if arguments.write:
        PAGE.write_text(page(), encoding="utf-8")
    return wrong


def _scan(count: int, *, keep: bool) -> int:
    """Print what comes out of each scan; with `keep`, write the sums down for the page."""
    began, wrong = time.monotonic(), 0
    sums: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="netaudit-healthy-") as folder:
        for name, scanned in healthy_runs(count, Path(folder)):
            findings = held_against(scanned, Status.FAIL, Status.WARN)
            blind = held_against(scanned, Status.COULD_NOT_TEST)
            lossy = not name.startswith("healthy")
            sums.update(findings=len(findings), **{"under_loss" if lossy else "untested": len(blind)})
            sums.update(asked_again=scanned.asked_again if lossy else 0)
            wrong += bool(findings) or (name.startswith("healthy") and bool(blind))
            said = f"{len(findings)} findings, {len(blind)} not tested, {scanned.asked_again} questions asked again"
            print(f"{name}: {said}", *findings, *blind, sep="\n  ", flush=True)
    if keep:
        Measured(
            date=datetime.now(UTC).date().isoformat(),
            scans=count,
            seconds=round(time.monotonic() - began),
            findings=sums["findings"],
            untested=sums["untested"],
            untested_under_loss=sums["under_loss"],
            asked_again=sums["asked_again"],
        ).write()
    print(f"{2 * count} scans in {time.monotonic() - began:.0f} s, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
