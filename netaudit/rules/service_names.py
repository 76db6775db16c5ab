"""Names under which records about a service at a port are published."""

__all__ = ["https_name", "tlsa_name"]


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
