"""A register that is the certificates themselves: X.509 in PEM or DER, one file or a folder of them.

Of a holder's name only a pseudonym stays, and files are told by their number, as their names may name persons too.
"""

import binascii
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import NameOID

from netaudit.model.common import Reason
from netaudit.model.facts import CertificateRow
from netaudit.probes.register_rows import KINDS, Reading, Unusable, plain, pseudonym, shortened
from netaudit.probes.register_trust import PARSE_ERRORS, Trust, is_authority

__all__ = ["Certificate", "is_certificate", "one_file", "read_certificates", "whole_folder"]

_MOST_FILES = 100_000
_LARGEST_CERTIFICATE_FILE = 256 * 1024
_LARGEST_FOLDER = 200 * 1024 * 1024
_PEM = re.compile(rb"^-----BEGIN (?:X509 )?CERTIFICATE-----", re.MULTILINE)
_PEM_END = re.compile(rb"-----END (?:X509 )?CERTIFICATE-----")

_BROKEN_PEM = "a PEM block that does not end, or is no base64"

_ORGANISATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")  # ETSI EN 319 412-1 section 5.1.4
_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")  # RFC 3739 section 3.2.6
_ESIGN, _ESEAL = bytes.fromhex("060704008e46010601"), bytes.fromhex("060704008e46010602")  # EN 319 412-5 section 4.2.3
_OF_A_PERSON = (NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.PSEUDONYM, NameOID.TITLE)
_PERSON_ID = re.compile(r"(?:CMND|CMT|CCCD|CC|HC)\s*:|(?:PAS|IDC|PNO)[A-Z]{2}-", re.IGNORECASE)
_ORGANISATION_ID = re.compile(r"(?:MST|MNS|MSDN|MBHXH)\s*:|(?:VAT|NTR)[A-Z]{2}-", re.IGNORECASE)


@dataclass(frozen=True)
class Certificate:
    """What stands at one place of the register: a certificate in DER, or why there is none."""

    line: int  # number of the file in its folder, of the certificate in a file
    content: bytes = b""
    problem: str = ""
    kind: str = ""  # of the holder, where the folder says it


def is_certificate(content: bytes) -> bool:
    """Whether a file holds certificates: PEM, or the SEQUENCE with a long length that DER begins with."""
    return (content[:1] == b"\x30" and content[1:2] in (b"\x81", b"\x82", b"\x83")) or bool(_PEM.search(content))


def one_file(content: bytes) -> Iterator[Certificate]:
    """The certificates of a file that `is_certificate`, numbered from 1."""
    for number, found in enumerate(_split(content), start=1):
        yield Certificate(number, found, "" if found else _BROKEN_PEM)


def whole_folder(folder: Path) -> Iterator[Certificate]:
    """The certificates of a folder and of the folders in it, numbered as `LC_ALL=C sort` lists the files.

    A folder in it that is called "organisation" or "person" (to-chuc, ca-nhan) says so of the holders. Raises
    OSError when it can't be listed, Unusable when there is more than a register needs.
    """
    left = _LARGEST_FOLDER
    for number, path in enumerate(_files(folder), start=1):
        kind = KINDS.get(plain(path.parent.name), "") if path.parent != folder else ""
        content, problem = _content(path)
        left -= len(content)
        if left < 0:
            raise Unusable(Reason.TOO_LARGE, f"has more than {_LARGEST_FOLDER // 1024 // 1024} MB")
        if problem:
            yield Certificate(number, problem=problem)
        for found in _split(content) if not problem else ():
            yield Certificate(number, found, "" if found else _BROKEN_PEM, kind)


def read_certificates(found: list[Certificate], trust: Trust) -> Reading:
    """Every certificate of a holder as a row; those of authorities only help `trust`, and are not counted."""
    parsed = [(entry, _loaded(entry)) for entry in found]
    trust.add(one for _, one in parsed if isinstance(one, x509.Certificate) and is_authority(one))
    reading = Reading()
    for entry, one in parsed:
        if isinstance(one, x509.Certificate) and is_authority(one):
            continue
        if reading.stopped(entry.line):
            break
        if isinstance(one, str):
            reading.broken[str(entry.line)] = one
        elif kind := entry.kind or _holder_kind(one):
            reading.rows.append(_row(entry.line, kind, one, trust))
        else:
            reading.broken[str(entry.line)] = "the certificate does not show whether the holder is a person"
    return reading


def _row(line: int, kind: str, found: x509.Certificate, trust: Trust) -> CertificateRow:
    serial = f"{found.serial_number:x}"
    key, bits = _key(found)
    return CertificateRow(
        line=line,
        pseudonym=pseudonym(found.subject.public_bytes(), serial),
        holder=kind,
        serial=serial,
        not_before=found.not_valid_before_utc.timestamp(),
        not_after=found.not_valid_after_utc.timestamp(),
        issuer=_issuer(found.issuer, trust),
        key=key,
        key_bits=bits,
        signature=_signature(found),
        digest=_digest(found),
        revoked=trust.revoked(found.serial_number, found.issuer),
        chained=trust.chained(found),
    )


