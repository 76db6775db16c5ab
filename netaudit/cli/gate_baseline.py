"""The gate against a baseline: a run, or an inventory that was not scanned yet, beside an earlier run."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec.structs import replace

from netaudit.cli.errors import COMPLIANT, FINDINGS, INCOMPLETE, Usage
from netaudit.cli.gate_routing import YAML
from netaudit.cli.inventories import load_inventory
from netaudit.cli.judge import JudgingOptions, judged
from netaudit.cli.outcomes import Outcome, only
from netaudit.cli.stored import history_option, run_at, run_named
from netaudit.judge.baseline import (
    appeared,
    baseline_report,
    declared,
    declared_by,
    mismatches,
    newly_counting,
    vanished,
)
from netaudit.model.common import Text
from netaudit.model.gate import BaselineReport
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.rules.gaps import could_not_see
from netaudit.store.facts import FACTS_FILE
from netaudit.store.runfolder import RunFolder
from netaudit.writers.baseline import BaselineText
from netaudit.writers.doubts import doubt_line

__all__ = ["baseline_options", "gate_baseline"]

Command = TypeVar("Command", bound=Callable[..., Any])


def baseline_options(command: Command) -> Command:
    """What a run or an inventory is held against."""
    for option in reversed(
        (
            click.option(
                "--baseline", metavar="RUN|store:latest", help="An earlier run: its folder or run.json; of a "
                "history the latest complete run (store:latest), or one by its id (store:ID).",
            ),
            click.option(
                "--force", is_flag=True, help="Compare although the baseline had other profiles or another scope."
            ),
            click.option(
                "--allow-vanished", is_flag=True, help="Let targets go that failed in the baseline: else exit 1."
            ),
        )
    ):  # fmt: skip
        command = option(command)
    return history_option(command)


def gate_baseline(run: Path, judging: JudgingOptions, values: Mapping[str, Any], *, only_new: bool) -> Outcome:
    """Hold a run, or an inventory alone, against the baseline. Raises Usage."""
    language = values["language"]
    if run.suffix in YAML:
        return _inventory_alone(run, judging, values)
    after = _run(run, judging)
    before = _baseline(values, after.province.id)
    problems = tuple(mismatches(before, after))
    _refuse(before, after, problems if only_new else (), force=values["force"])
    report = baseline_report(before, after, problems)
    new = newly_counting(before, after, judging.fail_on) if judging.fail_on is not None else set()
    code = _code(after, report, judging, new if only_new else None, allow_vanished=values["allow_vanished"])
    report, after = replace(report, exit_code=code), replace(after, exit_code=code)
    worse = {(found.state.check, found.state.target) for found in report.findings if found.new}
    worse |= {(result.verdict.check, result.verdict.target) for result in after.results if result.id in new}
    text = BaselineText(report, language)
    return Outcome(
        code=code,
        report=report,
        run=after,
        shown=only(after, worse) if only_new else after,
        tell=partial(_tell, text),
        closing=(text.closing(),),
    )


def _inventory_alone(path: Path, judging: JudgingOptions, values: Mapping[str, Any]) -> Outcome:
    """Which targets come and go; of those that come nothing is known yet, so that they are a gap."""
    language = values["language"]
    loaded = load_inventory(path)
    before = _baseline(values, loaded.inventory.province.id)
    targets = declared(before), declared_by(loaded.inventory, time.time())
    report = BaselineReport(
        baseline=before.id,
        since=before.started,
        exit_code=COMPLIANT,
        appeared=appeared(*targets),
        vanished=vanished(before, *targets),
        doubts=tuple(doubt_line(warning, language) for warning in loaded.warnings),
    )
    code = INCOMPLETE if report.appeared and not judging.allow_incomplete else COMPLIANT
    if _hidden(report, judging) and not values["allow_vanished"]:
        code = FINDINGS
    report = replace(report, exit_code=code)
    text = BaselineText(report, language)
    return Outcome(code=code, report=report, run=None, shown=None, tell=partial(_tell, text), closing=(text.closing(),))


def _code(
    after: Run, report: BaselineReport, judging: JudgingOptions, new: set[str] | None, *, allow_vanished: bool
) -> int:
    """Findings win over gaps. To take a failing target out of the inventory is a finding: it was not fixed.

    `new`: the failures that alone decide; None: all of them do.
    """
    only_new = new is not None
    if judging.fail_on is not None:
        fails = any(
            result.severity.rank <= judging.fail_on.rank and (new is None or result.id in new)
            for result in after.results
            if result.verdict.outcome.status is Status.FAIL and not result.waived
        )
        if fails or (_hidden(report, judging) and not allow_vanished):
            return FINDINGS
    unknown = bool(report.lost) if only_new else any(map(could_not_see, after.results))
    if only_new:  # nobody has ever seen what has just come: it must be measured once
        fresh = set(report.appeared)
        unknown = unknown or any(could_not_see(r) and r.verdict.target in fresh for r in after.results)
    unknown = unknown or not after.complete
    return INCOMPLETE if unknown and not judging.allow_incomplete else COMPLIANT


def _hidden(report: BaselineReport, judging: JudgingOptions) -> bool:
    fail_on = judging.fail_on
    return fail_on is not None and any(
        gone.failing is not None and gone.failing.rank <= fail_on.rank for gone in report.vanished
    )


def _refuse(before: Run, after: Run, problems: tuple[Text, ...], *, force: bool) -> None:
    """Raises Usage when the baseline says nothing of the run."""
    if (before.province.id, before.network) != (after.province.id, after.network):
        raise Usage(f"--baseline: it is of {before.province.id} ({before.network}), the run of {after.province.id}")
    if before.started > after.started:
        raise Usage("--baseline: it is later than the run")
    if before.proposed:
        raise Usage("--baseline: it is of what was only proposed, and never was live")
    if problems and not force:
        reasons = "; ".join(problem.en for problem in problems)
        raise Usage(f"--only-new: the baseline can't tell what is new ({reasons}); --force compares all the same")


def _run(path: Path, judging: JudgingOptions) -> Run:
    """A run judged anew from its facts, or as its run.json has it. Raises Usage."""
    facts = path / FACTS_FILE if path.is_dir() else path
    if path.is_dir() and RunFolder(path).vantages:  # by which quorum it was judged only its run.json knows
        return run_at(path)
    if facts.is_file() and facts.suffix != ".json":
        return judged(facts, judging)
    found = run_at(path)
    if judging.profiles or judging.checks is not None:
        raise Usage(f"{path}: a run.json can't be judged anew; --profile and --check need the facts")
    return found


def _baseline(values: Mapping[str, Any], province: str) -> Run:
    """The run that is named. Raises Usage."""
    try:
        return run_named(values["baseline"], values["history"], province)
    except Usage as error:
        raise Usage(f"--baseline: {error.message}") from error


def _tell(text: BaselineText) -> None:
    for line in text.lines(colour=True):  # click drops colour when it is no terminal
        click.echo(line)
