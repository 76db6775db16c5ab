"""The book of facts: one scan's facts, indexed by what they are about."""

from collections.abc import Iterable
from datetime import date
from typing import TypeGuard, TypeVar

import msgspec

from netaudit.model.exchange import Exchange
from netaudit.model.facts import (
    BrowserFact,
    ConnectFact,
    ConnectTimesFact,
    DatagramFact,
    DialogueFact,
    Fact,
    JobFact,
    MailFact,
    NameFact,
    OriginsFact,
    PageFact,
    PathFact,
    RegisterFact,
    RegistrationsFact,
    ResolverFact,
    RouteObjectsFact,
    RoutesFact,
    ScanEndFact,
    ScanFact,
    SelfFact,
    SessionsFact,
    UplinkFact,
    VrpsFact,
    WebFact,
    ZoneFact,
)

__all__ = ["FactBook"]

_Keyed = TypeVar(
    "_Keyed",
    WebFact,
    ConnectFact,
    DialogueFact,
    DatagramFact,
    MailFact,
    RoutesFact,
    VrpsFact,
    RouteObjectsFact,
    RegistrationsFact,
    SessionsFact,
    UplinkFact,
)


class FactBook:
    """Facts of one scan. A later fact replaces an earlier one with the same id, as a resumed scan writes them.

    `web`, `connects`, `dialogues`, `datagrams`, `connect_times`, `pages` and `browsers` are keyed by endpoint, `mail`
    by mail domain, `paths` by address;
    `routes`, `vrps`, `route_objects`, `registrations`, `sessions` and `uplinks` by data centre; `zones` and `names`
    by name, `registers` and `resolvers` by id, `jobs` by job name. `controls` holds the repeated fetches that tell a
    changing page from a difference between families; `web` leaves them out, and so it does `documents`: files that
    are not the page.
    """

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._by_id: dict[str, Fact] = {}
        for fact in facts:
            self._by_id[fact.id] = fact
        kept = self._by_id.values()
        self.facts: tuple[Fact, ...] = tuple(kept)
        self.exchanges: tuple[Exchange, ...] = tuple(f for f in kept if isinstance(f, Exchange))
        self.end: ScanEndFact | None = _last(f for f in kept if isinstance(f, ScanEndFact))
        self.vantage: SelfFact | None = _last(f for f in kept if isinstance(f, SelfFact))
        self.zones: dict[str, ZoneFact] = _zones(f for f in kept if isinstance(f, ZoneFact))
        self.names: dict[str, NameFact] = _names(f for f in kept if isinstance(f, NameFact))
        self.web = _grouped((f.endpoint, f) for f in kept if _is_page(f) and not f.control)
        self.controls = _grouped((f.endpoint, f) for f in kept if _is_page(f) and f.control)
        self.documents = _grouped((f.endpoint, f) for f in kept if isinstance(f, WebFact) and f.document)
        self.connects = _grouped((f.endpoint, f) for f in kept if isinstance(f, ConnectFact))
        self.dialogues = _grouped((f.endpoint, f) for f in kept if isinstance(f, DialogueFact))
        self.datagrams = _grouped((f.endpoint, f) for f in kept if isinstance(f, DatagramFact))
        self.connect_times = {f.endpoint: f for f in kept if isinstance(f, ConnectTimesFact)}
        self.browsers = {f.endpoint: f for f in kept if isinstance(f, BrowserFact)}
        self.pages = {f.endpoint: f for f in kept if isinstance(f, PageFact)}
        self.mail = _grouped((f.domain, f) for f in kept if isinstance(f, MailFact))
        self.paths: dict[str, PathFact] = {f.address: f for f in kept if isinstance(f, PathFact)}
        self.uplinks = _grouped((f.datacentre, f) for f in kept if isinstance(f, UplinkFact))
        self.routes = _grouped((f.datacentre, f) for f in kept if isinstance(f, RoutesFact))
        self.vrps = _grouped((f.datacentre, f) for f in kept if isinstance(f, VrpsFact))
        self.route_objects = _grouped((f.datacentre, f) for f in kept if isinstance(f, RouteObjectsFact))
        self.registrations = _grouped((f.datacentre, f) for f in kept if isinstance(f, RegistrationsFact))
        self.sessions = _grouped((f.datacentre, f) for f in kept if isinstance(f, SessionsFact))
        self.origins: tuple[OriginsFact, ...] = tuple(f for f in kept if isinstance(f, OriginsFact))
        self.registers: dict[str, RegisterFact] = {f.register: f for f in kept if isinstance(f, RegisterFact)}
        self.resolvers: dict[str, ResolverFact] = {f.resolver: f for f in kept if isinstance(f, ResolverFact)}
        self.jobs: dict[str, JobFact] = {f.job: f for f in kept if isinstance(f, JobFact)}
        self._scan: ScanFact | None = _last(f for f in kept if isinstance(f, ScanFact))

    @property
    def scan(self) -> ScanFact:
        """What was scanned. Raises LookupError when the facts do not say it."""
        if self._scan is None:
            raise LookupError("the facts hold no line that says what was scanned")
        return self._scan

    def as_of(self, day: date) -> "FactBook":
        """The same facts, of an inventory as it is on a day (`Inventory.at`). Raises LookupError as `scan` does."""
        inventory = self.scan.inventory.at(day)
        if inventory is self.scan.inventory:
            return self
        scan = msgspec.structs.replace(self.scan, inventory=inventory)
        return FactBook(scan if fact is self._scan else fact for fact in self.facts)

    @property
    def has_scan(self) -> bool:
        """Whether the facts say what was scanned."""
        return self._scan is not None

    @property
    def complete(self) -> bool:
        """Whether collecting ended by itself."""
        return self.end is not None and self.end.complete

    def get(self, id: str) -> Fact | None:
        """The fact of that id, or None."""
        return self._by_id.get(id)

    def exchanges_of(self, ids: Iterable[str]) -> tuple[Exchange, ...]:
        """The exchanges among the facts named, in that order; unknown ids are left out."""
        found = (self._by_id.get(id) for id in ids)
        return tuple(fact for fact in found if isinstance(fact, Exchange))

    def __len__(self) -> int:
        return len(self._by_id)


