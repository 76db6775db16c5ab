"""What the checks of resolvers share: who we are to a resolver, which answers count, which test names are fit."""

import ipaddress
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

import dns.flags
import dns.name
import dns.rcode

from netaudit.model.common import Failure, Reason, Side, Transport
from netaudit.model.evidence import ResolverAddress, ResolverEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Observation, Outcome, could_not_test, not_applicable
from netaudit.rules.addresses import classify
from netaudit.rules.zones import trouble

ANSWERED = (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
"""RCODEs with which a resolver says something of a name."""

ERRORS = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="the resolver answers with errors")
"""Why nothing is known of a resolver that answers, and not the question."""

_NAMED = 3  # test names in one sentence
_UNFIT = {
    None: "not resolved by the scanner itself",
    SecurityStatus.SECURE: "not secure for the scanner itself",
    SecurityStatus.BOGUS: "not bogus for the scanner itself",
}


class Standing(StrEnum):
    """What the scanner is to a resolver, by the address that it asked from and the prefixes that it serves."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


def standing(evidence: ResolverEvidence, address: ResolverAddress) -> Standing:
    """Inside when our own address is in a prefix that the resolver serves, outside when it can't be.

    A special-purpose address of ours may be translated on the way, so by itself it proves nothing.
    """
    own = own_address(evidence, address)
    if own is None or not evidence.resolver.serves:
        return Standing.UNKNOWN
    if within(own, evidence.resolver.serves):
        return Standing.INSIDE
    real = classify(own).is_global or within(own, evidence.allowed_special)
    return Standing.OUTSIDE if real else Standing.UNKNOWN


def own_address(evidence: ResolverEvidence, address: ResolverAddress) -> str | None:
    """The address that we asked from: of an answered question, or the one that the self-check found."""
    asked_from = next((e.local_address for e in address.exchanges if e.local_address), None)
    check = evidence.vantage.family(address.family) if evidence.vantage is not None else None
    return asked_from or (check.local_address if check is not None else None)


def told(evidence: ResolverEvidence, names: Iterable[str], outcome: Outcome) -> Outcome:
    """The outcome with an address and a name to check again with, the worst address where one is bad."""
    bad = (seen.address for seen in outcome.observed if seen.ok is False)
    address = next(bad, evidence.addresses[0].address if evidence.addresses else "")
    return outcome.with_args({"address": address, "name": next(iter(names), ".")})


def within(address: str, prefixes: Iterable[str]) -> bool:
    """Whether an address lies in any of the prefixes."""
    parsed = ipaddress.ip_address(address)
    networks = (ipaddress.ip_network(prefix) for prefix in prefixes)
    return any(parsed.version == network.version and parsed in network for network in networks)


def row(address: ResolverAddress, saw: str, ok: bool | None = None, asked: str = ". SOA") -> Observation:
    """What one address answered about what it was asked."""
    return Observation(where=asked, saw=saw, address=address.address, family=address.family, ok=ok)


class Reply(NamedTuple):
    """A resolver's answer about one name at one address; `failure` where none counts."""

    address: ResolverAddress
    name: str
    exchange: Exchange | None
    failure: Failure | None = None
    unchecked: bool = False  # asked with CD

    @property
    def rcode(self) -> int | None:
        """The response code."""
        return None if self.exchange is None else self.exchange.rcode

    @property
    def authentic(self) -> bool:
        """Whether AD is set (RFC 4035 section 3.2.3)."""
        message = None if self.exchange is None else self.exchange.message
        return message is not None and bool(message.flags & dns.flags.AD)

    @property
    def facts(self) -> tuple[str, ...]:
        """The exchange's id."""
        return () if self.exchange is None else (self.exchange.id,)

    @property
    def label(self) -> str:
        """Name and address, as sentences name them."""
        return f"{self.name} @ {self.address.address}"

    def seen(self, ok: bool | None) -> Observation:
        """What was answered, as a row of the evidence table."""
        asked = f"{self.name} with CD" if self.unchecked else self.name
        if self.failure is not None:
            return row(self.address, trouble(self.failure), None, asked)
        code = dns.rcode.to_text(dns.rcode.Rcode.make(self.rcode or 0))
        return row(self.address, f"{code} AD" if self.authentic else code, ok, asked)


