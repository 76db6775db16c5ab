"""DANE: whether TLSA records and the certificates that a server showed go together (RFC 6698, RFC 7671, RFC 7672).

Pure, and total on hostile certificates: what can't be read matches nothing.
"""

import hashlib
import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import dns.rdtypes.ANY.TLSA
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from netaudit.model.evidence import CertificateTrust, FoundRecords, HostEvidence
from netaudit.model.security import SecurityStatus
from netaudit.rules.records import find, status_of
from netaudit.rules.service_names import tlsa_name

__all__ = [
    "DANE_EE", "PKIX", "TLSA", "Presented", "bogus", "described", "fitting", "published", "tlsa_of", "tlsa_text",
    "usable",
]  # fmt: skip

TLSA = dns.rdtypes.ANY.TLSA.TLSA

PKIX_TA, PKIX_EE, DANE_TA, DANE_EE = range(4)  # certificate usages (RFC 7218)
PKIX = frozenset({PKIX_TA, PKIX_EE})
"""Usages that ask for a public authority as well; for SMTP they are unusable (RFC 7672 section 3.1.3)."""

_CERTIFICATE, _KEY = range(2)  # selectors
_HASHES = {1: hashlib.sha256, 2: hashlib.sha512}  # matching types other than 0, the data themselves
_CHAIN = 8  # certificates of one session


class Presented(NamedTuple):
    """What a server showed in one TLS session, the server's own certificate first, and what validation said of it."""

    certificates: tuple[bytes, ...]
    trust: CertificateTrust


def published(host: HostEvidence, found: Iterable[FoundRecords], port: int) -> FoundRecords | None:
    """The look-up that counts for a TCP service: where the host's aliases end when that is secure, else at its name.

    RFC 7671 section 7. None: nothing was looked up.
    """
    known = list(found)
    ends = [lookup.canonical for lookup in (host.a, host.aaaa) if lookup is not None and lookup.canonical]
    asked = [find(known, "TLSA", tlsa_name(base, port)) for base in dict.fromkeys((*ends, host.host))]
    made = [item for item in asked if item is not None]
    some = [item for item in made if item.rdatas]
    secure = [item for item in some if status_of(item.security) is SecurityStatus.SECURE]
    return next(iter((*secure, *some, *reversed(made))), None)


def bogus(found: FoundRecords, host: HostEvidence) -> bool:
    """Whether clients that validate get no answer about TLSA: bogus records, or a bogus denial below a secure host.

    They then refuse the service (RFC 6698 section 4.1). Of a host that is bogus itself this says nothing new.
    """
    if status_of(found.security) is not SecurityStatus.BOGUS:
        return False
    states = [security.status for security in host.security.values()]
    return bool(found.rdatas) or (bool(states) and all(status is SecurityStatus.SECURE for status in states))


def tlsa_of(found: FoundRecords) -> tuple[TLSA, ...]:
    """The TLSA records of a look-up, in a stable order."""
    records = [rdata for rdata in found.rdatas if isinstance(rdata, TLSA)]
    return tuple(sorted(records, key=lambda r: (int(r.usage), int(r.selector), int(r.mtype), r.cert)))


def tlsa_text(record: TLSA) -> str:
    """A record as sentences name it: its three numbers, and where its data begin."""
    return f"{int(record.usage)} {int(record.selector)} {int(record.mtype)} {record.cert.hex()[:16]}…"


def described(fits: Sequence[TLSA]) -> str:
    """The records that fit a session, as the evidence table has them."""
    return f"TLSA {', '.join(map(tlsa_text, fits))}" if fits else "no TLSA record fits the certificate"


def usable(record: TLSA, *, pkix: bool) -> bool:
    """Whether a client can use a record: known numbers, data of the right length. `pkix`: usages 0 and 1 too."""
    if int(record.usage) not in ((PKIX_TA, PKIX_EE, DANE_TA, DANE_EE) if pkix else (DANE_TA, DANE_EE)):
        return False
    if int(record.selector) not in (_CERTIFICATE, _KEY):
        return False
    if int(record.mtype) == 0:
        return bool(record.cert)
    return int(record.mtype) in _HASHES and len(record.cert) == _HASHES[int(record.mtype)]().digest_size


def fitting(records: Iterable[TLSA], shown: Presented, now: float) -> tuple[TLSA, ...]:
    """Those of some usable records by which a client would take the session, at `now` (seconds since 1970).

    Usage 3 looks at nothing but the certificate or its key (RFC 7671 section 5.1); usage 2 wants the name, the dates
    and a chain to the issuer that the record names (5.2); usages 0 and 1 want all that PKIX does as well (5.3, 5.4).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography's, on certificates that break RFC 5280 a little
        chain = _readable(shown.certificates[:_CHAIN])
        return tuple(record for record in records if _fits(record, chain, shown.trust, now))


def _fits(record: TLSA, chain: Sequence[x509.Certificate], trust: CertificateTrust, now: float) -> bool:
    if not chain:
        return False
    usage = int(record.usage)
    if usage in PKIX and not (trust.trusted and trust.name_matches):
        return False
    if usage in (PKIX_EE, DANE_EE):
        return _matches(record, chain[0])
    if usage == DANE_TA and not (trust.name_matches and trust.not_before <= now <= trust.not_after):
        return False
    return any(_matches(record, issuer) for issuer in _issuers(record, chain, now))


def _issuers(record: TLSA, chain: Sequence[x509.Certificate], now: float) -> Iterable[x509.Certificate]:
    """The certificates above the server's own, each proved by the signature below it and in force.

    A record that holds a whole certificate brings an issuer that the server need not show (RFC 7671 section 5.2.2).
    """
    candidates = list(chain[1:])
    if int(record.selector) == _CERTIFICATE and int(record.mtype) == 0:
        candidates += _readable([record.cert])
    below = chain[0]
    for _ in range(_CHAIN):
        above = next((issuer for issuer in candidates if _issued(below, issuer, now)), None)
        if above is None:
            return
        yield above
        candidates.remove(above)
        below = above


def _issued(below: x509.Certificate, issuer: x509.Certificate, now: float) -> bool:
    moment = datetime.fromtimestamp(now, UTC)
    try:
        if not issuer.not_valid_before_utc <= moment <= issuer.not_valid_after_utc:
            return False
        if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        below.verify_directly_issued_by(issuer)
    except Exception:  # a wrong signature, a foreign name, an extension or a key that can't be read: not the issuer
        return False
    return True


def _matches(record: TLSA, certificate: x509.Certificate) -> bool:
    try:
        if int(record.selector) == _CERTIFICATE:
            data = certificate.public_bytes(Encoding.DER)
        else:
            data = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # keys of kinds that the library does not know
        return False
    made = _HASHES.get(int(record.mtype))
    return record.cert == (data if made is None else made(data).digest())


def _readable(certificates: Iterable[bytes]) -> list[x509.Certificate]:
    """The certificates up to the first that can't be read."""
    found: list[x509.Certificate] = []
    for der in certificates:
        try:
            found.append(x509.load_der_x509_certificate(der))
        except Exception:  # the parser raises a dozen types on bytes that are no certificate
            break
    return found
