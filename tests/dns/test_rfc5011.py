"""The life of trust anchors under RFC 5011, day by day, with real signatures."""

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from netaudit.dns.rfc5011 import KeyState, TrackedKey, anchors_of, track
from netaudit.dns.signatures import DNSKEY

ZONE = dns.name.root
DAY = 86_400.0
START = 1_790_000_000.0


class Key:
    def __init__(self) -> None:
        self.private = ed25519.Ed25519PrivateKey.generate()
        self.dnskey = dns.dnssec.make_dnskey(self.private.public_key(), dns.dnssectypes.Algorithm.ED25519, flags=257)

    @property
    def revoked(self) -> DNSKEY:
        key = self.dnskey.replace(flags=257 | 128)
        assert isinstance(key, DNSKEY)
        return key


OLD, NEW, OTHER = Key(), Key(), Key()
FIRST = (TrackedKey(OLD.dnskey, KeyState.VALID, START),)


def seen(
    known: tuple[TrackedKey, ...], day: float, keys: list[DNSKEY], by: list[tuple[Key, DNSKEY]]
) -> tuple[TrackedKey, ...]:
    """What is known after an RRset of `keys`, signed `by` these, was seen on a day."""
    now = START + day * DAY
    rrset = dns.rrset.from_rdata_list(ZONE, 300, keys)
    signatures = [
        dns.dnssec.sign(
            rrset, key.private, ZONE, dnskey, inception=int(now - DAY), expiration=int(now + DAY),
            policy=dns.dnssec.allow_all_policy,
        )
        for key, dnskey in by
    ]  # fmt: skip
    return track(known, ZONE, rrset, signatures, now)


def states(known: tuple[TrackedKey, ...]) -> dict[bytes, KeyState]:
    return {entry.key.key: entry.state for entry in known}


def test_a_new_key_becomes_an_anchor_after_thirty_days() -> None:
    both, by_old = [OLD.dnskey, NEW.dnskey], [(OLD, OLD.dnskey)]
    known = seen(FIRST, 1, both, by_old)
    assert states(known)[NEW.dnskey.key] is KeyState.ADD_PENDING
    assert len(anchors_of(known, ZONE)) == 1
    known = seen(known, 30, both, by_old)
    assert states(known)[NEW.dnskey.key] is KeyState.ADD_PENDING, "one day too early"
    known = seen(known, 31, both, by_old)
    assert states(known)[NEW.dnskey.key] is KeyState.VALID
    assert {ds.key_tag for ds in anchors_of(known, ZONE)} == {dns.dnssec.key_id(k) for k in both}


def test_a_new_key_that_goes_missing_starts_again() -> None:
    known = seen(FIRST, 1, [OLD.dnskey, NEW.dnskey], [(OLD, OLD.dnskey)])
    known = seen(known, 20, [OLD.dnskey], [(OLD, OLD.dnskey)])
    assert NEW.dnskey.key not in states(known)
    known = seen(known, 25, [OLD.dnskey, NEW.dnskey], [(OLD, OLD.dnskey)])
    known = seen(known, 40, [OLD.dnskey, NEW.dnskey], [(OLD, OLD.dnskey)])
    assert states(known)[NEW.dnskey.key] is KeyState.ADD_PENDING


def test_a_missing_anchor_stays_trusted_and_comes_back() -> None:
    two = (*FIRST, TrackedKey(NEW.dnskey, KeyState.VALID, START))
    known = seen(two, 1, [NEW.dnskey], [(NEW, NEW.dnskey)])
    assert states(known)[OLD.dnskey.key] is KeyState.MISSING
    assert len(anchors_of(known, ZONE)) == 2
    known = seen(known, 2, [OLD.dnskey, NEW.dnskey], [(OLD, OLD.dnskey)])
    assert states(known)[OLD.dnskey.key] is KeyState.VALID


@pytest.mark.parametrize("self_signed", [True, False])
def test_only_a_key_that_signs_its_own_revocation_is_revoked(self_signed: bool) -> None:
    two = (*FIRST, TrackedKey(NEW.dnskey, KeyState.VALID, START))
    by = [(NEW, NEW.dnskey), (OLD, OLD.revoked)] if self_signed else [(NEW, NEW.dnskey)]
    known = seen(two, 1, [OLD.revoked, NEW.dnskey], by)
    assert states(known)[OLD.dnskey.key] is (KeyState.REVOKED if self_signed else KeyState.MISSING)
    assert len(anchors_of(known, ZONE)) == (1 if self_signed else 2)


def test_a_revoked_key_is_removed_after_thirty_days_and_never_trusted_again() -> None:
    two = (TrackedKey(OLD.dnskey, KeyState.REVOKED, START), TrackedKey(NEW.dnskey, KeyState.VALID, START))
    known = seen(two, 31, [NEW.dnskey], [(NEW, NEW.dnskey)])
    assert states(known)[OLD.dnskey.key] is KeyState.REMOVED
    known = seen(known, 32, [OLD.dnskey, NEW.dnskey], [(NEW, NEW.dnskey)])
    assert states(known)[OLD.dnskey.key] is KeyState.REMOVED


def test_an_rrset_that_no_anchor_signs_changes_nothing() -> None:
    assert seen(FIRST, 1, [OTHER.dnskey, OLD.dnskey], [(OTHER, OTHER.dnskey)]) == FIRST
    assert seen(FIRST, 1, [OTHER.dnskey], [(OTHER, OTHER.dnskey)]) == FIRST
