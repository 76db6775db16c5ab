"""Verification of RRset signatures (RFC 4035 section 5.3), each distinct signature verified once."""

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

import dns.name
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.RRSIG
import dns.rrset

from netaudit.dns.budget import Budget, Meter
from netaudit.rules.algorithms import Policy
from netaudit.rules.rrsig import is_zone_key, key_tag, moment, utc
from netaudit.rules.signed_data import is_good, owner_labels, signed_data

__all__ = [
    "DNSKEY", "RRSIG", "SignatureOutcome", "SignatureState", "SignatureVerifier", "Verification",
    "serial_before",
]  # fmt: skip

DNSKEY = dns.rdtypes.ANY.DNSKEY.DNSKEY
RRSIG = dns.rdtypes.ANY.RRSIG.RRSIG

_REVOKE = 0x0080


class SignatureState(StrEnum):
    """What became of a signature, best first; the values are words of `netaudit.dns.reasons`."""

    VALID = "validated"
    EXPIRED = "signature_expired"
    NOT_YET = "signature_not_yet_valid"
    INVALID = "signature_invalid"
    NO_KEY = "no_matching_key"
    UNSUPPORTED = "signature_unsupported"
    FOREIGN = "signer_mismatch"
    MISSING = "rrsigs_missing"


_RANK = {state: rank for rank, state in enumerate(SignatureState)}


class SignatureOutcome(NamedTuple):
    """What became of one RRSIG. EXPIRED and NOT_YET are said only of signatures that verify but for their dates."""

    state: SignatureState
    key_tag: int = 0
    algorithm: int = 0
    labels: int = 0
    signer: dns.name.Name | None = None
    detail: str = ""


class Verification(NamedTuple):
    """What became of an RRset's signatures: the outcome that decides, and those of all that were looked at."""

    best: SignatureOutcome
    outcomes: tuple[SignatureOutcome, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether one signature is valid: one path suffices (RFC 6840 section 5.11)."""
        return self.best.state is SignatureState.VALID

    @property
    def reason(self) -> str:
        """The reason word of the outcome that decides."""
        return str(self.best.state)


class SignatureVerifier:
    """Verifies signatures at one moment under one policy and budget, and remembers each result.

    `now` is in seconds since 1970; dates are compared in serial arithmetic (RFC 4034 section 3.1.5).
    """

    def __init__(self, now: float, policy: Policy, budget: Budget, *, revoked_keys: bool = False) -> None:
        """`revoked_keys` lets keys with the REVOKE flag sign, which only their own revocation needs."""
        self._now = int(now) & 0xFFFFFFFF
        self._revoked_keys = revoked_keys
        self._policy = policy
        self._budget = budget
        self._known: dict[tuple[bytes, bytes, int, bytes], bool] = {}
        self._keys: Sequence[DNSKEY] = ()
        self._by_tag: dict[tuple[int, int], list[DNSKEY]] = {}

    def verify(
        self,
        rrset: dns.rrset.RRset,
        signatures: Iterable[object],
        zone: dns.name.Name,
        keys: Sequence[DNSKEY],
        meter: Meter,
    ) -> Verification:
        """Verify the `signatures` over `rrset` with the `keys` of `zone`, as far as the first valid one.

        Without a valid one the most telling outcome decides: a signature that is good but for its
        dates before one that does not verify. Raises BudgetExceeded.
        """
        own = Meter("signatures_per_rrset", self._budget.signatures_per_rrset)
        outcomes: list[SignatureOutcome] = []
        for signature in signatures:
            if not isinstance(signature, RRSIG):
                continue
            state, detail = self._state(rrset, signature, zone, keys, (own, meter))
            outcome = SignatureOutcome(
                state, signature.key_tag, int(signature.algorithm), signature.labels, signature.signer, detail
            )
            outcomes.append(outcome)
            if state is SignatureState.VALID:
                return Verification(outcome, tuple(outcomes))
        if not outcomes:
            return Verification(SignatureOutcome(SignatureState.MISSING))
        return Verification(min(outcomes, key=lambda outcome: _RANK[outcome.state]), tuple(outcomes))

    def _state(
        self,
        rrset: dns.rrset.RRset,
        signature: RRSIG,
        zone: dns.name.Name,
        keys: Sequence[DNSKEY],
        meters: tuple[Meter, Meter],
    ) -> tuple[SignatureState, str]:
        if signature.signer != zone:
            return SignatureState.FOREIGN, f"signed by {signature.signer}"
        if int(signature.algorithm) not in self._policy.algorithms:
            return SignatureState.UNSUPPORTED, f"algorithm {int(signature.algorithm)}"
        if signature.type_covered != rrset.rdtype or signature.rdclass != rrset.rdclass:
            return SignatureState.INVALID, "it covers another type"
        if signature.labels > owner_labels(rrset.name):
            return SignatureState.INVALID, "it counts more labels than the owner name has"
        fitting = self._tagged(keys).get((int(signature.algorithm), signature.key_tag))
        if not fitting:
            return SignatureState.NO_KEY, f"no DNSKEY with tag {signature.key_tag}"
        collisions = Meter("colliding_keys", self._budget.colliding_keys)
        data = signed_data(rrset, signature)
        for key in fitting:
            collisions.spend()
            if self._verifies(data, signature, key, meters):
                return self._in_time(signature)
        return SignatureState.INVALID, f"it does not verify with key {signature.key_tag}"

    def _in_time(self, signature: RRSIG) -> tuple[SignatureState, str]:
        """Judge the dates of a signature that verifies. Its last second still counts."""
        if serial_before(signature.expiration, self._now):
            return SignatureState.EXPIRED, f"by key {signature.key_tag}, ended at {self._date(signature.expiration)}"
        if serial_before(self._now, signature.inception):
            return SignatureState.NOT_YET, f"by key {signature.key_tag}, begins at {self._date(signature.inception)}"
        return SignatureState.VALID, f"by key {signature.key_tag}"

    def _date(self, stamp: int) -> str:
        return utc(moment(stamp, self._now))

    def _verifies(self, data: bytes, signature: RRSIG, key: DNSKEY, meters: tuple[Meter, Meter]) -> bool:
        identity = (hashlib.blake2b(data).digest(), signature.signature, int(key.algorithm), key.key)
        known = self._known.get(identity)
        if known is None:
            for meter in meters:
                meter.spend()
            verify = self._policy.verifiers.get(int(key.algorithm), is_good)
            known = self._known[identity] = verify(data, signature.signature, key)
        return known

    def _tagged(self, keys: Sequence[DNSKEY]) -> dict[tuple[int, int], list[DNSKEY]]:
        """The keys that may sign, by algorithm and tag: a hostile zone has many keys."""
        if self._keys is not keys:
            self._keys, self._by_tag = keys, {}
            for key in keys:
                if is_zone_key(key) or (self._revoked_keys and bool(key.flags & _REVOKE) and key.protocol == 3):
                    self._by_tag.setdefault((int(key.algorithm), key_tag(key)), []).append(key)
        return self._by_tag


def serial_before(one: int, other: int) -> bool:
    """Whether `one` lies before `other` on the 32-bit circle (RFC 1982)."""
    return 0 < (int(other) - int(one)) & 0xFFFFFFFF < 0x80000000
