"""Broken proofs of absence: good records of another zone, another side of a zone cut or another name."""

from tests.lab.agreement.planted import planted
from tests.lab.agreement.zone import NSEC3, Zone

SOA = "@ SOA"


@planted("nope A: bogus", lies=True)
def nsec_of_the_parent_zone(zone: Zone) -> None:
    """NSEC records that another zone signed, the parent."""
    zone.sign()
    zone.can_rrsets(
        "nope", "A", [], [*zone.signed(SOA), *zone.made_nsec("nope", r"\000.nope", "NSEC RRSIG", zone.name.parent())]
    )


@planted("www.kid A: bogus", "nope.kid A: bogus")
def ancestor_nsec(zone: Zone) -> None:
    """Names below a zone cut are denied with the parent's NSEC record at the cut (RFC 6840 section 4.1)."""
    kid = zone.lying_child()
    zone.sign()
    proof = [*kid.signed(SOA), *zone.signed("kid NSEC")]
    kid.can_rrsets("www", "A", [], proof, "NXDOMAIN")
    kid.can_rrsets("nope", "A", [], proof, "NXDOMAIN")


@planted("www.kid A: bogus")
def ancestor_nsec3(zone: Zone) -> None:
    """As before with NSEC3: the parent's closest encloser proof, at the cut."""
    kid = zone.lying_child()
    zone.sign(NSEC3)
    shown = {zone.hashed("kid"), zone.covering("www.kid"), zone.covering("*.kid")}
    proof = [rrset for owner in sorted(shown) for rrset in zone.signed(f"{owner} NSEC3")]
    kid.can_rrsets("www", "A", [], [*kid.signed(SOA), *proof], "NXDOMAIN")


@planted("@ A: bogus", lies=True)
def apex_denied_by_the_parent(zone: Zone) -> None:
    """The NODATA of a zone's apex is proved with an NSEC record that has NS but no SOA, as the parent's has."""
    zone.add("@ A 192.0.2.80")
    zone.sign()
    zone.can_rrsets("@", "A", [], [*zone.signed(SOA), *zone.made_nsec("@", r"\000", "NS DS NSEC RRSIG")])


@planted("x.alias A: bogus", lies=True)
def nxdomain_below_a_dname(zone: Zone) -> None:
    """Names below a DNAME are denied with the NSEC record at it (RFC 6840 section 4.1)."""
    zone.add("alias DNAME ent")
    zone.sign()
    zone.can("x.alias", "A", authority=f"{SOA}, alias NSEC, @ NSEC", rcode="NXDOMAIN")


@planted("x.wild A: bogus", lies=True)
def nsec_from_a_wildcard(zone: Zone) -> None:
    """An NSEC record is expanded from a wildcard, to deny a type that is there."""
    zone.sign()
    zone.set_nsec("*.wild", r"\000.x.wild", "TXT NSEC RRSIG")
    zone.can_rrsets("x.wild", "A", [], [*zone.signed(SOA), *zone.expanded("*.wild", "x.wild", "NSEC")])


@planted("nope A: bogus", lies=True)
def nsec_of_a_child_zone(zone: Zone) -> None:
    """A name is denied by the NSEC record of a signed child, whose chain of one covers everything else."""
    kid = zone.child(signed=True)
    zone.sign()
    proof = kid.made_nsec("@", "@", "NS SOA DNSKEY NSEC RRSIG")
    zone.can_rrsets("nope", "A", [], [*zone.signed(SOA), *proof], "NXDOMAIN")


@planted("nope A: bogus", lies=True)
def nsec3_of_a_child_zone(zone: Zone) -> None:
    """A signed child has an NSEC3 record with the hash of its parent's apex, which denies a name of the parent."""
    kid = zone.child(signed=True)
    zone.sign(NSEC3)
    label = zone.hashed("@").split(".")[0]
    proof = kid.made_signed(f"{label} NSEC3 1 0 0 - {label} NS SOA DNSKEY NSEC3PARAM RRSIG")
    zone.can_rrsets("nope", "A", [], [*zone.signed(SOA), *proof], "NXDOMAIN")


@planted("x.wild A: bogus", lies=True)
def nsec_of_an_unrelated_zone(zone: Zone) -> None:
    """The name is covered by the zone's own NSEC record, its wildcard by one of another zone."""
    other = zone.child("other", signed=True)
    zone.sign()
    cover = zone.made_nsec("w.wild", "y.wild", "A NSEC RRSIG")
    stolen = other.made_nsec("@", "@", "NS SOA DNSKEY NSEC RRSIG")
    zone.can_rrsets("x.wild", "A", [], [*zone.signed(SOA), *cover, *stolen], "NXDOMAIN")
