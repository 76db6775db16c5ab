"""Route origin validation against a reading of RFC 6811 that knows nothing of prefixes but their addresses."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.model.facts import Vrp
from netaudit.rules.origin import OriginState, validate_origin

VALID, ASN, LENGTH, UNKNOWN = OriginState


def vrp(prefix: str, longest: int, asn: int = 64510) -> Vrp:
    return Vrp(prefix=prefix, max_length=longest, asn=asn)


@pytest.mark.parametrize(
    ("prefix", "asn", "vrps", "state", "matched"),
    [
        ("203.0.113.0/24", 64510, [], UNKNOWN, 0),
        ("203.0.113.0/24", 64510, [vrp("203.0.113.0/24", 24)], VALID, 1),
        ("203.0.113.0/24", 64510, [vrp("203.0.112.0/22", 24), vrp("203.0.113.0/24", 24, 64999)], VALID, 1),
        ("203.0.113.0/25", 64510, [vrp("203.0.113.0/24", 24)], LENGTH, 0),
        ("203.0.113.0/25", 64510, [vrp("203.0.113.0/24", 24, 64999)], ASN, 0),
        ("203.0.113.0/25", 64510, [vrp("203.0.113.0/24", 25, 64999), vrp("203.0.112.0/22", 24)], LENGTH, 0),
        ("203.0.112.0/22", 64510, [vrp("203.0.113.0/24", 24)], UNKNOWN, 0),
        ("203.0.113.0/24", None, [vrp("203.0.113.0/24", 24)], ASN, 0),
        ("203.0.113.0/24", 0, [vrp("203.0.113.0/24", 24, 0)], ASN, 0),
        ("203.0.113.0/24", 64510, [vrp("0.0.0.0/0", 32, 0)], ASN, 0),
        ("203.0.113.0/24", 64510, [vrp("::/0", 128)], UNKNOWN, 0),
        ("2001:db8:113::/48", 64510, [vrp("2001:db8::/32", 48)], VALID, 1),
    ],
)
def test_states(prefix: str, asn: int | None, vrps: list[Vrp], state: OriginState, matched: int) -> None:
    found = validate_origin(prefix, asn, vrps)
    assert (found.state, len(found.matched)) == (state, matched)


def prefixes(bits: int = 4) -> st.SearchStrategy[ipaddress.IPv4Network]:
    """Prefixes of the last bits of one small network: then they meet often."""
    return st.tuples(st.integers(0, 2**bits - 1), st.integers(32 - bits, 32)).map(
        lambda v: ipaddress.IPv4Network((0xCB007100 + v[0], v[1]), strict=False)
    )


@given(
    prefixes(),
    st.one_of(st.none(), st.integers(0, 3)),
    st.lists(st.tuples(prefixes(), st.integers(0, 4), st.integers(0, 3)), max_size=6),
)
def test_against_the_words_of_the_standard(
    route: ipaddress.IPv4Network, origin: int | None, listed: list[tuple[ipaddress.IPv4Network, int, int]]
) -> None:
    """Covered: all its addresses lie in the payload's. Matched: covered, not too long, of that AS, which is not 0."""
    vrps = [vrp(str(net), min(32, net.prefixlen + more), asn) for net, more, asn in listed]
    found = validate_origin(str(route), origin, vrps)
    covering = [v for v in vrps if set(route) <= set(ipaddress.IPv4Network(v.prefix))]
    matched = [v for v in covering if route.prefixlen <= v.max_length and v.asn == origin and v.asn != 0]
    assert found.covering == tuple(covering)
    assert found.matched == tuple(matched)
    assert (found.state is VALID) == bool(matched)
    assert (found.state is UNKNOWN) == (not covering)
    if found.state is LENGTH:
        assert any(v.asn == origin and v.max_length < route.prefixlen for v in covering)
    if found.state is ASN:
        assert all(v.asn != origin or origin == 0 for v in covering)
