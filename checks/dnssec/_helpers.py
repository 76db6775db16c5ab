"""What the judges of DNSSEC share: keys, DS and signatures as servers give them, and words for a security status."""

from collections.abc import Iterable
from typing import NamedTuple

import dns.name
import dns.rdatatype

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Lookup
from netaudit.model.security import Security, SecurityStatus
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.once import once
from netaudit.rules.rrsig import DNSKEY, DS, Validity, Verifier, ds_text, is_zone_key, matches, utc
from netaudit.rules.zones import Answer, Survey, authoritative, label, survey, unreadable, unusable, where

_SIGNED_TYPES = (dns.rdatatype.SOA, dns.rdatatype.NS, dns.rdatatype.DNSKEY)


class SignedZone(NamedTuple):
    """The servers' DNSKEY answers; `outcome` is set when they leave nothing to judge."""

    survey: Survey
    outcome: Outcome | None

    @property
    def keys(self) -> tuple[DNSKEY, ...]:
        """The keys of all servers, each once, in a stable order."""
        found = {key for answer in self.survey.answers for key in keys_of(answer)}
        return tuple(sorted(found, key=lambda key: (int(key.algorithm), -int(key.flags), key.key)))

    @property
    def zone_keys(self) -> tuple[DNSKEY, ...]:
        """Those of the keys that may sign."""
        return tuple(key for key in self.keys if is_zone_key(key))


@once
def signed_zone(evidence: ZoneEvidence) -> SignedZone:
    """Read the DNSKEY RRset of every server: message `no_answer` without any, `unsigned` without zone keys."""
    found = survey(evidence, dns.rdatatype.DNSKEY)
    if not found.answers:
        return SignedZone(found, found.untested())
    if not any(is_zone_key(key) for answer in found.answers for key in keys_of(answer)):
        return SignedZone(found, not_applicable("unsigned", facts=found.facts))
    return SignedZone(found, None)


def keys_of(answer: Answer) -> tuple[DNSKEY, ...]:
    """The keys of one server's answer."""
    return tuple(rdata for rdata in answer.rdatas if isinstance(rdata, DNSKEY))


class Signed(NamedTuple):
    """One server's RRset and how its signatures stand."""

    answer: Answer
    validity: Validity

    @property
    def rdtype(self) -> str:
        """The RRset's type."""
        return dns.rdatatype.to_text(self.answer.exchange.question[1])

    @property
    def text(self) -> str:
        """The signatures in a few words, with the dates in UTC."""
        state = self.validity.state.replace("_", " ")
        if self.validity.state == "none":
            return f"{self.rdtype}: no RRSIG"
        if not self.validity.expiration:
            return f"{self.rdtype}: RRSIG by key {self.validity.key_tag}, {state}"
        dates = f"{utc(self.validity.inception)} to {utc(self.validity.expiration)}"
        return f"{self.rdtype}: RRSIG by key {self.validity.key_tag}, {dates}, {state}"

    @property
    def row(self) -> Observation:
        """The row of the evidence table."""
        good = None if self.validity.state == "undecided" else self.validity.state == "current"
        return where(self.answer.server, self.text, good)


@once
def signatures(evidence: ZoneEvidence) -> tuple[Signed, ...]:
    """How the signatures over SOA, NS and DNSKEY stand on every server that gave the RRset.

    SOA and NS may be signed by any zone key that some server has (RFC 8901: providers share theirs); DNSKEY
    must be signed by a key that a DS stands for, where there is one. Without the server's own keys
    nothing is said against its signatures.
    """
    signed = signed_zone(evidence)
    verifier = Verifier(evidence.apex, evidence.now)
    told = {label(answer.server) for answer in signed.survey.answers}
    records = delegated(evidence).records
    zone_keys = signed.zone_keys
    known: dict[bytes, Validity] = {}  # by what the answer says: servers mostly say the same
    found = []
    for rdtype in _SIGNED_TYPES:
        for answer in survey(evidence, rdtype).answers:
            if answer.rrset is None:
                continue
            state = known.get(answer.exchange.content)
            if state is None:
                own = rdtype == dns.rdatatype.DNSKEY
                keys = entry_keys(answer, records, evidence.apex) if own else zone_keys
                state = known[answer.exchange.content] = verifier.judge(answer.rrset, answer.signatures(), keys)
            if state.state == "invalid" and label(answer.server) not in told:
                state = state._replace(state="undecided")
            found.append(Signed(answer, state))
    return tuple(found)


def entry_keys(answer: Answer, records: tuple[DS, ...], apex: dns.name.Name) -> tuple[DNSKEY, ...]:
    """The zone keys that a DS stands for; all of them where none does, for that is another fault."""
    keys = tuple(key for key in keys_of(answer) if is_zone_key(key))
    return tuple(key for key in keys if any(matches(ds, key, apex) for ds in records)) or keys


class Delegated(NamedTuple):
    """What the parent's servers say about DS: those with some, those that say there is none."""

    positive: tuple[Exchange, ...]
    negative: tuple[Exchange, ...]
    records: tuple[DS, ...]
    malformed: tuple[str, ...]  # what is wrong with records that could not be read
    failure: Failure

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of the exchanges that count."""
        return tuple(dict.fromkeys(exchange.id for exchange in (*self.positive, *self.negative)))

    @property
    def texts(self) -> tuple[str, ...]:
        """The records as sentences name them."""
        return (*(ds_text(ds) for ds in self.records), *(f"unreadable: {error}" for error in self.malformed))

    def untested(self) -> Outcome:
        """The outcome when none of the parent's servers answered: message `no_parent_answer`."""
        return could_not_test("no_parent_answer", self.failure)


