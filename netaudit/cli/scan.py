"""`netaudit scan` and its first third, `netaudit collect`."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from netaudit.cli.errors import COMPLIANT, INTERRUPTED, Usage
from netaudit.cli.inventories import load_inventory, refuse_without_authorisation
from netaudit.cli.judge import JudgingOptions, judge_and_write, read_judging_options, target_kinds
from netaudit.cli.notify import notify_option, read_notify_option
from netaudit.cli.options import (
    browser_option,
    browser_path_option,
    extras_option,
    formats_option,
    inject_option,
    inventory_argument,
    inventory_path,
    judging_options,
    language_option,
    network_options,
    path_option,
    read_browser,
    read_network_options,
    read_selection,
    selection_options,
    sources_option,
)
from netaudit.cli.own_profiles import own_profiles, require_profiles
from netaudit.cli.places import inventory_locations
from netaudit.cli.progress import ScanProgress
from netaudit.cli.proposals import proposal_options, read_proposals
from netaudit.cli.runs import jitter_of, place_of, read_run_options, run_options
from netaudit.cli.session import NetworkOptions, Session, open_session
from netaudit.cli.stored import history_of, history_option
from netaudit.engine import loop
from netaudit.engine.plan import Selection, plan_jobs
from netaudit.engine.scan import ScanOptions, done_jobs
from netaudit.engine.scan import collect as collect_facts
from netaudit.inventory import LoadedInventory
from netaudit.model.facts import ScanEndFact
from netaudit.model.location import Location
from netaudit.model.verdict import TargetKind
from netaudit.net.browser import Browser
from netaudit.store.facts import FactsError, FactWriter, read_facts
from netaudit.store.runfolder import RunFolder, RunFolderError
from netaudit.writers.notices import Notices

__all__ = ["LAB_KEYS", "CollectRequest", "collect", "collect_into", "scan", "scan_options"]

LAB_KEYS = "lab-keys.json"  # beside the facts, or the dated runs: a lab with other keys is another lab


@dataclass(frozen=True)
class CollectRequest:
    """What to collect and how."""

    selection: Selection
    network: NetworkOptions
    deadline: float | None = None
    resume: bool = False
    vantage: str = ""
    vantage_place: str = ""
    vantage_asn: int | None = None
    quiet: bool = False
    language: str = "vi"
    source_cache: Path | None = None  # where answers of live sources are kept; None: nowhere
    browser: Browser | None = None  # None: there is none, or none was wanted
    proposed: str = ""  # what is taken for live that is not
    zone_files: Mapping[str, Path] = field(default_factory=dict)  # of proposed zones: what they will hold
    locations: Mapping[str, Location] = field(default_factory=dict)  # of the inventory's parts


def _collect_options(command: Any) -> Any:
    for option in reversed(
        (
            click.option(
                "-o",
                "--output",
                type=click.Path(path_type=Path),
                default=Path("out"),
                show_default=True,
                help="The run folder.",
            ),
            click.option(
                "--deadline", type=click.FloatRange(1), metavar="S", help="End the whole scan after so many seconds."
            ),
            click.option("--resume", is_flag=True, help="Go on with the unfinished scan in the output folder."),
            click.option(
                "--vantage", default="", metavar="NAME", help="Name of the scanner; shown in the report. See merge."
            ),
            click.option("--vantage-place", default="", metavar="TEXT", help="Where it stands."),
            click.option(
                "--vantage-asn",
                type=click.IntRange(1, 4_294_967_294),
                metavar="ASN",
                help="In whose network it stands.",
            ),
            click.option("-q", "--quiet", is_flag=True, help="No progress."),
        )
    ):
        command = option(command)
    return command


_source_cache_option = click.option(
    "--source-cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where answers of live sources are kept and found again (default: sources in the run folder).",
)


@click.command(
    epilog="""\b
Examples:
  netaudit scan
  netaudit scan lamdong.yaml -o reports/today --lang en
  netaudit scan --unit so-y-te -f html,text
  netaudit scan --target '*.dalat.lamdong.gov.vn' --check 'dnssec.*' --fail-on medium
  netaudit scan --browser --kind website
  netaudit scan --resume
  netaudit scan --runs reports --keep 30 --resume-within 6h
  netaudit scan --runs reports --rescan reports/latest
  netaudit scan --zonefile dalat.lamdong.gov.vn=dalat.zone
  netaudit scan --delegation dalat.lamdong.gov.vn --ds @dsset-dalat.lamdong.gov.vn.
