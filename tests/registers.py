"""Registers to read: certificates of invented holders below an invented authority, as a folder, a workbook and CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from openpyxl import Workbook

ISSUER = "Ban Co yeu Chinh phu (mau)"
HEADERS = ("serial", "holder_kind", "not_before", "not_after", "issuer", "unit", "holder")
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Holder:
    """One certificate to issue; days are counted from the time of issuing."""

    serial: int
    name: str = "Nguyễn Văn A"
    kind: str = "person"
    days: tuple[int, int] = (-300, 700)
    bits: int = 0  # of an RSA key; 0: P-256


class Authority:
    """Issues certificates and revocation lists as of `now`."""

    def __init__(self, now: datetime, name: str = ISSUER, below: "Authority | None" = None, path: int | None = None):
        self.now = now.replace(microsecond=0)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = key(0, name)
        above = below or self
        builder = _builder(self.name, above.name, self.key, self.now, (-3000, 3000), 7)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path), critical=True)
        self.certificate = builder.sign(above.key, hashes.SHA256())

    def issue(self, holder: Holder) -> x509.Certificate:
        """The holder's certificate, its name marked as certificates in Viet Nam mark it."""
        who = "CCCD:001099000001" if holder.kind == "person" else "MST:0100000001"
        parts = [(NameOID.COMMON_NAME, holder.name), (NameOID.ORGANIZATION_NAME, "Sở mẫu"), (NameOID.USER_ID, who)]
        subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])
        builder = _builder(subject, self.name, key(holder.bits), self.now, holder.days, holder.serial)
        return builder.sign(self.key, hashes.SHA256())

    def revoke(self, serials: Iterable[int], days: int = 30) -> x509.CertificateRevocationListBuilder:
        """A list of the serials that ends after so many days, not yet signed."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name)
        builder = builder.last_update(self.now - timedelta(days=40)).next_update(self.now + timedelta(days=days))
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(self.now)
            builder = builder.add_revoked_certificate(entry.build())
        return builder


@cache
def key(bits: int, _of: str = "") -> Key:
    """A key; the same one for all holders, as making them takes time."""
    if bits:
        return rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return ec.generate_private_key(ec.SECP256R1())


def pem(certificate: x509.Certificate) -> bytes:
    """As PEM."""
    return certificate.public_bytes(Encoding.PEM)


def der(certificate: x509.Certificate) -> bytes:
    """As DER."""
    return certificate.public_bytes(Encoding.DER)


def crl(builder: x509.CertificateRevocationListBuilder, by: Authority, encoding: Encoding = Encoding.DER) -> bytes:
    """The list, signed."""
    return builder.sign(by.key, hashes.SHA256()).public_bytes(encoding)


def rows(holders: Iterable[Holder], now: datetime) -> list[tuple[str, ...]]:
    """The holders as rows of a table."""
    return [
        (
            f"{h.serial:x}", h.kind, *((now + timedelta(days=d)).replace(microsecond=0).isoformat() for d in h.days),
            ISSUER, "so-mau", h.name,
        )
        for h in holders
    ]  # fmt: skip


def write_csv(path: Path, table: Sequence[Sequence[str]]) -> None:
    """The table under its headers."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADERS, *table])
    path.write_bytes(text.getvalue().encode("utf-8", "surrogatepass"))


def write_workbook(path: Path, table: Sequence[Sequence[object]], headers: Sequence[object] = HEADERS) -> None:
    """The table under its headers, in a workbook. Formulas stay text, as openpyxl would make them formulas."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(headers))
    for record in table:
        sheet.append(list(record))
    for line in sheet.iter_rows():
        for cell in line:
            if cell.data_type == "f":
                cell.data_type = "s"
    book.save(path)


def write_recorded(folder: Path) -> None:
    """The folders of certificates, lists and roots that tests/recorded/files.inventory.yaml names."""
    now = datetime.now(UTC)
    root = Authority(now)
    stranger = Authority(now, "Nha cung cap la")
    (folder / "root.pem").write_bytes(pem(root.certificate))
    (folder / "broken-root.pem").write_bytes(b"no root")
    (folder / "current.crl").write_bytes(crl(root.revoke([0xBAD]), root))
    (folder / "stale.crl").write_bytes(crl(root.revoke([], days=-1), root))
    sets = {
        "x509-good": [(root, Holder(0xA1)), (root, Holder(0xA2, "Sở mẫu", "organisation"))],
        "x509-faulty": [(root, Holder(0xBAD, bits=1024)), (stranger, Holder(0xB2))],
        "x509-unsure": [(root, Holder(0xC1))],
    }
    for name, issued in sets.items():
        (folder / name).mkdir()
        for number, (authority, holder) in enumerate(issued):
            (folder / name / f"{number}.pem").write_bytes(pem(authority.issue(holder)))
    (folder / "x509-unsure" / "broken.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n")
    (folder / "x509-empty").mkdir()


def _builder(
    subject: x509.Name, issuer: x509.Name, own: Key, now: datetime, days: tuple[int, int], serial: int
) -> x509.CertificateBuilder:
    start, end = (now + timedelta(days=day) for day in days)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(own.public_key())
    return builder.serial_number(serial).not_valid_before(start).not_valid_after(end)
