"""Whether senders that use DANE can deliver, and are protected: TLSA of every exchanger (RFC 7672).

MX, addresses and TLSA must be secure; usages 0 and 1 are unusable; each exchanger must offer STARTTLS and show a
certificate that a record fits. Where senders fall back to what they did before DANE, it is a warning.
"""

from typing import NamedTuple

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import FoundRecords, HostEvidence, MailEvidence
from netaudit.model.facts import MailFact
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.dane import (
    DANE_EE,
    TLSA,
    Presented,
    bogus,
    described,
    fitting,
    published,
    tlsa_of,
    tlsa_text,
    usable,
)
from netaudit.rules.dialogues import complete, mail_reach, mx_problem, sessions, untested_mail
from netaudit.rules.fetches import first_failure
from netaudit.rules.records import INDETERMINATE, malformed, missing, status_of

from ._helpers import mx_facts, row, server

_BOTH = (Family.IPV4, Family.IPV6)


class _Exchanger(NamedTuple):
    """One exchanger and the look-up of its TLSA."""

    host: HostEvidence
    found: FoundRecords | None

    @property
    def name(self) -> str:
        return self.host.host

    @property
    def records(self) -> tuple[TLSA, ...]:
        return tlsa_of(self.found) if self.found is not None else ()

    @property
    def usable(self) -> tuple[TLSA, ...]:
        """Those of the records that a sender can use."""
        return tuple(record for record in self.records if usable(record, pkix=False))

    @property
    def status(self) -> SecurityStatus:
        """Insecure where the addresses are: a sender then asks for no TLSA (RFC 7672 section 2.2.2)."""
        states = {security.status for security in self.host.security.values()}
        if SecurityStatus.INSECURE in states or self.found is None:
            return SecurityStatus.INSECURE
        return status_of(self.found.security)


class _Domain(NamedTuple):
    """A mail domain with its exchangers."""

    evidence: MailEvidence
    exchangers: tuple[_Exchanger, ...]

    @property
    def mx(self) -> SecurityStatus:
        return status_of(self.evidence.security.get("MX"))

    @property
    def having(self) -> tuple[_Exchanger, ...]:
        """The exchangers with TLSA records."""
        return tuple(e for e in self.exchangers if e.records)

    @property
    def protected(self) -> tuple[_Exchanger, ...]:
        """The exchangers that a sender with DANE holds to their records."""
        if self.mx is not SecurityStatus.SECURE:
            return ()
        return tuple(e for e in self.having if e.status is SecurityStatus.SECURE and e.usable)

    @property
    def facts(self) -> tuple[str, ...]:
        found = (id for e in self.exchangers if e.found is not None for id in e.found.lookup.facts)
        return tuple(dict.fromkeys((*mx_facts(self.evidence), *found)))


def judge(evidence: MailEvidence) -> Outcome:
    """What stops mail comes first, then what leaves it unprotected, then what could not be seen."""
    problem = mx_problem(evidence)
    if problem is not None:
        return problem
    hosts = evidence.hosts.values()
    domain = _Domain(evidence, tuple(_Exchanger(host, published(host, evidence.found, 25)) for host in hosts))
    return (
        _undeliverable(domain) or _none(domain) or _unprotected(domain) or _unseen(domain) or _good(domain)
    )  # fmt: skip


def _undeliverable(domain: _Domain) -> Outcome | None:
    """What a sender with DANE does not deliver to: no answer, no STARTTLS, no record that fits."""
    errors = [(e.name, error) for e in domain.exchangers if (error := malformed(e.found))]
    if errors:
        return failed("malformed", facts=domain.facts, exchangers=tuple(name for name, _ in errors), error=errors[0][1])
    broken = tuple(e.name for e in domain.exchangers if e.found is not None and bogus(e.found, e.host))
    if broken:
        return failed("bogus", facts=domain.facts, exchangers=broken)
    held = {e.name for e in domain.protected}
    plain = [f for f in domain.evidence.dialogues if f.exchanger in held and complete(f) and not f.starttls_offered]
    if plain:
        rows, facts = tuple(row(fact, "no STARTTLS", False) for fact in plain), tuple(fact.id for fact in plain)
        return failed("no_starttls", observed=rows, facts=facts, servers=tuple(map(server, plain)))
    bad = tuple(server(fact) for fact, fits in _seen(domain) if not fits)
    if not bad:
        return None
    records = tuple(dict.fromkeys(tlsa_text(record) for e in domain.protected for record in e.usable))
    return failed("mismatch", observed=_rows(domain), facts=domain.facts, servers=bad, records=records)


