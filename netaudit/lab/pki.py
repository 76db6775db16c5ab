"""The lab's certification authority, and the certificates that are wrong on purpose."""

import ssl
import tempfile
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from netaudit.lab.flaws import Flaws
from netaudit.lab.keyring import Keyring
from netaudit.lab.tlsa import server_key
from netaudit.model.common import Family

__all__ = ["Condition", "Credentials", "Pki", "condition_of"]

Condition = Literal["good", "mismatch", "expired", "untrusted"]
_OTHER_NAME = "may-chu-khac.invalid"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Credentials:
    """A certificate and its private key, both PEM."""

    certificate: str
    key: str

    def context(self, *, old: bool = False) -> ssl.SSLContext:
        """A server context that shows the certificate; an `old` one speaks TLS 1.1 at most."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if old:
            _limit_to_old_versions(context)
        with tempfile.TemporaryDirectory(prefix="netaudit-lab-") as folder:  # ssl reads certificates from files only
            path = Path(folder) / "server.pem"
            path.touch(mode=0o600)
            path.write_text(self.certificate + self.key)
            context.load_cert_chain(path)
        return context


def condition_of(host: str, family: Family, flaws: Flaws) -> Condition:
    """Which certificate a host shows over a family."""
    if flaws.host(host, family, "certificate_mismatch"):
        return "mismatch"
    if flaws.host(host, family, "certificate_expired"):
        return "expired"
    return "untrusted" if flaws.host(host, family, "certificate_untrusted") else "good"


class Pki:
    """A root and the leaves it issues around `now` (seconds since 1970, UTC). Leaves are made when first wanted."""

    def __init__(self, now: float, keyring: Keyring | None = None) -> None:
        self._now = datetime.fromtimestamp(int(now), UTC)
        self._keyring = keyring or Keyring()
        self._key: ec.EllipticCurvePrivateKey = self._keyring.key("certification authority", "ECDSAP256SHA256")
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "netaudit lab root")])
        self._root = self._make_root()
        self._leaves: dict[tuple[tuple[str, ...], Condition], Credentials] = {}

    @property
    def root(self) -> str:
        """The root certificate, PEM."""
        return _pem(self._root)

    def leaf(self, hosts: tuple[str, ...], condition: Condition = "good") -> Credentials:
        """A certificate that names `hosts`; in any condition but `good` it is wrong in that way."""
        made = self._leaves.get((hosts, condition))
        if made is None:
            made = self._leaves[hosts, condition] = self._make_leaf(hosts, condition)
        return made

    def _make_root(self) -> x509.Certificate:
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        return (
            self._builder(self._name, self._key.public_key(), self._now + 3_650 * _DAY)
            .issuer_name(self._name)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def _make_leaf(self, hosts: tuple[str, ...], condition: Condition) -> Credentials:
        names = (_OTHER_NAME,) if condition == "mismatch" else hosts
        key = server_key(hosts, condition, self._keyring)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
        ends = self._now - _DAY if condition == "expired" else self._now + 90 * _DAY
        own = condition == "untrusted"
        issuer_key = key if own else self._key
        certificate = (
            self._builder(subject, key.public_key(), ends)
            .issuer_name(subject if own else self._name)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
            .sign(issuer_key, hashes.SHA256())
        )
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Credentials(_pem(certificate), pem.decode())

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, ends: datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - 60 * _DAY)
            .not_valid_after(ends)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        )


def _limit_to_old_versions(context: ssl.SSLContext) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old on purpose
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