def replies(evidence: ResolverEvidence, names: Iterable[str]) -> list[Reply]:
    """What each address answered about each name without CD."""
    return [reply(address, name) for name in names for address in evidence.addresses]


def reply(address: ResolverAddress, name: str, *, unchecked: bool = False) -> Reply:
    """What one address answered about a name; REFUSED says that it does not serve us."""
    exchange = address.ask(dns.name.from_text(name), unchecked=unchecked)
    failure = _why_not(address, exchange)
    return Reply(address, name, exchange if failure is None else None, failure, unchecked)


def _why_not(address: ResolverAddress, exchange: Exchange | None) -> Failure | None:
    if exchange is None:
        return Failure(reason=Reason.NOT_RECORDED, side=Side.OURS)
    if exchange.failure is not None:
        return exchange.failure
    if not exchange.readable:
        return Failure(reason=Reason.MALFORMED, side=Side.TARGET)
    if exchange.rcode == dns.rcode.REFUSED:
        detail = f"{address.address} answers REFUSED"
        return Failure(reason=Reason.NOT_SERVED, side=Side.TARGET, detail=detail)
    return None


def fit_names(evidence: ResolverEvidence, names: Iterable[str], wanted: SecurityStatus | None) -> tuple[str, ...]:
    """The names that are what they should be, as our own validation sees them; None: those that we could look up."""
    return tuple(
        name for name in names if name in evidence.security and wanted in (None, evidence.security[name].status)
    )


def nothing_to_ask(evidence: ResolverEvidence, names: tuple[str, ...], wanted: SecurityStatus | None) -> Outcome | None:
    """The outcome when no test name is given, or none is fit."""
    if not names:
        return not_applicable("no_name")
    if fit_names(evidence, names, wanted):
        return None
    detail = f"{', '.join(names[:_NAMED])}: {_UNFIT[wanted]}"
    return could_not_test("unfit", Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=detail))


def unanswered(evidence: ResolverEvidence, found: Iterable[Reply]) -> Outcome:
    """The outcome when no answer decides anything; a resolver need not answer strangers."""
    known = list(found)
    if all(r.failure is not None and standing(evidence, r.address) is Standing.OUTSIDE for r in known):
        return not_applicable("outside", observed=tuple(r.seen(None) for r in known))
    failure = next((r.failure for r in known if r.failure is not None), None)
    return could_not_test("no_answer", failure or ERRORS, observed=tuple(r.seen(None) for r in known))


def validating(evidence: ResolverEvidence) -> bool | None:
    """Whether the resolver validates, by properly signed names; None: not known."""
    found = replies(evidence, fit_names(evidence, evidence.fact.tests.signed, SecurityStatus.SECURE))
    decided = [r.authentic for r in found if r.rcode in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)]
    return any(decided) if decided else None


def root_facts(evidence: ResolverEvidence, *transports: Transport) -> tuple[str, ...]:
    """The ids of the exchanges about the root."""
    asked = (address.ask(dns.name.root, transport) for address in evidence.addresses for transport in transports)
    return tuple(exchange.id for exchange in asked if exchange is not None)


def facts_of(found: Iterable[Reply]) -> tuple[str, ...]:
    """The ids of all exchanges."""
    return tuple(dict.fromkeys(id for r in found for id in r.facts))


def labels(found: Iterable[Reply], which: Callable[[Reply], bool]) -> tuple[str, ...]:
    """Those that something holds for, as sentences name them."""
    return tuple(r.label for r in found if which(r))
