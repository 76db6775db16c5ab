"""Broken proofs of absence: answers written down by hand, which no honest server gives; some unusual ones are good."""

from tests.lab.agreement.planted import planted
from tests.lab.agreement.zone import NSEC3, OPT_OUT, Denial, Zone

SOA = "@ SOA"


@planted("x.wild A: bogus", lies=True)
def wildcard_unproved(zone: Zone) -> None:
    """A wildcard is expanded without a proof that the name itself does not exist."""
    zone.sign()
    zone.can_rrsets("x.wild", "A", zone.expanded("*.wild", "x.wild", "A"), [])


@planted("x.wild A: bogus", lies=True)
def wildcard_unproved_nsec3(zone: Zone) -> None:
    """As before, in a zone with NSEC3."""
    zone.sign(NSEC3)
    zone.can_rrsets("x.wild", "A", zone.expanded("*.wild", "x.wild", "A"), [])


@planted("here.wild A: bogus", lies=True)
def wildcard_replayed(zone: Zone) -> None:
    """A wildcard's data is given for a name that exists, with an NSEC record that does not cover it."""
    zone.add("here.wild A 192.0.2.83")
    zone.sign()
    authority = zone.signed("here.wild NSEC")
    zone.can_rrsets("here.wild", "A", zone.expanded("*.wild", "here.wild", "A"), authority)


@planted("nope A: bogus", lies=True)
def nxdomain_without_wildcard_proof(zone: Zone) -> None:
    """The name is covered, but nothing denies the wildcard."""
    zone.sign()
    zone.can("nope", "A", authority=f"{SOA}, {zone.covering('nope')} NSEC", rcode="NXDOMAIN")


@planted("nope A: bogus", lies=True)
def nxdomain_without_wildcard_proof_nsec3(zone: Zone) -> None:
    """The next closer name is covered, but nothing denies the wildcard."""
    zone.sign(NSEC3)
    shown = {zone.hashed("@"), zone.covering("nope")} - {zone.covering("*")}
    zone.can("nope", "A", authority=", ".join([SOA, *(f"{owner} NSEC3" for owner in shown)]), rcode="NXDOMAIN")


@planted("x.wild A: bogus", lies=True)
def nxdomain_though_wildcard(zone: Zone) -> None:
    """NXDOMAIN for a name that a wildcard would answer: its NSEC record is shown, too."""
    zone.sign()
    authority = f"{SOA}, {zone.covering('x.wild')} NSEC, *.wild NSEC"
    zone.can("x.wild", "A", authority=authority, rcode="NXDOMAIN")


@planted("www A: bogus", lies=True)
def nxdomain_for_a_name_that_exists(zone: Zone) -> None:
    """NXDOMAIN with the NSEC record of the very name."""
    zone.sign()
    zone.can("www", "A", authority=f"{SOA}, www NSEC, @ NSEC", rcode="NXDOMAIN")


@planted("www A: bogus", lies=True)
def nodata_with_other_nsec(zone: Zone) -> None:
    """NODATA with the NSEC record of another name."""
    zone.sign()
    zone.can("www", "A", authority=f"{SOA}, mail NSEC")


@planted("www A: bogus", lies=True)
def nodata_without_nsec(zone: Zone) -> None:
    """NODATA with the signed SOA alone."""
    zone.sign()
    zone.can("www", "A", authority=SOA)


@planted("www MX: bogus", lies=True)
def nodata_unsigned(zone: Zone) -> None:
    """NODATA with nothing signed, as from a server that does not know DNSSEC."""
    zone.sign()
    zone.can_rrsets("www", "MX", [], [zone.rrset("@", "SOA")])


@planted("nope A: bogus", lies=True)
def empty_nxdomain(zone: Zone) -> None:
    """NXDOMAIN without a single record."""
    zone.sign()
    zone.can("nope", "A", rcode="NXDOMAIN")


@planted("nope A: bogus", lies=True)
def noerror_with_proof_of_nxdomain(zone: Zone) -> None:
    """NOERROR, though the records prove that the name does not exist."""
    zone.sign()
    zone.can("nope", "A", authority=f"{SOA}, {zone.covering('nope')} NSEC, {zone.covering('*')} NSEC")


