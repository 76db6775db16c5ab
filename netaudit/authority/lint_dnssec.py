"""Whether a zone file is signed as it stands: what is unsigned, out of date, changed since, or not denied."""

import base64
import time
from collections.abc import Iterator, Sequence

import dns.name
import dns.rdatatype
import dns.rdtypes.ANY.NSEC
import dns.rrset

from netaudit.authority.content import ZoneContent
from netaudit.authority.lint import Finding, name_text, type_text
from netaudit.authority.masterfile import Place, ZoneFile
from netaudit.rules.rrsig import DNSKEY, DS, RRSIG, Verifier, ds_text, is_zone_key, key_text, matches, moment, utc

__all__ = ["lint_ds", "lint_signatures"]

_DNSKEY, _DS, _RRSIG = dns.rdatatype.DNSKEY, dns.rdatatype.DS, dns.rdatatype.RRSIG
_NS, _NSEC, _NSEC3, _SOA = dns.rdatatype.NS, dns.rdatatype.NSEC, dns.rdatatype.NSEC3, dns.rdatatype.SOA
_CHAIN = {int(_NSEC), int(_RRSIG)}
_OPT_OUT = 1
_ITERATIONS = 500  # hashes of one name; RFC 9276 asks for none
_SECONDS = 60.0


def lint_signatures(file: ZoneFile, now: float, seconds: float = _SECONDS) -> Iterator[Finding]:
    """Verify every signature as of `now`, and hold the chain of NSEC or NSEC3 against the names and types.

    Nothing for a zone without keys and signatures. What `seconds` do not suffice for is said.
    """
    content = file.content
    keys = zone_keys(content)
    if not keys and not content.signed:
        return
    if not keys or not content.signed:
        code = "keys_without_signatures" if keys else "signatures_without_keys"
        yield Finding(code, True, file.place(content.apex, _DNSKEY), {"zone": name_text(content.apex)})
        return
    until = time.monotonic() + seconds
    yield from _verified(file, keys, now, until)
    yield from (_nsec3_chain(file, until) if content.nsec3 is not None else _nsec_chain(file))


def lint_ds(file: ZoneFile, records: Sequence[DS]) -> Iterator[Finding]:
    """Hold DS records that the parent has, or is to have, against the keys of the file (RFC 4035 section 2.4)."""
    keys = zone_keys(file.content)
    place = file.place(file.content.apex, _DNSKEY)
    without = [ds for ds in records if not any(matches(ds, key, file.content.apex) is not False for key in keys)]
    shown = ", ".join(key_text(key) for key in keys)
    for ds in without:
        code = "ds_without_key" if len(without) < len(records) else "no_ds_matches"
        yield Finding(code, code == "no_ds_matches", place, {"ds": ds_text(ds), "keys": shown or "–"})


def zone_keys(content: ZoneContent) -> tuple[DNSKEY, ...]:
    """The keys that may sign the zone."""
    found = content.get(content.apex, _DNSKEY) or ()
    return tuple(rdata for rdata in found if isinstance(rdata, DNSKEY) and is_zone_key(rdata))


def _verified(file: ZoneFile, keys: tuple[DNSKEY, ...], now: float, until: float) -> Iterator[Finding]:
    verifier = Verifier(file.content.apex, now)
    enough = _needed_seconds(file.content)
    left_out = 0
    for rrset in _to_be_signed(file.content):
        if time.monotonic() > until:
            left_out += 1
            continue
        signatures = [
            rdata for rdata in file.content.signature(rrset.name, rrset.rdtype) or () if isinstance(rdata, RRSIG)
        ]
        found = verifier.judge(rrset, signatures, keys)
        args = {"name": name_text(rrset.name), "type": type_text(rrset.rdtype), "when": utc(found.expiration)}
        place = file.place(rrset.name, rrset.rdtype)
        match found.state:
            case "none":
                yield Finding("unsigned", True, place, args)
            case "invalid":
                yield Finding("signature_invalid", True, place, args)
            case "expired":
                yield Finding("signature_expired", True, place, args)
            case "not_yet":
                yield Finding("signature_not_yet", True, place, {**args, "when": utc(found.inception)})
            case "current":
                left = found.expiration - now
                yield from _short(rrset, signatures, left, enough, now, Finding("", False, place, args))
    if left_out:
        yield Finding("not_verified", False, None, {"number": str(left_out)})


def _short(
    rrset: dns.rrset.RRset, signatures: Sequence[RRSIG], left: float, enough: int, now: float, about: Finding
) -> Iterator[Finding]:
    """Signatures that end too early for secondaries (RFC 6781 section 4.4.1) or for caches (RFC 4033 section 8.1)."""
    if left < enough:
        yield about._replace(code="signature_ends_early")
    if rrset.ttl > left:
        yield about._replace(code="ttl_above_signature", args={**about.args, "ttl": str(rrset.ttl)})
    current = [s for s in signatures if moment(s.expiration, now) >= now]
    original = max((int(s.original_ttl) for s in current), default=rrset.ttl)
    if rrset.ttl > original:
        args = {**about.args, "ttl": str(rrset.ttl), "original": str(original)}
        yield about._replace(code="ttl_above_original", args=args)


