"""Aliases: the weakest link of a chain decides."""

from tests.lab.agreement.keys import changed
from tests.lab.agreement.places import CHILDREN
from tests.lab.agreement.planted import planted
from tests.lab.agreement.zone import NSEC3, OPT_OUT, Zone


@planted("alias A: secure", "alias MX: secure", "alias CNAME: secure", "to-nothing A: secure", "x.star A: secure")
def cname(zone: Zone) -> None:
    """Nothing: aliases within a zone, to data, to no data, to nothing, and at a wildcard."""
    zone.add("alias CNAME www", "to-nothing CNAME nope", "*.star CNAME www")
    zone.sign()


@planted("alias A: secure", "alias MX: secure", "to-nothing A: secure", "x.star A: secure")
def cname_nsec3(zone: Zone) -> None:
    """Nothing: the same with NSEC3."""
    zone.add("alias CNAME www", "to-nothing CNAME nope", "*.star CNAME www")
    zone.sign(NSEC3)


@planted("alias A: insecure", "to-nothing A: insecure")
def cname_opt_out(zone: Zone) -> None:
    """An alias from a signed zone to an unsigned one in an opt-out span, and to nothing in it."""
    zone.child()
    zone.add("alias CNAME www.kid", "to-nothing CNAME nope")
    zone.sign(OPT_OUT)


@planted("alias A: bogus")
def cname_bad_signature(zone: Zone) -> None:
    """The signature over the alias is broken."""
    zone.add("alias CNAME www")
    zone.sign()
    zone.spoil("alias", "CNAME")


@planted("alias A: bogus")
def cname_not_signed(zone: Zone) -> None:
    """The alias is not signed."""
    zone.add("alias CNAME www")
    zone.sign()
    zone.unsign("alias", "CNAME")


@planted("alias A: bogus")
def cname_to_bad_signature(zone: Zone) -> None:
    """The alias is good, the signature over its target is broken."""
    zone.add("alias CNAME www")
    zone.sign()
    zone.spoil("www", "A")


@planted("alias A: secure", "alias MX: secure")
def cname_to_signed_zone(zone: Zone) -> None:
    """Nothing: an alias to another signed zone."""
    zone.add("alias CNAME www.valid.lab.")
    zone.sign()


@planted("alias A: insecure")
def cname_to_unsigned_zone(zone: Zone) -> None:
    """An alias to an unsigned zone."""
    zone.add("alias CNAME www.unsigned.lab.")
    zone.sign()


@planted("alias A: bogus")
def cname_to_bogus_zone(zone: Zone) -> None:
    """An alias to a zone with a wrong DS record."""
    _bogus_child(zone)
    zone.add("alias CNAME www.kid")
    zone.sign()


@planted("alias A: insecure")
def cname_from_unsigned_zone(zone: Zone) -> None:
    """An alias from an unsigned zone to a signed one."""
    zone.add("alias CNAME www.valid.lab.")


@planted("alias A: bogus")
def cname_from_unsigned_to_bogus_zone(zone: Zone) -> None:
    """An alias from an unsigned zone to one with a wrong DS record."""
    zone.add("alias CNAME www.target-of-an-alias.lab.")


@planted()
def target_of_an_alias(zone: Zone) -> None:
    """A wrong DS record; it is asked by way of the alias alone, so that nobody has it in a cache."""
    zone.sign()
    zone.ds = [changed(zone.ds[0], digest=bytes(32))]


@planted("a1 A: secure")
def cname_chain(zone: Zone) -> None:
    """Nothing: eight aliases, one after the other."""
    zone.add(*(f"a{n} CNAME a{n + 1}" for n in range(1, 8)), "a8 CNAME www")
    zone.sign()


@planted("a1 A: indeterminate")
def cname_loop(zone: Zone) -> None:
    """Two aliases name each other."""
    zone.add("a1 CNAME a2", "a2 CNAME a1")
    zone.sign()


@planted("x.star A: bogus", lies=True)
def cname_wildcard_unproved(zone: Zone) -> None:
    """An alias is expanded from a wildcard without a proof that the name itself does not exist."""
    zone.add("*.star CNAME www")
    zone.sign()
    zone.can_rrsets("x.star", "A", [*zone.expanded("*.star", "x.star", "CNAME"), *zone.signed("www A")], [])


@planted("host.old A: secure", "nope.old A: secure", "old DNAME: secure", "old A: secure")
def dname(zone: Zone) -> None:
    """Nothing: a DNAME within a zone."""
    zone.add("old DNAME ent")
    zone.sign()


@planted("host.old A: secure", "nope.old A: secure", "old A: secure")
def dname_nsec3(zone: Zone) -> None:
    """Nothing: the same with NSEC3."""
    zone.add("old DNAME ent")
    zone.sign(NSEC3)


@planted("host.old A: bogus")
def dname_bad_signature(zone: Zone) -> None:
    """The signature over the DNAME is broken."""
    zone.add("old DNAME ent")
    zone.sign()
    zone.spoil("old", "DNAME")


@planted("host.old A: bogus")
def dname_not_signed(zone: Zone) -> None:
    """The DNAME is not signed."""
    zone.add("old DNAME ent")
    zone.sign()
    zone.unsign("old", "DNAME")


@planted("www.old A: insecure")
def dname_to_unsigned_zone(zone: Zone) -> None:
    """A DNAME to an unsigned zone."""
    zone.add("old DNAME unsigned.lab.")
    zone.sign()


@planted("www.old A: bogus")
def dname_to_bogus_zone(zone: Zone) -> None:
    """A DNAME to a zone with a wrong DS record."""
    _bogus_child(zone)
    zone.add("old DNAME kid")
    zone.sign()


@planted("host.old A: bogus", lies=True)
def dname_left_out(zone: Zone) -> None:
    """The alias that a DNAME makes is given without the DNAME."""
    zone.add("old DNAME ent")
    zone.sign()
    zone.can_rrsets("host.old", "A", [zone.made("host.old CNAME host.ent"), *zone.signed("host.ent A")], [])


@planted("host.old A: secure", lies=True)
def dname_without_cname(zone: Zone) -> None:
    """The DNAME is given without the alias that it makes, which resolvers make themselves (RFC 6672 section 3.4)."""
    zone.add("old DNAME ent")
    zone.sign()
    zone.can("host.old", "A", answer="old DNAME")


@planted("host.old A: bogus", lies=True)
def dname_with_another_cname(zone: Zone) -> None:
    """The alias is another than the one that the DNAME makes."""
    zone.add("old DNAME ent")
    zone.sign()
    answer = [*zone.signed("old DNAME"), zone.made("host.old CNAME www"), *zone.signed("www A")]
    zone.can_rrsets("host.old", "A", answer, [])


@planted("www.kid A: insecure")
def cname_in_unsigned_child(zone: Zone) -> None:
    """An unsigned zone below a signed one has an alias to signed data."""
    kid = Zone(zone.absolute("kid"), (CHILDREN,))
    kid.remove("www", "A")
    kid.remove("www", "TXT")
    kid.add(f"www CNAME www.{zone.name}")
    zone.delegate(kid)
    zone.sign()


def _bogus_child(zone: Zone) -> None:
    child = Zone(zone.absolute("kid"), (CHILDREN,))
    child.sign()
    child.ds = [changed(child.ds[0], digest=bytes(32))]
    zone.delegate(child)
