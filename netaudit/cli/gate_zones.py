"""The gate for zones: proposed zone files and delegations, scanned as if they were live, beside what is live."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from netaudit.authority.lint import Finding
from netaudit.cli.errors import COMPLIANT, FINDINGS, INCOMPLETE, Usage
from netaudit.cli.gate_routing import GATE_SCHEMA, YAML
from netaudit.cli.inventories import load_inventory, refuse_without_authorisation
from netaudit.cli.judge import JudgingOptions, target_kinds
from netaudit.cli.options import DEFAULT_INVENTORY
from netaudit.cli.outcomes import Outcome, changed_to_worse, only
from netaudit.cli.own_profiles import require_profiles
from netaudit.cli.places import inventory_locations, repository_path
from netaudit.cli.rehearsal import around, judged_both, rehearsed, tell_rehearsal
from netaudit.cli.scan import CollectRequest
from netaudit.cli.session import NetworkOptions
from netaudit.engine.plan import Selection, plan_jobs
from netaudit.engine.proposal import Proposal
from netaudit.model.change import Difference
from netaudit.model.gate import FileMistake, GateReport
from netaudit.model.location import Location
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.store.runfolder import RunFolder
from netaudit.writers.text import closing_line
from netaudit.writers.zonefile import finding_sentence

__all__ = ["gate_zones"]


def gate_zones(
    inventory: Path,
    proposals: Sequence[Proposal],
    judging: JudgingOptions,
    network: NetworkOptions,
    language: str,
    *,
    only_new: bool,
) -> Outcome:
    """Scan as if the proposals were live, then what is live; keeps no facts. Raises Usage, KeyboardInterrupt."""
    path = inventory / DEFAULT_INVENTORY if inventory.is_dir() else inventory
    if path.suffix not in YAML or not path.is_file():
        raise Usage(f"{inventory}: a proposed zone is scanned, and needs an inventory: netaudit gate inventory.yaml …")
    loaded = load_inventory(path)
    require_profiles(loaded, judging.profiles)
    refuse_without_authorisation(loaded)
    request = CollectRequest(
        selection=Selection(target_kinds=target_kinds(judging)),
        network=network,
        language=language,
        locations=inventory_locations(loaded),
    )
    loaded, request = around(loaded, request, proposals)
    if not plan_jobs(loaded.inventory, request.selection):
        raise Usage("nothing selected: no chosen check looks at the proposed zones")
    with TemporaryDirectory(prefix="netaudit-gate-") as folder:
        output, live = RunFolder.create(Path(folder) / "proposed"), RunFolder.create(Path(folder) / "live")
        rehearsal = rehearsed(loaded, output, live, request, proposals)
        before, after = judged_both(output, live, judging, rehearsal)
    code = _code_of_what_is_new(after, rehearsal.findings, judging) if only_new else after.exit_code
    after = msgspec.structs.replace(after, exit_code=code)
    comparison = after.comparison
    if comparison is None:
        raise AssertionError("a rehearsal is always compared")
    report = GateReport(
        schema=GATE_SCHEMA,
        run=before.id,
        proposed=after.proposed,
        exit_code=code,
        prefixes=(),
        comparison=comparison,
        mistakes=tuple(_mistake(finding, language) for finding in rehearsal.findings),
    )
    return Outcome(
        code=code,
        report=report,
        run=after,
        shown=only(after, changed_to_worse(comparison)) if only_new else after,
        tell=partial(tell_rehearsal, rehearsal, after, language),
        closing=(closing_line(after, None, language),),
    )


def _mistake(finding: Finding, language: str) -> FileMistake:
    place = finding.place
    location = None
    if place is not None:
        location = Location(file=repository_path(Path(place.file)), line=max(1, place.line))
    return FileMistake(location=location, is_error=finding.is_error, text=finding_sentence(finding, language))


def _code_of_what_is_new(after: Run, mistakes: Sequence[Finding], judging: JudgingOptions) -> int:
    """The exit code by what the proposal breaks, or makes impossible to test, and by errors in its files."""
    comparison = after.comparison
    changes = comparison.changes if comparison is not None else ()
    broken = {(c.check, c.target) for c in changes if c.difference in (Difference.BROKEN, Difference.OTHER)}
    fail_on = judging.fail_on
    if fail_on is not None:
        bad = any(
            result.severity.rank <= fail_on.rank
            for result in after.results
            if result.verdict.outcome.status is Status.FAIL and not result.waived
            if (result.verdict.check, result.verdict.target) in broken
        )
        if bad or any(mistake.is_error for mistake in mistakes):
            return FINDINGS
    lost = not after.complete or any(change.difference is Difference.UNTESTED for change in changes)
    return INCOMPLETE if lost and not judging.allow_incomplete else COMPLIANT
