"""Makes sample/certificates.csv: the register of digital certificates of the sample province.

The rows are invented and the same on every run: 855 certificates of organisations and 833 of persons, spread over
the units of inventory.yaml. Holders are codes, never names. All are valid for many years, so that the sample does
not rot, except EXPIRED rows, which ended long ago on purpose.

    python sample/make_register.py > sample/certificates.csv
"""

import csv
import hashlib
import sys
from datetime import date, timedelta
from pathlib import Path

import yaml

COUNTS = {"organisation": 855, "person": 833}
EXPIRED = frozenset({17, 204, 511, 730, 901, 1203, 1644})  # row numbers, from 1
ISSUER = "Ban Co yeu Chinh phu (mau)"
COLUMNS = ("serial", "holder_kind", "not_before", "not_after", "issuer", "unit", "holder")


def main() -> None:
    """Write the register to standard output."""
    inventory = yaml.safe_load((Path(__file__).parent.parent / "inventory.yaml").read_text(encoding="utf-8"))
    units = [unit["id"] for unit in inventory["units"]]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    kinds = [kind for kind, count in COUNTS.items() for _ in range(count)]
    for number, kind in enumerate(kinds, start=1):
        digest = hashlib.blake2s(f"netaudit sample {number}".encode()).digest()
        start, end = _validity(number, digest)
        writer.writerow(
            (
                digest[:8].hex(),
                kind,
                start.isoformat(),
                end.isoformat(),
                ISSUER,
                units[number % len(units)],
                f"{'TC' if kind == 'organisation' else 'CN'}-{number:04d}",
            )
        )


def _validity(number: int, digest: bytes) -> tuple[date, date]:
    if number in EXPIRED:
        start = date(2014, 1, 1) + timedelta(days=digest[8] * 4)
        return start, start + timedelta(days=5 * 365)
    start = date(2020, 1, 1) + timedelta(days=digest[8] * 4)
    return start, date(2045, 1, 1) + timedelta(days=digest[9] * 12)


if __name__ == "__main__":
    main()
