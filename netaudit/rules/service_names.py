"""Names under which records about a service at a port are published."""

__all__ = ["DKIM", "MAIL_TEXTS", "MTA_STS", "NO_SELECTOR", "TLS_REPORTS", "dkim_name", "https_name", "tlsa_name"]

MTA_STS, TLS_REPORTS, DKIM = "_mta-sts", "_smtp._tls", "_domainkey"
NO_SELECTOR = "netaudit-no-such-selector._domainkey"
"""A selector that nobody has. Where it exists, it is a wildcard's doing, and so may be what is above it."""

MAIL_TEXTS = (MTA_STS, TLS_REPORTS, DKIM, NO_SELECTOR)
"""Where TXT records about the mail of a domain are, below it."""


def https_name(host: str, port: int) -> str:
    """Where the HTTPS records of an endpoint are (RFC 9460 section 9.1): at the host itself for port 443.

    >>> https_name("www.example", 8443)
    '_8443._https.www.example'
    """
    return host if port == 443 else f"_{port}._https.{host}"


def tlsa_name(base: str, port: int) -> str:
    """Where the TLSA records of a TCP service are (RFC 6698 section 3).

    >>> tlsa_name("mx.example", 25)
    '_25._tcp.mx.example'
    """
    return f"_{port}._tcp.{base}"


def dkim_name(selector: str) -> str:
    """Where the key of a DKIM selector is, below the domain (RFC 6376 section 3.6.2.1).

    >>> dkim_name("k2026")
    'k2026._domainkey'
    """
    return f"{selector}.{DKIM}"
