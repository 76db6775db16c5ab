"""The chain of trust: from the nearest trust anchor down to a zone's keys (RFC 4035 sections 5.1 and 5.2)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import dns.name
import dns.rdatatype
import dns.rrset
import msgspec

from netaudit.dns.anchors import DS
from netaudit.dns.answers import AnswerJudge, DsFinding, Trusted
from netaudit.dns.budget import Budget, BudgetExceeded, Meter
from netaudit.dns.message import Kind, Response, malformed_records, name_text
from netaudit.dns.recorded import Recorded
from netaudit.dns.signatures import DNSKEY, SignatureVerifier
from netaudit.dns.unreadable import UnreadableDS
from netaudit.model.security import ChainLink, SecurityStatus
from netaudit.rules.algorithms import Policy
from netaudit.rules.rrsig import ds_text, is_zone_key, key_tag, key_text, matches

__all__ = ["Chain", "ZoneTrust", "preferred"]

AnyDS = DS | UnreadableDS

_SECURE, _INSECURE, _BOGUS = SecurityStatus.SECURE, SecurityStatus.INSECURE, SecurityStatus.BOGUS
_INDETERMINATE = SecurityStatus.INDETERMINATE
_SHA1 = 1


class ZoneTrust(NamedTuple):
    """How far a zone is trusted. `name`, `rdtype` and `zone` are the RRset that decided and where it was."""

    status: SecurityStatus
    reason: str
    detail: str = ""
    trusted: Trusted | None = None  # exactly when secure
    links: tuple[ChainLink, ...] = ()
    name: dns.name.Name | None = None
    rdtype: dns.rdatatype.RdataType = dns.rdatatype.DS
    zone: dns.name.Name | None = None
    server: str = ""


class Chain:
    """Zones and their keys, each found once."""

    def __init__(
        self,
        recorded: Recorded,
        anchors: Mapping[dns.name.Name, tuple[DS, ...]],
        judge: AnswerJudge,
        verifier: SignatureVerifier,
        policy: Policy,
        budget: Budget,
    ) -> None:
        self._recorded = recorded
        self._anchors = anchors
        self._judge = judge
        self._verifier = verifier
        self._policy = policy
        self._budget = budget
        self._known: dict[dns.name.Name, ZoneTrust] = {}

    def zone_of(self, name: dns.name.Name) -> dns.name.Name:
        """The zone that holds `name`: its deepest known cut, or a trust anchor's zone below that."""
        cut = self._recorded.zone_of(name)
        anchor = self._anchor_above(name)
        zone = anchor if anchor is not None and anchor.is_subdomain(cut) else cut
        return self._unsigned_below(zone, name) or zone

    def _unsigned_below(self, zone: dns.name.Name, name: dns.name.Name) -> dns.name.Name | None:
        """The delegation between `zone` and `name` that only the zone's proof of an absent DS shows.

        Servers of parent and child alike answer for the child at once, and never refer to it.
        """
        for labels in range(len(zone) + 1, len(name) + 1):
            candidate = name.split(labels)[1]
            if not self._recorded.responses(candidate, dns.rdatatype.DS):
                continue
            above = self.trust(zone).trusted
            if above is not None and self._delegation(candidate, above)[0].status is _INSECURE:
                return candidate
        return None

    def trust(self, zone: dns.name.Name) -> ZoneTrust:
        """How far `zone` is trusted: begun at the deepest trust anchor at or above it."""
        known = self._known.get(zone)
        if known is None:
            known = self._known[zone] = self._find(zone)
        return known

    def _find(self, zone: dns.name.Name) -> ZoneTrust:
        anchor = self._anchor_above(zone)
        if anchor is None:
            return _decided(zone, _INDETERMINATE, "no_anchor", "", zone, dns.rdatatype.DNSKEY)
        if anchor == zone and not self._anchors[zone]:
            return _decided(zone, _INSECURE, "negative_anchor", "", zone, dns.rdatatype.DS)
        if anchor == zone:
            return self._keys(zone, self._anchors[zone], (), ())
        above = self.trust(self.zone_of(zone.parent()))
        if above.trusted is None:
            link = ChainLink(zone=name_text(zone), status=above.status, reason=above.reason)
            return self._island(above._replace(links=(*above.links, link)), zone)
        found, response = self._delegation(zone, above.trusted)
        facts = (response.exchange.id,) if response is not None else ()
        server = response.exchange.server if response is not None else ""
        records = _ds_records(found.rrset)
        if found.status is not _SECURE:
            made = _decided(
                zone, found.status, found.reason, found.detail, above.trusted.zone, dns.rdatatype.DS,
                server=server, above=above.links, ds=records, facts=facts, decided_by=found.unasked,
            )  # fmt: skip
            return self._island(made, zone)
        if len(found.rrset or ()) > self._budget.ds_records:
            detail = f"more than {self._budget.ds_records} DS records"
            return _decided(
                zone, _INDETERMINATE, "budget_ds_records", detail, above.trusted.zone, dns.rdatatype.DS,
                server=server, above=above.links, facts=facts,
            )  # fmt: skip
        return self._keys(zone, records, above.links, facts)

    def _delegation(self, zone: dns.name.Name, parent: Trusted) -> tuple[DsFinding, Response | None]:
        """What the parent says of the zone's DS: the best of its servers' answers, or of their referrals."""
        answers = self._recorded.responses(zone, dns.rdatatype.DS)
        best: tuple[DsFinding, Response | None] | None = None
        for response in (*answers, *self._recorded.referrals(zone)):
            finding = self._judge.delegation(response, zone, parent)
            if finding.status in (_SECURE, _INSECURE):
                return finding, response
            # a referral that holds no proof says less than an answer that holds none
            if best is None or (best[0].status is not _INDETERMINATE and finding.status is _INDETERMINATE):
                best = finding, response
        if best is not None and answers:
            return best
        reason, detail = self._recorded.why_not(zone, dns.rdatatype.DS)
        return DsFinding(_INDETERMINATE, reason, detail), None

    def _keys(
        self, zone: dns.name.Name, ds: Sequence[AnyDS], above: tuple[ChainLink, ...], facts: tuple[str, ...]
    ) -> ZoneTrust:
        """Find the DNSKEY RRset that a DS vouches for (RFC 4035 section 5.2)."""
        usable = preferred(ds, self._policy)
        if not usable:
            reason = "unsupported_algorithm" if _digestible(ds, self._policy) else "unsupported_ds_digest"
            shown = ", ".join(ds_text(record) for record in ds)
            made = _decided(
                zone, _INSECURE, reason, f"DS {shown}", zone, dns.rdatatype.DS,
                above=above, ds=ds, facts=facts,
            )  # fmt: skip
            return self._island(made, zone)
        worst: ZoneTrust | None = None
        for response in self._recorded.responses(zone, dns.rdatatype.DNSKEY):
            found = self._key_set(zone, usable, ds, response, above, facts)
            if found.status is _SECURE:
                return found
            if worst is None or (worst.status is _BOGUS and found.status is _INDETERMINATE):
                worst = found
        if worst is not None:
            return worst
        reason, detail = self._recorded.why_not(zone, dns.rdatatype.DNSKEY)
        return _decided(
            zone, _INDETERMINATE, reason, detail, zone, dns.rdatatype.DNSKEY, above=above, ds=ds, facts=facts
        )

    def _island(self, trust: ZoneTrust, zone: dns.name.Name) -> ZoneTrust:
        """The same with the keys that an insecure zone has nevertheless: an island of security (RFC 4033 section 2)."""
        if trust.status is not _INSECURE:
            return trust
        for response in self._recorded.unsigned(zone, dns.rdatatype.DNSKEY):
            rrset = response.find(response.answer, zone, dns.rdatatype.DNSKEY)
            keys = tuple(key_text(rdata) for rdata in rrset or () if isinstance(rdata, DNSKEY))
            if keys:
                last = trust.links[-1]
                facts = (*last.facts, response.exchange.id)
                link = msgspec.structs.replace(last, keys=keys, facts=facts)
                return trust._replace(links=(*trust.links[:-1], link))
        return trust

    def _key_set(
        self,
        zone: dns.name.Name,
        usable: Sequence[AnyDS],
        ds: Sequence[AnyDS],
        response: Response,
        above: tuple[ChainLink, ...],
        facts: tuple[str, ...],
    ) -> ZoneTrust:
        """Judge one response to the DNSKEY question."""
        rrset = response.find(response.answer, zone, dns.rdatatype.DNSKEY) if response.kind is Kind.ANSWER else None
        keys = tuple(rdata for rdata in rrset or () if isinstance(rdata, DNSKEY))
        status, reason, detail, signers = self._vouched(zone, usable, rrset, keys, response)
        return _decided(
            zone, status, reason, detail, zone, dns.rdatatype.DNSKEY,
            server=response.exchange.server, above=above, ds=ds, keys=keys, signed_by=signers,
            facts=(*facts, response.exchange.id),
            trusted=Trusted(zone, tuple(key for key in keys if is_zone_key(key))),
        )  # fmt: skip

    def _vouched(
        self,
        zone: dns.name.Name,
        usable: Sequence[AnyDS],
        rrset: dns.rrset.RRset | None,
        keys: Sequence[DNSKEY],
        response: Response,
    ) -> tuple[SecurityStatus, str, str, tuple[int, ...]]:
        if rrset is None or not keys:
            return _BOGUS, "dnskey_missing", "; ".join(malformed_records(response.exchange)[:1]), ()
        try:
            entries = list(self._entry_keys(zone, usable, keys))
            good = [key for key in entries if is_zone_key(key)]
            if not good:
                reason = "no_zone_key" if entries else "ds_mismatch"
                wanted = ", ".join(ds_text(record) for record in usable)
                detail = f"DS {wanted}; keys {', '.join(key_text(key) for key in keys[:8])}"
                return _BOGUS, reason, detail, ()
            meter = Meter("signatures_per_response", self._budget.signatures_per_response)
            signatures = response.signatures(response.answer, rrset) or ()
            found = self._verifier.verify(rrset, signatures, zone, good, meter)
        except BudgetExceeded as error:
            return _INDETERMINATE, error.reason, error.detail, ()
        signers = tuple(o.key_tag for o in found.outcomes if o.state == found.best.state) if found.valid else ()
        return (_SECURE if found.valid else _BOGUS), found.reason, found.best.detail, signers

    def _entry_keys(self, zone: dns.name.Name, usable: Sequence[AnyDS], keys: Sequence[DNSKEY]) -> Iterator[DNSKEY]:
        """The keys that a DS is the digest of; keys that share a tag cost a digest each, and are bounded."""
        for record in usable:
            collisions = Meter("colliding_keys", self._budget.colliding_keys)
            for key in keys:
                if key_tag(key) != record.key_tag or key.algorithm != record.algorithm:
                    continue
                collisions.spend()
                if isinstance(record, DS) and matches(record, key, zone):
                    yield key

    def _anchor_above(self, name: dns.name.Name) -> dns.name.Name | None:
        found = [anchor for anchor in self._anchors if name.is_subdomain(anchor)]
        return max(found, key=len, default=None)


