"""Where a zone's keys stand between zone and parent: what is published, what signs, what the DS vouch for."""

from typing import NamedTuple

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.rules.once import once
from netaudit.rules.rrsig import DNSKEY, DS, is_zone_key, key_tag, matches, moment
from netaudit.rules.zones import Answer, label, survey

from ._helpers import delegated, keys_of, signatures, signed_zone

_REVOKE = 0x0080
_SEP = 0x0001
_VERIFIED = ("current", "expired", "not_yet")

_Signer = tuple[int, int]  # key tag, algorithm


class Rollover(NamedTuple):
    """The keys of all servers by what they do. Signatures count by key tag, once one over the RRset verifies."""

    published: tuple[DNSKEY, ...]  # zone keys that are not revoked
    revoked: tuple[DNSKEY, ...]
    anchored: frozenset[DNSKEY]  # those that a DS matches
    key_signers: frozenset[DNSKEY]  # those that sign the DNSKEY RRset somewhere
    data_signers: frozenset[DNSKEY]  # those that sign the SOA somewhere
    unmatched: tuple[DS, ...]  # DS that match no published key
    several_signers: bool  # servers sign with different keys: providers of one zone (RFC 8901)
    scattered: tuple[str, ...]  # servers whose key set lacks a key that signs data on some server

    @property
    def idle(self) -> tuple[DNSKEY, ...]:
        """Published keys that sign nothing and that no DS vouches for; none while it is not known what signs."""
        if not self.key_signers or not self.data_signers:
            return ()
        return tuple(key for key in self.published if not self.at_work(key) and key not in self.anchored)

    @property
    def entries(self) -> tuple[DNSKEY, ...]:
        """The keys that sign the DNSKEY RRset as an entry from the parent would need it: not the ZSKs that join in."""
        signing = tuple(key for key in self.published if key in self.key_signers)
        return tuple(key for key in signing if key.flags & _SEP) or signing

    @property
    def workers(self) -> tuple[DNSKEY, ...]:
        """The keys that sign the zone's data."""
        return tuple(key for key in self.published if key in self.data_signers)

    @property
    def algorithms(self) -> frozenset[int]:
        """The algorithms of the published keys."""
        return frozenset(int(key.algorithm) for key in self.published)

    def at_work(self, key: DNSKEY) -> bool:
        """Whether a key signs anything."""
        return key in self.key_signers or key in self.data_signers


@once
def rollover(evidence: ZoneEvidence) -> Rollover:
    """Read the keys of a signed zone."""
    answers = signed_zone(evidence).survey.answers
    keys, records = signed_zone(evidence).keys, delegated(evidence).records
    published = tuple(key for key in keys if is_zone_key(key))
    by_server = _signers_by_server(evidence, dns.rdatatype.SOA)
    data = frozenset[_Signer]().union(*by_server.values())
    over_keys = frozenset[_Signer]().union(*_signers_by_server(evidence, dns.rdatatype.DNSKEY).values())
    workers = frozenset(key for key in published if _identity(key) in data)
    return Rollover(
        published=published,
        revoked=tuple(key for key in keys if key.flags & _REVOKE),
        anchored=frozenset(key for key in published if any(matches(ds, key, evidence.apex) for ds in records)),
        key_signers=frozenset(key for key in published if _identity(key) in over_keys),
        data_signers=workers,
        unmatched=tuple(ds for ds in records if all(matches(ds, key, evidence.apex) is False for key in keys)),
        several_signers=len(set(by_server.values())) > 1 and _apart(by_server),
        scattered=tuple(label(answer.server) for answer in answers if not workers <= set(keys_of(answer))),
    )


def in_cache_until(evidence: ZoneEvidence, *rdtypes: dns.rdatatype.RdataType) -> float:
    """When what was seen now has left every cache that took it before it changed: now and the longest of the TTLs."""
    ttls = [answer.rrset.ttl for rdtype in rdtypes for answer in survey(evidence, rdtype).answers if answer.rrset]
    parents = [e.answer(evidence.apex, dns.rdatatype.DS) for e in delegated(evidence).positive]
    ttls += [rrset.ttl for rrset in parents if rrset is not None] if dns.rdatatype.DS in rdtypes else []
    return evidence.now + max(ttls, default=0)


def unchanged_since(evidence: ZoneEvidence, answers: tuple[Answer, ...]) -> float | None:
    """Since when at the latest these RRsets have been what they are: their signatures' first second, the newest one.

    A signature is made over the RRset as it is, and signers date it back by an hour or so.
    """
    begins = [moment(signature.inception, evidence.now) for answer in answers for signature in answer.signatures()]
    return max(begins, default=None)


def _signers_by_server(evidence: ZoneEvidence, rdtype: dns.rdatatype.RdataType) -> dict[str, frozenset[_Signer]]:
    """The keys whose signatures each server has over an RRset that one of them verifies, dates aside."""
    return {
        label(item.answer.server): frozenset((s.key_tag, int(s.algorithm)) for s in item.answer.signatures())
        for item in signatures(evidence)
        if item.answer.exchange.question[1] == rdtype and item.validity.state in _VERIFIED
    }


def _apart(by_server: dict[str, frozenset[_Signer]]) -> bool:
    """Whether some two servers have no signer in common."""
    sets = set(by_server.values())
    return any(not one & other for one in sets for other in sets)


def _identity(key: DNSKEY) -> _Signer:
    return key_tag(key), int(key.algorithm)