@planted("www MX: bogus", lies=True)
def nxdomain_with_proof_of_nodata(zone: Zone) -> None:
    """NXDOMAIN, though the record proves that only the type does not exist."""
    zone.sign()
    zone.can("www", "MX", authority=f"{SOA}, www NSEC", rcode="NXDOMAIN")


@planted("nope A: secure", "www MX: secure", lies=True)
def minimally_covering(zone: Zone) -> None:
    """Minimally covering NSEC records made on the spot (RFC 4470)."""
    zone.sign()
    narrow = [
        *zone.made_nsec("nopd~", r"nope\000", "NSEC RRSIG"),
        *zone.made_nsec(r"\)~", r"\+", "NSEC RRSIG"),
    ]  # fmt: skip
    zone.can_rrsets("nope", "A", [], [*zone.signed(SOA), *narrow], "NXDOMAIN")
    zone.can_rrsets("www", "MX", [], [*zone.signed(SOA), *zone.made_nsec("www", r"\000.www", "A TXT NSEC RRSIG")])


@planted("nope A: secure", "www MX: secure", lies=True)
def compact_denial(zone: Zone) -> None:
    """Compact denial: NODATA for a name that does not exist, with NXNAME (RFC 9824)."""
    zone.sign()
    zone.can_rrsets("nope", "A", [], [*zone.signed(SOA), *zone.made_nsec("nope", r"\000.nope", "NSEC RRSIG TYPE128")])
    zone.can_rrsets("www", "MX", [], [*zone.signed(SOA), *zone.made_nsec("www", r"\000.www", "A TXT NSEC RRSIG")])


@planted("nope A: secure", lies=True)
def compact_denial_before_nxname(zone: Zone) -> None:
    """Compact denial as it was before RFC 9824: NODATA with RRSIG and NSEC alone."""
    zone.sign()
    zone.can_rrsets("nope", "A", [], [*zone.signed(SOA), *zone.made_nsec("nope", r"\000.nope", "NSEC RRSIG")])


@planted("nope A: bogus", lies=True)
def compact_denial_with_the_type(zone: Zone) -> None:
    """Compact denial that lists the type which it denies."""
    zone.sign()
    zone.can_rrsets("nope", "A", [], [*zone.signed(SOA), *zone.made_nsec("nope", r"\000.nope", "A NSEC RRSIG")])


@planted("nope A: bogus", lies=True)
def nsec_and_nsec3(zone: Zone) -> None:
    """NSEC covers the name, only NSEC3 denies the wildcard: two halves of two proofs."""
    zone.sign(NSEC3)
    half = zone.made_nsec("mail", "ns", "MX NSEC RRSIG")
    zone.can_rrsets("nope", "A", [], [*zone.signed(f"{SOA}, {zone.covering('*')} NSEC3"), *half], "NXDOMAIN")


@planted("gone A: secure", lies=True)
def nsec3_of_two_salts(zone: Zone) -> None:
    """The closest encloser is proved with one salt, the next closer name and the wildcard with another."""
    zone.sign(NSEC3)
    other = Zone(zone.name, zone.addresses, ksk=zone.ksk, zsk=zone.zsk)
    other.sign(Denial(nsec3=True, salt=b"\xab\xcd"))
    halves = other.signed(f"{other.covering('gone')} NSEC3, {other.covering('*')} NSEC3")
    zone.can_rrsets("gone", "A", [], [*zone.signed(f"{SOA}, {zone.hashed('@')} NSEC3"), *halves], "NXDOMAIN")


@planted("nope A: bogus", lies=True)
def nsec3_of_unknown_hash(zone: Zone) -> None:
    """The NSEC3 records have a hash algorithm that nobody knows, to be ignored (RFC 5155 section 8.1)."""
    _nsec3_changed(zone, algorithm=2)