def _to_be_signed(content: ZoneContent) -> Iterator[dns.rrset.RRset]:
    for name, rrsets in content.rrsets.items():
        for rdtype, rrset in rrsets.items():
            if content.authoritative(name, rdtype):
                yield rrset


def _needed_seconds(content: ZoneContent) -> int:
    """SOA refresh and expire: how long a secondary that is cut off goes on serving the zone."""
    soa = next(iter(content.get(content.apex, _SOA) or ()), None)
    return int(soa.refresh) + int(soa.expire) if soa is not None else 0


def _nsec_chain(file: ZoneFile) -> Iterator[Finding]:
    """Every name has an NSEC, which names the following one and the types (RFC 4035 section 2.3)."""
    content = file.content
    owners = content.owners()
    if not any(content.get(name, _NSEC) for name in owners):
        yield Finding("no_denial", True, None, {"zone": name_text(content.apex)})
        return
    for name, following in zip(owners, [*owners[1:], content.apex], strict=True):
        rdata = next(iter(content.get(name, _NSEC) or ()), None)
        if not isinstance(rdata, dns.rdtypes.ANY.NSEC.NSEC):
            yield Finding("not_in_chain", True, _any_place(file, name), {"name": name_text(name), "type": "NSEC"})
            continue
        if rdata.next.canonicalize() != following:
            args = {
                "name": name_text(name),
                "type": "NSEC",
                "next": name_text(rdata.next),
                "expected": name_text(following),
            }
            yield Finding("chain_broken", True, file.place(name, _NSEC), args)
        yield from _types(file, name, name, _bits(rdata.windows), "NSEC")


def _nsec3_chain(file: ZoneFile, until: float) -> Iterator[Finding]:
    """The same by hashes (RFC 5155 section 7.1); opt-out leaves unsigned delegations out."""
    content = file.content
    assert content.nsec3 is not None
    if content.nsec3[1] > _ITERATIONS:
        yield Finding("not_verified", False, None, {"number": str(len(content.rrsets))})
        return
    records = {name: rrset[0] for name, rrsets in content.rrsets.items() if (rrset := rrsets.get(_NSEC3)) is not None}
    if not records:
        yield Finding("no_denial", True, None, {"zone": name_text(content.apex)})
        return
    opt_out = any(rdata.flags & _OPT_OUT for rdata in records.values())
    for name in (*content.owners(), *content.non_terminals):
        if time.monotonic() > until:
            yield Finding("not_verified", False, None, {"number": str(len(content.rrsets))})
            return
        owner = content.nsec3_owner(name)
        rdata = records.get(owner)
        if rdata is None:
            if not (opt_out and _may_be_left_out(content, name)):
                yield Finding("not_in_chain", True, _any_place(file, name), {"name": name_text(name), "type": "NSEC3"})
            continue
        yield from _types(file, name, owner, _bits(rdata.windows), "NSEC3")
    owners = sorted(records)
    for owner, following in zip(owners, [*owners[1:], owners[0]], strict=True):
        rdata = records[owner]
        after = dns.name.Name((base64.b32hexencode(rdata.next).lower(), *content.apex.labels))
        if after != following:
            args = {
                "name": name_text(owner),
                "type": "NSEC3",
                "next": name_text(after),
                "expected": name_text(following),
            }
            yield Finding("chain_broken", True, file.place(owner, _NSEC3), args)


def _types(file: ZoneFile, name: dns.name.Name, owner: dns.name.Name, listed: set[int], kind: str) -> Iterator[Finding]:
    """The types in the bitmap are those of the name; at a delegation NS and DS only (RFC 4035 section 2.3)."""
    there = set(file.content.rrsets.get(name, {}))
    if file.content.cut_above(name) == name:
        there &= {int(_NS), int(_DS)}
    difference = (there - _CHAIN) ^ (listed - _CHAIN)
    if difference:
        shown = ", ".join(type_text(rdtype) for rdtype in sorted(difference))
        place = file.place(owner, dns.rdatatype.from_text(kind))
        yield Finding("chain_types", True, place, {"name": name_text(name), "type": kind, "types": shown})


def _may_be_left_out(content: ZoneContent, name: dns.name.Name) -> bool:
    """Whether opt-out allows a name without an NSEC3: an unsigned delegation, or what only leads to such ones."""
    if name in content.rrsets:
        return content.cut_above(name) == name and content.get(name, _DS) is None
    return name in content.non_terminals


def _bits(windows: Sequence[tuple[int, bytes]]) -> set[int]:
    """The types of a bitmap (RFC 4034 section 4.1.2)."""
    return {
        window * 256 + at * 8 + bit
        for window, bitmap in windows
        for at, octet in enumerate(bitmap)
        for bit in range(8)
        if octet & (0x80 >> bit)
    }


def _any_place(file: ZoneFile, name: dns.name.Name) -> Place | None:
    rrsets = file.content.rrsets.get(name, {})
    return next((file.place(name, rdtype) for rdtype in rrsets), None)
