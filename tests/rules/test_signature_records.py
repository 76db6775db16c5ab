"""Keys, DS and signatures as records: by property, against simple oracles and other implementations."""

import time

import dns.dnssec
import dns.dnssectypes
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from netaudit.rules.rrsig import (
    DNSKEY,
    DS,
    RRSIG,
    Verifier,
    computable,
    is_zone_key,
    key_text,
    matches,
    moment,
    rsa_bits,
    utc,
    validity,
    verifies,
)
from tests.checks.dnssec.zones import DAY, KSK, NOW, ZSK, Key, Window, Zone, key

ZONE = dns.name.from_text("tinh.example")
_CIRCLE = 2**32
_SECONDS = st.integers(0, 2**40)


@given(_SECONDS, st.integers(-(2**31), 2**31 - 1))
def test_a_serial_time_stands_for_the_second_nearest_to_now(now: int, distance: int) -> None:
    assert moment((now + distance) % _CIRCLE, float(now)) == now + distance


@given(_SECONDS, st.integers(0, _CIRCLE - 1), st.floats(0, 0.99))
def test_no_other_second_with_that_serial_is_nearer(now: int, stamp: int, fraction: float) -> None:
    found = int(moment(stamp, now + fraction))
    assert found % _CIRCLE == stamp
    assert abs(found - now) <= min(abs(found + turn - now) for turn in (-_CIRCLE, _CIRCLE))


@given(_SECONDS)
def test_a_time_is_iso_8601_as_the_c_library_has_it(seconds: int) -> None:
    if seconds < 253_402_300_800:  # the year 10000
        assert utc(float(seconds)) == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)).zfill(20)
    else:
        assert utc(float(seconds)) == f"{seconds} s"


def dated(begin: int, end: int, tag: int = 1, algorithm: int = 13) -> RRSIG:
    """A signature with these dates; it signs nothing."""
    dates = [time.strftime("%Y%m%d%H%M%S", time.gmtime(stamp % _CIRCLE)) for stamp in (end, begin)]
    text = f"SOA {algorithm} 2 300 {dates[0]} {dates[1]} {tag} {ZONE} eA=="
    made = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.RRSIG, text)
    assert isinstance(made, RRSIG)
    return made


_SPAN = st.integers(-(2**30), 2**30)


@given(st.lists(st.tuples(_SPAN, _SPAN), max_size=5), st.integers(2**31, 2**33), st.floats(0, 0.99))
def test_one_current_signature_is_enough_and_the_longest_counts(
    spans: list[tuple[int, int]], now: int, fraction: float
) -> None:
    found = validity([dated(now + begin, now + end) for begin, end in spans], now + fraction)
    current = [end for begin, end in spans if begin <= 0 <= end]
    ended = [end for begin, end in spans if begin <= 0 and end < 0]
    if current:
        assert (found.state, found.expiration) == ("current", now + max(current))
    elif ended:
        assert (found.state, found.expiration) == ("expired", now + max(ended))
    else:
        assert found.state == ("not_yet" if spans else "none")


