"""Broken key sets, and signatures over them."""

from tests.lab.agreement.keys import REVOKE, SEP, ZONE, Key, colliding_keys, make_key
from tests.lab.agreement.planted import planted
from tests.lab.agreement.zone import Zone


@planted("www A: bogus")
def no_rrsig_ksk(zone: Zone) -> None:
    """The KSK does not sign the DNSKEY RRset, the ZSK does."""
    zone.sign()
    zone.resign("@", "DNSKEY", zone.zsk)


@planted("www A: bogus")
def no_rrsig_dnskey(zone: Zone) -> None:
    """The DNSKEY RRset is not signed."""
    zone.sign()
    zone.unsign("@", "DNSKEY")


@planted("www A: bogus")
def bad_rrsig_ksk(zone: Zone) -> None:
    """The KSK's signature over the DNSKEY RRset is broken, the ZSK's is good."""
    zone.sign()
    zone.spoil("@", "DNSKEY")
    zone.cosign("@", "DNSKEY", zone.zsk)


@planted("www A: bogus")
def bad_rrsig_dnskey(zone: Zone) -> None:
    """All signatures over the DNSKEY RRset are broken."""
    zone.sign()
    zone.cosign("@", "DNSKEY", zone.zsk)
    zone.spoil("@", "DNSKEY")


def _exchanged(zone: Zone, old: Key, new: Key) -> None:
    """Replace a published key of a signed zone by another."""
    zone.withdraw(old)
    zone.add_rdata("@", new.dnskey)
    zone.resign("@", "DNSKEY")


@planted("www A: bogus")
def no_zsk(zone: Zone) -> None:
    """The ZSK is not published."""
    zone.sign()
    zone.withdraw(zone.zsk)
    zone.resign("@", "DNSKEY")


@planted("www A: bogus")
def bad_zsk(zone: Zone) -> None:
    """One octet of the published ZSK is another."""
    zone.sign()
    _exchanged(zone, zone.zsk, zone.zsk.published(key=make_key().dnskey.key))


@planted("www A: bogus")
def no_ksk(zone: Zone) -> None:
    """The KSK is not published."""
    zone.sign()
    zone.withdraw(zone.ksk)
    zone.resign("@", "DNSKEY")


@planted("www A: bogus")
def bad_ksk(zone: Zone) -> None:
    """The published KSK is another than the one that the DS record announces and that signs."""
    zone.sign()
    _exchanged(zone, zone.ksk, make_key(flags=ZONE | SEP))


@planted("www A: bogus")
def no_dnskey_256(zone: Zone) -> None:
    """The ZSK lacks the zone key flag."""
    zone.zsk = make_key(flags=0)
    zone.sign()


@planted("www A: bogus")
def no_dnskey_257(zone: Zone) -> None:
    """The KSK lacks the zone key flag."""
    zone.ksk = make_key(flags=SEP)
    zone.sign()


@planted("www A: bogus")
def no_dnskey_256_257(zone: Zone) -> None:
    """No key has the zone key flag."""
    zone.ksk, zone.zsk = make_key(flags=SEP), make_key(flags=0)
    zone.sign()


def _mislabelled(zone: Zone, number: int) -> None:
    zone.sign()
    _exchanged(zone, zone.zsk, zone.zsk.published(algorithm=number))


@planted("www A: bogus")
def bad_zsk_algo(zone: Zone) -> None:
    """The published ZSK has another algorithm number, 7."""
    _mislabelled(zone, 7)


@planted("www A: bogus")
def unassigned_zsk_algo(zone: Zone) -> None:
    """The published ZSK has an unassigned algorithm number, 100."""
    _mislabelled(zone, 100)


@planted("www A: bogus")
def reserved_zsk_algo(zone: Zone) -> None:
    """The published ZSK has a reserved algorithm number, 200."""
    _mislabelled(zone, 200)


@planted("www A: bogus")
def protocol_is_4(zone: Zone) -> None:
    """The protocol field of both keys is not 3."""
    zone.ksk, zone.zsk = zone.ksk.published(protocol=4), zone.zsk.published(protocol=4)
    zone.sign()


@planted("www A: secure")
def protocol_of_one_is_4(zone: Zone) -> None:
    """A further key, which signs nothing, has a protocol other than 3."""
    zone.sign(keys=(zone.ksk, zone.zsk, make_key().published(protocol=4)))


@planted("www A: secure")
def no_sep_flag(zone: Zone) -> None:
    """The KSK has no SEP flag, which is a hint to operators only (RFC 4034 section 2.1.1)."""
    zone.ksk = make_key(flags=ZONE)
    zone.sign()


@planted("www A: secure")
def one_key(zone: Zone) -> None:
    """One key signs everything."""
    zone.zsk = zone.ksk
    zone.sign(keys=(zone.ksk,))


@planted("www A: secure")
def ds_of_the_zsk(zone: Zone) -> None:
    """The DS record announces the key that signs the data, which signs the keys, too."""
    zone.sign()
    zone.cosign("@", "DNSKEY", zone.zsk)
    zone.ds = [zone.zsk.ds(zone.name)]


@planted("www A: bogus")
def revoked_ksk(zone: Zone) -> None:
    """The KSK is revoked, and the DS record is of the revoked key (RFC 5011 section 2.1)."""
    zone.ksk = make_key(flags=ZONE | SEP | REVOKE)
    zone.sign()


@planted("www A: bogus")
def revoked_after_ds(zone: Zone) -> None:
    """The KSK is revoked, and the DS record is of the key as it was before."""
    before = zone.ksk
    zone.ksk = before.published(flags=ZONE | SEP | REVOKE)
    zone.sign()
    zone.ds = [before.ds(zone.name)]


@planted("www A: secure")
def revoked_beside_active(zone: Zone) -> None:
    """An old KSK is revoked and signs its own revocation; the DS record is of the new one."""
    revoked = make_key(flags=ZONE | SEP | REVOKE)
    zone.sign(keys=(zone.ksk, zone.zsk, revoked))
    zone.cosign("@", "DNSKEY", revoked)


@planted("www A: bogus")
def data_by_a_revoked_key(zone: Zone) -> None:
    """The data is signed by a revoked zone key."""
    zone.zsk = make_key(flags=ZONE | REVOKE)
    zone.sign()


@planted("www A: secure")
def same_key_tag_first_signs(zone: Zone) -> None:
    """Two zone keys share a key tag; the first in canonical order signs."""
    zone.zsk, other = colliding_keys()
    zone.sign(keys=(zone.ksk, other, zone.zsk))


@planted("www A: secure")
def same_key_tag_second_signs(zone: Zone) -> None:
    """Two zone keys share a key tag; the second in canonical order signs."""
    other, zone.zsk = colliding_keys()
    zone.sign(keys=(zone.ksk, other, zone.zsk))


@planted("www A: bogus")
def same_key_tag_other_key(zone: Zone) -> None:
    """The signing key is not published, but another one with its key tag is."""
    other, zone.zsk = colliding_keys()
    zone.sign(keys=(zone.ksk, other))


@planted("www A: secure")
def key_of_unknown_algorithm(zone: Zone) -> None:
    """A further key has an algorithm that nobody knows."""
    zone.sign(keys=(zone.ksk, zone.zsk, make_key().published(algorithm=100)))


@planted("www A: bogus")
def key_of_one_octet(zone: Zone) -> None:
    """The published ZSK is one octet long."""
    zone.sign()
    short = zone.zsk.published(key=b"\1")
    _exchanged(zone, zone.zsk, short)
    zone.edit("www", "A", key_tag=short.tag)
