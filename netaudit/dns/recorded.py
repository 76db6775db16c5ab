"""Recorded exchanges as a validator looks at them: by question, the usable ones first, and the zone cuts they show."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

import dns.name
import dns.rcode
import dns.rdatatype

from netaudit.dns.budget import Budget
from netaudit.dns.message import Kind, Response, aliases, malformed_records
from netaudit.model.exchange import Exchange

__all__ = ["Recorded"]

_Question = tuple[dns.name.Name, dns.rdatatype.RdataType]

_NEVER_USABLE = (Kind.UNREADABLE, Kind.ERROR, Kind.REFERRAL)
_CUT_TYPES = (dns.rdatatype.NS, dns.rdatatype.DS, dns.rdatatype.DNSKEY)
_HEADER = 12  # octets (RFC 1035 section 4.1.1)
_AA = 0x04  # in the third octet


class Recorded:
    """Exchanges by question. Order does not matter: equal sets of exchanges give equal answers."""

    def __init__(self, exchanges: Iterable[Exchange], budget: Budget) -> None:
        self._budget = budget
        self._asked: dict[_Question, list[Exchange]] = defaultdict(list)
        self._responses: dict[_Question, tuple[Response, ...]] = {}
        for exchange in sorted((e for e in exchanges if not e.purpose), key=_order):
            self._asked[exchange.question].append(exchange)

    def responses(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> tuple[Response, ...]:
        """Distinct complete responses to a question that say something, authoritative ones first, a bounded number.

        Without AA an absence counts only when it comes with signatures or an SOA: a lame server's emptiness
        is evidence of nothing.
        """
        known = self._responses.get((name, rdtype))
        if known is None:
            known = self._responses[name, rdtype] = self._distinct(name, rdtype)
        return known

    def unsigned(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> tuple[Response, ...]:
        """As `responses`, for a zone that is insecure in any case: what is said there without AA counts as well."""
        return self.responses(name, rdtype) or tuple(
            response
            for exchange in self._asked.get((name, rdtype), ())
            if (response := Response(exchange)).kind not in _NEVER_USABLE and not exchange.truncated
        )

    def referrals(self, zone: dns.name.Name) -> list[Response]:
        """Responses in which a parent's server refers to `zone`: their authority section speaks of its DS."""
        return self._referrals.get(zone, [])[: self._budget.candidates]

    def zone_of(self, name: dns.name.Name) -> dns.name.Name:
        """The deepest zone cut at or above `name` that the exchanges show."""
        while name not in self.cuts:
            name = name.parent()
        return name

    @cached_property
    def cuts(self) -> frozenset[dns.name.Name]:
        """Every name that some server treats as a zone's apex, and the root."""
        answered = {
            name
            for name, rdtype in self._asked
            if rdtype in _CUT_TYPES and any(r.kind is Kind.ANSWER for r in self.responses(name, rdtype))
        }
        return frozenset({dns.name.root, *answered, *self._referrals})

    def explored(self, name: dns.name.Name) -> bool:
        """Whether any response tells if there is a zone cut at `name`."""
        return name in self.cuts or any(self.responses(name, rdtype) for rdtype in _CUT_TYPES)

    def why_not(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> tuple[str, str]:
        """Why a question has no usable response: a word of `netaudit.dns.reasons`, and the detail."""
        asked = self._asked.get((name, rdtype), [])
        if not asked:
            return "evidence_missing", "the question was not asked"
        responses = [Response(exchange) for exchange in asked if exchange.response is not None]
        if not responses:
            failure = next(exchange.failure for exchange in asked if exchange.failure is not None)
            return "no_reachable_authority", failure.detail
        readable = [response for response in responses if response.kind is not Kind.UNREADABLE]
        if not readable:
            return "malformed", "; ".join(malformed_records(responses[0].exchange)) or "not a response to the question"
        if any(response.exchange.truncated for response in readable):
            return "truncated", f"by {readable[0].exchange.server}"
        error = next((response for response in readable if response.kind is Kind.ERROR), None)
        if error is not None and error.message is not None:
            return "server_error", f"{dns.rcode.to_text(error.message.rcode())} from {error.exchange.server}"
        return "not_authoritative", f"{readable[0].kind} without authority from {readable[0].exchange.server}"

    def _distinct(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> tuple[Response, ...]:
        asked = self._asked.get((name, rdtype), ())
        if asked:
            return self._usable(Response(exchange) for exchange in asked)
        return self._usable(self._aliased.get((name, rdtype), ()))

    def _usable(self, responses: Iterable[Response]) -> tuple[Response, ...]:
        found: dict[bytes, Response] = {}
        for response in responses:
            content = response.exchange.content
            if content and content not in found and _usable(response):
                found[content] = response
                if len(found) == self._budget.candidates:
                    break
        return tuple(found.values())

    @cached_property
    def _aliased(self) -> dict[_Question, list[Response]]:
        """What responses say of the targets of the aliases they hold: for targets that nobody was asked about."""
        found: dict[_Question, list[Response]] = defaultdict(list)
        for (_, rdtype), asked in self._asked.items():
            for exchange in asked:
                if rdtype in _CUT_TYPES or not _may_alias(exchange.response):
                    continue
                for target in aliases(Response(exchange), self._budget.aliases):
                    read = Response(exchange, target)
                    soa = read.soa()
                    # a server that does not hold the target's zone ends with the alias: that denies nothing
                    if read.kind in (Kind.ANSWER, Kind.ALIAS) or (soa is not None and target.is_subdomain(soa.name)):
                        found[target, rdtype].append(read)
        return dict(found)

    @cached_property
    def _referrals(self) -> dict[dns.name.Name, list[Response]]:
        found: dict[dns.name.Name, list[Response]] = defaultdict(list)
        for asked in self._asked.values():
            for exchange in asked:
                if not _may_refer(exchange.response):
                    continue
                response = Response(exchange)
                rrset = response.referral() if response.kind is Kind.REFERRAL else None
                if rrset is not None:
                    found[rrset.name].append(response)
        return dict(found)


def _order(exchange: Exchange) -> tuple[bool, str, str, float, str]:
    """Authoritative responses first, then a fixed order whatever order they were recorded in."""
    response = exchange.response or b""
    authoritative = len(response) >= _HEADER and bool(response[2] & _AA)
    return (not authoritative, exchange.server, exchange.transport, exchange.at, exchange.id)


def _usable(response: Response) -> bool:
    if response.kind in _NEVER_USABLE or response.exchange.truncated:
        return False
    if response.exchange.authoritative or response.kind in (Kind.ANSWER, Kind.ALIAS):
        return True
    return any(rrset.rdtype in (dns.rdatatype.RRSIG, dns.rdatatype.SOA) for rrset in response.authority)


def _may_alias(wire: bytes | None) -> bool:
    """Whether there is an answer section to look into."""
    return wire is not None and len(wire) >= _HEADER and wire[6:8] != b"\0\0"


def _may_refer(wire: bytes | None) -> bool:
    """Whether the header fits a referral: no AA, nothing answered, something in the authority section."""
    if wire is None or len(wire) < _HEADER or wire[2] & _AA:
        return False
    return wire[6:8] == b"\0\0" and wire[8:10] != b"\0\0"
