"""`netaudit scan` of what is not live yet: what would be found, and what would change."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
import msgspec

from netaudit.authority.lint import Finding, lint, lint_serial
from netaudit.authority.lint_dnssec import lint_ds, lint_signatures
from netaudit.authority.lint_zonemd import lint_zonemd
from netaudit.cli.errors import FINDINGS, INTERRUPTED, Usage
from netaudit.cli.judge import JudgingOptions, judged, tell
from netaudit.cli.places import owner_locations
from netaudit.cli.progress import ScanProgress
from netaudit.cli.proposals import described
from netaudit.cli.scan import LAB_KEYS, CollectRequest, scan_options
from netaudit.cli.session import Session, open_session
from netaudit.engine import loop
from netaudit.engine.proposal import Deployed, Proposal, ProposalError, deploy
from netaudit.engine.scan import collect
from netaudit.inventory import LoadedInventory
from netaudit.judge.compare import compare
from netaudit.model.common import Text
from netaudit.model.run import Run
from netaudit.probes.courtesy import CourteousNetwork
from netaudit.store.runfolder import RunFolder, RunFolderError
from netaudit.writers.comparison import comparison_text
from netaudit.writers.notices import Notices
from netaudit.writers.safe import one_line
from netaudit.writers.zonefile import findings_text

__all__ = ["Rehearsal", "around", "judged_both", "rehearsed", "scan_proposed", "tell_rehearsal"]

_ASSUMED_DS = Text(
    vi="%s: giả định rằng vùng cha sẽ công bố và ký các bản ghi DS đã nêu; chuỗi tin cậy được xét từ đó",
    en="%s: taken for granted that the parent publishes and signs the DS that were named; trust begins there",
)
_ASSUMED_NO_DS = Text(
    vi="%s: giả định rằng vùng cha sẽ chứng minh là không có bản ghi DS",
    en="%s: taken for granted that the parent will prove that there is no DS",
)
_INSECURE_PARENT = Text(
    vi="%s: DS sẽ không có tác dụng, vì chưa chứng minh được vùng cha là an toàn",
    en="%s: a DS will have no effect, for the parent is not secure from here",
)


@dataclass
class Rehearsal:
    """What was seen when proposals were put over the network: mistakes in their files, what was taken for granted."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[tuple[Text, str]] = field(default_factory=list)


def scan_proposed(
    loaded: LoadedInventory,
    output: RunFolder,
    request: CollectRequest,
    proposals: Sequence[Proposal],
    judging: JudgingOptions,
    language: str,
    formats: Sequence[str],
) -> int:
    """Scan as if the proposals were live, then what is live, and tell both apart.

    Returns the exit code: that of the proposed run, and 1 when a file has errors. Raises Usage.
    """
    try:
        live = RunFolder.create(output.live.path)
    except RunFolderError as error:
        raise Usage(str(error)) from error
    try:
        rehearsal = rehearsed(loaded, output, live, request, proposals)
    except KeyboardInterrupt:
        click.echo(Notices(language).not_compared(), err=True)
        return INTERRUPTED
    before, after = judged_both(output, live, judging, rehearsal)
    live.write_run(before)
    tell_rehearsal(rehearsal, after, language)
    return tell(after, output, language, formats)


def rehearsed(
    loaded: LoadedInventory, output: RunFolder, live: RunFolder, request: CollectRequest, proposals: Sequence[Proposal]
) -> Rehearsal:
    """Collect what would be and what is. Raises Usage; KeyboardInterrupt, with which nothing can be compared."""
    rehearsal = Rehearsal()
    loop.run(_collect_both(loaded, output, live, request, proposals, rehearsal))
    return rehearsal


def judged_both(output: RunFolder, live: RunFolder, judging: JudgingOptions, rehearsal: Rehearsal) -> tuple[Run, Run]:
    """The run of what is, and that of what would be, which tells what differs. A file with errors is a finding."""
    before, after = judged(live.facts, judging), judged(output.facts, judging)
    if judging.fail_on is not None and any(finding.is_error for finding in rehearsal.findings):
        after = msgspec.structs.replace(after, exit_code=FINDINGS)
    return before, msgspec.structs.replace(after, comparison=compare(before, after))


