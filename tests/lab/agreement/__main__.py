"""Measure the agreement, print what differs, and write the page: see the package."""

import argparse
import sys
import time

from tests.lab.agreement.page import PAGE, page
from tests.lab.agreement.rows import contradicted, measured, needless, read_reasons, unexplained
from tests.lab.requirements import missing_requirements


def main() -> int:
    """Return 1 when a row is unexplained or contradicts us, 2 when nothing can be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.agreement")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    arguments = parser.parse_args()
    missing = missing_requirements()
    if missing:
        print(f"needs {', '.join(missing)}: see tests/apt-packages.txt", file=sys.stderr)
        return 2
    began = time.monotonic()
    reasons = read_reasons()
    rows = measured(reasons)
    text = page(rows, reasons)
    print(text)
    print(f"{len(rows)} questions in {time.monotonic() - began:.0f} s")
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")
    wrong = {
        "agree with each other and not with us": contradicted(rows, reasons),
        "need a reason in explained.yaml": unexplained(rows, reasons),
        "need none": needless(rows, reasons),
    }
    for what, found in wrong.items():
        for row in found:
            print(f"{what}: {row}", file=sys.stderr)
    return int(any(wrong.values()))


if __name__ == "__main__":
    sys.exit(main())
