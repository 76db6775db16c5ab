"""Broken signatures, and some that only look so."""

import dns.name

from tests.lab.agreement.keys import DAY, NOW, Times, changed, make_key
from tests.lab.agreement.planted import planted
from tests.lab.agreement.zone import NSEC3, TTL, Zone

EXPIRED: Times = {"begin": NOW - 40 * DAY, "end": NOW - 10 * DAY}
NOT_YET: Times = {"begin": NOW + 10 * DAY, "end": NOW + 40 * DAY}
BACKWARDS: Times = {"begin": NOW + 10 * DAY, "end": NOW - 10 * DAY}


@planted("www A: secure", "nope A: secure", "www MX: secure", "x.wild A: secure", "x.wild MX: secure", "ent A: secure")
def valid(zone: Zone) -> None:
    """Nothing: signed with NSEC3."""
    zone.sign(NSEC3)


@planted(
    "www A: secure",
    "nope A: secure",
    "www MX: secure",
    "x.wild A: secure",
    "x.wild MX: secure",
    "ent A: secure",
    "x.y.nope A: secure",
    "x.www A: secure",
    "@ SOA: secure",
    "@ NS: secure",
    "@ DNSKEY: secure",
    "@ DS: secure",
)
def valid_nsec(zone: Zone) -> None:
    """Nothing: signed with NSEC."""
    zone.sign()


@planted("www A: bogus", "nope A: bogus")
def rrsig_exp_all(zone: Zone) -> None:
    """All signatures have expired."""
    zone.times = EXPIRED
    zone.sign()


@planted("www A: bogus", "www TXT: secure")
def rrsig_exp_a(zone: Zone) -> None:
    """The signature of one RRset has expired."""
    zone.sign()
    zone.resign("www", "A", **EXPIRED)


@planted("www A: bogus")
def rrsig_not_yet_all(zone: Zone) -> None:
    """No signature is valid yet."""
    zone.times = NOT_YET
    zone.sign()


@planted("www A: bogus", "www TXT: secure")
def rrsig_not_yet_a(zone: Zone) -> None:
    """The signature of one RRset is not valid yet."""
    zone.sign()
    zone.resign("www", "A", **NOT_YET)


@planted("www A: bogus")
def rrsig_no_all(zone: Zone) -> None:
    """There are no signatures at all."""
    zone.sign()
    zone.signatures.clear()


@planted("www A: bogus", "www TXT: secure")
def rrsig_no_a(zone: Zone) -> None:
    """One RRset is not signed."""
    zone.sign()
    zone.unsign("www", "A")


@planted("www A: bogus")
def rrsig_exp_before_all(zone: Zone) -> None:
    """All signatures expire before they begin."""
    zone.times = BACKWARDS
    zone.sign()


@planted("www A: bogus")
def rrsig_exp_before_a(zone: Zone) -> None:
    """The signature of one RRset expires before it begins."""
    zone.sign()
    zone.resign("www", "A", **BACKWARDS)


@planted("www A: bogus", "www TXT: secure")
def rrsig_bad_a(zone: Zone) -> None:
    """One bit of one signature is flipped."""
    zone.sign()
    zone.spoil("www", "A")


@planted("www A: bogus")
def rrsig_over_other_data(zone: Zone) -> None:
    """A record was changed after signing."""
    zone.sign()
    made = zone.signatures[zone.key("www", "A")]
    zone.remove("www", "A")
    zone.add("www A 192.0.2.66")
    zone.signatures[zone.key("www", "A")] = made


@planted("www A: bogus")
def rrsig_record_added(zone: Zone) -> None:
    """A record was added to an RRset after signing."""
    zone.sign()
    zone.add("www A 192.0.2.66")


@planted("www A: bogus")
def rrsig_of_unknown_key(zone: Zone) -> None:
    """One RRset is signed with a key that is not published: a zone key withdrawn too early."""
    zone.sign()
    zone.resign("www", "A", make_key())


@planted("www A: bogus")
def rrsig_key_tag_wrong(zone: Zone) -> None:
    """A signature by the right key names another key tag."""
    zone.sign()
    zone.edit("www", "A", key_tag=(zone.zsk.tag + 1) % 2**16)


@planted("www A: bogus")
def rrsig_labels_too_many(zone: Zone) -> None:
    """A signature counts more labels than its owner name has."""
    zone.sign()
    zone.resign("www", "A", labels=9)


@planted("www A: bogus")
def rrsig_labels_too_few(zone: Zone) -> None:
    """A signature counts fewer labels, as if a wildcard had been expanded, and nothing denies the name."""
    zone.sign()
    zone.resign("www", "A", labels=2)


@planted("www A: bogus", lies=True)
def rrsig_labels_above_the_zone(zone: Zone) -> None:
    """A signature counts fewer labels than the zone's name has: a wildcard that lies in the parent."""
    zone.sign()
    zone.resign("www", "A", labels=1)
    zone.can_rrsets("www", "A", zone.signed("www A"), zone.made_nsec("@", "@", "NS SOA DNSKEY NSEC RRSIG"))


