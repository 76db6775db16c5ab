"""Broken DS records, and servers that can't be reached."""

import dns.rdata
import dns.rdataclass
import dns.rdatatype

from tests.lab.agreement.keys import SEP, ZONE, Ds, changed, make_key
from tests.lab.agreement.places import BIND, NOBODY, NOBODY6, ROOT
from tests.lab.agreement.planted import planted
from tests.lab.agreement.signatures import EXPIRED
from tests.lab.agreement.zone import Zone


@planted("www A: insecure", "nope A: insecure")
def unsigned(zone: Zone) -> None:
    """Nothing: not signed."""


@planted("www A: insecure")
def no_ds(zone: Zone) -> None:
    """Signed, but the parent has no DS record."""
    zone.sign()
    zone.ds = []


def _ds(zone: Zone, **fields: object) -> None:
    zone.sign()
    zone.ds = [changed(zone.ds[0], **fields)]


@planted("www A: bogus")
def ds_bad_tag(zone: Zone) -> None:
    """The DS record names another key tag."""
    _ds(zone, key_tag=(zone.ksk.tag + 1) % 2**16)


@planted("www A: bogus")
def ds_bad_key_algo(zone: Zone) -> None:
    """The DS record names another algorithm."""
    _ds(zone, algorithm=8)


@planted("www A: insecure")
def ds_unassigned_key_algo(zone: Zone) -> None:
    """The DS record names an unassigned algorithm, 100."""
    _ds(zone, algorithm=100)


@planted("www A: insecure")
def ds_reserved_key_algo(zone: Zone) -> None:
    """The DS record names a reserved algorithm, 200."""
    _ds(zone, algorithm=200)


@planted("www A: insecure")
def ds_unassigned_digest_algo(zone: Zone) -> None:
    """The DS record has an unassigned digest type, 100."""
    _ds(zone, digest_type=100)


@planted("www A: bogus")
def ds_bogus_digest_value(zone: Zone) -> None:
    """The digest of the DS record is wrong."""
    _ds(zone, digest=bytes(32))


@planted("www A: insecure")
def ds_gost(zone: Zone) -> None:
    """The DS record has digest type 3, GOST, withdrawn by RFC 9906."""
    _ds(zone, digest_type=3)


@planted("www A: secure")
def ds_sha1(zone: Zone) -> None:
    """The only DS record has digest type 1, SHA-1."""
    zone.sign()
    zone.ds = [zone.ksk.ds(zone.name, "SHA1")]


@planted("www A: secure")
def ds_sha384(zone: Zone) -> None:
    """The DS record has digest type 4, SHA-384."""
    zone.sign()
    zone.ds = [zone.ksk.ds(zone.name, "SHA384")]


@planted("www A: bogus")
def ds_sha1_good_sha256_bad(zone: Zone) -> None:
    """Only the SHA-1 digest is right, which a SHA-256 digest sets aside (RFC 4509 section 3)."""
    _ds(zone, digest=bytes(32))
    zone.ds.append(zone.ksk.ds(zone.name, "SHA1"))


@planted("www A: secure")
def ds_sha1_bad_sha256_good(zone: Zone) -> None:
    """The SHA-1 digest is wrong, the SHA-256 digest is right."""
    zone.sign()
    zone.ds.append(changed(zone.ksk.ds(zone.name, "SHA1"), digest=bytes(20)))


@planted("www A: secure")
def ds_sha256_bad_sha384_good(zone: Zone) -> None:
    """The SHA-256 digest is wrong, the SHA-384 digest is right."""
    _ds(zone, digest=bytes(32))
    zone.ds.append(zone.ksk.ds(zone.name, "SHA384"))


@planted("www A: secure")
def ds_sha256_good_sha384_bad(zone: Zone) -> None:
    """The SHA-256 digest is right, the SHA-384 digest is wrong."""
    zone.sign()
    zone.ds.append(changed(zone.ksk.ds(zone.name, "SHA384"), digest=bytes(48)))


def _raw(record: Ds, missing: int = 0) -> dns.rdata.GenericRdata:
    """The record with the last octets of its digest missing, which dnspython does not make itself."""
    data = record.to_wire() or b""
    return dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.DS, data[: len(data) - missing])


@planted("www A: bogus")
def ds_short_digest(zone: Zone) -> None:
    """The digest of the DS record is one octet short."""
    zone.sign()
    (good,) = zone.ds
    zone.at_parent.append(lambda parent: parent.set_raw("ds-short-digest", _raw(good, 1)))


@planted("www A: secure")
def ds_short_digest_and_good(zone: Zone) -> None:
    """Of two DS records one has a digest that is an octet short."""
    zone.sign()
    (good,) = zone.ds
    other = make_key(flags=ZONE | SEP).ds(zone.name)
    zone.at_parent.append(lambda parent: parent.set_raw("ds-short-digest-and-good", _raw(other, 1), _raw(good)))


@planted("www A: secure")
def ds_of_unknown_algorithm_and_good(zone: Zone) -> None:
    """One of two DS records names an algorithm that nobody knows."""
    zone.sign()
    zone.ds.append(changed(zone.ds[0], algorithm=100))


@planted("www A: secure")
def ds_of_unknown_digest_and_good(zone: Zone) -> None:
    """One of two DS records has a digest type that nobody knows."""
    zone.sign()
    zone.ds.append(changed(zone.ds[0], digest_type=100))


@planted("www A: bogus")
def ds_of_unsigned_zone(zone: Zone) -> None:
    """The parent has a DS record, the zone is not signed."""
    zone.ds = [zone.ksk.ds(zone.name)]


@planted("www A: bogus")
def ds_signature_bad(zone: Zone) -> None:
    """The parent's signature over the DS record is broken."""
    zone.sign()
    zone.at_parent.append(lambda parent: parent.spoil("ds-signature-bad", "DS"))


@planted("www A: bogus")
def ds_signature_expired(zone: Zone) -> None:
    """The parent's signature over the DS record has expired."""
    zone.sign()
    zone.at_parent.append(lambda parent: parent.resign("ds-signature-expired", "DS", **EXPIRED))


@planted("www A: bogus")
def ds_not_signed(zone: Zone) -> None:
    """The parent does not sign the DS record."""
    zone.sign()
    zone.at_parent.append(lambda parent: parent.unsign("ds-not-signed", "DS"))


@planted("www A: bogus")
def ds_signed_by_the_child(zone: Zone) -> None:
    """The DS record is signed by the child's key in the child's name."""
    zone.sign()
    zone.at_parent.append(lambda parent: parent.resign("ds-signed-by-the-child", "DS", zone.zsk, zone.name))


@planted("www A: indeterminate")
def allow_query_none(zone: Zone) -> None:
    """The server refuses everybody."""
    zone.sign()
    zone.addresses, zone.readers = (BIND,), "none"


@planted("www A: indeterminate")
def allow_query_localhost(zone: Zone) -> None:
    """The server refuses everybody but itself."""
    zone.sign()
    zone.addresses, zone.readers = (BIND,), "localhost"


@planted("www A: indeterminate")
def not_auth(zone: Zone) -> None:
    """The server does not know the zone."""
    zone.sign()
    zone.addresses = (ROOT,)


@planted("www A: indeterminate")
def v4_doc(zone: Zone) -> None:
    """The glue is an IPv4 address at which nobody is."""
    zone.addresses = (NOBODY,)
    zone.sign()


@planted("www A: indeterminate")
def v6_doc(zone: Zone) -> None:
    """The glue is an IPv6 address at which nobody is."""
    zone.addresses = (NOBODY6,)
    zone.sign()
