"""The digest of a whole zone, as ZONEMD records have it (RFC 8976 section 3)."""

import dns.exception
import dns.rdataclass
import dns.rdatatype
import dns.zone
from dns.rdtypes.ANY.ZONEMD import ZONEMD
from dns.zonetypes import DigestHashAlgorithm, DigestScheme

from netaudit.authority.content import ZoneContent

__all__ = ["KNOWN_DIGESTS", "computed", "zone_digests"]

KNOWN_DIGESTS = frozenset({(1, 1), (1, 2)})
"""(scheme, hash algorithm): SIMPLE with SHA-384 and with SHA-512 (RFC 8976 sections 5.2 and 5.3)."""


def zone_digests(content: ZoneContent) -> list[ZONEMD]:
    """What the zone's ZONEMD records of a known kind should be: one of each kind that it has."""
    records = content.get(content.apex, dns.rdatatype.ZONEMD) or ()
    kinds = {(int(r.scheme), int(r.hash_algorithm)) for r in records if isinstance(r, ZONEMD)} & KNOWN_DIGESTS
    try:
        return [computed(content, kind) for kind in sorted(kinds)]
    except (dns.exception.DNSException, ValueError):  # without an SOA
        return []


def computed(content: ZoneContent, kind: tuple[int, int]) -> ZONEMD:
    """The digest of one kind over all records: glue, signatures and what lies below cuts too.

    Raises DNSException for a zone without an SOA and for a kind that nobody knows.
    """
    made = dns.zone.Zone(content.apex, relativize=False)
    held = [rrset for rrsets in content.rrsets.values() for rrset in rrsets.values()]
    for rrset in (*held, *content.signatures.values()):
        made.replace_rdataset(rrset.name, rrset.to_rdataset())
    scheme, algorithm = kind
    return made.compute_digest(DigestHashAlgorithm(algorithm), DigestScheme(scheme))
