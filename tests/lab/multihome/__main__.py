"""Record worlds, or write the page: see the package."""

import argparse
import sys

from tests.lab.multihome.recording import WORLDS, record
from tests.lab.requirements import missing_requirements


def main() -> int:
    """Return 2 when nothing can be run here."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.multihome")
    parser.add_argument("--record", action="store_true", help="record what routers print of the worlds")
    arguments = parser.parse_args()
    missing = missing_requirements() if arguments.record else ()
    if missing:
        print(f"needs {', '.join(missing)}: see tests/apt-packages.txt", file=sys.stderr)
        return 2
    for world in WORLDS if arguments.record else ():
        print(record(world))
    return 0


if __name__ == "__main__":
    sys.exit(main())
