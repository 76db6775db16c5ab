"""Makes sample/certificates.csv and sample/revoked.crl: the register of digital certificates of the sample province.

The rows are invented and the same on every run: 855 certificates of organisations and 833 of persons, spread over
the units of inventory.yaml. Holders are codes, never names. All are valid for many years, so that the sample does
not rot, except EXPIRED rows, which ended long ago on purpose. The list revokes REVOKED rows, signed with a key that
anybody can make again: it is worth nothing, like everything else of the invented issuer.

    python sample/make_register.py
"""

import csv
import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

COUNTS = {"organisation": 855, "person": 833}
EXPIRED = frozenset({17, 204, 511, 730, 901, 1203, 1644})  # row numbers, from 1
REVOKED = frozenset({88, 1311})
ISSUER = "Ban Co yeu Chinh phu (mau)"
COLUMNS = ("serial", "holder_kind", "not_before", "not_after", "issuer", "unit", "holder")


def main() -> None:
    """Write both files beside this one."""
    folder = Path(__file__).parent
    rows = _rows(folder.parent / "inventory.yaml")
    with (folder / "certificates.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    revoked = [int(row[0], 16) for number, row in enumerate(rows, start=1) if number in REVOKED]
    (folder / "revoked.crl").write_bytes(_revocation_list(revoked))


def _rows(inventory: Path) -> list[tuple[str, ...]]:
    units = [unit["id"] for unit in yaml.safe_load(inventory.read_text(encoding="utf-8"))["units"]]
    kinds = [kind for kind, count in COUNTS.items() for _ in range(count)]
    return [_row(number, kind, units[number % len(units)]) for number, kind in enumerate(kinds, start=1)]


def _row(number: int, kind: str, unit: str) -> tuple[str, ...]:
    digest = hashlib.blake2s(f"netaudit sample {number}".encode()).digest()
    start, end = _validity(number, digest)
    holder = f"{'TC' if kind == 'organisation' else 'CN'}-{number:04d}"
    return digest[:8].hex(), kind, start.isoformat(), end.isoformat(), ISSUER, unit, holder


def _revocation_list(serials: list[int]) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(hashlib.blake2s(b"netaudit sample issuer").digest())
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)]))
        .last_update(datetime(2026, 1, 1))
        .next_update(datetime(2056, 1, 1))
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(datetime(2025, 6, 1))
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key, None).public_bytes(Encoding.PEM)


def _validity(number: int, digest: bytes) -> tuple[date, date]:
    if number in EXPIRED:
        start = date(2014, 1, 1) + timedelta(days=digest[8] * 4)
        return start, start + timedelta(days=5 * 365)
    start = date(2020, 1, 1) + timedelta(days=digest[8] * 4)
    return start, date(2045, 1, 1) + timedelta(days=digest[9] * 12)


if __name__ == "__main__":
    main()