def _loaded(entry: Certificate) -> x509.Certificate | str:
    """The certificate, with all that is needed of it known to be readable; or what is wrong with it."""
    if entry.problem:
        return entry.problem
    try:
        certificate = x509.load_der_x509_certificate(entry.content)
        _ = certificate.subject, certificate.issuer, certificate.extensions
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except PARSE_ERRORS:  # their texts may quote the holder
        return "no X.509 certificate that can be read"
    return certificate if certificate.serial_number >= 0 else "the serial is negative"


def _holder_kind(certificate: x509.Certificate) -> str:
    """What the certificate's own type says, then the attributes of the name (ETSI EN 319 412-2, 412-3; as in Viet Nam).

    A person's certificate may name the organisation too, so that the marks of a person count first.
    """
    statements = _statements(certificate)
    if (_ESIGN in statements) != (_ESEAL in statements):
        return "person" if _ESIGN in statements else "organisation"
    subject = certificate.subject
    ids = " ".join(_texts(subject, NameOID.USER_ID) + _texts(subject, NameOID.SERIAL_NUMBER))
    if _PERSON_ID.search(ids) or any(_texts(subject, oid) for oid in _OF_A_PERSON):
        return "person"
    common = {plain(text) for text in _texts(subject, NameOID.COMMON_NAME)}
    bodies = _texts(subject, NameOID.ORGANIZATION_NAME) + _texts(subject, NameOID.ORGANIZATIONAL_UNIT_NAME)
    named = bool(common & {plain(text) for text in bodies})
    if named or _ORGANISATION_ID.search(ids) or _texts(subject, _ORGANISATION_IDENTIFIER):
        return "organisation"
    return ""


def _statements(certificate: x509.Certificate) -> bytes:
    try:
        value = certificate.extensions.get_extension_for_oid(_QC_STATEMENTS).value
    except x509.ExtensionNotFound:
        return b""
    return value.value if isinstance(value, x509.UnrecognizedExtension) else b""


def _issuer(issuer: x509.Name, trust: Trust) -> str:
    """The common name or organisation of an issuer that a root or a CRL vouches for; any other may be a person."""
    if not trust.knows(issuer):
        return "issuer " + hashlib.blake2s(issuer.public_bytes(), digest_size=8).hexdigest()
    texts = _texts(issuer, NameOID.COMMON_NAME) or _texts(issuer, NameOID.ORGANIZATION_NAME)
    return shortened(texts[0]) if texts else ""


def _texts(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in name.get_attributes_for_oid(oid)]


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    """The key's type and size in bits; nothing of a type that we don't know."""
    try:
        key = certificate.public_key()
    except (*PARSE_ERRORS, UnsupportedAlgorithm):
        return "", 0
    match key:
        case rsa.RSAPublicKey():
            return "RSA", key.key_size
        case ec.EllipticCurvePublicKey():
            return "EC", key.key_size
        case dsa.DSAPublicKey():
            return "DSA", key.key_size
        case ed25519.Ed25519PublicKey():
            return "Ed25519", 256
        case ed448.Ed448PublicKey():
            return "Ed448", 456
        case _:
            return "", 0


def _signature(certificate: x509.Certificate) -> str:
    oid = certificate.signature_algorithm_oid
    name = oid._name  # its only name in words
    return name if name != "Unknown OID" else oid.dotted_string


def _digest(certificate: x509.Certificate) -> str:
    """The digest that is signed; none with EdDSA, and "unknown" where we can't tell."""
    try:
        algorithm = certificate.signature_hash_algorithm
    except (*PARSE_ERRORS, UnsupportedAlgorithm):
        return "unknown"
    return algorithm.name if algorithm is not None else ""


def _split(content: bytes) -> Iterator[bytes]:
    """Each certificate as DER; an empty one where a PEM block does not end or is no base64."""
    if not _PEM.search(content):
        yield content
        return
    for part in _PEM.split(content)[1:]:
        end = _PEM_END.search(part)
        yield _der(part[: end.start()]) if end else b""


def _der(base64: bytes) -> bytes:
    try:
        return binascii.a2b_base64(base64)
    except binascii.Error:
        return b""


def _files(folder: Path) -> list[Path]:
    """Regular files and links of the folder and of those in it, hidden ones left out. Raises OSError, Unusable."""
    found: list[Path] = []
    for place in (folder, *sorted(path for path in islice(folder.iterdir(), _MOST_FILES) if _is_folder(path))):
        found += islice((path for path in place.iterdir() if path.name[0] != "." and not path.is_dir()), _MOST_FILES)
        if len(found) >= _MOST_FILES:
            raise Unusable(Reason.TOO_LARGE, f"has {_MOST_FILES} files or more")
    return sorted(found, key=lambda path: os.fsencode(path.relative_to(folder)))


def _is_folder(path: Path) -> bool:
    return path.name[0] != "." and path.is_dir() and not path.is_symlink()


def _content(path: Path) -> tuple[bytes, str]:
    """A file's content, or what is wrong with it: links may lead out of the inventory's folder."""
    if path.is_symlink() or not path.is_file():
        return b"", "not a regular file"
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_CERTIFICATE_FILE + 1)
    except OSError as error:
        return b"", f"can't be read: {error.strerror}"
    if len(content) > _LARGEST_CERTIFICATE_FILE:
        return b"", f"has more than {_LARGEST_CERTIFICATE_FILE // 1024} kB"
    return content, "" if content else "empty"
