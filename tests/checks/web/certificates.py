"""Certificates as servers show them: a root, one that it issued for a host, and what validation says of them."""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from netaudit.judge.trust import TrustJudge
from netaudit.model.evidence import CertificateTrust
from netaudit.model.facts import TlsObservation
from tests.checks.web.builders import NOW

_NOW = datetime.fromtimestamp(NOW, UTC)


class Shown(NamedTuple):
    """A TLS session's certificates, the server's own first, and the root that it may be trusted from."""

    certificates: tuple[x509.Certificate, ...]
    root: x509.Certificate

    def tlsa(self, parameters: str, position: int = 0) -> str:
        """The TLSA record "usage selector matching-type" of one of the certificates, in presentation format."""
        _, selector, matching = parameters.split()
        certificate = self.certificates[position]
        data = certificate.public_bytes(Encoding.DER)
        if selector == "1":
            data = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        made = {"0": data, "1": hashlib.sha256(data).digest(), "2": hashlib.sha512(data).digest()}[matching]
        return f"{parameters} {made.hex()}"

    def session(self, host: str, alpn: str = "h2") -> TlsObservation:
        der = tuple(certificate.public_bytes(Encoding.DER) for certificate in self.certificates)
        return TlsObservation(server_name=host, version="TLSv1.3", alpn=alpn, certificates=der)

    def trust(self, host: str, *, known: bool = True) -> CertificateTrust:
        """What validation says; `known`: the root is one that clients trust."""
        roots = (self.root.public_bytes(Encoding.PEM).decode(),) if known else ()
        found = TrustJudge(roots, NOW).judge(self.session(host))
        assert found is not None
        return found


@cache
def shown(*names: str, organisation: str = "Let's Encrypt", days: int = 60, label: str = "") -> Shown:
    """What a server shows that has a certificate for these names, which ends in so many days; the root is shown too."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, "R1")]
    )
    root = (
        _builder(issuer, issuer, root_key.public_key(), 3650)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    leaf = (
        _builder(subject, issuer, key.public_key(), days)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return Shown((leaf, root), root)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOW - timedelta(days=90))
        .not_valid_after(_NOW + timedelta(days=days))
    )
