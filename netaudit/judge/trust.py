"""What certificate validation says of a TLS session (RFC 5280, RFC 9525), from the certificates that were shown.

The certificates are hostile bytes: whatever they hold, the answer is a `CertificateTrust` or None.
"""

import hashlib
import ipaddress
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    Subject,
    VerificationError,
)

from netaudit.model.evidence import CertificateTrust
from netaudit.model.facts import TlsObservation

__all__ = ["TrustJudge", "name_matches"]

_INTERMEDIATES = 8
_NAMES = 100  # of one certificate; public authorities allow as many
_CHARACTERS = 200  # of a subject or issuer


class TrustJudge:
    """Validates TLS sessions against certifi's roots and some more (PEM), all at one moment.

    `now` in seconds since 1970. Equal sessions are validated once.
    """

    def __init__(self, roots: Sequence[str], now: float) -> None:
        self._now = datetime.fromtimestamp(now, UTC)
        self._extra = [certificate for pem in roots for certificate in _readable(pem)]
        self._store: Store | None = None
        self._known: dict[tuple[tuple[bytes, ...], str], CertificateTrust | None] = {}

    def judge(self, session: TlsObservation) -> CertificateTrust | None:
        """What validation says of a session; None without a certificate that can be read."""
        if not session.certificates:
            return None
        key = (session.certificates, session.server_name)
        if key not in self._known:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # cryptography's, on certificates that break RFC 5280 a little
                self._known[key] = self._judge(*key)
        return self._known[key]

    def _judge(self, certificates: tuple[bytes, ...], host: str) -> CertificateTrust | None:
        try:
            leaf = x509.load_der_x509_certificate(certificates[0])
            names, addresses = _alternative_names(leaf)
            subject, issuer = _text(leaf.subject), _text(leaf.issuer)
            starts, ends = leaf.not_valid_before_utc.timestamp(), leaf.not_valid_after_utc.timestamp()
        except Exception:  # the parser raises a dozen types on bytes that are no certificate
            return None
        error = self._chain_error(leaf, certificates[1:], names, addresses)
        return CertificateTrust(
            trusted=not error,
            name_matches=_matches_any(host, names, addresses),
            not_before=starts,
            not_after=ends,
            subject=subject,
            issuer=issuer,
            names=(*names, *map(str, addresses))[:_NAMES],
            key=_key(leaf),
            fingerprint=hashlib.sha256(certificates[0]).hexdigest(),
            error=error,
        )

    def _chain_error(
        self, leaf: x509.Certificate, others: Sequence[bytes], names: Sequence[str], addresses: Sequence["_Address"]
    ) -> str:
        """Why no path leads to a trusted root; empty when one does.

        The verifier wants a name: it gets one that the certificate itself claims, for whether that is the
        host's name is a question of its own.
        """
        if self._now < leaf.not_valid_before_utc:
            return "not yet valid"
        if self._now > leaf.not_valid_after_utc:
            return "expired"
        subjects = _subjects(names, addresses)
        if not subjects:
            return "no subjectAltName"
        intermediates = [found for der in others[:_INTERMEDIATES] if (found := _certificate(der)) is not None]
        try:
            builder = PolicyBuilder().store(self._roots()).time(self._now)
            builder = builder.extension_policies(ca_policy=_AUTHORITY, ee_policy=_SERVER)
            builder.build_server_verifier(subjects[0]).verify(leaf, intermediates)
        except VerificationError as error:
            if leaf.issuer == leaf.subject:
                return "self-signed"
            return _reason(error)
        except Exception as error:  # hostile extensions make it raise other types too
            return f"unreadable: {type(error).__name__}"
        return ""

    def _roots(self) -> Store:
        if self._store is None:
            with open(certifi.where(), encoding="ascii") as file:
                public = x509.load_pem_x509_certificates(file.read().encode())
            self._store = Store([*public, *self._extra])
        return self._store


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _is_authority(policy: Policy, certificate: x509.Certificate, found: x509.BasicConstraints) -> None:
    if not found.ca:
        raise ValueError("an issuer that is no certification authority")


def _may_sign(policy: Policy, certificate: x509.Certificate, found: x509.KeyUsage | None) -> None:
    if found is not None and not found.key_cert_sign:
        raise ValueError("an issuer whose key must not sign certificates")


def _serves(policy: Policy, certificate: x509.Certificate, found: x509.ExtendedKeyUsage | None) -> None:
    usages = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if found is not None and not usages & set(found):
        raise ValueError("not meant for servers")


# What RFC 5280 section 6 asks of a path, and no more: the verifier's own defaults hold every certificate against
# the CA/Browser Forum's form as well, and refuse some that every browser takes.
_AUTHORITY = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_authority)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _serves)
)
_SERVER = (
    ExtensionPolicy.permit_all()
    .require_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _serves)
)


def name_matches(host: str, presented: str) -> bool:
    """Whether a name of a certificate stands for `host` (RFC 9525 section 6.3): `*` for one whole left-most label."""
    wanted, shown = (name.rstrip(".").lower().split(".") for name in (host, presented))
    if shown[0] != "*":
        return wanted == shown and "" not in shown
    return (
        len(shown) > 2 and wanted[1:] == shown[1:] and "" not in wanted and not any("*" in part for part in shown[1:])
    )


def _matches_any(host: str, names: Sequence[str], addresses: Sequence[_Address]) -> bool:
    try:
        return ipaddress.ip_address(host) in addresses
    except ValueError:
        return any(name_matches(host, name) for name in names)


def _alternative_names(leaf: x509.Certificate) -> tuple[tuple[str, ...], tuple[_Address, ...]]:
    """The DNS names and addresses of the subjectAltName; the common name no longer counts (RFC 9525 section 2)."""
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return (), ()
    names = tuple(found.get_values_for_type(x509.DNSName)[:_NAMES])
    addresses = found.get_values_for_type(x509.IPAddress)[:_NAMES]
    return names, tuple(a for a in addresses if isinstance(a, _Address))


def _subjects(names: Sequence[str], addresses: Sequence[_Address]) -> list[Subject]:
    found: list[Subject] = []
    for name in names:
        try:
            found.append(x509.DNSName(name.replace("*", "any", 1) if name.startswith("*.") else name))
        except ValueError:
            continue  # no name of the DNS: another one may be
    return found + [x509.IPAddress(address) for address in addresses]


def _reason(error: VerificationError) -> str:
    """The verifier's sentence without what it says in every case."""
    text = str(error)
    for prefix in ("validation failed: ", "candidates exhausted: ", "Python extension validator failed: ValueError: "):
        text = text.removeprefix(prefix)
    if "no interior errors" in text:
        return "no path to a trusted root"
    return text.partition(" (encountered")[0][:_CHARACTERS]


def _key(leaf: x509.Certificate) -> str:
    try:
        key = leaf.public_key()
    except Exception:  # unknown algorithms and broken keys alike
        return "unknown"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.key_size}"
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}"
    return type(key).__name__.removesuffix("PublicKey")


def _text(name: x509.Name) -> str:
    """The common name, or the whole name when there is none."""
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    text = str(common[0].value) if common else name.rfc4514_string()
    return text[:_CHARACTERS]


def _certificate(der: bytes) -> x509.Certificate | None:
    try:
        found = x509.load_der_x509_certificate(der)
        found.public_bytes(serialization.Encoding.DER)
    except Exception:  # as above: a server may send anything beside its own certificate
        return None
    return found


def _readable(pem: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return []
