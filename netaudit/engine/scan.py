"""A scan: what was asked for, the check of ourselves, every target's observation, and how it ended."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from netaudit import __version__
from netaudit.dns.resolver import Resolver
from netaudit.engine.blackout import refusal
from netaudit.engine.factory import EvidenceFiles, build_jobs, evidence_files_of
from netaudit.engine.jobs import PlannedJob
from netaudit.engine.local import Progress, RunSummary, Silent, run_jobs
from netaudit.engine.plan import Selection, plan_jobs
from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Fact, ScanEndFact, ScanFact
from netaudit.model.inventory import Inventory, NetworkKind
from netaudit.model.location import Location
from netaudit.model.profile import Profile
from netaudit.net.browser import Browser
from netaudit.net.limits import Limits
from netaudit.net.network import Network
from netaudit.probes.context import ProbeContext, Recorder
from netaudit.probes.courtesy import CourteousNetwork
from netaudit.probes.selfcheck import CheckedPath, check_self
from netaudit.sources.library import Library

__all__ = ["FACTS_SCHEMA", "ScanOptions", "collect", "done_jobs", "scan_id"]

FACTS_SCHEMA = 1

_REDO = {Reason.BLACKOUT, Reason.CANCELLED, Reason.BUG}


@dataclass(frozen=True)
class ScanOptions:
    """What shapes a scan beside its inventory.

    `folder` is the inventory's, where its relative paths start; `evidence_files` gives each data centre's files
    of evidence by kind (default: what its inventory names), `zone_files` the master files of zones beside those
    that the inventory names. `source_cache` is where live sources' answers are kept (default: they are asked and not
    kept), `agent` how they are told who asks. `done` holds the names of jobs not to do again
    (`done_jobs`); a scan with any of them adds to the facts that are there. `deadline` in seconds.
    """

    inventory_file: str
    inventory_sha256: str
    folder: Path = Path()
    limits: Limits = field(default_factory=Limits)
    selection: Selection = field(default_factory=Selection)
    evidence_files: EvidenceFiles | None = None
    zone_files: Mapping[str, Path] = field(default_factory=dict)
    roots: tuple[str, ...] = ()  # PEM of certificate roots to trust beside the public ones
    vantage: str = ""
    vantage_place: str = ""
    vantage_asn: int | None = None
    source_cache: Path | None = None
    agent: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[Profile, ...] = ()  # the inventory's own, for whoever judges the facts
    locations: Mapping[str, Location] = field(default_factory=dict)  # see `netaudit.judge.locations`
    deadline: float | None = None
    browser: Browser | None = None  # for pages that are to be opened in one
    done: frozenset[str] = frozenset()
    flush: Callable[[], None] = lambda: None  # called every second: FactWriter.flush


async def collect(
    inventory: Inventory,
    network: Network,
    *,
    hints: Mapping[str, Sequence[str]],
    anchors: Sequence[str],
    record: Callable[[Fact], None],
    options: ScanOptions,
    progress: Progress | None = None,
) -> ScanEndFact:
    """Observe everything the inventory names and hand each fact to `record`, the ScanFact first.

    The last fact is the ScanEndFact, which is also returned: `complete` only when every job was done.
    It is recorded too when the scan is cancelled (Ctrl-C; reason `interrupted`) or `record` raises; the
    exception then passes through. Raises ValueError for a blackout window in an unknown time zone.
    """
    progress = progress or Silent()
    planned = [job for job in plan_jobs(inventory, options.selection) if job.name not in options.done]
    summary = RunSummary()
    scan = _scan_fact(inventory, network, anchors, options)
    if not options.done:
        record(scan)
    progress.started(len(planned))
    recorder = Recorder(record)
    reason = "interrupted"
    try:
        await _observe(inventory, network, hints, recorder, options, planned, summary, progress)
        reason = "deadline" if summary.deadline_passed else ""
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        reason = f"{type(error).__name__}: {error}"[:200]
        raise
    finally:
        earlier = len(options.done)
        end = ScanEndFact(
            id=f"end-{network.now():.3f}",
            at=network.now(),
            complete=not reason and summary.done == len(planned),
            jobs_done=earlier + summary.done,
            jobs_total=earlier + len(planned),
            reason=reason,
        )
        record(end)
    return end


def done_jobs(book: FactBook, inventory_sha256: str) -> frozenset[str]:
    """The jobs that an earlier, unfinished scan of the same inventory has done.

    Jobs that a bug of ours or a blackout window ended are done again. Raises ValueError when the facts
    are of another inventory.
    """
    if book.scan.inventory_sha256 != inventory_sha256:
        raise ValueError("the inventory has changed since these facts were collected; start a new scan")
    return frozenset(job.job for job in book.jobs.values() if job.failure is None or job.failure.reason not in _REDO)


def scan_id(at: float, province: str) -> str:
    """The id of a scan: `20261124T140000Z-lamdong`."""
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{stamp}-{re.sub(r'[^a-z0-9_.-]', '-', province)}"


async def _observe(
    inventory: Inventory,
    network: Network,
    hints: Mapping[str, Sequence[str]],
    recorder: Recorder,
    options: ScanOptions,
    planned: Sequence[PlannedJob],
    summary: RunSummary,
    progress: Progress,
) -> None:
    courteous = CourteousNetwork(network)
    resolver = Resolver(courteous, hints, record=recorder)
    own = frozenset((*inventory.hosts, *inventory.mail_domains, *inventory.zones))
    context = ProbeContext(courteous, resolver, recorder, inventory.scope, own, options.limits.round_pause)
    kept = ExitStack()
    try:
        context.library = _library(inventory, options, kept)
        blackout = refusal(inventory.blackouts, network.now())
        if blackout is None:
            await _check_ourselves(context, hints, progress)
        else:
            progress.nothing_sent(blackout)
        await run_jobs(
            build_jobs(
                planned,
                inventory,
                context,
                options.selection,
                _evidence_files(inventory, options),
                options.folder,
                options.zone_files,
                options.browser,
            ),
            summary,
            record=recorder,
            now=network.now,
            concurrency=options.limits.jobs,
            job_deadline=options.limits.job_deadline,
            deadline=options.deadline,
            refuse=lambda job: _refuse(job, inventory, context),
            progress=progress,
            flush=options.flush,
        )
    finally:
        kept.close()
        await context.aclose()


def _library(inventory: Inventory, options: ScanOptions, kept: ExitStack) -> Library | None:
    """The way to the inventory's live sources; None where none is listed, or none is to be asked."""
    if not inventory.sources or not options.selection.sources:
        return None
    folder = options.source_cache or Path(kept.enter_context(TemporaryDirectory(prefix="netaudit-sources-")))
    return Library(
        folder,
        inventory.sources,
        agent=options.agent,
        roots=options.roots,
        loopback_only=inventory.network is NetworkKind.LAB,
    )


