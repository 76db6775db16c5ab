"""Judging a scan: facts, checks and profiles in, the run out."""

from collections.abc import Collection, Sequence

from netaudit.judge.asked import left_out, scope_of
from netaudit.judge.catalogue import Catalogue
from netaudit.judge.clauses import clause_result, demands_of
from netaudit.judge.datacentres import datacentres_of_run
from netaudit.judge.derive import derive
from netaudit.judge.expiries import expiries_of_run
from netaudit.judge.history import Past
from netaudit.judge.locations import locations_of_run
from netaudit.judge.parity import parity_of_run
from netaudit.judge.parts import Measured, measured
from netaudit.judge.pillar_coverage import pillar_coverage_of_run
from netaudit.judge.reliance import reliance_of_run
from netaudit.judge.rollup import pillars_of, results_of, totals_of, unit_results
from netaudit.judge.subjects import Subjects
from netaudit.judge.summaries import coverage_of_run, registers_of_run, zones_of_run
from netaudit.judge.vantages import JointVerdicts, best_families, vantage_of
from netaudit.judge.verdicts import Verdicts, with_standard_messages
from netaudit.judge.waivers import waived
from netaudit.model.book import FactBook
from netaudit.model.profile import CheckInfo, Profile, Severity
from netaudit.model.run import Result, Run, ZoneSummary
from netaudit.model.security import ChainLink
from netaudit.model.verdict import Status
from netaudit.rules.algorithms import REGISTRY_DATE
from netaudit.rules.calendar import day_of
from netaudit.rules.gaps import could_not_see

__all__ = ["RUN_SCHEMA", "judge"]

RUN_SCHEMA = 1

_COMPLIANT, _FINDINGS, _INCOMPLETE = 0, 1, 3  # docs/guide.md, exit codes
_INTERRUPTED = "interrupted"


def judge(
    book: FactBook,
    catalogue: Catalogue,
    profiles: Sequence[Profile],
    *,
    judged_at: float,
    fail_on: Severity | None = Severity.HIGH,
    allow_incomplete: bool = False,
    checks: Collection[str] | None = None,
    past: Past | None = None,
    others: Sequence[FactBook] = (),
    quorum: int | None = None,
    earlier: Sequence[FactBook] = (),
    as_of: float | None = None,
) -> Run:
    """Judge a scan's facts by the profiles. Pure: equal facts give equal runs, but for `judged_at`.

    Everything is judged as of the moment the scan began. `fail_on` None: findings never decide the exit
    code. With `checks`, only the results of those ids are shown and counted; clauses stay whole. `past`: earlier
    scans, which show what has happened since. `others`: the facts of scans of the same inventory
    from other vantages, of which `quorum` must see a failure for it to count (see `netaudit.judge.vantages`).
    `earlier`: of scans, newest first, whose facts stand for what this one did not measure again, each target judged as
    of its own scan (see `netaudit.judge.parts`); `as_of` judges all as of another moment.
    Raises LookupError when the facts do not say what was scanned, ValueError when their trust anchors can't be read.
    """
    day = day_of(book.scan.at)
    book, others, earlier = book.as_of(day), [b.as_of(day) for b in others], [b.as_of(day) for b in earlier]
    scan, inventory = book.scan, book.scan.inventory
    vantages = tuple(vantage_of(each) for each in (book, *others))
    found = measured((book, *earlier), past, as_of) if earlier or as_of is not None else None
    verdicts = _verdicts(catalogue, book, past, others, quorum) if found is None else Verdicts(catalogue, found.targets)
    demands = demands_of(profiles, Subjects(inventory, scan.at), catalogue, day)
    results = results_of(verdicts, catalogue, demands, inventory)
    if checks is not None:
        results = tuple(result for result in results if result.verdict.check in checks)
    results, waivers = waived(results, inventory.waivers, day)
    targets = tuple(verdicts.targets.values())
    complete = any(vantage.complete for vantage in vantages)  # what a vantage left undone, another one has done
    links, zone_summaries = zones_of_run(targets, book) if found is None else _zones_of_parts(found, (book, *earlier))
    return Run(
        schema=RUN_SCHEMA,
        id=scan.id,
        tool=scan.tool,
        started=scan.at,
        ended=max(_ended(each) for each in (book, *others)),
        judged_at=judged_at,
        complete=complete,
        incomplete_reason="" if complete else _incomplete_reason(book),
        network=inventory.network,
        inventory_file=scan.inventory_file,
        inventory_sha256=scan.inventory_sha256,
        catalogue_sha256=catalogue.sha256,
        algorithm_registry=REGISTRY_DATE,
        vantage=scan.vantage,
        vantages=vantages if others else (),
        quorum=quorum if others else None,
        proposed=scan.arguments.get("proposed", ""),
        scope=scope_of((book, *earlier)[-1].scan.arguments, checks),  # of several parts, the first was the whole
        left_out=left_out(inventory, scan.at, verdicts.targets.keys()),
        families=best_families(vantages),
        province=inventory.province,
        contact=inventory.contact,
        authorisation=inventory.authorisation,
        classification=inventory.classification,
        tiers=inventory.tiers,
        units=inventory.units,
        services=inventory.services,
        zones=inventory.zones,
        profiles=tuple(profiles),
        checks=_infos(catalogue, results),
        results=results,
        clauses=tuple(clause_result(demand, verdicts, inventory.attestations, day, checks) for demand in demands),
        unit_results=unit_results(inventory, results),
        coverage=tuple(coverage_of_run(targets)),
        pillar_coverage=tuple(pillar_coverage_of_run(targets, inventory, scan.at)),
        registers=tuple(registers_of_run(targets)),
        pillars=pillars_of(results),
        totals=totals_of(results),
        fail_on=fail_on,
        exit_code=_exit_code(results, complete, fail_on, allow_incomplete),
        links=links,
        zone_summaries=zone_summaries,
        reliance=reliance_of_run(targets, inventory),
        waivers=waivers,
        expiries=expiries_of_run(targets, inventory, scan.at),
        parity=dict(parity_of_run(targets)),
        datacentres=dict(datacentres_of_run(targets, catalogue.infos)),
        locations=locations_of_run({r.verdict.target: None for r in results}, inventory, scan.locations),
        parts=found.parts((book, *earlier)) if found is not None and earlier else (),
    )


