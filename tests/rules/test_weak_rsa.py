"""RSA keys that can be broken from their public half: made here by the published recipes, and told from sound ones."""

import math
import random

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from netaudit.rules.weak_rsa import FACTORED_BITS, RsaKey, Weakness, parse, weaknesses

_RANDOM = random.Random(3110)


def is_prime(number: int) -> bool:
    """Miller and Rabin's test, with bases enough for these tests."""
    bases = (2, 3, 5, 7, 11, 13, 17)
    if number < 2 or any(number % base == 0 for base in bases):
        return number in bases
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in bases:
        x = pow(base, odd, number)
        if x not in (1, number - 1) and all((x := x * x % number) != number - 1 for _ in range(twos - 1)):
            return False
    return True


def prime_from(start: int) -> int:
    number = start | 1
    while not is_prime(number):
        number += 2
    return number


def prime(bits: int) -> int:
    return prime_from(_RANDOM.getrandbits(bits) | 3 << bits - 2)


def roca_prime(bits: int) -> int:
    """A prime k·M + (65537^a mod M), M being the product of the first 39 primes, as for keys of 512 bits."""
    product = math.prod(n for n in range(2, 168) if is_prime(n))
    while True:
        k = _RANDOM.getrandbits(bits - product.bit_length()) | 1 << bits - product.bit_length()
        number = k * product + pow(65_537, _RANDOM.getrandbits(64), product)
        if is_prime(number):
            return number


@pytest.fixture(scope="module", params=[1024, 2048])
def sound(request: pytest.FixtureRequest) -> RsaKey:
    numbers = rsa.generate_private_key(65_537, request.param).public_key().public_numbers()
    return RsaKey(numbers.e, numbers.n)


def test_sound_keys_have_no_weakness(sound: RsaKey) -> None:
    assert weaknesses(sound) == ()
    assert weaknesses(sound._replace(exponent=3)) == ()


@pytest.mark.parametrize("exponent", [0, 1, 2, 65_536])
def test_exponents_that_no_private_key_belongs_to(sound: RsaKey, exponent: int) -> None:
    assert weaknesses(sound._replace(exponent=exponent)) == (Weakness.EXPONENT,)


def test_primes_that_lie_close_together() -> None:
    p = prime(512)
    assert weaknesses(RsaKey(65_537, p * prime_from(p + 2))) == (Weakness.CLOSE_PRIMES,)
    assert weaknesses(RsaKey(65_537, p * p)) == (Weakness.CLOSE_PRIMES,)
    assert weaknesses(RsaKey(65_537, p * prime_from(p + (1 << 300)))) == ()


def test_keys_of_the_faulty_chip_library() -> None:
    modulus = roca_prime(512) * roca_prime(512)
    assert weaknesses(RsaKey(65_537, modulus)) == (Weakness.ROCA,)


def test_one_prime_of_that_form_is_not_its_fingerprint() -> None:
    assert weaknesses(RsaKey(65_537, roca_prime(512) * prime(512))) == ()


def test_small_factors_and_short_moduli() -> None:
    assert Weakness.SMALL_FACTOR in weaknesses(RsaKey(65_537, 1_999 * prime(1_500)))
    assert Weakness.SMALL_FACTOR in weaknesses(RsaKey(65_537, prime(1_500) << 1))
    assert Weakness.SMALL_FACTOR not in weaknesses(RsaKey(65_537, 2_003 * prime(1_500)))
    for bits, short in ((FACTORED_BITS, True), (FACTORED_BITS + 1, False)):
        p = prime(400)
        modulus = p * prime_from((1 << bits - 1) // p + (1 << bits - 500))
        assert modulus.bit_length() == bits
        assert (Weakness.SHORT in weaknesses(RsaKey(65_537, modulus))) == short


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"\x01\x03\x0f", RsaKey(3, 15)),
        (b"\x03\x01\x00\x01\x00\xff", RsaKey(65_537, 255)),
        (b"\x00\x00\x01\x03\x0f", RsaKey(3, 15)),
        (b"", None),
        (b"\x01\x03", None),
        (b"\x00\x00\x00\x0f", None),
        (b"\x09\x03\x0f", None),
    ],
)
def test_the_two_forms_of_a_key(data: bytes, key: RsaKey | None) -> None:
    assert parse(data) == key


@given(st.binary(max_size=600))
def test_whatever_bytes_a_key_is_made_of_it_is_judged(data: bytes) -> None:
    found = parse(data)
    assert found is None or set(weaknesses(found)) <= set(Weakness)


def test_the_longest_keys_cost_nothing() -> None:
    assert weaknesses(RsaKey(65_537, 1 << 500_000)) == ()
    assert weaknesses(RsaKey(1, 1 << 500_000)) == (Weakness.EXPONENT,)


@given(st.integers(2, 10_000).filter(is_prime), st.integers(2, 10_000).filter(is_prime))
def test_close_primes_are_only_found_in_composites(p: int, q: int) -> None:
    assert Weakness.CLOSE_PRIMES not in weaknesses(RsaKey(3, p))
    if abs(p - q) < 50 and p > 2 and q > 2:
        assert Weakness.CLOSE_PRIMES in weaknesses(RsaKey(3, p * q))
