"""Whether the digest in a zone file is that of its content (RFC 8976)."""

from collections import Counter
from collections.abc import Iterator

import dns.rdatatype
from dns.rdtypes.ANY.ZONEMD import ZONEMD

from netaudit.authority.digest import KNOWN_DIGESTS, zone_digests
from netaudit.authority.lint import Finding, name_text
from netaudit.authority.masterfile import ZoneFile

__all__ = ["lint_zonemd"]

_SOA, _ZONEMD = dns.rdatatype.SOA, dns.rdatatype.ZONEMD


def lint_zonemd(file: ZoneFile) -> Iterator[Finding]:
    """Verify every ZONEMD of a known kind as RFC 8976 section 4 says; nothing for a zone without any.

    Signers make it last: a file that is still to be signed has the digest of what it was before.
    """
    content = file.content
    records = [rdata for rdata in content.get(content.apex, _ZONEMD) or () if isinstance(rdata, ZONEMD)]
    if not records:
        return
    place, zone = file.place(content.apex, _ZONEMD), name_text(content.apex)
    kinds = Counter((int(record.scheme), int(record.hash_algorithm)) for record in records)
    serials = {int(soa.serial) for soa in content.get(content.apex, _SOA) or ()}
    digests = zone_digests(content)
    for record in records:
        kind = (int(record.scheme), int(record.hash_algorithm))
        args = {"zone": zone, "kind": f"{kind[0]}/{kind[1]}", "digest": str(record.serial)}
        if kinds[kind] > 1:
            yield Finding("zonemd_duplicate", True, place, args)
        elif kind not in KNOWN_DIGESTS:
            yield Finding("zonemd_unknown", False, place, args)
        elif int(record.serial) not in serials:
            yield Finding("zonemd_serial", True, place, {**args, "serial": ", ".join(map(str, sorted(serials)))})
        elif record not in digests:
            yield Finding("zonemd_mismatch", True, place, args)