def _verdicts(
    catalogue: Catalogue, book: FactBook, past: Past | None, others: Sequence[FactBook], quorum: int | None
) -> Verdicts:
    if not others:
        return Verdicts(catalogue, derive(book, past))
    seen = {each.scan.vantage: derive(each, past if each is book else None) for each in (book, *others)}
    return JointVerdicts(catalogue, seen, quorum)


def _zones_of_parts(found: Measured, books: Sequence[FactBook]) -> tuple[dict[str, ChainLink], dict[str, ZoneSummary]]:
    """Each zone and link as the part shows it that measured it; of an ancestor that several passed, as the newest."""
    links: dict[str, ChainLink] = {}
    summaries: dict[str, ZoneSummary] = {}
    for number in reversed(range(len(books))):
        part = zones_of_run(found.targets_of(number), books[number])
        links.update(part[0])
        summaries.update(part[1])
    return links, summaries


def _exit_code(results: Sequence[Result], complete: bool, fail_on: Severity | None, allow_incomplete: bool) -> int:
    """Findings win over gaps. A service that the inventory declares closed is no gap of the scan."""
    fails = (r for r in results if r.verdict.outcome.status is Status.FAIL and not r.waived)
    if fail_on is not None and any(result.severity.rank <= fail_on.rank for result in fails):
        return _FINDINGS
    incomplete = not complete or any(could_not_see(result) for result in results)
    return _INCOMPLETE if incomplete and not allow_incomplete else _COMPLIANT


def _infos(catalogue: Catalogue, results: Sequence[Result]) -> dict[str, CheckInfo]:
    """The checks that ran, with every message that a result may need."""
    ran = {result.verdict.check for result in results}
    return {id: with_standard_messages(info) for id, info in catalogue.infos.items() if id in ran}


def _ended(book: FactBook) -> float:
    """When collecting ended; of a scan that was cut off, when its last job was begun."""
    if book.end is not None:
        return book.end.at
    return max((book.scan.at, *(job.at for job in book.jobs.values())))


def _incomplete_reason(book: FactBook) -> str:
    if book.complete:
        return ""
    return (book.end.reason if book.end is not None else "") or _INTERRUPTED
