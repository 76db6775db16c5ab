"""What the judges of name servers share: what a parent's silence means, and glue beside authoritative data."""

from collections import defaultdict
from collections.abc import Iterable

import dns.name
import dns.rdatatype
import dns.rrset
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.rules.zones import authoritative, delegations, name_text, unusable

ADDRESS_TYPES = (dns.rdatatype.A, dns.rdatatype.AAAA)

Addresses = dict[tuple[str, dns.rdatatype.RdataType], set[str]]
"""(server name, A or AAAA) -> addresses."""


def parent_failure(exchanges: Iterable[Exchange]) -> Failure:
    """Why the parent's servers told nothing."""
    missing = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the parent's servers gave no referral")
    return unusable(exchange for exchange in exchanges if not authoritative(exchange)) or missing


def served_by_parent(evidence: ZoneEvidence) -> bool:
    """Whether a server of the parent answers for the zone itself, so that it shows no delegation."""
    told = (
        exchange.answer(evidence.apex, dns.rdatatype.NS) for exchange in evidence.referrals if authoritative(exchange)
    )
    return any(rrset is not None for rrset in told)


def glue(evidence: ZoneEvidence) -> Addresses:
    """The addresses in the parent's referrals of servers that lie inside the zone."""
    found: Addresses = defaultdict(set)
    for exchange in delegations(evidence):
        _take(found, exchange, evidence.apex)
    return found


def authoritative_addresses(evidence: ZoneEvidence) -> Addresses:
    """The addresses that the zone itself gives to servers inside it; an empty set where it denies one.

    From answers about the server's name and from the addresses beside an NS answer. A key that is
    missing was not told by any server.
    """
    found: Addresses = defaultdict(set)
    for server in evidence.servers:
        for exchange in server.exchanges:
            name, rdtype = exchange.question
            if not authoritative(exchange):
                continue
            if rdtype == dns.rdatatype.NS:
                _take(found, exchange, evidence.apex)
            elif rdtype in ADDRESS_TYPES and name.is_subdomain(evidence.apex):
                found[name_text(name), rdtype] |= _addresses(exchange.answer(name, rdtype))
    for address in evidence.fact.servers:
        name = dns.name.from_text(address.name)
        if address.source == "resolved" and name.is_subdomain(evidence.apex):
            found[address.name, ADDRESS_TYPES[":" in address.address]].add(address.address)
    return found


def _take(found: Addresses, exchange: Exchange, apex: dns.name.Name) -> None:
    for rrset in exchange.message.additional if exchange.message is not None else ():
        if rrset.rdtype in ADDRESS_TYPES and rrset.name.is_subdomain(apex):
            found[name_text(rrset.name), rrset.rdtype] |= _addresses(rrset)


def _addresses(rrset: dns.rrset.RRset | None) -> set[str]:
    return {rdata.address for rdata in rrset or () if isinstance(rdata, (A, AAAA))}
