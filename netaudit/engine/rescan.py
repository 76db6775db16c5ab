"""What a partial rescan must measure again: what failed, what could not be tested, and what time alone decides."""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from netaudit.engine.plan import Selection
from netaudit.model.book import FactBook
from netaudit.model.common import Family, Reason
from netaudit.model.inventory import DataCentre, Inventory
from netaudit.model.profile import Severity
from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status, Target, TargetKind
from netaudit.rules.addresses import within
from netaudit.rules.gaps import could_not_see
from netaudit.rules.upstreams import of_family

__all__ = ["names_again", "selection_again", "unfinished_names"]

_UNFINISHED = {Reason.BLACKOUT, Reason.CANCELLED, Reason.BUG}


def names_again(
    earlier: Run, aged: Run, books: Sequence[FactBook], *, fail_on: Severity | None, ends_before: float
) -> frozenset[str]:
    """The names of everything to measure again; what shares a name is measured again together.

    `earlier` is the former run, and `aged` the same facts judged as of now: where they differ, time alone has changed a
    verdict, and an old fact would say today what nobody saw. `books` are its facts. Failures count from `fail_on` on
    (None: all of them). Whatever ends before `ends_before` is measured again as well.
    """
    inventory = books[0].scan.inventory
    names = {name for result in earlier.results if _wanted(result, fail_on) for name in _names(result.verdict.target)}
    names |= {name for target in _changed(earlier, aged) for name in _names(target)}
    for expiry in earlier.expiries:
        if expiry.at < ends_before and expiry.kind not in ("authorisation", "waiver"):  # they are the inventory's
            names |= {name for affected in expiry.affected for name in _of_affected(affected)}
    return _closed(names, inventory, books)


def unfinished_names(earlier: Run, books: Sequence[FactBook]) -> frozenset[str]:
    """The names of what a scan that was cut off has not measured."""
    names = {
        name
        for result in earlier.results
        if (failure := result.verdict.outcome.failure) is not None and failure.reason in _UNFINISHED
        for name in _names(result.verdict.target)
    }
    return _closed(names, books[0].scan.inventory, books)


def selection_again(book: FactBook, names: frozenset[str]) -> Selection:
    """The selection of a former scan, as its facts keep it, narrowed to `names`."""
    given = book.scan.arguments
    kinds = given.get("target_kinds", "")
    return Selection(
        targets=tuple(given.get("targets", "").split()),
        kinds=tuple(given.get("kinds", "").split()),
        units=tuple(given.get("units", "").split()),
        target_kinds=frozenset(map(TargetKind, kinds.split())) if kinds else None,
        extras="extras" in given,
        path="path" in given,
        inject="inject" in given,
        browser="browser" in given,
        sources="sources" not in given,
        names=names,
    )


def _wanted(result: Result, fail_on: Severity | None) -> bool:
    if could_not_see(result):
        return True
    failed = result.verdict.outcome.status is Status.FAIL
    return failed and (fail_on is None or result.severity.rank <= fail_on.rank)


def _changed(earlier: Run, aged: Run) -> Iterator[Target]:
    """The targets of which any verdict differs in more than its arguments."""
    before = {(r.verdict.check, r.verdict.target): r.verdict.outcome for r in earlier.results}
    for result in aged.results:
        verdict = result.verdict
        old = before.get((verdict.check, verdict.target))
        if old is None or (old.status, old.message) != (verdict.outcome.status, verdict.outcome.message):
            yield verdict.target


def _names(target: Target) -> Iterator[str]:
    if target.kind is TargetKind.ENDPOINT:
        yield _host(target.name)
    elif target.kind is not TargetKind.COVERAGE:  # which is counted over the others
        yield target.name


def _of_affected(name: str) -> Iterator[str]:
    yield _host(name) if "://" in name else name


def _host(endpoint: str) -> str:
    return urlsplit(endpoint).hostname or endpoint


def _closed(names: Iterable[str], inventory: Inventory, books: Sequence[FactBook]) -> frozenset[str]:
    """With the inventory's zones above each name, and the services inside data centres: verdicts rest on those too."""
    found = set(names)
    for centre in inventory.datacentres:
        if centre.id in found:
            found |= _inside(centre, books)
    zones = frozenset(inventory.zones)
    for name in tuple(found & {*inventory.hosts, *inventory.mail_domains, *zones}):
        above = name
        while above:
            if above in zones:
                found.add(above)
            above = above.partition(".")[2]
    return frozenset(found)


def _inside(centre: DataCentre, books: Sequence[FactBook]) -> set[str]:
    prefixes = [prefix for family in Family for prefix in of_family(centre.prefixes, family)]
    return {
        _host(endpoint)
        for book in books
        for tried in (book.web, book.connects)
        for endpoint, facts in tried.items()
        if any(within(fact.address, prefixes) for fact in facts)
    }