"""
)
@inventory_argument
@_collect_options
@selection_options
@proposal_options
@extras_option
@path_option
@inject_option
@browser_option
@browser_path_option
@sources_option
@_source_cache_option
@run_options
@formats_option
@judging_options
@history_option
@notify_option
@language_option
@network_options
def scan(position: Path | None, option: Path | None, **values: Any) -> int:
    """Scan an inventory: collect, judge, and write the report.

    Writes facts.jsonl.zst, run.json and index.html into the output folder. Ctrl-C ends the scan and
    leaves a readable partial run, marked as such. With --zonefile or --delegation it scans as if that were
    live, and tells what would change; only what lies in those zones, unless --target or --unit selects.
    """
    read_run_options(values)
    judging = replace(read_judging_options(values, own=True), history=history_of(values))
    proposals = read_proposals(values)
    loaded, request = _asked(position, option, values, target_kinds(judging))
    require_profiles(loaded, judging.profiles)
    tell_others = read_notify_option(values, loaded.inventory)
    if proposals and values["rescan"] is not None:
        raise Usage("--rescan takes over facts of what is live: leave out what is proposed")
    if values["jitter"]:
        time.sleep(jitter_of(loaded, request.vantage, values["jitter"]))
    with place_of(values, loaded.sha256) as place:
        if place.fresh:
            click.echo(Notices(request.language).young_enough(place.path), err=True)
            return COMPLIANT
        request = replace(request, resume=place.resume)
        if values["runs"] is not None:
            request = replace(request, network=replace(request.network, lab_keys=values["runs"] / LAB_KEYS))
        if proposals:
            from netaudit.cli.rehearsal import around, scan_proposed  # it builds on this module

            loaded, request = around(loaded, request, proposals)
            folder = _folder(loaded, request, place.path)
            code = scan_proposed(loaded, folder, request, proposals, judging, values["language"], values["formats"])
        else:
            code = _scan_into(loaded, request, place.path, judging, values)
        written = RunFolder(place.path).run.exists()  # not where nothing had to be measured again
        if written and tell_others is not None and not proposals:
            tell_others(place.path)
        place.judged = written and code != INTERRUPTED
        return code


def _scan_into(
    loaded: LoadedInventory, request: CollectRequest, path: Path, judging: JudgingOptions, values: dict[str, Any]
) -> int:
    """Scan into a run folder, on top of an earlier run where one is gone on with or measured again in part."""
    from netaudit.cli.rescan import Alike, again, went_stale

    facts = RunFolder(path).facts
    stale = request.resume and facts.exists() and went_stale(facts)
    source = path if stale else None if request.resume else values["rescan"]
    part = None
    if source is not None:
        alike = Alike(loaded.sha256, request.vantage, " ".join(request.network.families))
        part = again(source, judging, alike, values["expiring"], unfinished=stale)
    if part is not None and not part.selection.names and not stale:
        click.echo(Notices(request.language).nothing_again(), err=True)
        return COMPLIANT
    if part is None or not part.selection.names:  # of an unfinished scan that only its end is missing
        folder = _folder(loaded, request, path)
    else:
        request = _narrowed(request, part.selection, values["browser_path"])
        folder = _folder(loaded, request, path)
        folder.keep_earlier(part.facts)
        request = replace(request, resume=False)
    end = collect_into(loaded, folder, request)
    code = judge_and_write(folder, judging, values["language"], values["formats"])
    return INTERRUPTED if end is None else code


def _narrowed(request: CollectRequest, part: Selection, browser_path: Path | None) -> CollectRequest:
    """The request for a part of an earlier scan, with all that either was asked to look at."""
    asked = request.selection
    selection = replace(
        part,
        extras=part.extras or asked.extras,
        path=part.path or asked.path,
        inject=part.inject or asked.inject,
        browser=part.browser or asked.browser,
        sources=part.sources and asked.sources,
    )
    return replace(request, selection=selection, browser=read_browser(selection, browser_path), resume=True)


@click.command(epilog="\b\nExamples:\n  netaudit collect -o out\n  netaudit judge out")
@inventory_argument
@_collect_options
@selection_options
@extras_option
@path_option
@inject_option
@browser_option
@browser_path_option
@sources_option
@_source_cache_option
@language_option
@network_options
def collect(position: Path | None, option: Path | None, **values: Any) -> int:
    """Collect the facts of an inventory and judge nothing.

    Writes facts.jsonl.zst, which `netaudit judge` judges at any time, under any profile, offline.
    """
    loaded, request = _asked(position, option, values, None)
    folder = _folder(loaded, request, values["output"])
    end = collect_into(loaded, folder, request)
    click.echo(Notices(request.language).facts(folder.facts), err=True)
    return INTERRUPTED if end is None else 0


def _asked(
    position: Path | None, option: Path | None, values: dict[str, Any], kinds: frozenset[TargetKind] | None
) -> tuple[LoadedInventory, CollectRequest]:
    network = read_network_options(values)
    loaded = load_inventory(inventory_path(position, option))
    refuse_without_authorisation(loaded)
    selection = read_selection(loaded.inventory, values, kinds)
    request = CollectRequest(
        selection=selection,
        network=network,
        browser=read_browser(selection, values["browser_path"]),
        deadline=values["deadline"],
        resume=values["resume"],
        vantage=values["vantage"],
        vantage_place=values["vantage_place"],
        vantage_asn=values["vantage_asn"],
        quiet=values["quiet"],
        language=values["language"],
        source_cache=values["source_cache"] or values["output"] / "sources",
        locations=inventory_locations(loaded),
    )
    return loaded, request


def _folder(loaded: LoadedInventory, request: CollectRequest, output: Path) -> RunFolder:
    """Make the run folder, once it is known that there is something to do. Raises Usage."""
    if not plan_jobs(loaded.inventory, request.selection):
        raise Usage(
            "nothing selected: no service, zone, data centre or register matches --target, --kind, --unit and --check"
        )
    try:
        return RunFolder.create(output, resume=request.resume)
    except RunFolderError as error:
        raise Usage(str(error)) from error


def collect_into(loaded: LoadedInventory, folder: RunFolder, request: CollectRequest) -> ScanEndFact | None:
    """Collect facts into a run folder. Returns None when Ctrl-C ended it; what was collected is saved."""
    earlier = _earlier(loaded, folder) if request.resume and folder.facts.exists() else None
    if earlier is not None and earlier.names is not None:
        request = replace(request, selection=replace(request.selection, names=earlier.names))
    try:
        return loop.run(_collect_async(loaded, folder, request, earlier))
    except KeyboardInterrupt:
        click.echo(Notices(request.language).interrupted(), err=True)
        return None


@dataclass(frozen=True)
class _Earlier:
    """The unfinished scan that is resumed: the jobs it has done, where its trust began, and what it was about."""

    done: frozenset[str]
    anchors: tuple[str, ...]
    names: frozenset[str] | None  # of a partial scan: what it measures


def _earlier(loaded: LoadedInventory, folder: RunFolder) -> _Earlier:
    try:
        book = read_facts(folder.facts)
        names = book.scan.arguments.get("again")
        narrowed = None if names is None else frozenset(names.split())
        return _Earlier(done_jobs(book, loaded.sha256), book.scan.trust_anchors, narrowed)
    except (FactsError, ValueError) as error:
        raise Usage(f"can't resume: {error}") from error


async def _collect_async(
    loaded: LoadedInventory, folder: RunFolder, request: CollectRequest, earlier: _Earlier | None
) -> ScanEndFact:
    network = replace(request.network, lab_keys=request.network.lab_keys or folder.path / LAB_KEYS)
    with ScanProgress(request.language, request.quiet) as progress:
        async with open_session(loaded.inventory, loaded.path.parent, network) as session:
            if earlier is not None and earlier.anchors != session.anchors:
                raise Usage("can't resume: the facts were collected under other trust anchors; start a new scan")
            with folder.writer() as writer:
                options = scan_options(loaded, request, session, writer, earlier)
                began = time.monotonic()
                end = await collect_facts(
                    loaded.inventory,
                    session.network,
                    hints=session.hints,
                    anchors=session.anchors,
                    record=writer.write,
                    options=options,
                    progress=progress,
                )
        progress.observed(end, time.monotonic() - began)
        return end


def scan_options(
    loaded: LoadedInventory,
    request: CollectRequest,
    session: Session,
    writer: FactWriter,
    earlier: _Earlier | None = None,
) -> ScanOptions:
    """What shapes a scan of an inventory into a facts file."""
    return ScanOptions(
        inventory_file=loaded.path.name,
        inventory_sha256=loaded.sha256,
        folder=loaded.path.parent,
        limits=session.limits,
        selection=request.selection,
        evidence_files=session.evidence_files,
        zone_files=request.zone_files,
        source_cache=request.source_cache,
        agent=session.agent,
        roots=session.roots,
        vantage=request.vantage,
        vantage_place=request.vantage_place,
        vantage_asn=request.vantage_asn,
        arguments=_arguments(request),
        profiles=own_profiles(loaded),
        locations=request.locations,
        deadline=request.deadline,
        browser=request.browser,
        done=earlier.done if earlier is not None else frozenset(),
        flush=writer.flush,
    )


def _arguments(request: CollectRequest) -> dict[str, str]:
    """What was asked for, as the facts keep it."""
    given = {
        "targets": " ".join(request.selection.targets),
        "kinds": " ".join(request.selection.kinds),
        "units": " ".join(request.selection.units),
        "target_kinds": " ".join(sorted(request.selection.target_kinds or ())),
        "extras": "yes" if request.selection.extras else "",
        "path": "yes" if request.selection.path else "",
        "inject": "yes" if request.selection.inject else "",
        "browser": "yes" if request.selection.browser else "",
        "again": " ".join(sorted(request.selection.names or ())),
        "sources": "" if request.selection.sources else "no",
        "families": " ".join(request.network.families),
        "proposed": request.proposed,
        "deadline": "" if request.deadline is None else f"{request.deadline:g}",
    }
    return {name: value for name, value in given.items() if value}
