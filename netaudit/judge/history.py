"""What earlier scans leave for the judging of a later one: the newest whole, and of all what rules over weeks need."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from netaudit.judge.scope import Scope, all_closed, closed_lookup
from netaudit.model.book import FactBook
from netaudit.model.evidence import EndpointEvidence, HostEvidence
from netaudit.model.history import PastStatus
from netaudit.model.inventory import Service
from netaudit.model.verdict import Status, Target, TargetKind
from netaudit.rules.ipv6_ready import ipv6_ready

__all__ = ["Past", "past_of"]


@dataclass(frozen=True)
class Past:
    """Earlier scans, as a later one is judged beside them.

    `newest`: the facts of the last of them. `ready`: of each web endpoint, how it stood by the "IPv6 Ready" rule in
    each scan that asked about it, oldest first.
    """

    newest: FactBook | None = None
    ready: Mapping[str, tuple[PastStatus, ...]] = field(default_factory=dict)


def past_of(books: Iterable[FactBook]) -> Past:
    """Judge the facts of earlier scans, in any order; of each but the newest only the statuses are kept.

    Raises LookupError when facts do not say what was scanned.
    """
    newest: FactBook | None = None
    ready: dict[str, dict[float, PastStatus]] = defaultdict(dict)
    for book in books:
        if newest is None or book.scan.at > newest.scan.at:
            newest = book
        for endpoint, status in _ready(book):
            ready[endpoint][book.scan.at] = PastStatus(at=book.scan.at, status=status)
    return Past(newest, {endpoint: tuple(scans[at] for at in sorted(scans)) for endpoint, scans in ready.items()})


def _ready(book: FactBook) -> Iterator[tuple[str, Status]]:
    """The endpoints that a scan asked about; security is not derived, for the rule does not ask for it."""
    scope = Scope(book)
    services: dict[str, list[Service]] = defaultdict(list)
    for service in book.scan.inventory.services:
        if service.scheme in ("https", "http"):
            services[service.endpoint].append(service)
    for endpoint, same in services.items():
        target = Target(kind=TargetKind.ENDPOINT, name=endpoint)
        if not scope.asked_service(target, same):
            continue
        cut_short = scope.failure(target) is not None
        yield endpoint, Status.COULD_NOT_TEST if cut_short else ipv6_ready(_evidence(book, endpoint, same)).status


def _evidence(book: FactBook, endpoint: str, services: list[Service]) -> EndpointEvidence:
    host, at, special = services[0].host, book.scan.at, book.scan.inventory.scope.special_addresses
    fact = book.names.get(host)
    a, aaaa = (fact.lookup(rdtype) if fact is not None else None for rdtype in ("A", "AAAA"))
    if all_closed(services):
        a, aaaa = closed_lookup(host, "A"), closed_lookup(host, "AAAA")
    return EndpointEvidence(
        now=at,
        vantage=book.vantage,
        allowed_special=special,
        endpoint=endpoint,
        services=tuple(services),
        host=HostEvidence(
            now=at, vantage=book.vantage, allowed_special=special, host=host, services=tuple(services), a=a, aaaa=aaaa,
            security={},
        ),
        web=book.web.get(endpoint, ()),
    )  # fmt: skip
