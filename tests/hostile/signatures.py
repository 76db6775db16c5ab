"""Attacks on the work of verification: keys, signatures and DS records (KeyTrap and its kin)."""

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rrset

from netaudit.lab.keys import ZoneKeys, make_keys, sign
from tests.hostile.attack import NOW, Scene, attack
from tests.hostile.zones import APEX, DNSKEY, KEYS, TAG, WWW, A, answer, forged, key, rrset, scene, seal, tagged

DATA = rrset(WWW, "A", "192.0.2.80")
ROOT: ZoneKeys = make_keys(dns.name.root, "ED25519")
ZSK = dns.dnssec.key_id(KEYS.zsk.dnskey)
COLLIDING, RRSET, RESPONSE, DS_RECORDS = (
    f"indeterminate budget_{what}"
    for what in ("colliding_keys", "signatures_per_rrset", "signatures_per_response", "ds_records")
)
KEYTRAP, KEYS_KIND, DATES = "KeyTrap (CVE-2023-50387)", "Odd keys", "Dates"
BROKEN = "bogus signature_invalid"


@attack(KEYTRAP, COLLIDING)
def keytrap() -> Scene:
    """300 keys with one key tag, and 300 signatures by that tag."""
    return scene(answer(WWW, A, forged(DATA, 300, key_tag=TAG)), keys=tagged(300))


@attack(KEYTRAP, RRSET)
def sigjam() -> Scene:
    """500 signatures by one key."""
    return scene(answer(WWW, A, forged(DATA, 500)))


@attack(KEYTRAP, COLLIDING)
def lockcram() -> Scene:
    """One signature, and 500 keys with its tag."""
    return scene(answer(WWW, A, forged(DATA, 1, key_tag=TAG)), keys=tagged(500))


@attack(KEYTRAP, COLLIDING)
def hashtrap() -> Scene:
    """16 DS records with one key tag, and 500 keys with that tag to be digested."""
    return _below_root(16, [*tagged(500, flags=257)])


@attack(KEYTRAP, DS_RECORDS)
def hashtrap_ds() -> Scene:
    """1000 DS records with one key tag, and 500 keys with that tag."""
    return _below_root(1000, [*tagged(500, flags=257)])


@attack(KEYTRAP, "bogus no_matching_key")
def tag_search() -> Scene:
    """700 keys and 500 signatures, whose tags never meet: only the search for a key costs."""
    return scene(answer(WWW, A, forged(DATA, 500, key_tag=TAG + 1)), keys=tagged(700))


@attack(KEYTRAP, RRSET, sigs=200)
def different_answers() -> Scene:
    """Twelve servers, each with other signatures that do not verify: each is a new chance, and new work."""
    found = []
    for number in range(12):
        data = rrset(WWW, "A", f"192.0.2.{number}")
        found.append(answer(WWW, A, forged(data, 400), server=f"192.0.2.{number + 1}"))
    return scene(*found)


@attack(KEYTRAP, RESPONSE)
def broken_proofs() -> Scene:
    """60 NSEC records, each with signatures that do not verify: the whole response is bounded."""
    authority = seal(rrset(APEX, "SOA", "ns.trap. host.trap. 1 2 3 4 5"))
    for number in range(60):
        authority += forged(rrset(f"n{number}.trap", "NSEC", f"o{number}.trap. A"), 2)
    return scene(answer(WWW, A, (), authority))


def _rsa(modulus: bytes, exponent: bytes) -> bytes:
    length = len(exponent)
    return (bytes((length,)) if length < 256 else b"\0" + length.to_bytes(2, "big")) + exponent + modulus


def _by(material: bytes, algorithm: int, signature: bytes, count: int = 1) -> Scene:
    """A key of the zone's that is no good, and signatures that name it."""
    found = key(material, algorithm)
    template = sign(DATA, KEYS, NOW - 1000, NOW + 10_000)[0]
    wrong = [
        template.replace(algorithm=algorithm, key_tag=dns.dnssec.key_id(found), signature=signature[:-1] + bytes((n,)))
        for n in range(count)
    ]
    return scene(answer(WWW, A, [DATA, dns.rrset.from_rdata_list(WWW, 300, wrong)]), keys=[found])


def _padded(size: int) -> bytes:
    """A signature that is its own padding, as an exponent of 1 would leave it."""
    return b"\0\1" + b"\xff" * (size - 2)


@attack(KEYS_KIND, BROKEN)
def rsa_exponent_1() -> Scene:
    """RSA with the exponent 1: whoever can pad can sign."""
    return _by(_rsa(b"\xc3" * 256, b"\1"), 8, _padded(256))


@attack(KEYS_KIND, BROKEN)
def rsa_exponent_3() -> Scene:
    """RSA with the exponent 3, and a signature of which the cube is small."""
    return _by(_rsa(b"\xc3" * 256, b"\3"), 8, b"\0" * 255 + b"\2")


@attack(KEYS_KIND, BROKEN, RRSET, seconds=2.0)
def rsa_16384() -> Scene:
    """RSA with 16384 bits and an exponent as long as the libraries take, and 16 signatures."""
    return _by(_rsa(b"\xc3" * 2047 + b"\xc5", b"\xff" * 8), 8, b"\x5a" * 2048, 16)