def preferred(records: Sequence[AnyDS], policy: Policy) -> list[AnyDS]:
    """The DS records that count: of supported kinds, SHA-1 only where nothing better is there (RFC 4509 section 3)."""
    supported = [record for record in _digestible(records, policy) if policy.validates_algorithm(int(record.algorithm))]
    better = [record for record in supported if int(record.digest_type) != _SHA1]
    return better or supported


def _digestible(records: Sequence[AnyDS], policy: Policy) -> list[AnyDS]:
    return [record for record in records if policy.validates_digest(int(record.digest_type))]


def _ds_records(rrset: dns.rrset.RRset | None) -> tuple[AnyDS, ...]:
    return tuple(rdata for rdata in rrset or () if isinstance(rdata, DS | UnreadableDS))


def _decided(
    zone: dns.name.Name,
    status: SecurityStatus,
    reason: str,
    detail: str,
    where: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    *,
    server: str = "",
    above: tuple[ChainLink, ...] = (),
    ds: Sequence[AnyDS] = (),
    keys: Sequence[DNSKEY] = (),
    signed_by: tuple[int, ...] = (),
    facts: tuple[str, ...] = (),
    trusted: Trusted | None = None,
    decided_by: dns.name.Name | None = None,
) -> ZoneTrust:
    """The state of `zone`, decided by the `rdtype` RRset of that name, or of `decided_by`, as `where` holds it."""
    link = ChainLink(
        zone=name_text(zone),
        status=status,
        reason=reason,
        ds=tuple(ds_text(record) for record in ds),
        keys=tuple(key_text(key) for key in keys),
        signed_by=signed_by,
        server=server,
        facts=facts,
    )
    return ZoneTrust(
        status=status,
        reason=reason,
        detail=detail,
        trusted=trusted if status is _SECURE else None,
        links=(*above, link),
        name=decided_by or zone,
        rdtype=rdtype,
        zone=where,
        server=server,
    )
