"""AAAA records whose addresses the Internet does not route."""

from tests.lab.faults.expected import COMPARED, DEAD, UNCOMPARED, UNREACHED
from tests.lab.faults.plants import Plant, Serve, Site

__all__ = ["PLANTS"]


def _at(*addresses: str, own: int = 0) -> Site:
    return Site(v6=Serve(addresses=own, published=addresses))


PLANTS = (
    Plant(
        "aaaa-mapped",
        "an IPv4-mapped AAAA",
        _at("::ffff:198.18.0.80"),
        finds=(*DEAD, "ipv6.address_scope special"),
        saw="IPv4-mapped",
        blinds=UNCOMPARED,
    ),
    Plant(
        "aaaa-6to4",
        "a 6to4 AAAA",
        _at("2002:c612:50::1"),
        finds=(*DEAD, "ipv6.address_scope special"),
        saw="6to4",
        blinds=UNCOMPARED,
    ),
    Plant(
        "aaaa-teredo",
        "a Teredo AAAA",
        _at("2001:0:c612:50::1"),
        finds=(*DEAD, "ipv6.address_scope special"),
        saw="Teredo",
        blinds=UNCOMPARED,
    ),
    Plant(
        "aaaa-nat64",
        "a NAT64 AAAA",
        _at("64:ff9b::c612:50"),
        finds=(*DEAD, "ipv6.address_scope special"),
        saw="NAT64",
        blinds=UNCOMPARED,
    ),
    Plant(
        "aaaa-unique-local",
        "a unique local AAAA",
        _at("fd00:db8::80"),
        finds=(*DEAD, "ipv6.address_scope special"),
        saw="unique local",
        blinds=UNCOMPARED,
    ),
    Plant(
        "aaaa-link-local",
        "a link-local AAAA",
        _at("fe80::80"),
        finds=(*DEAD, "ipv6.address_scope special"),
        saw="link-local",
        blinds=UNCOMPARED,
    ),
    Plant(
        "aaaa-documentation",
        "a documentation AAAA, beyond what the inventory allows",
        _at("3fff:db8::80"),
        finds=(*DEAD, "ipv6.address_scope special"),
        saw="documentation",
        blinds=UNCOMPARED,
    ),
    Plant(
        "aaaa-site-local",
        "a site-local AAAA",
        _at("fec0::80"),
        finds=(*DEAD, "ipv6.address_scope special"),
        saw="site-local",
        blinds=UNCOMPARED,
    ),
    Plant(
        "aaaa-loopback",
        "the loopback address as AAAA",
        _at("::1"),
        finds=(*DEAD, "ipv6.address_scope special"),
        saw="loopback",
        blinds=UNCOMPARED,
    ),
    Plant(
        "aaaa-unassigned",
        "an AAAA outside 2000::/3",
        _at("4000::80"),
        finds=(*DEAD, "ipv6.address_scope special"),
        saw="reserved by IETF",
        blinds=UNCOMPARED,
    ),
    Plant(
        "aaaa-one-local",
        "two AAAA, one of them unique local",
        _at("fd00:db8::81", own=1),
        finds=(*UNREACHED, "ipv6.address_scope special"),
        saw="unique local",
        blinds=COMPARED,
    ),
)
