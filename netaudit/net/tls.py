"""TLS as an observer: take any certificate, note what was agreed, judge later."""

import ssl
import warnings
from functools import cache

from netaudit.model.facts import TlsObservation

__all__ = ["observe", "observer_context"]

_CERTIFICATES = 8
_CERTIFICATE_BYTES = 32_768
_ENCODING_DER = 2  # OpenSSL's X509_FILETYPE_ASN1


@cache
def observer_context(alpn: tuple[str, ...] = ()) -> ssl.SSLContext:
    """Return a client context that accepts every certificate and every version OpenSSL still speaks.

    Trust is judged from the recorded certificates; refusing here would hide what the server offers.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.0 and 1.1 are exactly what we look for
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def observe(session: ssl.SSLObject | ssl.SSLSocket, server_name: str) -> TlsObservation:
    """Note version, cipher, ALPN and the server's certificate chain, bounded."""
    cipher = session.cipher()
    chain = tuple(der for der in _chain(session)[:_CERTIFICATES] if len(der) <= _CERTIFICATE_BYTES)
    return TlsObservation(
        server_name=server_name,
        version=session.version() or "",
        cipher=cipher[0] if cipher else "",
        alpn=session.selected_alpn_protocol() or "",
        certificates=chain,
    )


def _chain(session: ssl.SSLObject | ssl.SSLSocket) -> list[bytes]:
    """The whole chain where this Python can tell it (3.13 in public, before on the inner object)."""
    public = getattr(session, "get_unverified_chain", None)
    if public is not None:
        return [bytes(der) for der in public()]
    inner = getattr(session, "_sslobj", None)
    if inner is not None and hasattr(inner, "get_unverified_chain"):
        return [bytes(c.public_bytes(_ENCODING_DER)) for c in inner.get_unverified_chain() or []]
    leaf = session.getpeercert(binary_form=True)
    return [leaf] if leaf else []
