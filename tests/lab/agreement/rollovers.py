"""Rollovers, right and wrong (RFC 6781, RFC 7583), and zones of several signers (RFC 8901)."""

from tests.lab.agreement.keys import SEP, ZONE, Key, make_key
from tests.lab.agreement.places import MAIN, SECOND
from tests.lab.agreement.planted import planted
from tests.lab.agreement.zone import NSEC3, Zone


@planted("www A: secure", "nope A: secure")
def zsk_prepublished(zone: Zone) -> None:
    """The next ZSK is published, and signs nothing yet."""
    zone.sign(keys=(zone.ksk, zone.zsk, make_key()))


@planted("www A: secure")
def zsk_double_signature(zone: Zone) -> None:
    """Two ZSKs sign everything."""
    other = make_key()
    zone.sign(keys=(zone.ksk, zone.zsk, other))
    zone.cosign("www", "A", other)


@planted("www A: secure")
def ksk_double_signature(zone: Zone) -> None:
    """Two KSKs sign the keys, the DS record is of the older."""
    other = make_key(flags=ZONE | SEP)
    zone.sign(keys=(zone.ksk, zone.zsk, other))
    zone.cosign("@", "DNSKEY", other)


@planted("www A: secure")
def ksk_double_ds(zone: Zone) -> None:
    """The parent has the DS of the next KSK as well, which is not published yet."""
    zone.sign()
    zone.ds.append(make_key(flags=ZONE | SEP).ds(zone.name))


@planted("www A: bogus")
def ksk_retired_too_early(zone: Zone) -> None:
    """The zone has a new KSK alone, the parent still has the DS of the old."""
    old = zone.ksk
    zone.ksk = make_key(flags=ZONE | SEP)
    zone.sign()
    zone.ds = [old.ds(zone.name)]


def _second_algorithm() -> tuple[Key, Key]:
    """A KSK and a ZSK of Ed25519."""
    return make_key(15, ZONE | SEP), make_key(15)


def _sign_with_both(zone: Zone, zsk: Key) -> None:
    """Add signatures of a second algorithm over everything but the keys."""
    for owner, rdtype in list(zone.signatures):
        if rdtype.name != "DNSKEY":
            zone.cosign(owner.to_text(), rdtype.name, zsk)


@planted("www A: secure", "nope A: secure")
def algorithm_rollover_signatures_first(zone: Zone) -> None:
    """Algorithm rollover, step 1: signatures of the new algorithm are there before its keys."""
    zone.sign()
    _sign_with_both(zone, make_key(15))


@planted("www A: secure", "nope A: secure")
def algorithm_rollover_both(zone: Zone) -> None:
    """Algorithm rollover, step 3: keys, signatures and DS of both algorithms."""
    ksk, zsk = _second_algorithm()
    zone.sign(keys=(zone.ksk, zone.zsk, ksk, zsk))
    _sign_with_both(zone, zsk)
    zone.cosign("@", "DNSKEY", ksk)
    zone.ds.append(ksk.ds(zone.name))


@planted("www A: secure", "nope A: secure")
def algorithm_rollover_keys_first(zone: Zone) -> None:
    """Algorithm rollover begun wrongly: keys of the new algorithm without its signatures (RFC 6840 section 5.11)."""
    ksk, zsk = _second_algorithm()
    zone.sign(keys=(zone.ksk, zone.zsk, ksk, zsk))


@planted("www A: secure", "nope A: secure")
def algorithm_rollover_ds_too_early(zone: Zone) -> None:
    """DS records of both algorithms, though the new one signs the keys only (RFC 6840 section 5.11)."""
    ksk, zsk = _second_algorithm()
    zone.sign(keys=(zone.ksk, zone.zsk, ksk, zsk))
    zone.cosign("@", "DNSKEY", ksk)
    zone.ds.append(ksk.ds(zone.name))


@planted("www A: bogus")
def algorithm_rollover_ds_swapped_too_early(zone: Zone) -> None:
    """The DS record is of the new algorithm alone, whose key does not sign yet."""
    ksk, zsk = _second_algorithm()
    zone.sign(keys=(zone.ksk, zone.zsk, ksk, zsk))
    zone.ds = [ksk.ds(zone.name)]


@planted("www A: bogus")
def algorithm_rollover_old_keys_gone(zone: Zone) -> None:
    """The old keys are withdrawn, the DS record of the old algorithm remains."""
    old = zone.ksk
    zone.ksk, zone.zsk = _second_algorithm()
    zone.sign()
    zone.ds = [old.ds(zone.name)]


def _other_signer(zone: Zone) -> Zone:
    """Let a second server have the zone with the keys of another provider."""
    zone.add("@ NS ns-two", f"ns-two A {SECOND}")
    zone.second = other = Zone(zone.name, (MAIN,))
    other.add("@ NS ns-two", f"ns-two A {SECOND}")
    return other


@planted("www A: secure", "www TXT: secure", "nope A: secure")
def multi_signer(zone: Zone) -> None:
    """Two providers, each with its own KSK and ZSK; both publish both ZSKs, and the parent both DS (model 2)."""
    other = _other_signer(zone)
    zone.sign(keys=(zone.ksk, zone.zsk, other.zsk, other.ksk))
    other.sign(keys=(zone.ksk, zone.zsk, other.zsk, other.ksk))
    zone.ds += other.ds


@planted("www A: secure", "www TXT: secure", "nope A: secure")
def multi_signer_nsec_and_nsec3(zone: Zone) -> None:
    """As before, but one provider denies with NSEC and the other with NSEC3."""
    other = _other_signer(zone)
    zone.sign(keys=(zone.ksk, zone.zsk, other.zsk, other.ksk))
    other.sign(NSEC3, keys=(zone.ksk, zone.zsk, other.zsk, other.ksk))
    zone.ds += other.ds


@planted("www A: secure", "www TXT: secure")
def multi_signer_common_ksk(zone: Zone) -> None:
    """Two providers with a ZSK each, and one KSK of the owner's (model 1)."""
    other = _other_signer(zone)
    other.ksk = zone.ksk
    zone.sign(keys=(zone.ksk, zone.zsk, other.zsk))
    other.sign(keys=(zone.ksk, zone.zsk, other.zsk))