@planted("nope A: bogus", lies=True)
def nsec3_of_unknown_flags(zone: Zone) -> None:
    """The NSEC3 records have a flag that nobody knows, to be ignored (RFC 5155 section 8.2)."""
    _nsec3_changed(zone, flags=2)


def _nsec3_changed(zone: Zone, **fields: int) -> None:
    """Show the right NSEC3 records for `nope`, with other fields, signed."""
    zone.sign(NSEC3)
    honest = Zone(zone.name, zone.addresses, ksk=zone.ksk, zsk=zone.zsk)
    honest.sign(NSEC3)
    shown = {honest.hashed("@"), honest.covering("nope"), honest.covering("*")}
    for owner in shown:
        honest.set_nsec3_record(owner, **fields)
    zone.can_rrsets(
        "nope", "A", [], [*zone.signed(SOA), *honest.signed(", ".join(f"{o} NSEC3" for o in sorted(shown)))], "NXDOMAIN"
    )


@planted("nope.www A: bogus", lies=True)
def nsec3_without_closest_encloser(zone: Zone) -> None:
    """The next closer name and the wildcard are covered, but no closest encloser is shown."""
    zone.sign(NSEC3)
    authority = f"{SOA}, {zone.covering('nope.www')} NSEC3, {zone.covering('*.www')} NSEC3"
    zone.can("nope.www", "A", authority=authority, rcode="NXDOMAIN")


@planted("kid DS: bogus", "www.kid A: bogus", lies=True)
def opt_out_with_bad_signature(zone: Zone) -> None:
    """The opt-out record that covers an unsigned child has a broken signature."""
    zone.child()
    zone.sign(OPT_OUT)
    zone.spoil(zone.covering("kid"), "NSEC3")


@planted("www MX: bogus", lies=True)
def soa_not_signed(zone: Zone) -> None:
    """NODATA with a good NSEC record, but an unsigned SOA."""
    zone.sign()
    zone.can_rrsets("www", "MX", [], [zone.rrset("@", "SOA"), *zone.signed("www NSEC")])


@planted("www MX: bogus", lies=True)
def soa_signature_bad(zone: Zone) -> None:
    """NODATA with a good NSEC record, but a broken signature over the SOA."""
    zone.sign()
    zone.spoil("@", "SOA")
    zone.can("www", "MX", authority=f"{SOA}, www NSEC")


@planted("www MX: secure", lies=True)
def soa_missing(zone: Zone) -> None:
    """NODATA with a good NSEC record, without SOA."""
    zone.sign()
    zone.can("www", "MX", authority="www NSEC")


@planted("www MX: secure", lies=True)
def one_more_nsec_with_bad_signature(zone: Zone) -> None:
    """NODATA with a good NSEC record, and another one whose signature is broken."""
    zone.sign()
    zone.spoil("mail", "NSEC")
    zone.can("www", "MX", authority=f"{SOA}, www NSEC, mail NSEC")


@planted("www MX: secure", lies=True)
def one_more_nsec_not_signed(zone: Zone) -> None:
    """NODATA with a good NSEC record, and another one that is not signed."""
    zone.sign()
    zone.unsign("mail", "NSEC")
    zone.can("www", "MX", authority=f"{SOA}, www NSEC, mail NSEC")


@planted("www A: secure", lies=True)
def unsigned_ns_beside_the_answer(zone: Zone) -> None:
    """A good answer, with an unsigned NS RRset in the authority section."""
    zone.sign()
    zone.can_rrsets("www", "A", zone.signed("www A"), [zone.rrset("@", "NS")])


@planted("www A: secure", lies=True)
def ns_with_bad_signature_beside_the_answer(zone: Zone) -> None:
    """A good answer, with a broken signature over the NS RRset in the authority section."""
    zone.sign()
    zone.spoil("@", "NS")
    zone.can("www", "A", answer="www A", authority="@ NS")


@planted("www A: secure", lies=True)
def foreign_record_in_the_answer(zone: Zone) -> None:
    """A good answer, and beside it an unsigned RRset of another name."""
    zone.sign()
    zone.can_rrsets("www", "A", [*zone.signed("www A"), zone.rrset("mail", "MX")], [])
