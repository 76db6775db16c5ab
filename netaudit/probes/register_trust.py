"""What files beside a register say of its certificates: revoked by a CRL, and issued below a configured root.

Nothing is fetched: neither a CRL nor an issuer's certificate. RFC 5280 sections 5 and 6, as far as a register needs.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from netaudit.probes.register_rows import plain

__all__ = ["PARSE_ERRORS", "Trust", "is_authority"]

PARSE_ERRORS = (ValueError, TypeError, OverflowError, x509.InvalidVersion, x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType, UnsupportedAlgorithm)  # fmt: skip
"""What cryptography raises for X.509 that breaks its rules."""

_LARGEST_FILE = 50 * 1024 * 1024
_MOST_AUTHORITIES = 500
_MOST_OF_ONE_NAME = 16
_DEEPEST = 16  # certificates between a holder's and a root


@dataclass(frozen=True)
class _Revocations:
    """One CRL: what it revokes, and whether it speaks of every certificate of its issuer today."""

    name: str  # of the file
    issuer: x509.Name
    serials: frozenset[int]
    complete: bool
    source: x509.CertificateRevocationList


@dataclass
class Trust:
    """Roots and CRLs of a register at a time. `unread` tells of files that could not be used, by their name."""

    at: datetime
    unread: dict[str, str] = field(default_factory=dict)
    _roots: list[x509.Certificate] = field(default_factory=list)
    _trusted: dict[x509.Name, list[x509.Certificate]] = field(default_factory=dict)
    _lists: list[_Revocations] = field(default_factory=list)
    _of_text: dict[str, list[_Revocations]] = field(default_factory=dict)
    _roots_unread: bool = False
    _undecided: bool = False  # there may be authorities below a root that `_trusted` lacks

    @classmethod
    def of_files(cls, folder: Path, crls: Sequence[str], roots: Sequence[str], at: float) -> "Trust":
        """Read the files, which stand in `folder`; never raises for what they hold."""
        trust = cls(datetime.fromtimestamp(at, UTC))
        for name in roots:
            try:
                trust._roots += _certificates(_content(folder / name))
            except (OSError, *PARSE_ERRORS):
                trust.unread[Path(name).name] = "no certificates of roots that can be read"
                trust._roots_unread = True
        for name in crls:
            try:
                trust._lists.append(_revocations(Path(name).name, _content(folder / name), trust.at))
            except (OSError, *PARSE_ERRORS):
                trust.unread[Path(name).name] = "no certificate revocation list that can be read"
        trust.add(())
        return trust

    def add(self, authorities: Iterable[x509.Certificate]) -> None:
        """Find which authorities lead to a root, and drop CRLs that their issuer, where known, has not signed."""
        every = list(dict.fromkeys(authorities))  # a chain may stand with each of many holders
        known = every[:_MOST_AUTHORITIES]
        self._trusted, all_decided = _trusted(self._roots, known, self.at)
        self._undecided = not all_decided or len(every) > len(known)
        self._lists = [found for found in self._lists if self._authentic(found, [*self._roots, *known])]

    def knows(self, issuer: x509.Name) -> bool:
        """Whether it is the name of an authority below a root, or of one whose CRL was given."""
        return issuer in self._trusted or any(found.issuer == issuer for found in self._lists)

    def revoked(self, serial: int, issuer: x509.Name) -> bool | None:
        """Whether a CRL of the issuer lists the serial; None when no complete one in force says either."""
        return _answer(serial, [found for found in self._lists if found.issuer == issuer])

    def revoked_of_text(self, serial: str, issuer: str) -> bool | None:
        """The same for a row of a table, whose issuer is a text. Without one, the CRLs have to be of one issuer."""
        if issuer not in self._of_text:  # one register has few issuers and many rows
            self._of_text[issuer] = self._lists_of(issuer)
        return _answer(int(serial, 16), self._of_text[issuer])

    def chained(self, certificate: x509.Certificate) -> bool | None:
        """Whether it is issued below a root, signatures verified. None without roots, or where we can't tell."""
        if not self._roots:
            return None
        answers = [_issued(certificate, above) for above in self._trusted.get(certificate.issuer, [])]
        if True in answers:
            return True
        return None if None in answers or self._roots_unread or self._undecided else False

    def _lists_of(self, issuer: str) -> list[_Revocations]:
        if not issuer and len({found.issuer for found in self._lists}) == 1:
            return self._lists
        return [found for found in self._lists if plain(issuer) in _names(found.issuer)]

    def _authentic(self, found: _Revocations, authorities: Sequence[x509.Certificate]) -> bool:
        above = [one for one in authorities if one.subject == found.issuer][:_MOST_OF_ONE_NAME]
        if not above or any(_signed(found.source, one) for one in above):
            return True
        self.unread[found.name] = "the revocation list is not signed by its issuer"
        return False


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it may issue certificates (RFC 5280 sections 4.2.1.3 and 4.2.1.9)."""
    try:
        if not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound as missing:
        return missing.oid == x509.KeyUsage.oid
    except PARSE_ERRORS:
        return False


def _trusted(
    roots: Sequence[x509.Certificate], authorities: Sequence[x509.Certificate], at: datetime
) -> tuple[dict[x509.Name, list[x509.Certificate]], bool]:
    """Authorities by name, from the roots downward, each once and within the path length of those above it.

    False beside them: there are more of one name than are kept, or one is signed in a way that we don't know.
    """
    all_decided = True
    found: dict[x509.Name, list[x509.Certificate]] = defaultdict(list)
    waiting = deque((root, _path_length(root, _DEEPEST)) for root in roots if _in_force(root, at))
    left = [authority for authority in authorities if _in_force(authority, at)]
    while waiting:
        above, length = waiting.popleft()
        if len(found[above.subject]) < _MOST_OF_ONE_NAME:
            found[above.subject].append(above)
        else:
            all_decided = False
        answers = [(one, _issued(one, above)) for one in left if length > 0 and one.issuer == above.subject]
        all_decided = all_decided and all(answer is not None for _, answer in answers)
        below = [one for one, answer in answers if answer]
        left = [one for one in left if one not in below]
        waiting += [(one, _path_length(one, length - 1)) for one in below]
    return dict(found), all_decided


def _path_length(certificate: x509.Certificate, most: int) -> int:
    """How many authorities may stand below this one (RFC 5280 section 4.2.1.9)."""
    try:
        own = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
    except (x509.ExtensionNotFound, *PARSE_ERRORS):
        return most
    return most if own is None else min(own, most)


def _in_force(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _issued(certificate: x509.Certificate, above: x509.Certificate) -> bool | None:
    """Whether one certificate signed the other; None for an algorithm that we don't know."""
    try:
        _ = certificate.signature_hash_algorithm  # tells an unknown algorithm from a wrong signature
        certificate.verify_directly_issued_by(above)
    except UnsupportedAlgorithm:
        return None
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _signed(found: x509.CertificateRevocationList, above: x509.Certificate) -> bool:
    try:
        return found.is_signature_valid(above.public_key())  # type: ignore[arg-type]  # raises for keys that can't sign
    except (InvalidSignature, *PARSE_ERRORS):
        return False


