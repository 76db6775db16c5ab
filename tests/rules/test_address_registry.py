"""The table of special-purpose addresses against the registries' ranges and, where it is right, against ipaddress."""

import ipaddress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from netaudit.rules.addresses import classify, embedded_ipv4, within


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("::ffff:203.0.113.5", "IPv4-mapped"),
        ("2002:cb00:7105::1", "6to4"),
        ("2001:0:53aa:64c::1", "Teredo"),
        ("64:ff9b::cb00:7105", "NAT64 well-known prefix"),
        ("64:ff9b:1::1", "local-use NAT64"),
        ("fd12:3456::1", "unique local"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("2001:db8::1", "documentation"),
        ("3fff:fff::1", "documentation"),
        ("2001:2::1", "benchmarking"),
        ("fec0::1", "site-local (deprecated)"),
        ("ff02::1", "multicast"),
        ("5f00::1", "segment routing (SRv6) SIDs"),
        ("3ffe::1", "6bone (returned)"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::192.0.2.1", "IPv4-compatible (deprecated)"),
        ("4000::1", "reserved by IETF (not within 2000::/3)"),
        ("1000::1", "reserved by IETF (not within 2000::/3)"),
        ("10.1.2.3", "private use"),
        ("100.64.0.1", "shared address space (CGN)"),
        ("192.88.99.1", "6to4 relay anycast (deprecated)"),
        ("198.19.255.255", "benchmarking"),
        ("203.0.113.9", "documentation"),
        ("255.255.255.255", "limited broadcast"),
    ],
)
def test_special_ranges_are_named_and_not_global(address: str, name: str) -> None:
    found = classify(address)
    assert (found.name, found.is_global) == (name, False)
    assert found.rfc.startswith("RFC ")


@pytest.mark.parametrize(
    "address",
    ["2405:4800::1", "2001:dc8::1", "2001:4:112::1", "2001:1::1", "2620:4f:8000::1", "192.0.0.9", "203.113.131.1",
     "2001:200::1", "4.0.0.1"],
)  # fmt: skip
def test_reachable_addresses_are_global(address: str) -> None:
    assert classify(address).is_global


def test_only_the_documentation_prefixes_say_so() -> None:
    assert [a for a in ("192.0.2.1", "2001:db8::1", "3fff::1", "fd00::1", "2405::1") if classify(a).documentation] == [
        "192.0.2.1", "2001:db8::1", "3fff::1",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "portal.example", "2001:db8::/32", "1.2.3", ":::"])
def test_what_is_no_address_raises(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear"):
        classify(text)


# Where Python 3.11's ipaddress is known to be wrong, or disputed, it is no oracle.
_NO_ORACLE = (
    "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fec0::/10", "5f00::/16", "3ffe::/16", "3fff::/20", "192.88.99.0/24",
    "2001::/23", "192.0.0.0/24", "224.0.0.0/4", "ff00::/8", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "100::/16",
)  # fmt: skip


@given(st.ip_addresses())
def test_agrees_with_ipaddress_where_that_is_right(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assume(not within(str(address), _NO_ORACLE))
    assume(address.version == 4 or within(str(address), ("2000::/3", "fc00::/7", "fe80::/10")))
    assert classify(str(address)).is_global is address.is_global


@given(st.ip_addresses(v=6))
def test_nothing_outside_2000_3_is_global(address: ipaddress.IPv6Address) -> None:
    if classify(str(address)).is_global:
        assert address in ipaddress.IPv6Network("2000::/3")


@given(st.ip_addresses(v=4))
def test_embedded_addresses_come_out_again(inner: ipaddress.IPv4Address) -> None:
    value = int(inner)
    assert embedded_ipv4(f"::ffff:{inner}") == str(inner)
    assert embedded_ipv4(str(ipaddress.IPv6Address((0x0064FF9B << 96) | value))) == str(inner)
    assert embedded_ipv4(str(ipaddress.IPv6Address((0x2002 << 112) | (value << 80) | 1))) == str(inner)
    assert embedded_ipv4(str(inner)) is None


def test_plain_ipv6_embeds_nothing() -> None:
    assert embedded_ipv4("2405:4800::1") is None


def test_within_minds_the_family() -> None:
    assert within("203.0.113.9", ("2001:db8::/32", "203.0.113.0/24"))
    assert not within("203.0.114.9", ("::/0", "203.0.113.0/24"))