def tell_rehearsal(rehearsal: Rehearsal, after: Run, language: str) -> None:
    """Print what was taken for granted, what is wrong in the files, and what would change."""
    for note, zone in rehearsal.notes:
        click.echo(note.in_language(language) % one_line(zone))
    # click drops colour when it is no terminal
    click.echo(findings_text(rehearsal.findings, language, colour=True), nl=False)
    click.echo(comparison_text(after, language, colour=True), nl=False)


def around(
    loaded: LoadedInventory, request: CollectRequest, proposals: Sequence[Proposal]
) -> tuple[LoadedInventory, CollectRequest]:
    """The inventory with the proposed zones; unless something was selected, only what lies in them. Raises Usage."""
    if request.resume:
        raise Usage("--resume goes on with a scan of what is live; a proposal is scanned anew")
    zones = tuple(proposal.zone.to_text(omit_final_dot=True) for proposal in proposals)
    inventory = loaded.inventory
    added = tuple(zone for zone in zones if zone not in inventory.zones)
    inventory = msgspec.structs.replace(inventory, zones=(*inventory.zones, *added))
    selection = request.selection
    if not (selection.targets or selection.units):
        selection = replace(selection, targets=tuple(glob for zone in zones for glob in (zone, f"*.{zone}")))
    text = "; ".join(described(proposal) for proposal in proposals)
    files = {zone: Path(p.file.path) for zone, p in zip(zones, proposals, strict=True) if p.file is not None}
    loaded = replace(loaded, inventory=inventory)
    locations = {**request.locations, **owner_locations(proposals, loaded)}
    request = replace(request, selection=selection, proposed=text, zone_files=files, locations=locations)
    return loaded, request


async def _collect_both(
    loaded: LoadedInventory,
    output: RunFolder,
    live: RunFolder,
    request: CollectRequest,
    proposals: Sequence[Proposal],
    rehearsal: Rehearsal,
) -> None:
    network = replace(request.network, lab_keys=output.path / LAB_KEYS)
    async with open_session(loaded.inventory, loaded.path.parent, network) as session:
        shared = CourteousNetwork(session.network)  # both scans ask it, so that no question is put twice
        try:
            now = replace(session, network=shared)
            proposed = await _deployed(now, proposals, rehearsal)
            await _collect(loaded, proposed, output, request)
            await _collect(loaded, now, live, replace(request, proposed="", zone_files={}))
        finally:
            await shared.aclose()


async def _deployed(session: Session, proposals: Sequence[Proposal], rehearsal: Rehearsal) -> Session:
    """Put the proposals over the session's network, parents first, and look into their files. Raises Usage."""
    for proposal in proposals:
        try:
            made = await deploy(proposal, session.network, session.hints, session.anchors)
        except ProposalError as error:
            raise Usage(str(error)) from error
        rehearsal.findings += _findings(proposal, made, session.network.now())
        zone = proposal.zone.to_text(omit_final_dot=True)
        if made.assumed:
            rehearsal.notes.append((_ASSUMED_DS if made.ds else _ASSUMED_NO_DS, zone))
        elif proposal.ds:
            rehearsal.notes.append((_INSECURE_PARENT, zone))
        session = replace(session, network=made.network, anchors=made.anchors)
    return session


def _findings(proposal: Proposal, made: Deployed, now: float) -> list[Finding]:
    if proposal.file is None:
        return []
    found = [*lint(proposal.file), *lint_signatures(proposal.file, now), *lint_ds(proposal.file, made.ds)]
    found += lint_zonemd(proposal.file)
    return [*found, *lint_serial(proposal.file, made.serial)]


async def _collect(loaded: LoadedInventory, session: Session, folder: RunFolder, request: CollectRequest) -> None:
    with ScanProgress(request.language, request.quiet) as progress, folder.writer() as writer:
        await collect(
            loaded.inventory,
            session.network,
            hints=session.hints,
            anchors=session.anchors,
            record=writer.write,
            options=scan_options(loaded, request, session, writer),
            progress=progress,
        )