def _none(domain: _Domain) -> Outcome | None:
    if domain.having:
        return None
    unknown = first_failure(map(_why_unknown, domain.exchangers))
    if unknown is not None:
        return could_not_test("not_tested", unknown, facts=domain.facts)
    return not_applicable("none", facts=domain.facts)


def _why_unknown(exchanger: _Exchanger) -> Failure | None:
    """Why the records of an exchanger are not known: without an address, known or not, nobody asks for them."""
    lookups = (exchanger.host.a, exchanger.host.aaaa)
    if exchanger.found is not None or not all(lookups):
        return missing(exchanger.found)
    failure = first_failure(lookup.failure for lookup in lookups if lookup is not None)
    if failure is None and not any(lookup.addresses for lookup in lookups if lookup is not None):
        detail = f"{exchanger.name} without address"
        return Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail=detail)
    return failure or missing(exchanger.found)


def _unprotected(domain: _Domain) -> Outcome | None:
    """Records that protect no mail, or not all of it."""
    if domain.mx is SecurityStatus.INSECURE:
        return warned("insecure_mx", facts=domain.facts)
    insecure = tuple(e.name for e in domain.having if e.status is SecurityStatus.INSECURE)
    if insecure:
        return warned("insecure", facts=domain.facts, exchangers=insecure)
    useless = [e for e in domain.having if not e.usable]
    if useless:
        texts = tuple(dict.fromkeys(tlsa_text(record) for e in useless for record in e.records))
        return warned("unusable", facts=domain.facts, exchangers=tuple(e.name for e in useless), records=texts)
    without = tuple(e.name for e in domain.exchangers if missing(e.found) is None and not e.records)
    return warned("partial", facts=domain.facts, exchangers=without) if without else None


def _unseen(domain: _Domain) -> Outcome | None:
    """Exchangers whose records, security or certificates nobody saw."""
    unknown = first_failure(map(_why_unknown, domain.exchangers))
    if unknown is None and len(domain.protected) < len(domain.having):
        unknown = INDETERMINATE
    if unknown is not None:
        return could_not_test("not_tested", unknown, facts=domain.facts)
    if {e.name for e in domain.protected} <= {fact.exchanger for fact, _ in _seen(domain)}:
        return None
    return untested_mail(domain.evidence, _BOTH, mail_reach(domain.evidence, _BOTH, min_tries=1))


def _good(domain: _Domain) -> Outcome:
    alone = [e.name for e in domain.protected if len(e.usable) == 1 and int(e.usable[0].usage) == DANE_EE]
    records = tuple(dict.fromkeys(tlsa_text(record) for e in domain.protected for record in e.usable))
    if alone:
        return passed("ok_single", observed=_rows(domain), facts=domain.facts, records=records, exchangers=tuple(alone))
    return passed("ok", observed=_rows(domain), facts=domain.facts, records=records, total=len(_seen(domain)))


def _seen(domain: _Domain) -> list[tuple[MailFact, tuple[TLSA, ...]]]:
    """The TLS sessions of exchangers that are held to their records, with the records that fit."""
    usable_of = {e.name: e.usable for e in domain.protected}
    return [
        (fact, fitting(usable_of[fact.exchanger], Presented(fact.tls.certificates, trust), domain.evidence.now))
        for fact, trust in sessions(domain.evidence)
        if fact.exchanger in usable_of and fact.tls is not None
    ]


def _rows(domain: _Domain) -> tuple[Observation, ...]:
    return tuple(row(fact, described(fits), bool(fits)) for fact, fits in _seen(domain))
