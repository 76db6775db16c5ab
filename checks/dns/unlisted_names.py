"""Which names the zone holds that the inventory lacks: services that nobody watches."""

from collections.abc import Iterator

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.targets import ListedName, ZoneListing
from netaudit.model.verdict import Observation, Outcome, could_not_test, manual, not_applicable, passed

_SERVICE, _MAIL, _ZONE = frozenset({"A", "AAAA", "CNAME", "HTTPS"}), "MX", "NS"
_INFRASTRUCTURE = frozenset({"NS", "MX", "SRV", "SVCB"})  # what these lead to is no service of its own
_PART = Failure(reason=Reason.TOO_LARGE, side=Side.BUDGET, detail="only a part of the zone was listed")
_SHOWN = 30
_ROWS = 200


def judge(evidence: ZoneEvidence) -> Outcome:
    """Whether a name is a service is a person's to say; the rows are lines for the inventory, ready to be filled in."""
    listing = evidence.fact.listing
    if listing is None:
        return not_applicable("not_known")
    if listing.failure is not None:
        return could_not_test("not_tested", listing.failure)
    unlisted = list(_unlisted(evidence, listing))
    if unlisted:
        rows = tuple(Observation(where=item.name, saw=_line(evidence.zone, item)) for item in unlisted[:_ROWS])
        names = tuple(item.name for item in unlisted[:_SHOWN])
        return manual("unlisted", observed=rows, names=names, count=len(unlisted), source=listing.source)
    if not listing.complete:
        return could_not_test("not_tested", _PART)
    return passed("ok", count=len(listing.names), source=listing.source)


def _unlisted(evidence: ZoneEvidence, listing: ZoneListing) -> Iterator[ListedName]:
    used = {item.target for item in listing.targets if item.rdtype in _INFRASTRUCTURE}
    for item in listing.names:
        special = "_" in item.name or item.name.startswith("*")
        service = not _SERVICE.isdisjoint(item.types) or _MAIL in item.types or _delegated(evidence.zone, item)
        if service and not special and item.name not in used and item.name not in evidence.known:
            yield item


def _delegated(zone: str, item: ListedName) -> bool:
    return _ZONE in item.types and item.name != zone


def _line(zone: str, item: ListedName) -> str:
    """The types, and the line for the inventory."""
    types = ", ".join(item.types)
    if _delegated(zone, item):
        return f"{types}; zones: - {item.name}"
    id = item.name.removesuffix(f".{zone}").replace(".", "-")
    scheme = "" if not _SERVICE.isdisjoint(item.types) else ", scheme: mail"
    return f"{types}; services: - {{id: {id}, kind: site{scheme}, host: {item.name}, units: [UNIT]}}"
