"""A certificate in a few lines, decoded from the DER that a server sent."""

from collections.abc import Iterator
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from netaudit.writers.safe import one_line

__all__ = ["certificate_lines"]

_NAMES = 40  # subject alternative names shown


def certificate_lines(der: bytes) -> Iterator[str]:
    """Yield subject, issuer, validity, names, key and fingerprint. What can't be decoded is said, not raised."""
    try:
        lines = list(_decoded(x509.load_der_x509_certificate(der)))
    except Exception as error:  # the parser raises many kinds over hostile bytes, and none must end the page
        lines = [f"can't be decoded: {type(error).__name__}: {error}"]
    for line in lines:
        yield one_line(line, 2_000)
    yield f"SHA-256  {sha256(der).hexdigest()}"


def _decoded(certificate: x509.Certificate) -> Iterator[str]:
    yield f"subject  {certificate.subject.rfc4514_string() or '-'}"
    yield f"issuer   {certificate.issuer.rfc4514_string() or '-'}"
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    yield f"valid    {begins:%Y-%m-%dT%H:%M:%SZ} to {ends:%Y-%m-%dT%H:%M:%SZ}"
    names = _names(certificate)
    more = f" … (+{len(names) - _NAMES})" if len(names) > _NAMES else ""
    yield f"names    {', '.join(names[:_NAMES]) or '-'}{more}"
    hashed = certificate.signature_hash_algorithm
    yield f"key      {_key(certificate.public_key())}, signed with {hashed.name if hashed else 'its own hash'}"
    yield f"serial   {certificate.serial_number:x}"


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in extension.value]


def _key(key: PublicKeyTypes) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return type(key).__name__.lstrip("_").removesuffix("PublicKey")
