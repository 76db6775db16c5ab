"""RSA public keys that can be broken from the public key alone (RFC 3110 gives their form in DNSKEY).

Three public tests, each of bounded cost whatever the key:

- exponents that encrypt nothing, or that no private key can belong to;
- Fermat's factorisation, which finds primes that lie close together in a few steps (Böck, "Fermat Factorization
  in the Wild", IACR ePrint 2023/026; CVE-2022-26320);
- the fingerprint of ROCA: keys of a chip library whose primes are of the form k·M + (65537^a mod M), M being the
  product of the first primes (Nemec, Sýs, Švenda, Klinec, Matyáš, "The Return of Coppersmith's Attack", ACM CCS
  2017, doi 10.1145/3133956.3133969, section 3; CVE-2017-15361). The modulus of such a key is a power of 65537
  modulo each of these primes; a sound one is so for all of them only once in 2·10^8.
"""

import math
from enum import StrEnum
from typing import NamedTuple

__all__ = ["FACTORED_BITS", "SMALL_PRIMES", "RsaKey", "Weakness", "parse", "weaknesses"]

FACTORED_BITS = 829
"""The longest modulus of general form factored in public: RSA-250, February 2020."""

SMALL_PRIMES = 2_000
"""Factors below this are found by trial division."""

_LONGEST = 4096  # bits of a modulus or an exponent (RFC 3110 section 2); longer ones are not computed with
_FERMAT_STEPS = 1_000  # ten times what the paper found to be enough for the faulty keys in the field


class RsaKey(NamedTuple):
    """The two numbers of an RSA public key."""

    exponent: int
    modulus: int


class Weakness(StrEnum):
    """What is wrong with a key."""

    EXPONENT = "exponent"  # 1 or even
    SHORT = "short"  # moduli as short have been factored
    SMALL_FACTOR = "small_factor"
    CLOSE_PRIMES = "close_primes"
    ROCA = "roca"


def parse(data: bytes) -> RsaKey | None:
    """The key in the public key field of a DNSKEY (RFC 3110 section 2); None when it is not of that form."""
    if not data:
        return None
    long_form = data[0] == 0 and len(data) > 3
    start, length = (3, int.from_bytes(data[1:3], "big")) if long_form else (1, data[0])
    exponent, modulus = data[start : start + length], data[start + length :]
    if not length or not modulus:
        return None
    return RsaKey(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big"))


def weaknesses(key: RsaKey) -> tuple[Weakness, ...]:
    """Every weakness found; nothing is computed with moduli of more than 4096 bits."""
    bits = key.modulus.bit_length()
    if bits > _LONGEST:
        return (Weakness.EXPONENT,) if _bad_exponent(key) else ()
    tests = (
        (Weakness.EXPONENT, _bad_exponent(key)),
        (Weakness.SHORT, bits <= FACTORED_BITS),
        (Weakness.SMALL_FACTOR, math.gcd(key.modulus, _PRODUCT) != 1),
        (Weakness.CLOSE_PRIMES, _close_primes(key.modulus)),
        (Weakness.ROCA, _roca(key.modulus)),
    )
    return tuple(weakness for weakness, found in tests if found)


def _bad_exponent(key: RsaKey) -> bool:
    """With 1 the signature is the message itself; an even one has no inverse, for the group's order is even."""
    return key.exponent < 3 or key.exponent % 2 == 0


def _close_primes(modulus: int) -> bool:
    """Whether Fermat's method finds a factor: n = a² - b² with a little above the root of n."""
    if modulus < 9 or modulus % 2 == 0:
        return False
    a = math.isqrt(modulus - 1) + 1
    for _ in range(_FERMAT_STEPS):
        square = a * a - modulus
        b = math.isqrt(square)
        if b * b == square:
            return a - b > 1  # else the only factors found are one and the number itself
        a += 1
    return False


def _roca(modulus: int) -> bool:
    return modulus > 1 and all(modulus % prime in powers for prime, powers in _FINGERPRINT)


def _primes(limit: int) -> list[int]:
    found: list[int] = []
    for number in range(2, limit):
        if all(number % prime for prime in found):
            found.append(number)
    return found


def _powers(prime: int) -> frozenset[int]:
    """The powers of 65537 modulo a prime."""
    found: set[int] = set()
    power = 1
    while power not in found:
        found.add(power)
        power = power * 65_537 % prime
    return frozenset(found)


_PRODUCT = math.prod(_primes(SMALL_PRIMES))
_FINGERPRINT = tuple((prime, _powers(prime)) for prime in _primes(168)[1:])  # M of the shortest keys: up to 167