_Last = TypeVar("_Last", ScanFact, ScanEndFact, SelfFact)


def _is_page(fact: Fact) -> TypeGuard[WebFact]:
    return isinstance(fact, WebFact) and not fact.document


def _last(facts: Iterable[_Last]) -> _Last | None:
    found = None
    for fact in facts:
        found = fact
    return found


def _zones(facts: Iterable[ZoneFact]) -> dict[str, ZoneFact]:
    """By zone; what was audited wins over what was only passed through, and what was asked over what was not.

    A resumed scan passes through zones that its first part has asked already.
    """
    zones: dict[str, ZoneFact] = {}
    for fact in facts:
        known = zones.get(fact.zone)
        if known is None or _depth(fact) >= _depth(known):
            zones[fact.zone] = fact
    return zones


def _depth(fact: ZoneFact) -> tuple[bool, bool]:
    return fact.audited, bool(fact.answers)


def _names(facts: Iterable[NameFact]) -> dict[str, NameFact]:
    """By name; the look-ups of several facts about one name are put together."""
    names: dict[str, NameFact] = {}
    for fact in facts:
        known = names.get(fact.name)
        if known is not None:
            lookups = {(item.name, item.rdtype): item for item in (*known.lookups, *fact.lookups)}
            fact = msgspec.structs.replace(fact, lookups=tuple(lookups.values()))
        names[fact.name] = fact
    return names


def _grouped(pairs: Iterable[tuple[str, _Keyed]]) -> dict[str, tuple[_Keyed, ...]]:
    groups: dict[str, list[_Keyed]] = {}
    for key, fact in pairs:
        groups.setdefault(key, []).append(fact)
    return {key: tuple(facts) for key, facts in groups.items()}
