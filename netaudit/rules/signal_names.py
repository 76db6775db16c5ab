"""Names under which a zone's parent and its name servers' operators publish what concerns the zone."""

import dns.name

__all__ = ["bootstrap_name", "dsync_names"]


def dsync_names(zone: dns.name.Name, parent: dns.name.Name) -> tuple[dns.name.Name, ...]:
    """Where a parent's DSYNC may be, in the order to ask: for this child, for all (RFC 9859 section 4.1).

    >>> [str(n) for n in dsync_names(dns.name.from_text("tinh.gov.vn"), dns.name.from_text("gov.vn"))]
    ['tinh._dsync.gov.vn.', '_dsync.gov.vn.']
    """
    found = []
    for label in (zone.relativize(parent).labels, ()):
        try:
            found.append(dns.name.Name((*label, b"_dsync", *parent.labels)))
        except dns.name.NameTooLong:
            continue
    return tuple(found)


def bootstrap_name(zone: dns.name.Name, server: dns.name.Name) -> dns.name.Name | None:
    """Where a name server's operator signals the keys of a zone (RFC 9615 section 4.1); None: the name is too long.

    >>> print(bootstrap_name(dns.name.from_text("tinh.vn"), dns.name.from_text("ns1.example.net")))
    _dsboot.tinh.vn._signal.ns1.example.net.
    """
    try:
        return dns.name.Name((b"_dsboot", *zone.labels[:-1], b"_signal", *server.labels))
    except dns.name.NameTooLong:
        return None
