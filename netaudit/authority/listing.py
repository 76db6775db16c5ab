"""The names in a zone and where its records lead: what is kept of a zone file or of a permitted transfer."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import dns.name
import dns.rdatatype
import dns.rrset

from netaudit.authority.content import ZoneContent
from netaudit.authority.digest import zone_digests
from netaudit.model.targets import ListedDigest, ListedName, ListedTarget, ZoneListing
from netaudit.rules.names import name_text
from netaudit.rules.spf import spf_names, spf_records

__all__ = ["list_zone"]

_NAMES = 5_000
_TARGETS = 500
_OF_DNSSEC = {dns.rdatatype.RRSIG, dns.rdatatype.NSEC, dns.rdatatype.NSEC3}
_FIELD = {  # type -> the attribute of its records that holds the name they lead to
    dns.rdatatype.CNAME: "target",
    dns.rdatatype.DNAME: "target",
    dns.rdatatype.NS: "target",
    dns.rdatatype.MX: "exchange",
    dns.rdatatype.SRV: "target",
    dns.rdatatype.HTTPS: "target",
    dns.rdatatype.SVCB: "target",
}


def list_zone(content: ZoneContent, source: str, *, complete: bool = True) -> ZoneListing:
    """List the authoritative names and the delegations of a zone, its targets once each: at most 5,000 and 500."""
    owners = content.owners()
    names = tuple(_listed(content, name) for name in owners[:_NAMES])
    targets = list(islice(dict.fromkeys(_targets(content, owners)), _TARGETS + 1))
    return ZoneListing(
        source=source,
        names=tuple(item for item in names if item.types),
        targets=tuple(targets[:_TARGETS]),
        digests=tuple(_digests(content)) if complete else (),
        complete=complete and len(owners) <= _NAMES and len(targets) <= _TARGETS,
    )


def _digests(content: ZoneContent) -> Iterator[ListedDigest]:
    made = {(record.scheme, record.hash_algorithm): record for record in zone_digests(content)}
    for record in content.get(content.apex, dns.rdatatype.ZONEMD) or ():
        found = made.get((record.scheme, record.hash_algorithm))
        if found is not None:
            yield ListedDigest(published=record.to_text(), computed=found.to_text())


def _listed(content: ZoneContent, name: dns.name.Name) -> ListedName:
    types = sorted(rrset.rdtype for rrset in content.rrsets[name].values() if rrset.rdtype not in _OF_DNSSEC)
    return ListedName(name=name_text(name), types=tuple(map(dns.rdatatype.to_text, types)))


def _targets(content: ZoneContent, owners: list[dns.name.Name]) -> Iterator[ListedTarget]:
    for name in owners:
        for rdtype, rrset in content.rrsets[name].items():
            kind = dns.rdatatype.to_text(rrset.rdtype)
            field = _FIELD.get(rrset.rdtype)
            for rdata in rrset if field is not None else ():
                target = getattr(rdata, field or "", dns.name.root)
                if target != dns.name.root:  # a null MX (RFC 7505), "no service" of SRV, the owner itself of HTTPS
                    yield ListedTarget(owner=name_text(name), rdtype=kind, target=name_text(target))
            if rdtype == dns.rdatatype.TXT:
                for target_name in _senders(rrset):
                    yield ListedTarget(owner=name_text(name), rdtype="SPF", target=target_name)


def _senders(rrset: dns.rrset.RRset) -> Iterator[str]:
    texts = [b"".join(rdata.strings).decode("utf-8", "replace") for rdata in _records(rrset)]
    for record in spf_records(texts):
        yield from (item.name for item in spf_names(record))


def _records(rrset: dns.rrset.RRset) -> Iterator[Any]:
    yield from rrset
