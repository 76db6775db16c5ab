"""What the judges of DNSSEC share: keys and DS as the servers give them, and words for a security status."""

from typing import NamedTuple

import dns.rdatatype

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.security import Security, SecurityStatus
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.rrsig import DNSKEY, DS, utc, validity
from netaudit.rules.zones import RRSIG, Answer, Survey, authoritative, survey, trouble, where

SIGNED_TYPES = (dns.rdatatype.SOA, dns.rdatatype.NS, dns.rdatatype.DNSKEY)


class SignedZone(NamedTuple):
    """The servers' DNSKEY answers; `outcome` is set when they leave nothing to judge."""

    survey: Survey
    outcome: Outcome | None

    @property
    def keys(self) -> tuple[DNSKEY, ...]:
        """The keys of all servers, each once, in a stable order."""
        found = {key for answer in self.survey.answers for key in keys_of(answer)}
        return tuple(sorted(found, key=lambda key: (int(key.algorithm), -int(key.flags), key.key)))


def signed_zone(evidence: ZoneEvidence) -> SignedZone:
    """Read the DNSKEY RRset of every server: message `no_answer` without any, `unsigned` without keys."""
    found = survey(evidence, dns.rdatatype.DNSKEY)
    if not found.answers:
        return SignedZone(found, found.untested())
    if not any(answer.rrset for answer in found.answers):
        return SignedZone(found, not_applicable("unsigned", facts=found.facts))
    return SignedZone(found, None)


def keys_of(answer: Answer) -> tuple[DNSKEY, ...]:
    """The keys of one server's answer."""
    return tuple(rdata for rdata in answer.rdatas if isinstance(rdata, DNSKEY))


class Delegated(NamedTuple):
    """What the parent's servers say about DS: those with some, those that say there is none."""

    positive: tuple[Exchange, ...]
    negative: tuple[Exchange, ...]
    records: tuple[DS, ...]
    malformed: tuple[str, ...]  # records of those answers that could not be read
    failure: Failure

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of the exchanges that count."""
        return tuple(dict.fromkeys(exchange.id for exchange in (*self.positive, *self.negative)))

    def untested(self) -> Outcome:
        """The outcome when none of the parent's servers answered: message `no_parent_answer`."""
        return could_not_test("no_parent_answer", self.failure, detail=trouble(self.failure))


def delegated(evidence: ZoneEvidence) -> Delegated:
    """Read the DS answers of the parent's servers."""
    usable = [exchange for exchange in evidence.ds if authoritative(exchange)]
    found = {exchange: exchange.answer(evidence.apex, dns.rdatatype.DS) for exchange in usable}
    records = {rdata for rrset in found.values() for rdata in (rrset or ()) if isinstance(rdata, DS)}
    errors = {exchange: exchange.message.errors for exchange in usable if exchange.message is not None}
    bad = {exchange: lines for exchange, lines in errors.items() if lines}
    failures = [exchange.failure for exchange in evidence.ds if exchange.failure is not None]
    missing = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the parent's servers gave no answer about DS")
    return Delegated(
        positive=tuple(exchange for exchange in usable if found[exchange] or exchange in bad),
        negative=tuple(exchange for exchange in usable if not found[exchange] and exchange not in bad),
        records=tuple(sorted(records, key=lambda ds: (ds.key_tag, int(ds.digest_type), ds.digest))),
        malformed=tuple(dict.fromkeys(str(e.exception)[:120] for lines in bad.values() for e in lines[:8])),
        failure=failures[0] if failures else missing,
    )


def validity_row(answer: Answer, signatures: tuple[RRSIG, ...], now: float) -> Observation:
    """How the signatures over one server's RRset stand, with the dates in UTC."""
    rdtype = dns.rdatatype.to_text(answer.exchange.question[1])
    state = validity(signatures, now)
    if state.state == "none":
        return where(answer.server, f"{rdtype}: no RRSIG", False)
    dates = f"{utc(state.inception)} to {utc(state.expiration)}"
    others = sum(validity([s], now).state != "current" for s in signatures) if state.state == "current" else 0
    more = f"; {others} more not current" if others else ""
    saw = f"{rdtype}: RRSIG by key {state.key_tag}, {dates}, {state.state.replace('_', ' ')}{more}"
    return where(answer.server, saw, state.state == "current")


def by_security(security: Security, failure: Failure | None, *, insecure: str = "fail") -> Outcome:
    """Turn a security status into an outcome: messages `ok`, `bogus`, `insecure`, `indeterminate`.

    `failure` says why an indeterminate status could not be told; `insecure` is `fail`, or
    `not_applicable` where the question is only for signed zones.
    """
    at = security.zone or security.name or "."
    rows = tuple(
        Observation(
            where=link.zone,
            saw=f"{link.status}{f': {link.reason}' if link.reason else ''}"
            f"; DS {', '.join(link.ds) or 'none'}; signing keys {', '.join(map(str, link.signed_by)) or 'none'}",
            address=link.server,
            ok=link.status is SecurityStatus.SECURE,
        )
        for link in security.links
    )
    name = security.name or at
    if security.status is SecurityStatus.SECURE:
        return passed("ok", observed=rows, facts=security.facts, name=name)
    detail = security.detail or security.reason
    if security.status is SecurityStatus.INDETERMINATE:
        known = failure or _why_indeterminate(security)
        return could_not_test("indeterminate", known, observed=rows, facts=security.facts, name=name, detail=detail)
    if security.status is SecurityStatus.INSECURE and insecure == "not_applicable":
        return not_applicable("insecure", observed=rows, facts=security.facts, zone=at)
    return failed(
        str(security.status),
        observed=rows, facts=security.facts,
        name=name, zone=at, reason=security.reason, detail=detail, server=security.server, rdtype=security.rdtype,
    )  # fmt: skip


def worst(found: list[Security]) -> Security:
    """The status that decides for a set of look-ups: what is proved wrong before what could not be told."""
    order = (SecurityStatus.BOGUS, SecurityStatus.INSECURE, SecurityStatus.INDETERMINATE, SecurityStatus.SECURE)
    return min(found, key=lambda security: order.index(security.status))


def _why_indeterminate(security: Security) -> Failure:
    detail = security.detail or security.reason
    if security.reason.startswith("budget_"):
        return Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail)
    if security.reason in ("server_error", "not_authoritative", "malformed"):
        return Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=detail)
    if security.reason == "no_reachable_authority":
        return Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail=detail)
    return Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=detail)
