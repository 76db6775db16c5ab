"""Automated updates of trust anchors (RFC 5011): the state of each key of a trust point, as a pure function of time."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

import dns.dnssec
import dns.name
import dns.rrset

from netaudit.dns.anchors import DS
from netaudit.dns.budget import Budget, Meter
from netaudit.dns.signatures import DNSKEY, RRSIG, SignatureVerifier
from netaudit.rules.algorithms import SOFTWARE, Policy
from netaudit.rules.rrsig import key_tag

__all__ = ["HOLD_DOWN", "KeyState", "TrackedKey", "anchors_of", "track"]

HOLD_DOWN = 30 * 86_400.0
"""Seconds that a new key must be seen, and that a revoked one is remembered (RFC 5011 sections 2.4.1 and 2.4.2)."""

_SEP, _REVOKE = 0x0001, 0x0080


class KeyState(StrEnum):
    """RFC 5011 section 4.2; START is the state of a key that is not tracked."""

    ADD_PENDING = "add_pending"
    VALID = "valid"
    MISSING = "missing"
    REVOKED = "revoked"
    REMOVED = "removed"


class TrackedKey(NamedTuple):
    """A key of a trust point: without the REVOKE flag, whose tag it would change; `since` when its state began."""

    key: DNSKEY
    state: KeyState
    since: float


def track(
    known: Sequence[TrackedKey],
    zone: dns.name.Name,
    rrset: dns.rrset.RRset,
    signatures: Iterable[object],
    now: float,
    *,
    policy: Policy = SOFTWARE,
    hold_down: float = HOLD_DOWN,
) -> tuple[TrackedKey, ...]:
    """Return the states after a DNSKEY RRset was seen at `now`.

    Nothing changes unless a key that is valid or missing signs the RRset (section 2.2). A key with the
    REVOKE flag is revoked only when it signs the RRset itself (section 2.1). To be called for every
    RRset seen, in order of time.
    """
    signed = tuple(signatures)
    seen = {_identity(key): key for key in rrset if isinstance(key, DNSKEY)}
    trusted = [entry.key for entry in known if entry.state in (KeyState.VALID, KeyState.MISSING)]
    present = [seen[_identity(key)] for key in trusted if _identity(key) in seen]
    if not any(_signs(rrset, signed, zone, key, now, policy) for key in present):
        return tuple(known)
    states = {_identity(entry.key): entry for entry in known}
    for identity, key in seen.items():
        if identity not in states and key.flags & _SEP and not key.flags & _REVOKE:
            states[identity] = TrackedKey(key, KeyState.ADD_PENDING, now)
    following = []
    for identity, entry in states.items():
        shown = seen.get(identity)
        revoking = shown is not None and bool(shown.flags & _REVOKE)
        revoked = shown is not None and revoking and _signs(rrset, signed, zone, shown, now, policy)
        state = _next(entry, shown is not None and not revoking, revoked, now, hold_down)
        if state is not None:
            following.append(entry if state is entry.state else TrackedKey(entry.key, state, now))
    return tuple(following)


def anchors_of(known: Iterable[TrackedKey], zone: dns.name.Name) -> tuple[DS, ...]:
    """The trust anchors that the states stand for: valid keys, and missing ones, which stay trusted (section 4.2)."""
    return tuple(
        dns.dnssec.make_ds(zone, entry.key, "SHA256", policy=dns.dnssec.allow_all_policy)
        for entry in known
        if entry.state in (KeyState.VALID, KeyState.MISSING)
    )


def _next(entry: TrackedKey, present: bool, revoked: bool, now: float, hold_down: float) -> KeyState | None:
    """The state table of section 4.1; None is START: the key is no longer tracked."""
    held = now - entry.since >= hold_down
    match entry.state:
        case KeyState.ADD_PENDING:
            if not present:
                return None
            return KeyState.VALID if held else KeyState.ADD_PENDING
        case KeyState.VALID | KeyState.MISSING:
            if revoked:
                return KeyState.REVOKED
            return KeyState.VALID if present else KeyState.MISSING
        case KeyState.REVOKED:
            return KeyState.REMOVED if held else KeyState.REVOKED
        case KeyState.REMOVED:
            return KeyState.REMOVED


def _signs(
    rrset: dns.rrset.RRset, signatures: Sequence[object], zone: dns.name.Name, key: DNSKEY, now: float, policy: Policy
) -> bool:
    """Whether `key` signs the RRset now. A revoked key may sign nothing but its own revocation."""
    tag = key_tag(key)
    own = [s for s in signatures if isinstance(s, RRSIG) and s.key_tag == tag and s.algorithm == key.algorithm]
    budget = Budget()
    verifier = SignatureVerifier(now, policy, budget, revoked_keys=True)
    meter = Meter("signatures_per_response", budget.signatures_per_response)
    return verifier.verify(rrset, own, zone, [key], meter).valid


def _identity(key: DNSKEY) -> tuple[int, bytes]:
    return int(key.algorithm), key.key