@given(st.integers(1, 2**20), st.integers(1, 2**4096 - 1))
def test_the_size_of_an_rsa_key_is_that_of_its_modulus(exponent: int, modulus: int) -> None:
    e = exponent.to_bytes((exponent.bit_length() + 7) // 8, "big")
    n = modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")
    assert rsa_bits(raw(8, bytes([len(e)]) + e + n)) == modulus.bit_length()
    assert rsa_bits(raw(8, b"\0" + len(e).to_bytes(2, "big") + e + n)) == modulus.bit_length()  # the long form


@pytest.mark.parametrize("bits", [1024, 1536, 2048, 4096])
def test_rsa_sizes_are_those_of_the_keys_that_were_made(bits: int) -> None:
    public = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    made = dns.dnssec.make_dnskey(public, dns.dnssectypes.Algorithm.RSASHA256)
    assert isinstance(made, DNSKEY)
    assert rsa_bits(made) == public.key_size == bits


@given(st.binary(max_size=40), st.integers(0, 255), st.integers(0, 65535), st.integers(0, 255))
def test_any_bytes_may_be_a_key(data: bytes, algorithm: int, flags: int, protocol: int) -> None:
    found = raw(algorithm, data, flags, protocol)
    assert (rsa_bits(found) is None) == (algorithm not in (1, 5, 7, 8, 10))
    assert (rsa_bits(found) or 0) <= 8 * len(data)
    assert is_zone_key(found) == (flags & 0x0180 == 0x0100 and protocol == 3)
    assert key_text(found).endswith(f" {algorithm} {flags}")
    digests = [dns.dnssec.make_ds(ZONE, found, kind, policy=dns.dnssec.allow_all_policy) for kind in _DIGESTS]
    assert all(matches(ds, found, ZONE) for ds in digests)
    soa = Zone(name="tinh.example").respond(dns.message.make_query("tinh.example", "SOA")).answer[0]
    assert not verifies(soa, [dated(0, 1, dns.dnssec.key_id(found))], found, ZONE)


_DIGESTS = ("SHA1", "SHA256", "SHA384")


_KINDS = ["ecdsa", "eddsa", "rsa"]


@pytest.mark.parametrize("digest", _DIGESTS)
@pytest.mark.parametrize(
    "made", [KSK, key("ed", "ED25519"), key("rsa-ksk", "RSASHA256")], ids=["ecdsa", "eddsa", "rsa"]
)
def test_a_ds_fits_its_key_in_its_zone_and_nothing_else(made: Key, digest: str) -> None:
    ds = made.ds("tinh.example", digest)
    assert matches(ds, made.dnskey, ZONE) is True
    assert matches(ds, made.dnskey, dns.name.from_text("TINH.Example")) is True
    assert matches(ds, made.dnskey, dns.name.from_text("xa.example")) is False
    assert matches(ds, made.flagged(257 | 128).dnskey, ZONE) is False
    other = ds.replace(digest=ds.digest[:-1] + bytes([ds.digest[-1] ^ 1]))
    assert isinstance(other, DS)
    assert matches(other, made.dnskey, ZONE) is False
    assert computable(ds)


def test_a_digest_that_can_not_be_computed_says_nothing() -> None:
    ds = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DS, f"{KSK.tag} 13 6 {'AB' * 32}")
    assert isinstance(ds, DS)
    assert matches(ds, KSK.dnskey, ZONE) is None
    assert not computable(ds)


def signed(*signers: Key, window: Window | None = None) -> tuple[dns.rrset.RRset, tuple[RRSIG, ...]]:
    zone = Zone(name="tinh.example", data_signers=signers, window=window or Window())
    soa, signatures = zone.respond(dns.message.make_query("tinh.example", "SOA")).answer
    return soa, tuple(found for found in signatures if isinstance(found, RRSIG))


@pytest.mark.parametrize("signer", [ZSK, key("ed", "ED25519"), key("rsa-ksk", "RSASHA256"), key("sha1", "RSASHA1")])
def test_signatures_verify_by_their_own_key_alone_whatever_their_dates(signer: Key) -> None:
    soa, signatures = signed(signer, window=Window(NOW - 900 * DAY, NOW - 800 * DAY))
    assert verifies(soa, signatures, signer.dnskey, ZONE)
    assert not verifies(soa, signatures, KSK.dnskey, ZONE)
    assert not verifies(soa, signatures, signer.dnskey, dns.name.from_text("example"))
    assert Verifier(ZONE, NOW).judge(soa, signatures, [signer.dnskey]).state == "expired"
    assert Verifier(ZONE, NOW).judge(soa, signatures, [KSK.dnskey]).state == "invalid"
    assert Verifier(ZONE, NOW).judge(soa, (), [KSK.dnskey]).state == "none"


def test_another_algorithm_under_the_same_key_tag_is_taken_at_its_dates() -> None:
    soa, (signature,) = signed(ZSK)
    gost = raw(23, b"k" * 64)
    claimed = dated(signature.inception, signature.expiration, dns.dnssec.key_id(gost), 23)
    assert Verifier(ZONE, NOW).judge(soa, [claimed], [gost]).state == "current"
    assert Verifier(dns.name.from_text("example"), NOW).judge(soa, [claimed], [gost]).state == "invalid"


def test_sixteen_verifications_decide_nothing_more() -> None:
    soa, (signature,) = signed(ZSK)
    forged = [signature.replace(signature=bytes([n]) * 64) for n in range(16)]
    few = [found for found in (*forged[:15], signature) if isinstance(found, RRSIG)]
    many = [found for found in (*forged, signature) if isinstance(found, RRSIG)]
    assert Verifier(ZONE, NOW).judge(soa, few, [ZSK.dnskey]).state == "current"
    assert Verifier(ZONE, NOW).judge(soa, many, [ZSK.dnskey]).state == "undecided"


def raw(algorithm: int, data: bytes, flags: int = 256, protocol: int = 3) -> DNSKEY:
    wire = flags.to_bytes(2, "big") + bytes([protocol, algorithm]) + data
    made = dns.rdata.from_wire(dns.rdataclass.IN, dns.rdatatype.DNSKEY, wire, 0, len(wire))
    assert isinstance(made, DNSKEY)
    return made
