"""Broken proofs of absence: NSEC and NSEC3 records that are missing or wrong in the zone file."""

from collections.abc import Callable

from tests.lab.agreement.planted import planted, register
from tests.lab.agreement.zone import NSEC3, Denial, Zone

# --- NSEC3, by the names of the extended DNS errors test bed


@planted("nope A: bogus", "www A: secure")
def bad_nsec3_hash(zone: Zone) -> None:
    """The owner names of all NSEC3 records are wrong hashes."""
    zone.sign(NSEC3)
    for owner in zone.of_type("NSEC3"):
        zone.move_nsec3(owner, _next_label(owner))


def _next_label(owner: str) -> str:
    """The owner name with the first character of its hash changed."""
    return ("1" if owner[0] != "1" else "2") + owner[1:]


@planted("nope A: bogus", "www A: secure")
def bad_nsec3_next(zone: Zone) -> None:
    """Each NSEC3 record names itself as the next but for one bit, so that none covers anything."""
    zone.sign(NSEC3)
    for owner in zone.of_type("NSEC3"):
        zone.set_nsec3_record(owner, next=_after(owner))


def _after(owner: str) -> bytes:
    """The hash that follows the one of an owner name."""
    digits = "0123456789abcdefghijklmnopqrstuv"
    value = 0
    for character in owner.split(".")[0]:
        value = value << 5 | digits.index(character)
    return ((value + 1) % 2**160).to_bytes(20, "big")


@planted("nope A: bogus", "www A: secure")
def bad_nsec3_rrsig(zone: Zone) -> None:
    """The signatures over the NSEC3 records are broken."""
    zone.sign(NSEC3)
    for owner in zone.of_type("NSEC3"):
        zone.spoil(owner, "NSEC3")


@planted("nope A: bogus", "www A: secure")
def nsec3_missing(zone: Zone) -> None:
    """There are no NSEC3 records."""
    zone.sign(NSEC3)
    for owner in zone.of_type("NSEC3"):
        zone.remove(owner, "NSEC3")


@planted("nope A: bogus", "www A: secure")
def nsec3_rrsig_missing(zone: Zone) -> None:
    """The NSEC3 records are not signed."""
    zone.sign(NSEC3)
    for owner in zone.of_type("NSEC3"):
        zone.unsign(owner, "NSEC3")


@planted("nope A: bogus", "www A: secure")
def nsec3param_missing(zone: Zone) -> None:
    """The NSEC3PARAM record is missing, without which a name server finds no NSEC3 records."""
    zone.sign(NSEC3)
    zone.remove("@", "NSEC3PARAM")


@planted("nope A: bogus", "www A: secure")
def bad_nsec3param_salt(zone: Zone) -> None:
    """The NSEC3PARAM record has another salt than the NSEC3 records."""
    zone.sign(NSEC3)
    zone.remove("@", "NSEC3PARAM")
    zone.add("@ NSEC3PARAM 1 0 0 abcd")
    zone.resign("@", "NSEC3PARAM")


@planted("nope A: bogus", "www A: secure")
def no_nsec3param_nsec3(zone: Zone) -> None:
    """Neither NSEC3PARAM nor NSEC3 records are there."""
    nsec3_missing(zone)
    zone.remove("@", "NSEC3PARAM")


def _iterations(count: int) -> Callable[[Zone], None]:
    return lambda zone: zone.sign(Denial(nsec3=True, iterations=count, salt=b"\xab\xcd"))


for _count in (1, 50, 51, 101, 151, 200):
    register(
        f"nsec3-iter-{_count}", f"NSEC3 with {_count} iterations (RFC 9276).", _iterations(_count),
        f"nope A: {'secure' if _count <= 50 else 'insecure'}", "www A: secure",
    )  # fmt: skip


# --- NSEC


@planted("nope A: bogus", "www A: secure", "www MX: bogus")
def nsec_missing(zone: Zone) -> None:
    """There are no NSEC records."""
    zone.sign()
    for owner in zone.of_type("NSEC"):
        zone.remove(owner, "NSEC")


@planted("nope A: bogus", "www MX: bogus")
def nsec_rrsig_missing(zone: Zone) -> None:
    """The NSEC records are not signed."""
    zone.sign()
    for owner in zone.of_type("NSEC"):
        zone.unsign(owner, "NSEC")


@planted("nope A: bogus", "www MX: bogus")
def nsec_rrsig_bad(zone: Zone) -> None:
    """The signatures over the NSEC records are broken."""
    zone.sign()
    for owner in zone.of_type("NSEC"):
        zone.spoil(owner, "NSEC")


@planted("nope A: bogus")
def nsec_gap(zone: Zone) -> None:
    """The chain has a gap: the record before the name ends before it."""
    zone.sign()
    zone.set_nsec(zone.covering("nope"), r"mail\000", "MX NSEC RRSIG")


@planted("www MX: bogus", "www A: secure")
def nsec_claims_the_type(zone: Zone) -> None:
    """The NSEC record lists the type whose absence it should prove."""
    zone.sign()
    zone.set_nsec("www", "@", "A MX TXT NSEC RRSIG")


@planted("www MX: bogus")
def nsec_claims_a_cname(zone: Zone) -> None:
    """The NSEC record lists CNAME, so that it proves no NODATA (RFC 6840 section 4.3)."""
    zone.sign()
    zone.set_nsec("www", "@", "CNAME NSEC RRSIG")


@planted("www MX: bogus")
def nsec3_claims_the_type(zone: Zone) -> None:
    """The NSEC3 record lists the type whose absence it should prove."""
    zone.sign(NSEC3)
    zone.set_nsec3("www", types="A MX TXT RRSIG")


@planted("www MX: bogus")
def nsec3_claims_a_cname(zone: Zone) -> None:
    """The NSEC3 record lists CNAME."""
    zone.sign(NSEC3)
    zone.set_nsec3("www", types="CNAME RRSIG")


@planted("ent A: bogus", "host.ent A: secure")
def ent_missing_nsec3(zone: Zone) -> None:
    """An empty non-terminal has no NSEC3 record (RFC 5155 section 7.1)."""
    zone.sign(NSEC3)
    zone.remove(zone.hashed("ent"), "NSEC3")


@planted("x.host.ent A: secure", "nope.ent A: secure", "ent MX: secure")
def ent_below(zone: Zone) -> None:
    """Nothing: names at and below an empty non-terminal, with NSEC3."""
    zone.sign(NSEC3)


@planted("x.wild MX: secure", "x.y.wild MX: secure", "x.y.wild A: secure", "*.wild A: secure")
def wildcard_nodata(zone: Zone) -> None:
    """Nothing: wildcards, with and without data, with NSEC."""
    zone.sign()


@planted("x.wild MX: bogus")
def wildcard_claims_the_type(zone: Zone) -> None:
    """The wildcard's NSEC record lists the type whose absence it should prove."""
    zone.sign()
    zone.set_nsec("*.wild", "www", "A MX NSEC RRSIG")


@planted("x.y.wild MX: bogus")
def wildcard_claims_the_type_nsec3(zone: Zone) -> None:
    """The wildcard's NSEC3 record lists the type whose absence it should prove."""
    zone.sign(NSEC3)
    zone.set_nsec3("*.wild", types="A MX RRSIG")
