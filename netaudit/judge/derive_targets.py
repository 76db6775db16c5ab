"""Where records lead, as look-ups and all exchanges of the scan tell: which names exist, and what is missing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import dns.name
import dns.rcode
import dns.rdatatype
import msgspec
from dns.rdtypes.svcbbase import SVCBBase

from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import FoundRecords
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Lookup, NameFact, ZoneFact
from netaudit.model.security import Security, SecurityStatus
from netaudit.model.targets import Standing, TargetName
from netaudit.rules.covering import covering_zone, is_registry
from netaudit.rules.names import name_text
from netaudit.rules.spf import LOOKUP_LIMIT, spf_names, spf_records
from netaudit.rules.zones import authoritative, server_names

__all__ = ["TargetDeriver"]

_ADDRESSES = ("A", "AAAA")
_NXNAME = 128  # the type's number, the first bit of its octet
_OF_TARGET = frozenset({Reason.PROTOCOL, Reason.NO_ADDRESS, Reason.NAME_RESOLUTION})
_NOT_BELIEVED = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="the denial is bogus")
_NOT_LOOKED_UP = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the name was not looked up")


class TargetDeriver:
    """Tells where records lead. `security` gives the status of a name and type."""

    def __init__(self, book: FactBook, security: Callable[[str, str], Security]) -> None:
        self._book = book
        self._security = security
        inventory = book.scan.inventory
        self.known = frozenset((*inventory.hosts, *inventory.mail_domains, *inventory.zones))
        self._own = frozenset(zone for zone in inventory.zones if not is_registry(zone))

    def of_zone(self, fact: ZoneFact) -> tuple[TargetName, ...]:
        """The names of a zone's servers, as its parent and the zone itself tell them."""
        apex = dns.name.from_text(fact.zone)
        told = self._book.exchanges_of((*(fact.delegation.referrals if fact.delegation else ()), *fact.answers))
        asked = (exchange for exchange in told if exchange.question == (apex, dns.rdatatype.NS))
        names = {name for exchange in asked if not exchange.purpose for name in server_names(exchange, apex)}
        with_address = {server.name for server in fact.servers}
        return tuple(
            TargetName(owner=fact.zone, rdtype="NS", name=name, standing=Standing.EXISTS)
            if name in with_address
            else self._target(fact.zone, "NS", name, [_lookup(fact.lookups, "A", name)])
            for name in sorted(names | with_address | set(fact.unresolved))
        )

    def of_listing(self, fact: ZoneFact) -> tuple[TargetName, ...]:
        """Where the records lead that a zone file or a permitted transfer shows; those not looked up are left out."""
        made = {lookup.name: lookup for lookup in fact.lookups if lookup.rdtype == "A"}
        listed = fact.listing.targets if fact.listing is not None else ()
        return tuple(
            self._target(item.owner, item.rdtype, item.target, [made[item.target]])
            for item in listed
            if item.target in made
        )

    def of_host(
        self, host: str, addresses: Iterable[Lookup | None], found: Iterable[FoundRecords]
    ) -> tuple[TargetName, ...]:
        """The end of a host's aliases, and where its HTTPS records lead."""
        lookups = list(addresses)
        made = {(item.lookup.name, item.lookup.rdtype): item for item in found}
        targets: list[TargetName] = []
        if any(lookup is not None and lookup.canonical for lookup in lookups):
            targets.append(self._target(host, "CNAME", host, lookups))
        for item in made.values():
            for rdata in item.rdatas if item.lookup.rdtype == "HTTPS" else ():
                if isinstance(rdata, SVCBBase) and rdata.target not in (dns.name.root, item.owner):
                    name = name_text(rdata.target)
                    asked = lookups if name == host else [_made(made, name, rdtype) for rdtype in _ADDRESSES]
                    targets.append(self._target(item.lookup.name, "HTTPS", name, asked))
        return tuple(dict.fromkeys(targets))

    def of_mail(
        self, fact: NameFact, exchangers: Iterable[str], texts: Callable[[Lookup | None], tuple[str, ...]]
    ) -> tuple[TargetName, ...]:
        """A mail domain's exchangers, and the names that its SPF record and those that it includes lead to."""
        targets = [
            self._target(fact.name, "MX", name, [fact.lookup(rdtype, name) for rdtype in _ADDRESSES])
            for name in exchangers
        ]
        queue = [fact.name]
        seen: set[tuple[str, str]] = set()
        for owner in queue:  # which grows on the way
            records = spf_records(texts(fact.lookup("TXT", owner)))
            for name, rdtype in (item for record in records for item in spf_names(record)):
                lookup = fact.lookup(rdtype, name)
                if (name, rdtype) in seen or name == fact.name or len(seen) >= LOOKUP_LIMIT:
                    continue
                seen.add((name, rdtype))
                targets.append(self._target(owner, "SPF", name, [lookup]))
                queue += [name] if rdtype == "TXT" else []
        return tuple(targets)

    def _target(self, owner: str, rdtype: str, name: str, lookups: Iterable[Lookup | None]) -> TargetName:
        """One name, as its look-ups show it: one answer of any type makes it exist."""
        known = [lookup for lookup in lookups if lookup is not None]
        facts = tuple(dict.fromkeys(id for lookup in known for id in lookup.facts))
        end = next((lookup.canonical for lookup in known if lookup.canonical), name)
        target = TargetName(owner=owner, rdtype=rdtype, name=end, standing=Standing.EXISTS, facts=facts)
        answered = [lookup for lookup in known if lookup.failure is None]
        if any(not self.denies(lookup) for lookup in answered):
            return target
        if answered:  # a server that knows the name is enough, though others deny it
            exists = dns.name.from_text(end) in self._existing
            return target if exists else self._nonexistent(target, answered[0])
        failure = next((lookup.failure for lookup in known if lookup.failure is not None), _NOT_LOOKED_UP)
        lame = failure.side is Side.TARGET and failure.reason in _OF_TARGET
        standing = Standing.LAME if lame else Standing.UNKNOWN
        return _changed(target, standing=standing, failure=failure, own=self._is_own(end, owner, ""))

    def _nonexistent(self, target: TargetName, lookup: Lookup) -> TargetName:
        status = self._security(lookup.name, lookup.rdtype).status
        if status is SecurityStatus.BOGUS:
            return _changed(target, standing=Standing.UNKNOWN, failure=_NOT_BELIEVED)
        zone = next((zone for zone in reversed(lookup.zones) if covering_zone(target.name, {zone})), ".")
        missing = self._missing(target.name, zone)
        own = self._is_own(missing, target.owner, zone)
        return _changed(
            target, standing=Standing.NONEXISTENT, zone=zone, missing=missing, own=own, security=status
        )  # fmt: skip

    def denies(self, lookup: Lookup) -> bool:
        """Whether a look-up was told that the name does not exist: NXDOMAIN, or a compact denial (RFC 9824)."""
        return lookup.nonexistent or any(map(_says_nxname, self._book.exchanges_of(lookup.facts)))

    def _missing(self, name: str, zone: str) -> str:
        """The highest name below the zone that was denied on the way to a name that does not exist."""
        apex, current = dns.name.from_text(zone), dns.name.from_text(name)
        highest = current
        while len(current) > len(apex) + 1:
            current = current.parent()
            if current in self._existing or current not in self._denied:
                break
            highest = current
        return name_text(highest)

    def _is_own(self, name: str, owner: str, zone: str) -> bool:
        beside = bool(zone) and not is_registry(zone) and covering_zone(owner, {zone}) is not None
        return covering_zone(name, self._own) is not None or beside

    @cached_property
    def _denied(self) -> frozenset[dns.name.Name]:
        """The names that some server says do not exist."""
        return frozenset(name for name, exists in self._told() if not exists)

    @cached_property
    def _existing(self) -> frozenset[dns.name.Name]:
        """The names that some server says exist."""
        return frozenset(name for name, exists in self._told() if exists)

    def _told(self) -> Iterator[tuple[dns.name.Name, bool]]:
        """Each name that was asked about, and whether an authoritative answer says that it exists.

        The response code of an alias speaks of its target (RFC 6604 section 3): the alias itself exists.
        """
        for exchange in self._book.exchanges:
            if not exchange.purpose and authoritative(exchange):
                name, _ = exchange.question
                denied = exchange.rcode == dns.rcode.NXDOMAIN or _says_nxname(exchange)
                yield name, not denied or exchange.answer(name, dns.rdatatype.CNAME) is not None


def _says_nxname(exchange: Exchange) -> bool:
    """Whether a NODATA answer says by its NSEC record that the name does not exist (RFC 9824 section 3.4)."""
    name, _ = exchange.question
    for rrset in exchange.message.authority if exchange.message is not None else ():
        if rrset.rdtype == dns.rdatatype.NSEC and rrset.name == name:
            return any(
                window == 0 and bits[_NXNAME // 8 :][:1] >= b"\x80" for rdata in rrset for window, bits in rdata.windows
            )
    return False


def _lookup(lookups: Iterable[Lookup], rdtype: str, name: str) -> Lookup | None:
    return next((item for item in lookups if (item.rdtype, item.name) == (rdtype, name)), None)


def _made(made: Mapping[tuple[str, str], FoundRecords], name: str, rdtype: str) -> Lookup | None:
    item = made.get((name, rdtype))
    return item.lookup if item is not None else None


def _changed(target: TargetName, **changes: Any) -> TargetName:
    return msgspec.structs.replace(target, **changes)
