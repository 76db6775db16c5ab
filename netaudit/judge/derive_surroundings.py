"""What all exchanges of a scan tell of zones and of name servers' addresses, for questions that cross zones."""

from collections import defaultdict
from collections.abc import Iterable

import dns.name
import dns.rcode
import dns.rdatatype

from netaudit.model.common import Family
from netaudit.model.evidence import KnownZone, Surroundings
from netaudit.model.exchange import Exchange
from netaudit.rules.zones import addresses_of, authoritative, name_text, server_names

__all__ = ["surroundings"]

_FAMILIES = {dns.rdatatype.A: Family.IPV4, dns.rdatatype.AAAA: Family.IPV6}

_Glue = dict[str, set[str]]
"""Server name -> its addresses."""


def surroundings(exchanges: Iterable[Exchange], own: frozenset[str] = frozenset()) -> Surroundings:
    """Read the delegations and the addresses of their servers; the order of the exchanges changes nothing.

    `own` are the ids of exchanges with a zone's own servers: what those say of their zone is no delegation. A
    zone can be spoken of by those alone who were asked about it, which are its parent's servers and its own.
    """
    told: dict[str, list[Exchange]] = defaultdict(list)
    asked: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        if exchange.response is None or exchange.purpose:
            continue
        name, rdtype = exchange.question
        if rdtype == dns.rdatatype.NS and exchange.id not in own and exchange.readable:
            told[name_text(name)].append(exchange)
        elif rdtype in _FAMILIES:
            asked[name_text(name)].append(exchange)
    apexes = frozenset(map(dns.name.from_text, told))
    zones = {zone: known for zone, found in told.items() if (known := _known(zone, found, apexes)) is not None}
    names = {server for known in zones.values() for server in known.servers}
    return Surroundings(zones=zones, addresses={name: _addresses(asked[name]) for name in sorted(names & set(asked))})


def _known(zone: str, found: list[Exchange], apexes: frozenset[dns.name.Name]) -> KnownZone | None:
    """The zone as these responses of its parent's servers show it; None when they show no zone cut."""
    apex = dns.name.from_text(zone)
    above = _parent(apex, apexes)
    servers: set[str] = set()
    glue: _Glue = defaultdict(set)
    telling: list[Exchange] = []
    for exchange in found:
        names = server_names(exchange, apex) if exchange.rcode == dns.rcode.NOERROR else frozenset()
        if not names:
            continue
        telling.append(exchange)
        servers |= names
        # who serves the zone itself may tell addresses of names in it, who delegates it those of the zone above too
        _take_glue(glue, exchange, apex if exchange.authoritative else above)
    if not telling:
        return None
    return KnownZone(
        zone=zone,
        servers=tuple(sorted(servers)),
        glue={name: tuple(sorted(addresses)) for name, addresses in sorted(glue.items()) if name in servers},
        complete=not all(exchange.truncated for exchange in telling),
        served_above=any(exchange.authoritative for exchange in telling),
        facts=tuple(sorted({exchange.id for exchange in telling})),
    )


def _parent(apex: dns.name.Name, apexes: frozenset[dns.name.Name]) -> dns.name.Name:
    name = apex
    while name != dns.name.root:
        name = name.parent()
        if name in apexes:
            break
    return name


def _take_glue(glue: _Glue, exchange: Exchange, bailiwick: dns.name.Name) -> None:
    for rrset in exchange.message.additional if exchange.message is not None else ():
        if rrset.rdtype in _FAMILIES and rrset.name.is_subdomain(bailiwick):
            glue[name_text(rrset.name)].update(addresses_of(rrset))


def _addresses(found: list[Exchange]) -> dict[Family, tuple[str, ...]]:
    """What the name's own zone says; an alias says nothing, for no name server's name may be one (RFC 2181 10.3)."""
    told: dict[Family, set[str]] = {}
    for exchange in found:
        name, rdtype = exchange.question
        if not authoritative(exchange) or exchange.answer(name, dns.rdatatype.CNAME) is not None:
            continue
        rrset = exchange.answer(name, rdtype)
        told.setdefault(_FAMILIES[rdtype], set()).update(addresses_of(rrset))
    return {family: tuple(sorted(told[family])) for family in Family if family in told}
