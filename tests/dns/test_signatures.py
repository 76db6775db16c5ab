"""Our reading of signatures against dnspython's, record by record."""

import time
from typing import Any

import dns.dnssec
import dns.dnssectypes
import dns.exception
import dns.name
import dns.node
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.dns.budget import Budget, Meter
from netaudit.dns.signatures import DNSKEY, RRSIG, SignatureState, SignatureVerifier, serial_before
from netaudit.rules.algorithms import HISTORIC, SOFTWARE

NOW = int(time.time())
ZONE = dns.name.from_text("Tinh.VN")
_RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)
PRIVATE: dict[int, Any] = {
    5: _RSA, 7: _RSA, 8: _RSA, 10: _RSA,
    13: ec.generate_private_key(ec.SECP256R1()),
    14: ec.generate_private_key(ec.SECP384R1()),
    15: ed25519.Ed25519PrivateKey.generate(),
    16: ed448.Ed448PrivateKey.generate(),
}  # fmt: skip
KEYS = {
    number: dns.dnssec.make_dnskey(private.public_key(), dns.dnssectypes.Algorithm(number), flags=256)
    for number, private in PRIVATE.items()
}

labels = st.sampled_from(["a", "WWW", "*", "xn--4gbrim", "\\000\\255", "b" * 63])
names = st.lists(labels, min_size=0, max_size=3).map(lambda parts: dns.name.from_text(".".join([*parts, "tinh.vn"])))
datas = st.one_of(
    st.lists(st.ip_addresses(v=4).map(str), min_size=1, max_size=4).map(lambda found: ("A", found)),
    st.lists(st.sampled_from(['"x"', '"y" "z"', '""']), min_size=1, max_size=3).map(lambda found: ("TXT", found)),
    names.map(lambda name: ("MX", [f"10 {name}"])),
    names.map(lambda name: ("NS", [str(name)])),
)


def signed(rrset: dns.rrset.RRset, number: int, expiration: int = NOW + 10_000) -> RRSIG:
    signature = dns.dnssec.sign(
        rrset, PRIVATE[number], ZONE, KEYS[number], inception=NOW - 100, expiration=expiration,
        policy=dns.dnssec.allow_all_policy,
    )  # fmt: skip
    assert isinstance(signature, RRSIG)
    return signature


def ours(rrset: dns.rrset.RRset, signature: RRSIG, key: DNSKEY, now: float = NOW) -> SignatureState:
    verifier = SignatureVerifier(now, HISTORIC, Budget())
    return verifier.verify(rrset, [signature], ZONE, [key], Meter("signatures_per_response", 10)).best.state


def theirs(rrset: dns.rrset.RRset, signature: RRSIG, key: DNSKEY, now: float = NOW) -> bool:
    held: dict[dns.name.Name, dns.node.Node | dns.rdataset.Rdataset] = {
        ZONE: dns.rrset.from_rdata(ZONE, 300, key).to_rdataset()
    }
    try:
        dns.dnssec.validate_rrsig(rrset, signature, held, now=now, policy=dns.dnssec.allow_all_policy)
    except dns.exception.DNSException:
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(names, datas, st.sampled_from(sorted(KEYS)), st.integers(0, 3))
def test_every_algorithm_agrees_with_the_library(
    owner: dns.name.Name, data: tuple[str, list[str]], number: int, spoil: int
) -> None:
    rrset = dns.rrset.from_text(owner, 300, "IN", data[0], *data[1])
    signature = signed(rrset, number)
    if spoil == 1:
        signature = signature.replace(original_ttl=301)  # type: ignore[assignment]
    elif spoil == 2:
        broken = bytes([signature.signature[0] ^ 1]) + signature.signature[1:]
        signature = signature.replace(signature=broken)  # type: ignore[assignment]
    elif spoil == 3:
        rrset = dns.rrset.from_text(owner, 300, "IN", data[0], *reversed(data[1]))  # order must not matter
    state = ours(rrset, signature, KEYS[number])
    assert (state is SignatureState.VALID) == theirs(rrset, signature, KEYS[number]), state
    assert (state is SignatureState.VALID) == (spoil in (0, 3))


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (0, SignatureState.VALID),
        (10_000, SignatureState.VALID),  # its last second still counts
        (10_001, SignatureState.EXPIRED),
        (-100, SignatureState.VALID),
        (-101, SignatureState.NOT_YET),
    ],
)
def test_dates_to_the_second(shift: int, expected: SignatureState) -> None:
    rrset = dns.rrset.from_text(ZONE, 300, "IN", "A", "192.0.2.1")
    assert ours(rrset, signed(rrset, 13), KEYS[13], NOW + shift) is expected