@planted("www A: bogus")
def rrsig_labels_edited(zone: Zone) -> None:
    """The labels field was changed after signing."""
    zone.sign()
    zone.edit("www", "A", labels=1)


@planted("www A: bogus")
def signer_is_the_parent(zone: Zone) -> None:
    """The signer's name is the parent zone."""
    zone.sign()
    zone.resign("www", "A", signer=zone.name.parent())


@planted("www A: bogus")
def signer_is_a_sibling(zone: Zone) -> None:
    """The signer's name is another zone."""
    zone.sign()
    zone.resign("www", "A", signer=dns.name.from_text("valid.lab."))


@planted("www A: bogus")
def signer_is_the_owner(zone: Zone) -> None:
    """The signer's name is the owner name, which is no zone."""
    zone.sign()
    zone.resign("www", "A", signer=zone.absolute("www"))


@planted("www A: secure")
def original_ttl_is_lower(zone: Zone) -> None:
    """The TTL served is above the signed one: validators lower it (RFC 4035 section 5.3.3)."""
    zone.sign()
    zone.resign("www", "A", original_ttl=TTL // 2)


@planted("www A: bogus")
def original_ttl_edited(zone: Zone) -> None:
    """The original TTL was changed after signing."""
    zone.sign()
    zone.edit("www", "A", original_ttl=TTL * 2)


@planted("www A: secure")
def one_good_before_one_bad(zone: Zone) -> None:
    """Of two signatures the first in canonical order is good (RFC 6840 section 5.11)."""
    _good_and_bad(zone, good=0)


@planted("www A: secure")
def one_good_after_one_bad(zone: Zone) -> None:
    """Of two signatures the second in canonical order is good."""
    _good_and_bad(zone, good=1)


def _good_and_bad(zone: Zone, good: int) -> None:
    zone.sign()

    zone.resign("www", "A")
    zone.cosign("www", "A")
    made = zone.signatures[zone.key("www", "A")]
    made.sort(key=lambda rdata: rdata.to_digestable())
    bad = made[1 - good]
    made[1 - good] = changed(bad, signature=bad.signature[:-1] + bytes([bad.signature[-1] ^ 1]))


@planted("www A: secure")
def one_good_and_one_expired(zone: Zone) -> None:
    """One of two signatures has expired."""
    zone.sign()
    zone.cosign("www", "A", **EXPIRED)


@planted("www A: secure")
def one_good_and_one_of_unknown_algorithm(zone: Zone) -> None:
    """One of two signatures is of an algorithm that nobody knows."""
    zone.sign()
    (made,) = zone.signatures[zone.key("www", "A")]
    zone.signatures[zone.key("www", "A")].append(changed(made, algorithm=100, key_tag=1))


@planted("www A: bogus")
def all_of_unknown_algorithm(zone: Zone) -> None:
    """The only signature is of an algorithm that nobody knows, which the DS record does not announce."""
    zone.sign()
    zone.edit("www", "A", algorithm=100)


@planted("www A: secure")
def valid_past_2038(zone: Zone) -> None:
    """A signature ends in twenty years."""
    zone.sign()
    zone.resign("www", "A", end=NOW + 20 * 365 * DAY)


@planted("www A: bogus")
def valid_too_long(zone: Zone) -> None:
    """A signature ends in 70 years, which in serial arithmetic lies in the past (RFC 4034 section 3.1.5)."""
    zone.sign()
    zone.resign("www", "A", end=NOW + 70 * 365 * DAY)


@planted("www A: bogus")
def expired_an_hour_ago(zone: Zone) -> None:
    """A signature of 30 days ended an hour ago."""
    zone.sign()
    zone.resign("www", "A", begin=NOW - 30 * DAY, end=NOW - 3600)


@planted("www A: bogus")
def begins_in_an_hour(zone: Zone) -> None:
    """A signature of 30 days begins in an hour."""
    zone.sign()
    zone.resign("www", "A", begin=NOW + 3600, end=NOW + 30 * DAY)


@planted("www A: bogus")
def signed_without_zone_flag(zone: Zone) -> None:
    """An RRset is signed by a key without the zone key flag."""
    other = make_key(flags=1)
    zone.sign(keys=(zone.ksk, zone.zsk, other))
    zone.resign("www", "A", other)


@planted("mail2 MX: secure", "WWW A: secure")
def capitals(zone: Zone) -> None:
    """Names with capital letters, in owner and data, signed in canonical form."""
    zone.add("mail2 MX 10 WWW.Capitals.LAB.")
    zone.sign()


@planted("odd TYPE65400: secure", "odd A: secure")
def unknown_type(zone: Zone) -> None:
    """A record of a type that nobody knows (RFC 3597)."""
    zone.add(r"odd TYPE65400 \# 4 0a000001")
    zone.sign()


@planted("@ NS: bogus", "www A: secure")
def ns_signature_bad(zone: Zone) -> None:
    """The signature over the apex NS is broken, which concerns the other RRsets not at all."""
    zone.sign()
    zone.spoil("@", "NS")