def _revocations(name: str, content: bytes, at: datetime) -> _Revocations:
    """Raises one of PARSE_ERRORS."""
    pem = b"-----BEGIN X509 CRL-----" in content
    found = x509.load_pem_x509_crl(content) if pem else x509.load_der_x509_crl(content)
    own = _own_entries(found)
    serials = frozenset(entry.serial_number for entry in own if not _withdrawn(entry))
    fresh = found.next_update_utc is not None and found.last_update_utc <= at <= found.next_update_utc
    complete = fresh and len(own) == len(found) and all(_harmless(one) for one in found.extensions)
    return _Revocations(name, found.issuer, serials, complete, found)


def _own_entries(found: x509.CertificateRevocationList) -> list[x509.RevokedCertificate]:
    """The entries of the CRL's own issuer; a named one holds until the next is named (RFC 5280 section 5.3.3)."""
    own: list[x509.RevokedCertificate] = []
    ours = True
    for entry in found:
        for extension in entry.extensions:
            if isinstance(extension.value, x509.CertificateIssuer):
                ours = found.issuer in extension.value.get_values_for_type(x509.DirectoryName)
        if ours:
            own.append(entry)
    return own


def _withdrawn(entry: x509.RevokedCertificate) -> bool:
    """Whether a delta CRL takes back what another has listed (RFC 5280 section 5.3.1)."""
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return False
    return reason is x509.ReasonFlags.remove_from_crl


def _harmless(extension: x509.Extension[x509.ExtensionType]) -> bool:
    """Whether the CRL still speaks of every certificate of a holder: a delta, a part or an unknown rule does not."""
    value = extension.value
    if isinstance(value, x509.IssuingDistributionPoint):
        return not (
            value.full_name or value.relative_name or value.indirect_crl or value.only_some_reasons
            or value.only_contains_ca_certs or value.only_contains_attribute_certs
        )  # fmt: skip
    return not extension.critical


def _answer(serial: int, lists: Sequence[_Revocations]) -> bool | None:
    if any(serial in found.serials for found in lists):
        return True
    return False if any(found.complete for found in lists) else None


def _names(name: x509.Name) -> set[str]:
    """How a table may write the name of an issuer, as `plain` has it."""
    texts = [str(part.value) for part in name if part.oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)]
    return {plain(text) for text in (*texts, name.rfc4514_string())} - {""}


def _certificates(content: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN" in content:
        return x509.load_pem_x509_certificates(content)
    return [x509.load_der_x509_certificate(content)]


def _content(path: Path) -> bytes:
    """Raises OSError, and ValueError when it is larger than any such file."""
    with path.open("rb") as file:
        content = file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise ValueError("too large")
    return content
