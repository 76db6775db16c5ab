"""Attacks on the work of denial, and records that would deny too much."""

import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from netaudit.model.exchange import Exchange
from tests.hostile.attack import Scene, attack
from tests.hostile.zones import APEX, WWW, A, answer, forged, rrset, scene, seal

NXDOMAIN = dns.rcode.NXDOMAIN
TOO_MUCH = "Denial of too much"
FLOOD = "NSEC3 (CVE-2023-50868, CVE-2026-42923)"
RECORDS, HASHES = "indeterminate budget_nsec3_records", "indeterminate budget_nsec3_hashes"
SOA = rrset(APEX, "SOA", "ns.trap. host.trap. 1 2 3 4 5")


def _nsec3(number: int, iterations: int = 0, salt: bytes = b"") -> dns.rdata.Rdata:
    return _record(number.to_bytes(20, "big"), iterations=iterations, salt=salt)


def _record(following: bytes, **fields: int | bytes) -> dns.rdata.Rdata:
    model = dns.rdata.from_text("IN", "NSEC3", "1 0 0 - 00000000000000000000000000000000 A")
    return model.replace(next=following, **fields)


def _owner(number: int) -> dns.name.Name:
    return dns.name.Name((f"{number:032d}".encode(), *APEX.labels))


def _hashes(count: int, iterations: int) -> list[dns.rrset.RRset]:
    """So many signed NSEC3 records, each with a salt of its own, none of which matches or covers anything."""
    found = []
    for number in range(count):
        record = _nsec3(1, iterations, bytes((number,)))
        found += seal(dns.rrset.from_rdata(_owner(number), 300, record))
    return found


def _denied(name: dns.name.Name, *authority: dns.rrset.RRset) -> Exchange:
    return answer(name, A, (), [*seal(SOA), *authority], NXDOMAIN)


@attack(FLOOD, "insecure nsec3_iterations")
def nsec3_iterations() -> Scene:
    """65535 iterations: they are counted, and nothing is hashed (RFC 9276 section 3.2)."""
    return scene(_denied(WWW, *_hashes(1, 65_535)))


@attack(FLOOD, HASHES)
def nsec3_labels() -> Scene:
    """A name of 120 labels, eight salts and 50 iterations: 960 hashes are wanted."""
    name = dns.name.Name((*[b"a"] * 120, *APEX.labels))
    return scene(_denied(name, *_hashes(8, 50)), name=name)


@attack(FLOOD, RECORDS)
def nsec3_flood() -> Scene:
    """300 NSEC3 records without signatures."""
    flood = [dns.rrset.from_rdata(_owner(n), 300, _nsec3(n)) for n in range(300)]
    return scene(_denied(WWW, *flood))


@attack(FLOOD, RECORDS)
def nsec3_one_owner() -> Scene:
    """1200 NSEC3 records at one name, signed well as one RRset."""
    flood = dns.rrset.from_rdata_list(_owner(0), 300, [_nsec3(n, 50) for n in range(1200)])
    return scene(_denied(WWW, *seal(flood)))


@attack(FLOOD, "bogus no_matching_key")
def nsec_flood() -> Scene:
    """450 NSEC records, each with a signature by a key that is not there."""
    flood = [r for n in range(450) for r in forged(rrset(f"n{n}.trap", "NSEC", f"o{n}.trap. A"), 1, key_tag=1)]
    return scene(_denied(WWW, *flood))


@attack(TOO_MUCH, "bogus nsec_missing")
def nsec_loop() -> Scene:
    """An NSEC record whose next name is itself, in the middle of the zone."""
    return scene(_denied(WWW, *seal(rrset("m.trap", "NSEC", "m.trap. A"))))


@attack(TOO_MUCH, "bogus nsec_missing", "bogus denial_invalid")
def nsec_backwards() -> Scene:
    """An NSEC record whose next name lies before it and is not the apex."""
    return scene(_denied(WWW, *seal(rrset("zz.trap", "NSEC", "a.trap. A"))))


@attack(TOO_MUCH, "bogus nsec_missing", "bogus denial_invalid")
def nsec_out_of_zone() -> Scene:
    """An NSEC record that leads out of the zone."""
    return scene(_denied(WWW, *seal(rrset("m.trap", "NSEC", "zzz. A"))))


@attack(TOO_MUCH, "bogus denial_invalid")
def nsec_denies_itself() -> Scene:
    """NXDOMAIN for a name with the NSEC record at that very name."""
    return scene(_denied(WWW, *seal(rrset(WWW, "NSEC", "trap. A"))))


@attack(TOO_MUCH, "bogus nsec_missing", "bogus denial_invalid")
def nsec3_short_hash() -> Scene:
    """An NSEC3 record with hashes of one octet, which would cover nearly everything."""
    record = _record(b"\xff", flags=1)
    return scene(_denied(WWW, *seal(dns.rrset.from_rdata(dns.name.from_text("00.trap"), 300, record))))
