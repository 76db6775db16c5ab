"""Unusual zones that are good: names, sizes, levels, and servers of which only one is right."""

from tests.lab.agreement.keys import SEP, ZONE, make_key
from tests.lab.agreement.places import MAIN, SECOND
from tests.lab.agreement.planted import planted
from tests.lab.agreement.signatures import EXPIRED
from tests.lab.agreement.zone import NSEC3, OPT_OUT, Denial, Zone


@planted("www NSEC: secure", "www DS: secure", "nope DS: secure", "x.wild DS: secure", "ent DS: secure")
def other_questions(zone: Zone) -> None:
    """Questions for NSEC itself, and for DS at names that are no delegations."""
    zone.sign()


@planted("www DS: secure", "nope DS: secure", "x.wild DS: secure", "@ NSEC3PARAM: secure")
def other_questions_nsec3(zone: Zone) -> None:
    """The same with NSEC3."""
    zone.sign(NSEC3)


@planted("x A: secure", "x MX: secure", "x.y.z A: secure", "x.ent A: secure", "ent A: secure", "x.www A: secure")
def wildcard_at_the_apex(zone: Zone) -> None:
    """A wildcard at the apex: all that does not exist exists, but below names that do."""
    zone.add("* A 192.0.2.84")
    zone.sign()


@planted("x A: secure", "x MX: secure", "x.y.z A: secure", "x.ent A: secure", "ent A: secure", "x.www A: secure")
def wildcard_at_the_apex_nsec3(zone: Zone) -> None:
    """The same with NSEC3."""
    zone.add("* A 192.0.2.84")
    zone.sign(NSEC3)


@planted(
    "x.star A: secure", "a.x.star A: secure", "sub.*.star A: secure", "other.*.star A: secure", "x.star MX: secure"
)
def names_below_a_wildcard(zone: Zone) -> None:
    """A wildcard has names below it, and no data of its own (RFC 4592 section 2.2.2)."""
    zone.add("sub.*.star A 192.0.2.85")
    zone.sign()


@planted(r"a\.b A: secure", r"\000 A: secure", r"\255\254 A: secure", r"a\.c A: secure", r"\000.www A: secure")
def odd_labels(zone: Zone) -> None:
    """Labels with dots and octets that are no characters, and gaps between them."""
    zone.add(r"a\.b A 192.0.2.86", r"\000 A 192.0.2.86", r"\255\254 A 192.0.2.86")
    zone.sign()


@planted("big TXT: secure", "big MX: secure")
def over_tcp(zone: Zone) -> None:
    """An answer that needs TCP."""
    zone.add(*(f'big TXT "{number:02} {"x" * 200}"' for number in range(20)))
    zone.sign()


@planted("www A: secure", "nope A: secure")
def many_keys(zone: Zone) -> None:
    """Eight keys, whose RRset needs TCP."""
    zone.zsk = make_key(8, bits=2048)
    others = [make_key(8, ZONE | flag, bits=bits) for flag in (0, SEP) for bits in (1024, 3072)]
    zone.sign(keys=(zone.ksk, zone.zsk, *others, make_key(14), make_key(15)))


@planted("www A: secure", "nope A: secure")
def long_salt(zone: Zone) -> None:
    """NSEC3 with a salt of 255 octets."""
    zone.sign(Denial(nsec3=True, salt=bytes(255)))


@planted("now A: secure")
def zero_ttl(zone: Zone) -> None:
    """A record with TTL 0."""
    zone.add("now 0 A 192.0.2.87")
    zone.sign()


@planted("www.kid A: secure", "nope.kid A: secure", "kid DS: secure", "kid SOA: secure")
def child_on_the_same_server(zone: Zone) -> None:
    """Parent and signed child have one server, which never refers."""
    zone.delegate(_signed(Zone(zone.absolute("kid"), (MAIN,))))
    zone.sign()


