"""Measure every attack, print the table, and write the page: see the package."""

import argparse
import asyncio
import sys

from tests.hostile.attack import measure
from tests.hostile.page import PAGE, page
from tests.hostile.table import ATTACKS


def main() -> int:
    """Return 1 when an attack ends as it must not."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    arguments = parser.parse_args()
    measured = {name: asyncio.run(measure(attack)) for name, attack in ATTACKS.items()}
    text = page(measured)
    print(text)
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")
    wrong = {name: found.outcome for name, found in measured.items() if found.outcome not in ATTACKS[name].outcomes}
    for name, outcome in wrong.items():
        print(f"{name}: {outcome}", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
