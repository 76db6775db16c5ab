"""Record or scan worlds, or write the page: see the package."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

from tests.lab.multihome.expected import Said, expected, write_expected
from tests.lab.multihome.page import PAGE, page
from tests.lab.multihome.recording import WORLDS, record
from tests.lab.multihome.scan import said, scanned
from tests.lab.multihome.table import TABLE
from tests.lab.requirements import missing_requirements


def main() -> int:
    """Return 1 when something else is found than expected, 2 when nothing can be run here."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.multihome")
    parser.add_argument("--record", action="store_true", help="record what routers print of the worlds")
    parser.add_argument("--scan", nargs="+", default=[], metavar="GLOB", help="scan worlds: what is not as expected?")
    parser.add_argument("--accept", action="store_true", help="write what the scans found into expected.yaml")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} from expected.yaml")
    arguments = parser.parse_args()
    missing = missing_requirements() if arguments.record or arguments.scan else ()
    if missing:
        print(f"needs {', '.join(missing)}: see tests/apt-packages.txt", file=sys.stderr)
        return 2
    for world in WORLDS if arguments.record else ():
        print(record(world))
    wrong = _scan(arguments.scan, accept=arguments.accept)
    if arguments.write:
        PAGE.write_text(page(), encoding="utf-8")
    return int(wrong > 0 and not arguments.accept)


def _scan(globs: Iterable[str], *, accept: bool) -> int:
    """Print what differs; return how many worlds do."""
    wanted, found = expected(), {}
    for world in TABLE:
        if any(fnmatch(world.id, glob) for glob in globs):
            began = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="netaudit-worlds-") as folder:
                found[world.id] = said(scanned(world, Path(folder)))
            print(f"{world.id}: {time.monotonic() - began:.1f} s", *_differences(wanted.get(world.id), found[world.id]))
    if accept:
        write_expected({world.id: known for world in TABLE if (known := (wanted | found).get(world.id)) is not None})
    return sum(said != wanted.get(id) for id, said in found.items())


def _differences(wanted: Said | None, found: Said) -> Iterable[str]:
    for name in ("finds", "asks", "blinds"):
        before, now = getattr(wanted, name, {}), getattr(found, name)
        for finding in sorted(before.keys() | now.keys()):
            if before.get(finding) != now.get(finding):
                yield f"\n  {name} {finding}: {before.get(finding)} -> {now.get(finding)}"


if __name__ == "__main__":
    sys.exit(main())