@attack(KEYS_KIND, BROKEN, RRSET, seconds=2.0)
def rsa_long_exponent() -> Scene:
    """RSA with 3072 bits and an exponent of as many, and 16 signatures."""
    return _by(_rsa(b"\xc3" * 383 + b"\xc5", b"\xc1" * 384), 8, b"\x5a" * 384, 16)


@attack(KEYS_KIND, BROKEN)
def rsa_no_modulus() -> Scene:
    """RSA whose key ends behind the exponent's length."""
    return _by(b"\xff", 8, b"\1" * 256)


@attack(KEYS_KIND, BROKEN)
def ecdsa_off_curve() -> Scene:
    """A P-256 key that is no point of the curve."""
    return _by(b"\1" * 64, 13, b"\1" * 64)


@attack(KEYS_KIND, BROKEN)
def ecdsa_zero() -> Scene:
    """A P-256 key of zeros, and a signature of zeros (CVE-2022-21449)."""
    return _by(b"\0" * 64, 13, b"\0" * 64)


@attack(KEYS_KIND, BROKEN)
def ecdsa_short() -> Scene:
    """A P-384 key and signature that are one octet short."""
    return _by(b"\1" * 95, 14, b"\1" * 95)


@attack(KEYS_KIND, BROKEN)
def ed25519_small_order() -> Scene:
    """The Ed25519 key that is the neutral element: with S = 0 its signature verifies over anything."""
    return _by(b"\1" + b"\0" * 31, 15, b"\1" + b"\0" * 63)


@attack(KEYS_KIND, BROKEN)
def ed448_small_order() -> Scene:
    """An Ed448 key of zeros, a point of order 4: a signature of zeros verifies over every fourth content."""
    return _by(b"\0" * 57, 16, b"\0" * 114)


def _with_algorithm(number: int, word: str) -> None:
    def build() -> Scene:
        return _by(b"\1" * 64, number, b"\1" * 64)

    build.__name__ = f"algorithm_{number}"
    build.__doc__ = f"A signature with algorithm {number}, {word}, by a key of it."
    attack(KEYS_KIND, "bogus signature_unsupported")(build)


for _number, _word in ((0, "which asks for a DS to be deleted"), (252, "reserved"), (253, "private"),
                       (254, "private by object identifier"), (255, "reserved")):  # fmt: skip
    _with_algorithm(_number, _word)


@attack(KEYS_KIND, "bogus dnskey_missing", "bogus ds_mismatch", "indeterminate malformed")
def key_without_octets() -> Scene:
    """A DNSKEY RRset whose only key has no octets."""
    return scene(key_set=seal(dns.rrset.from_rdata_list(APEX, 300, [key(b"")])))


@attack(DATES, "bogus signature_not_yet_valid")
def inception_in_the_future() -> Scene:
    """A good signature that begins in an hour."""
    return scene(answer(WWW, A, seal(DATA, NOW + 3600, NOW + 7200)))


@attack(DATES, "bogus signature_expired", "bogus signature_not_yet_valid")
def ends_before_it_begins() -> Scene:
    """A good signature that ends before it begins: at no time is it valid."""
    return scene(answer(WWW, A, seal(DATA, NOW + 1000, NOW - 1000)))


@attack(DATES, "bogus signature_expired")
def half_a_circle() -> Scene:
    """Dates more than 68 years away, which mean the past in serial arithmetic (RFC 4034 section 3.1.5)."""
    return scene(answer(WWW, A, seal(DATA, NOW - 1000, (NOW + 0x80000001) & 0xFFFFFFFF)))


@attack(DATES, "secure validated")
def beyond_2106() -> Scene:
    """A good signature whose end lies behind the wrap of 2106, in 50 years: good, as serial arithmetic has it."""
    return scene(answer(WWW, A, seal(DATA, NOW - 1000, (NOW + 0x5F000000) & 0xFFFFFFFF)))


def _below_root(count: int, keys: list[dns.rdtypes.ANY.DNSKEY.DNSKEY]) -> Scene:
    """The zone below a signed root that has so many DS records for it; none is the digest of a key."""
    wanted = [f"{TAG} 13 2 {n:064x}" for n in range(count)]
    records = rrset(APEX, "DS", *wanted)
    root_keys = dns.rrset.from_rdata_list(dns.name.root, 300, [ROOT.ksk.dnskey, ROOT.zsk.dnskey])
    own = dns.rrset.from_rdata_list(APEX, 300, keys)
    end = NOW + 10_000
    exchanges = (
        answer(dns.name.root, DNSKEY, [root_keys, sign(root_keys, ROOT, NOW - 100, end)]),
        answer(APEX, dns.rdatatype.DS, [records, sign(records, ROOT, NOW - 100, end)]),
        answer(APEX, DNSKEY, forged(own, 1, key_tag=TAG)),
        answer(WWW, A, seal(DATA)),
    )
    return Scene((WWW, A), {dns.name.root: (ROOT.ds(),)}, exchanges)