def test_an_expired_signature_that_does_not_verify_is_called_invalid() -> None:
    rrset = dns.rrset.from_text(ZONE, 300, "IN", "A", "192.0.2.1")
    signature = signed(rrset, 13, expiration=NOW - 50)
    assert ours(rrset, signature, KEYS[13]) is SignatureState.EXPIRED
    other = dns.rrset.from_text(ZONE, 300, "IN", "A", "192.0.2.2")
    assert ours(other, signature, KEYS[13]) is SignatureState.INVALID


def test_revoked_keys_and_keys_that_are_not_the_zones_sign_nothing() -> None:
    rrset = dns.rrset.from_text(ZONE, 300, "IN", "A", "192.0.2.1")
    for flags in (256 | 128, 0):
        key = KEYS[15].replace(flags=flags)
        assert isinstance(key, DNSKEY)
        signature = signed(rrset, 15).replace(key_tag=dns.dnssec.key_id(key))
        assert isinstance(signature, RRSIG)
        assert ours(rrset, signature, key) is SignatureState.NO_KEY


def test_a_foreign_signer_and_an_unknown_algorithm_are_told_apart() -> None:
    rrset = dns.rrset.from_text(ZONE, 300, "IN", "A", "192.0.2.1")
    signature = signed(rrset, 13)
    foreign = signature.replace(signer=dns.name.from_text("vn"))
    assert ours(rrset, foreign, KEYS[13]) is SignatureState.FOREIGN  # type: ignore[arg-type]
    verifier = SignatureVerifier(NOW, SOFTWARE, Budget())
    unknown = signature.replace(algorithm=253)
    found = verifier.verify(rrset, [unknown], ZONE, [KEYS[13]], Meter("signatures_per_response", 10))
    assert found.best.state is SignatureState.UNSUPPORTED


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_serial_arithmetic(one: int, other: int) -> None:
    """RFC 1982 section 3.2, written out."""
    expected = (one < other and other - one < 2**31) or (one > other and one - other > 2**31)
    assert serial_before(one, other) == expected


def test_a_caller_supplies_an_algorithm_of_its_own() -> None:
    """Private algorithm 253, verified by a rule of the test's own."""
    rrset = dns.rrset.from_text(ZONE, 300, "IN", "A", "192.0.2.1")
    key = KEYS[13].replace(algorithm=253)
    assert isinstance(key, DNSKEY)
    signature = signed(rrset, 13).replace(algorithm=253, key_tag=dns.dnssec.key_id(key), signature=b"good")
    policy = SOFTWARE.with_verifier(253, lambda data, found, by: found == b"good" and by == key)
    meter = Meter("signatures_per_response", 10)
    assert SignatureVerifier(NOW, policy, Budget()).verify(rrset, [signature], ZONE, [key], meter).valid
    forged = signature.replace(signature=b"bad")
    assert not SignatureVerifier(NOW, policy, Budget()).verify(rrset, [forged], ZONE, [key], meter).valid
    assert not SignatureVerifier(NOW, SOFTWARE, Budget()).verify(rrset, [signature], ZONE, [key], meter).valid