@planted("www.kid A: insecure", "nope.kid A: insecure", "kid DS: secure", "kid SOA: insecure")
def unsigned_child_on_the_same_server(zone: Zone) -> None:
    """Parent and unsigned child have one server, which never refers."""
    zone.delegate(Zone(zone.absolute("kid"), (MAIN,)))
    zone.sign()


@planted("www.kid A: insecure", "nope.kid A: insecure", "kid SOA: insecure")
def unsigned_child_on_the_same_server_opt_out(zone: Zone) -> None:
    """The same with opt-out."""
    zone.delegate(Zone(zone.absolute("kid"), (MAIN,)))
    zone.sign(OPT_OUT)


@planted("www.kid A: bogus", "kid SOA: bogus")
def unproved_child_on_the_same_server(zone: Zone) -> None:
    """Parent and unsigned child have one server, which has no proof that there is no DS."""
    zone.delegate(Zone(zone.absolute("kid"), (MAIN,)))
    zone.sign()
    zone.remove("kid", "NSEC")


@planted("www.kid.sub A: secure", "sub A: secure", "x.sub A: secure", "www.bare.sub A: insecure")
def child_two_labels_below(zone: Zone) -> None:
    """Delegations below an empty non-terminal."""
    zone.child("kid.sub", signed=True)
    zone.child("bare.sub")
    zone.sign()


@planted("www.kid.sub A: secure", "sub A: secure", "x.sub A: secure", "www.bare.sub A: insecure")
def child_two_labels_below_nsec3(zone: Zone) -> None:
    """The same with NSEC3."""
    zone.child("kid.sub", signed=True)
    zone.child("bare.sub")
    zone.sign(NSEC3)


@planted(
    "www.kid.sub A: secure",
    "sub A: secure",
    "x.sub A: insecure",
    "www.bare.sub A: insecure",
    "hidden A: insecure",
    "www.bare.hidden A: insecure",
)
def child_two_labels_below_opt_out(zone: Zone) -> None:
    """The same with opt-out, where an empty non-terminal above unsigned delegations has no NSEC3 record."""
    zone.child("kid.sub", signed=True)
    zone.child("bare.sub")
    zone.child("bare.hidden")
    zone.sign(OPT_OUT)


@planted("www.kid.mid A: secure", "www.mid A: secure", "www.bare.mid A: insecure")
def three_levels(zone: Zone) -> None:
    """A zone below a zone below a zone."""
    middle = Zone(zone.absolute("mid"), (SECOND,))
    middle.child("kid", signed=True)
    middle.child("bare")
    zone.delegate(_signed(middle))
    zone.sign()


@planted("www A: secure", "www TXT: secure", "nope A: secure")
def stale_secondary(zone: Zone) -> None:
    """One of two servers has an old copy, whose signatures have expired."""
    stale = _copy(zone)
    stale.times = EXPIRED
    zone.sign()
    stale.sign()


@planted("www A: secure", "www TXT: secure", "nope A: secure")
def secondary_without_signatures(zone: Zone) -> None:
    """One of two servers has the zone as it was before signing."""
    _copy(zone)
    zone.sign()


@planted("www A: secure", "www TXT: secure", "nope A: secure")
def secondary_with_bad_signatures(zone: Zone) -> None:
    """One of two servers has broken signatures."""
    broken = _copy(zone)
    zone.sign()
    broken.sign()
    for owner, rdtype in list(broken.signatures):
        broken.spoil(owner.to_text(), rdtype.name)


def _copy(zone: Zone) -> Zone:
    """A second server, and what it has: the same content under the same keys."""
    zone.add("@ NS ns-two", f"ns-two A {SECOND}")
    zone.second = copy = Zone(zone.name, zone.addresses, ksk=zone.ksk, zsk=zone.zsk)
    copy.add("@ NS ns-two", f"ns-two A {SECOND}")
    return copy


def _signed(zone: Zone) -> Zone:
    zone.sign()
    return zone
