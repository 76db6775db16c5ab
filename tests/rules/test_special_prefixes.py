"""Special-purpose ranges that a prefix lies in or holds."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.rules.addresses import classify, special_in


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("103.9.0.0/22", ""),
        ("2405:4800::/32", ""),
        ("203.0.113.0/25", "documentation"),
        ("172.0.0.0/8", "private use"),  # holds 172.16.0.0/12
        ("fd00::/48", "unique local"),
        ("2002:cb00:7100::/48", "6to4"),
        ("2001:4:112::/48", ""),  # AS112: global although 2001::/23 is not
        ("4000::/48", "reserved by IETF (not within 2000::/3)"),
    ],
)
def test_prefixes(prefix: str, name: str) -> None:
    found = special_in(prefix)
    assert (found.name if found is not None else "") == name


def test_what_is_allowed_is_ordinary_with_its_parts_and_nothing_more() -> None:
    allowed = ["203.0.113.0/24", "2001:db8::/32"]
    assert special_in("203.0.113.128/25", allowed) is None
    assert special_in("2001:db8:113::/48", allowed) is None
    assert special_in("203.0.112.0/23", allowed) is not None
    assert special_in("198.51.100.0/24", allowed) is not None


@given(st.ip_addresses())
def test_a_single_address_is_special_exactly_when_it_is_not_global(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    assert (special_in(f"{address}/{address.max_prefixlen}") is None) == classify(str(address)).is_global


@given(st.ip_addresses(v=4), st.integers(1, 32))
def test_a_prefix_is_special_whenever_one_of_its_parts_is(address: ipaddress.IPv4Address, length: int) -> None:
    inner = ipaddress.ip_network((int(address), length), strict=False)
    if special_in(str(inner)) is not None:
        outer = inner.supernet()
        assert special_in(str(outer)) is not None