async def _check_ourselves(context: ProbeContext, hints: Mapping[str, Sequence[str]], progress: Progress) -> None:
    found = await check_self(context, hints)
    context.record(found)
    context.own_path = CheckedPath(context, hints, found)
    for check in found.families:
        if not check.available and check.failure is not None:
            progress.blind(check)
    if found.clock_offset_s:
        progress.clock_off(found.clock_offset_s)


def _refuse(job: PlannedJob, inventory: Inventory, context: ProbeContext) -> Failure | None:
    """Why a job must not start: a blackout window is on, or the inventory excludes its host."""
    if job.offline:
        return None
    host = job.target.name.partition("://")[2].rpartition(":")[0] or job.target.name
    if not job.name.startswith(("zone:", "name:", "resolver:")) and context.excluded(host):
        return Failure(reason=Reason.OUT_OF_SCOPE, side=Side.OURS, detail=f"{host} is excluded by the inventory")
    return refusal(inventory.blackouts, context.network.now())


def _evidence_files(inventory: Inventory, options: ScanOptions) -> EvidenceFiles:
    if options.evidence_files is not None:
        return options.evidence_files
    return evidence_files_of(inventory, options.folder)


def _scan_fact(inventory: Inventory, network: Network, anchors: Sequence[str], options: ScanOptions) -> ScanFact:
    at = network.now()
    return ScanFact(
        id=scan_id(at, inventory.province.id),
        schema=FACTS_SCHEMA,
        tool=f"netaudit {__version__}",
        at=at,
        inventory=inventory,
        inventory_file=options.inventory_file,
        inventory_sha256=options.inventory_sha256,
        trust_anchors=tuple(anchors),
        roots=options.roots,
        vantage=options.vantage,
        vantage_place=options.vantage_place,
        vantage_asn=options.vantage_asn,
        arguments=dict(options.arguments),
        profiles=options.profiles,
        locations=dict(options.locations),
    )
