"""EdDSA keys of small order: computed from the curves, refused, and accepted by the library without our refusal."""

import dns.dnssecalgs
import dns.rdata
import pytest
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from netaudit.rules.signed_data import _SMALL_ORDER, is_good

P25519, P448 = 2**255 - 19, 2**448 - 2**224 - 1
D25519 = -121665 * pow(121666, -1, P25519) % P25519
D448 = -39081 % P448
Point = tuple[int, int]


def doubled(point: Point, a: int, d: int, p: int) -> Point:
    """2P on a x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032 section 5)."""
    x, y = point
    t = d * x * x * y * y % p
    return 2 * x * y * pow(1 + t, -1, p) % p, (y * y - a * x * x) * pow(1 - t, -1, p) % p


def root(square: int, p: int) -> int:
    found = pow(square, (p + 3) // 8, p) if p % 8 == 5 else pow(square, (p + 1) // 4, p)
    if found * found % p != square:
        found = found * pow(2, (p - 1) // 4, p) % p
    assert found * found % p == square, "no point of the curve"
    return found


@pytest.mark.parametrize(
    ("algorithm", "a", "d", "p", "doublings"), [(15, -1, D25519, P25519, 3), (16, 1, D448, P448, 2)]
)
def test_each_refused_key_is_of_small_order(algorithm: int, a: int, d: int, p: int, doublings: int) -> None:
    ys = {int.from_bytes(octets, "little") % p for octets in _SMALL_ORDER[algorithm]}
    for y in ys:
        point = root((1 - y * y) * pow(a - d * y * y, -1, p) % p, p), y
        for _ in range(doublings):
            point = doubled(point, a, d, p)
        assert point == (0, 1)
    assert len(ys) == (5 if algorithm == 15 else 3), "all there are"


def key_of(octets: bytes) -> DNSKEY:
    model = dns.rdata.from_text("IN", "DNSKEY", "256 3 15 AA==")
    key = model.replace(key=octets)
    assert isinstance(key, DNSKEY)
    return key


@pytest.mark.parametrize("octets", sorted(_SMALL_ORDER[15])[:2])
@pytest.mark.parametrize("sign", [0, 0x80])
def test_a_signature_that_anybody_can_make_is_refused(octets: bytes, sign: int) -> None:
    key = key_of(octets[:-1] + bytes((octets[-1] | sign,)))
    neutral = b"\1" + b"\0" * 63
    assert not any(is_good(bytes((n,)), neutral, key) for n in range(64))


def test_the_library_alone_would_take_it() -> None:
    """Else the refusal would be needless."""
    key = key_of(b"\1" + b"\0" * 31)
    public = dns.dnssecalgs.get_algorithm_cls_from_dnskey(key).public_cls.from_dnskey(key)
    public.verify(b"\1" + b"\0" * 63, b"whatever")
