"""DNS responses, classified. No judgement, no cryptography. Queries are built in `netaudit.dns.query`."""

from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from netaudit.model.exchange import Exchange
from netaudit.rules.names import name_text
from netaudit.rules.rrsig import moment

__all__ = [
    "Kind",
    "Response",
    "aliases",
    "has_signatures",
    "in_date",
    "malformed_records",
    "name_text",
    "substitute",
]


class Kind(StrEnum):
    """What a response says to the question, as RFC 2308 section 2 tells them apart."""

    UNREADABLE = "unreadable"  # no response, or bytes that are no answer to the question
    ERROR = "error"  # an RCODE other than NOERROR and NXDOMAIN
    ANSWER = "answer"  # the RRset asked for
    ALIAS = "alias"  # a CNAME or DNAME instead
    REFERRAL = "referral"  # NS of a zone at or above the name, not authoritative
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"


class Response:
    """A response read for its question. Every accessor is total: garbage yields Kind.UNREADABLE.

    `name` reads it for another name: what it says of the target of an alias that it holds.
    """

    def __init__(self, exchange: Exchange, name: dns.name.Name | None = None) -> None:
        self.exchange = exchange
        asked, self.rdtype = exchange.question
        self.name = name or asked
        self.message = _own_message(exchange)

    @cached_property
    def kind(self) -> Kind:
        """What the response says."""
        if self.message is None:
            return Kind.UNREADABLE
        if self.exchange.rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return Kind.ERROR
        if self.find(self.message.answer, self.name, self.rdtype) is not None:
            return Kind.ANSWER
        if self.alias() is not None:
            return Kind.ALIAS
        if self.exchange.rcode == dns.rcode.NXDOMAIN:
            return Kind.NXDOMAIN
        return Kind.REFERRAL if self._refers() else Kind.NODATA

    def _refers(self) -> bool:
        return not self.exchange.authoritative and self.soa() is None and self.referral() is not None

    @property
    def answer(self) -> list[dns.rrset.RRset]:
        """The answer section."""
        return self.message.answer if self.message else []

    @property
    def authority(self) -> list[dns.rrset.RRset]:
        """The authority section."""
        return self.message.authority if self.message else []

    @property
    def additional(self) -> list[dns.rrset.RRset]:
        """The additional section."""
        return self.message.additional if self.message else []

    @staticmethod
    def find(
        section: list[dns.rrset.RRset], name: dns.name.Name, rdtype: dns.rdatatype.RdataType
    ) -> dns.rrset.RRset | None:
        """The RRset of that name and type, or None."""
        for rrset in section:
            if rrset.rdtype == rdtype and rrset.rdclass == dns.rdataclass.IN and rrset.name == name:
                return rrset
        return None

    def signatures(self, section: list[dns.rrset.RRset], rrset: dns.rrset.RRset) -> dns.rrset.RRset | None:
        """The RRSIGs over `rrset` in `section`, or None."""
        for found in section:
            if found.rdtype == dns.rdatatype.RRSIG and found.covers == rrset.rdtype and found.name == rrset.name:
                return found
        return None

    def soa(self) -> dns.rrset.RRset | None:
        """The SOA of a negative answer."""
        return next((rrset for rrset in self.authority if rrset.rdtype == dns.rdatatype.SOA), None)

    def referral(self) -> dns.rrset.RRset | None:
        """The NS RRset in the authority section whose owner is the name asked or above it."""
        for rrset in self.authority:
            if rrset.rdtype == dns.rdatatype.NS and self.name.is_subdomain(rrset.name):
                return rrset
        return None

    def alias(self, name: dns.name.Name | None = None) -> dns.name.Name | None:
        """The target of the CNAME of `name` (default: the name asked), or what a DNAME makes of it."""
        name = name or self.name
        if self.rdtype == dns.rdatatype.CNAME:
            return None
        cname = self.find(self.answer, name, dns.rdatatype.CNAME)
        if cname is not None:
            return _target(cname)
        dname = self.dname(name)
        return None if dname is None else substitute(name, dname)

    def dname(self, name: dns.name.Name) -> dns.rrset.RRset | None:
        """The DNAME of a proper ancestor of `name` in the answer section."""
        for rrset in self.answer:
            if rrset.rdtype == dns.rdatatype.DNAME and rrset.name != name and name.is_subdomain(rrset.name):
                return rrset
        return None

    def glue(self, server: dns.name.Name) -> Iterator[str]:
        """The addresses of `server` in the additional section."""
        for rrset in self.additional:
            if rrset.name == server and rrset.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
                for rdata in rrset:
                    address = getattr(rdata, "address", None)
                    if isinstance(address, str):
                        yield address


def substitute(name: dns.name.Name, dname: dns.rrset.RRset) -> dns.name.Name | None:
    """The name that a DNAME makes of `name` (RFC 6672 section 2.2), or None when it would be too long."""
    target = _target(dname)
    if target is None:
        return None
    try:
        return name.relativize(dname.name).concatenate(target)
    except (dns.name.NameTooLong, dns.name.AbsoluteConcatenation):
        return None


def aliases(response: Response, limit: int) -> list[dns.name.Name]:
    """The targets that the aliases in one response lead to, one after the other; a loop ends where it began."""
    found: list[dns.name.Name] = []
    name = response.name
    while len(found) < limit:
        read = Response(response.exchange, name)
        target = read.alias() if read.kind is Kind.ALIAS else None
        if target is None or target == response.name or target in found:
            break
        found.append(target)
        name = target
    return found


def in_date(response: Response, now: float) -> bool:
    """Whether each signed RRset of a response has a signature whose dates include `now`."""
    signed: dict[tuple[dns.name.Name, int], bool] = {}
    for rrset in (*response.answer, *response.authority):
        if rrset.rdtype == dns.rdatatype.RRSIG:
            current = any(moment(s.inception, now) <= now <= moment(s.expiration, now) for s in rrset)
            signed[rrset.name, rrset.covers] = current
    return all(signed.values())


def has_signatures(response: Response) -> bool:
    """Whether a response holds any signature."""
    return any(rrset.rdtype == dns.rdatatype.RRSIG for rrset in (*response.answer, *response.authority))


def malformed_records(exchange: Exchange) -> tuple[str, ...]:
    """What in the response could not be parsed, one line each (at most 8): dnspython leaves such records out.

    A DS whose digest has the wrong length for its type is the case that matters: the RRset then looks smaller
    than it was signed.
    """
    errors = exchange.message.errors if exchange.message is not None else []
    return tuple(f"offset {error.offset}: {error.exception}"[:200] for error in errors[:8])


def _target(rrset: dns.rrset.RRset) -> dns.name.Name | None:
    target = getattr(next(iter(rrset), None), "target", None)
    return target if isinstance(target, dns.name.Name) else None


def _own_message(exchange: Exchange) -> dns.message.Message | None:
    """The message, when it answers the question that was asked and no other (RFC 9619)."""
    return exchange.message if exchange.readable else None