_DS_LIMIT = 16  # records of one delegation that are held against keys


@once
def delegated(evidence: ZoneEvidence) -> Delegated:
    """Read the DS answers of the parent's servers.

    A server that has the zone too may answer from there, out of the wrong zone (RFC 4035 section 3.1.4.1):
    a denial counts only with the SOA of a zone above.
    """
    usable = [exchange for exchange in evidence.ds if authoritative(exchange)]
    found = {exchange.id: exchange.answer(evidence.apex, dns.rdatatype.DS) for exchange in usable}
    errors = {exchange.id: error for exchange in usable if (error := unreadable(exchange))}
    records = {rdata for rrset in found.values() for rdata in (rrset or ()) if isinstance(rdata, DS)}
    positive = tuple(exchange for exchange in usable if found[exchange.id] or exchange.id in errors)
    missing = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the parent's servers gave no answer about DS")
    return Delegated(
        positive=positive,
        negative=tuple(e for e in usable if e not in positive and _denied_above(e, evidence.apex)),
        records=tuple(sorted(records, key=lambda ds: (ds.key_tag, int(ds.digest_type), ds.digest))[:_DS_LIMIT]),
        malformed=tuple(dict.fromkeys(errors.values())),
        failure=unusable(exchange for exchange in evidence.ds if not authoritative(exchange)) or missing,
    )


def _denied_above(exchange: Exchange, apex: dns.name.Name) -> bool:
    authority = exchange.message.authority if exchange.message is not None else []
    return any(
        rrset.rdtype == dns.rdatatype.SOA and rrset.name != apex and apex.is_subdomain(rrset.name)
        for rrset in authority
    )


_UNPROVED = ("opt_out", "nsec3_iterations")
_NOT_LOOKED_UP = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the name was not looked up")


def by_security(security: Security, failure: Failure | None, *, insecure: str = "fail") -> Outcome:
    """Turn a security status into an outcome: messages `ok`, `bogus`, `insecure`, `indeterminate`.

    `failure` says why an indeterminate status could not be told; `insecure` is `fail`, or `not_applicable` where the
    question is only for secure zones: then NSEC3 by which such a zone proves nothing has messages of its own.
    """
    at = security.zone or security.name or "."
    decisive = next((link for link in security.links if link.status is security.status), None)
    rows = tuple(
        Observation(
            where=link.zone,
            saw=": ".join(filter(None, (link.status, link.reason, security.detail if link is decisive else "")))
            + f"; DS {', '.join(link.ds) or 'none'}; signing keys {', '.join(map(str, link.signed_by)) or 'none'}",
            address=link.server,
            ok=link.status is SecurityStatus.SECURE,
        )
        for link in security.links
    )
    name = security.name or at
    if security.status is SecurityStatus.SECURE:
        return passed("ok", observed=rows, facts=security.facts, name=name)
    if security.status is SecurityStatus.INDETERMINATE:
        known = failure or _why_indeterminate(security)
        said = {} if failure else {"reason": security.reason}
        return could_not_test("indeterminate", known, observed=rows, facts=security.facts, name=name, **said)
    if security.status is SecurityStatus.INSECURE and insecure == "not_applicable":
        in_zone = security.links and security.links[-1].status is SecurityStatus.SECURE
        message = security.reason if in_zone and security.reason in _UNPROVED else "insecure"
        return not_applicable(message, observed=rows, facts=security.facts, zone=at, reason=security.reason)
    return failed(
        str(security.status),
        observed=rows, facts=security.facts,
        name=name, zone=at, reason=security.reason, server=security.server, rdtype=security.rdtype,
    )  # fmt: skip


def weakest(found: list[Security], missing: Failure | None, name: str) -> Outcome:
    """The outcome that the weakest of several look-ups decides: what is proved wrong before what could not be told.

    `missing`: why one of them holds nothing to judge; then they can't all be secure. Messages of `by_security`.
    """
    order = (SecurityStatus.BOGUS, SecurityStatus.INSECURE, SecurityStatus.INDETERMINATE, SecurityStatus.SECURE)
    decisive = min(found, key=lambda security: order.index(security.status), default=None)
    if decisive is None:
        missing = missing or _NOT_LOOKED_UP
        return could_not_test("indeterminate", missing, name=name)
    if missing is not None and decisive.status is SecurityStatus.SECURE:
        return could_not_test("indeterminate", missing, facts=decisive.facts, name=name)
    return by_security(decisive, missing)


def unlooked(lookups: Iterable[Lookup | None]) -> Failure | None:
    """Why one of the look-ups has no result; None when all have one."""
    for lookup in lookups:
        if lookup is None:
            return _NOT_LOOKED_UP
        if lookup.failure is not None:
            return lookup.failure
    return None


def _why_indeterminate(security: Security) -> Failure:
    detail = security.detail or security.reason
    if security.reason.startswith("budget_"):
        return Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail)
    if security.reason in ("server_error", "not_authoritative", "malformed"):
        return Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=detail)
    if security.reason == "no_reachable_authority":
        return Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail=detail)
    return Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=detail)
