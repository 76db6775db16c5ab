"""Evidence about zones and host names: servers' answers, look-ups, and security states."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import TypedDict

import dns.name
import dns.rdatatype
import dns.reversename
import msgspec
from dns.rdtypes.ANY.PTR import PTR

from netaudit.dns.anchors import parse_anchors
from netaudit.dns.validate import Validator
from netaudit.judge.derive_denials import denials
from netaudit.judge.derive_surroundings import surroundings
from netaudit.judge.derive_targets import TargetDeriver
from netaudit.judge.scope import all_closed, closed_lookup
from netaudit.judge.trust import TrustJudge
from netaudit.model.book import FactBook
from netaudit.model.common import Family, family_of
from netaudit.model.evidence import EarlierZone, FoundRecords, HostEvidence, ServerEvidence, Surroundings, ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Lookup, NameFact, OriginsFact, SelfFact, ZoneFact
from netaudit.model.inventory import Inventory, Service
from netaudit.model.security import Security
from netaudit.rules.names import nonexistent_name
from netaudit.rules.zones import name_text

__all__ = ["NameDeriver"]

_ON_BEHALF = frozenset({"CAA", "HTTPS", "TLSA"})  # types that are looked up beside the addresses of a host


class _Common(TypedDict):
    now: float
    vantage: SelfFact | None
    allowed_special: tuple[str, ...]


class NameDeriver:
    """Evidence about zones and hosts, each derived once; one validator serves them all.

    `now` is the moment the scan began, if no other is given. Raises ValueError when the trust anchors can't be read.
    """

    def __init__(self, book: FactBook, earlier: FactBook | None = None, now: float | None = None) -> None:
        self.book = book
        self._earlier = earlier
        self.inventory: Inventory = book.scan.inventory
        self.now = book.scan.at if now is None else now
        self.trust = TrustJudge(book.scan.roots, self.now)
        self.common = _Common(
            now=self.now, vantage=book.vantage, allowed_special=self.inventory.scope.special_addresses
        )
        self._validator = Validator(book.exchanges, parse_anchors(book.scan.trust_anchors), self.now)
        self.targets = TargetDeriver(book, self.security)
        self._zones: dict[str, ZoneEvidence | None] = {}
        self._hosts: dict[str, HostEvidence] = {}

    @cached_property
    def services_by_host(self) -> dict[str, tuple[Service, ...]]:
        """The web and TCP services of each host, in the inventory's order."""
        found: dict[str, list[Service]] = defaultdict(list)
        for service in self.inventory.services:
            if service.scheme != "mail":
                found[service.host].append(service)
        return {host: tuple(services) for host, services in found.items()}

    @cached_property
    def origins(self) -> tuple[OriginsFact, ...] | None:
        """From where servers' addresses are announced. None: the scan had no table and no source to ask for it."""
        planned = "origins:addresses" in self.book.jobs or (not self.book.complete and self.inventory.datacentres)
        if not self.book.origins and not planned:
            return None
        return tuple(sorted(self.book.origins, key=lambda fact: fact.id))

    @cached_property
    def _surroundings(self) -> Surroundings:
        """What is asked of a server of parent and zone alike is asked once: then the parent's servers told it."""
        facts = self.book.zones.values()
        own = {id for fact in facts for id in fact.answers}
        above = {id for fact in facts if fact.delegation is not None for id in fact.delegation.referrals}
        return surroundings(self.book.exchanges, frozenset(own - above))

    def is_closed(self, host: str) -> bool:
        """Whether all services of a host are on a closed network."""
        services = self.services_by_host.get(host, ())
        return bool(services) and all_closed(services)

    def security(self, name: str, rdtype: str) -> Security:
        """The security status of a name and type."""
        return self._validator.status(dns.name.from_text(name), dns.rdatatype.from_text(rdtype))

    def zone(self, name: str) -> ZoneEvidence | None:
        """A zone with those above it; None when the scan holds no fact about it."""
        if name not in self._zones:
            self._zones[name] = None  # a chain that leads back to itself ends here
            fact = self.book.zones.get(name)
            self._zones[name] = None if fact is None else self._zone(fact)
        return self._zones[name]

    def host(self, name: str, lookups: NameFact | None = None) -> HostEvidence:
        """A host; `lookups` may hold what was looked up on its behalf for another name."""
        if lookups is not None:
            return self._host(name, lookups.lookup("A", name), lookups.lookup("AAAA", name))
        if name not in self._hosts:
            if self.is_closed(name):
                found = self._host(name, closed_lookup(name, "A"), closed_lookup(name, "AAAA"))
            else:
                fact = self.book.names.get(name)
                known = [fact.lookup(rdtype) if fact is not None else None for rdtype in ("A", "AAAA")]
                found = self._host(name, known[0], known[1], self.found(fact))
            self._hosts[name] = self._with_paths(found)
        return self._hosts[name]

    def _with_paths(self, host: HostEvidence) -> HostEvidence:
        """The host with the paths to its addresses, where the scan was asked to look at them."""
        if f"path:{host.host}" not in self.book.jobs:
            return host
        addresses = [a for lookup in (host.a, host.aaaa) if lookup is not None for a in lookup.addresses]
        paths = tuple(self.book.paths[address] for address in addresses if address in self.book.paths)
        reverse = {path.address: tuple(map(self._records, path.reverse)) for path in paths}
        return msgspec.structs.replace(host, paths=paths, reverse=reverse)

    def reverse(self, fact: NameFact, address: str) -> tuple[FoundRecords, ...]:
        """The PTR of an address and the addresses of the names in it, as looked up for a name; empty: not asked."""
        pointers = fact.lookup("PTR", name_text(dns.reversename.from_address(address)))
        if pointers is None:
            return ()
        first = self._records(pointers)
        names = [name_text(record.target) for record in first.rdatas if isinstance(record, PTR)]
        rdtype = "AAAA" if family_of(address) is Family.IPV6 else "A"
        forward = [lookup for name in names if (lookup := fact.lookup(rdtype, name)) is not None]
        return (first, *map(self._records, forward))

    def found(self, fact: NameFact | None) -> tuple[FoundRecords, ...]:
        """The further records that were looked up for a name, and the addresses of other names."""
        if fact is None:
            return ()
        return tuple(
            self._found(lookup)
            for lookup in fact.lookups
            if lookup.rdtype in _ON_BEHALF or (lookup.rdtype in ("A", "AAAA") and lookup.name != fact.name)
        )

    def _found(self, lookup: Lookup) -> FoundRecords:
        found = self._records(lookup)
        if lookup.failure is not None:
            return found
        return msgspec.structs.replace(found, security=self.security(lookup.name, lookup.rdtype))

    def _records(self, lookup: Lookup) -> FoundRecords:
        """A look-up with the response that it ended at; what it is worth is not asked."""
        if lookup.failure is not None:
            return FoundRecords(lookup=lookup)
        asked = (dns.name.from_text(lookup.canonical or lookup.name), dns.rdatatype.from_text(lookup.rdtype))
        answers = (e for e in reversed(self.book.exchanges_of(lookup.facts)) if e.question == asked and e.readable)
        return FoundRecords(lookup=lookup, exchange=next(answers, None))

    def _zone(self, fact: ZoneFact) -> ZoneEvidence:
        apex = dns.name.from_text(fact.zone)
        answers = self.book.exchanges_of(fact.answers)
        by_server: dict[str, list[Exchange]] = defaultdict(list)
        extras: dict[str, list[Exchange]] = defaultdict(list)
        for exchange in answers:
            (extras if exchange.purpose else by_server)[exchange.server].append(exchange)
        above = [self.zone(zone) for zone in fact.chain if zone != fact.zone]
        delegation = fact.delegation
        return ZoneEvidence(
            **self.common,
            zone=fact.zone,
            fact=fact,
            servers=_servers(fact, by_server, extras),
            referrals=self.book.exchanges_of(delegation.referrals if delegation is not None else ()),
            ds=self.book.exchanges_of(delegation.ds if delegation is not None else ()),
            security=self.security(fact.zone, "SOA"),
            denial=self._denial(apex, answers),
            earlier=self._earlier_zone(fact.zone),
            origins=self.origins,
            denials=denials(self._validator, apex, by_server.values()) if fact.audited else {},
            ancestors=tuple(zone for zone in above if zone is not None),
            surroundings=self._surroundings,
            found=tuple(self._found(lookup) for lookup in fact.lookups),
            targets=self.targets.of_zone(fact),
            listed=self.targets.of_listing(fact),
            known=self.targets.known,
        )

    def _earlier_zone(self, name: str) -> EarlierZone | None:
        """What an earlier scan saw of a zone; its signatures are not verified again."""
        fact = self._earlier.zones.get(name) if self._earlier is not None else None
        if self._earlier is None or fact is None or not fact.audited or self._earlier.scan.at >= self.now:
            return None
        by_server: dict[str, list[Exchange]] = defaultdict(list)
        for exchange in self._earlier.exchanges_of(fact.answers):
            if not exchange.purpose:
                by_server[exchange.server].append(exchange)
        return EarlierZone(at=self._earlier.scan.at, servers=_servers(fact, by_server, {}))

    def _denial(self, apex: dns.name.Name, answers: tuple[Exchange, ...]) -> Security | None:
        """The status of the name that should not exist, when any server was asked about it."""
        missing = nonexistent_name(apex)
        if missing is None:
            return None
        asked = (missing, dns.rdatatype.A)
        if not any(exchange.question == asked for exchange in answers):
            return None
        return self._validator.status(*asked)

    def _host(
        self, name: str, a: Lookup | None, aaaa: Lookup | None, found: tuple[FoundRecords, ...] = ()
    ) -> HostEvidence:
        made = {"A": a, "AAAA": aaaa}
        asked = [rdtype for rdtype, lookup in made.items() if lookup is not None and lookup.facts]
        return HostEvidence(
            **self.common,
            host=name,
            services=self.services_by_host.get(name, ()),
            a=a,
            aaaa=aaaa,
            security={rdtype: self.security(name, rdtype) for rdtype in asked},
            zones=self._zones_of(name, (a, aaaa)),
            found=found,
            targets=self.targets.of_host(name, (a, aaaa), found),
        )

    def _zones_of(self, host: str, lookups: tuple[Lookup | None, ...]) -> tuple[ZoneEvidence, ...]:
        """The zone cuts from the root to the host's own zone, as far as facts tell them."""
        met = {zone for lookup in lookups if lookup is not None for zone in lookup.zones}
        name = dns.name.from_text(host)
        around = [zone for zone in met if name.is_subdomain(dns.name.from_text(zone))]
        nearest = max(around, key=lambda zone: len(dns.name.from_text(zone)), default=None)
        found = self.zone(nearest) if nearest is not None else None
        return () if found is None else (*found.ancestors, found)


def _servers(
    fact: ZoneFact, asked: Mapping[str, list[Exchange]], extras: Mapping[str, list[Exchange]]
) -> tuple[ServerEvidence, ...]:
    """Each address of a zone's servers with the exchanges of it, by address."""
    return tuple(
        ServerEvidence(
            server=server,
            family=family_of(server.address),
            exchanges=tuple(asked.get(server.address, ())),
            extras=tuple(extras.get(server.address, ())),
        )
        for server in fact.servers
    )
