"""Zones below zones, and broken proofs that there is no DS record."""

import dns.rrset

from tests.lab.agreement.keys import changed
from tests.lab.agreement.planted import planted
from tests.lab.agreement.zone import NSEC3, OPT_OUT, Zone


@planted("www A: secure", "www.kid A: secure", "nope.kid A: secure", "kid DS: secure")
def child_signed(zone: Zone) -> None:
    """Nothing: a signed zone below a signed one."""
    zone.child(signed=True)
    zone.sign()


@planted("www.kid A: insecure", "kid DS: secure", "nope.kid A: insecure")
def child_unsigned(zone: Zone) -> None:
    """Nothing: an unsigned zone below one with NSEC."""
    zone.child()
    zone.sign()


@planted("www.kid A: insecure", "kid DS: secure")
def child_unsigned_nsec3(zone: Zone) -> None:
    """Nothing: an unsigned zone below one with NSEC3."""
    zone.child()
    zone.sign(NSEC3)


@planted("www.kid A: insecure", "kid DS: insecure", "www A: secure", "nope A: insecure", "x.wild A: insecure",
         "www MX: secure")  # fmt: skip
def child_unsigned_opt_out(zone: Zone) -> None:
    """Nothing: an unsigned zone in an opt-out span, where NXDOMAIN is not secure (RFC 5155 section 9.2)."""
    zone.child()
    zone.sign(OPT_OUT)


@planted("www.kid A: secure", "kid DS: secure")
def child_signed_opt_out(zone: Zone) -> None:
    """Nothing: a signed zone below one with opt-out."""
    zone.child(signed=True)
    zone.sign(OPT_OUT)


@planted("www.kid A: insecure")
def island(zone: Zone) -> None:
    """A signed zone with DS below a zone that has none."""
    zone.child(signed=True)
    zone.sign()
    zone.ds = []


@planted("www.kid A: bogus", "www A: bogus")
def child_of_bogus(zone: Zone) -> None:
    """A healthy zone below one with a wrong DS record."""
    zone.child(signed=True)
    zone.sign()
    zone.ds = [changed(zone.ds[0], digest=bytes(32))]


@planted("www.kid A: bogus", "www A: secure")
def child_unproved(zone: Zone) -> None:
    """Nothing proves that the child has no DS: its NSEC record is missing."""
    zone.child()
    zone.sign()
    zone.remove("kid", "NSEC")


@planted("www.kid A: bogus", "www A: secure")
def child_unproved_nsec3(zone: Zone) -> None:
    """Nothing proves that the child has no DS: its NSEC3 record is missing."""
    zone.child()
    zone.sign(NSEC3)
    zone.remove(zone.hashed("kid"), "NSEC3")


@planted("www.kid A: bogus")
def child_proof_bad_signature(zone: Zone) -> None:
    """The signature over the proof that the child has no DS is broken."""
    zone.child()
    zone.sign()
    zone.spoil("kid", "NSEC")


@planted("www.kid A: bogus")
def child_proof_not_signed(zone: Zone) -> None:
    """The proof that the child has no DS is not signed."""
    zone.child()
    zone.sign()
    zone.unsign("kid", "NSEC")


@planted("www.kid A: bogus")
def child_proof_without_ns(zone: Zone) -> None:
    """The child's NSEC record lacks the NS type: it proves that there is no delegation (RFC 6840 section 4.4)."""
    zone.child()
    zone.sign()
    zone.set_nsec("kid", "mail", "NSEC RRSIG")


@planted("www.kid A: bogus")
def child_proof_without_ns_nsec3(zone: Zone) -> None:
    """The child's NSEC3 record lacks the NS type."""
    zone.child()
    zone.sign(NSEC3)
    zone.set_nsec3("kid", types="TXT")


@planted("www.kid A: bogus")
def child_proof_with_ds(zone: Zone) -> None:
    """The child's NSEC record says that there is a DS, which the server does not have."""
    zone.child()
    zone.sign()
    zone.set_nsec("kid", "mail", "NS DS NSEC RRSIG")


@planted("www.kid A: bogus")
def child_covered_without_opt_out(zone: Zone) -> None:
    """The child is missing from the NSEC3 chain, though that is not opt-out."""
    zone.child()
    zone.sign(OPT_OUT)
    for owner in zone.of_type("NSEC3"):
        zone.set_nsec3_record(owner, flags=0)


@planted("www.kid A: bogus", lies=True)
def child_proof_is_the_childs_own(zone: Zone) -> None:
    """The parent denies the DS with the NSEC record of the child's apex."""
    child = zone.child(signed=True)
    zone.sign()
    child.ds = []
    zone.can_rrsets("kid", "DS", [], [*zone.signed("@ SOA"), *child.signed("@ NSEC")])
    _refer_without_ds(zone, child.signed("@ NSEC"))


@planted("www.kid A: bogus", lies=True)
def child_ds_stripped(zone: Zone) -> None:
    """The DS record of a signed child is taken out of all answers, without a proof."""
    zone.child(signed=True)
    zone.sign()
    zone.can_rrsets("kid", "DS", [], zone.signed("@ SOA"))
    _refer_without_ds(zone, [])


def _refer_without_ds(zone: Zone, proof: list[dns.rrset.RRset]) -> None:
    """Refer to the child with this proof instead of its DS, whatever the name and type that are asked."""
    for owner in ("kid", "www.kid"):
        for rdtype in ("A", "NS", "AAAA", "DNSKEY"):
            zone.can_referral(owner, rdtype, "kid", proof)
