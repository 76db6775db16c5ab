"""`netaudit diff`: two runs of the same things, finding by finding."""

import click
import msgspec

from netaudit.cli.errors import COMPLIANT, FINDINGS, INCOMPLETE, Usage
from netaudit.cli.options import language_option
from netaudit.cli.stored import history_option, run_named
from netaudit.judge.baseline import baseline_report, mismatches, newly_counting
from netaudit.model.common import Text
from netaudit.model.gate import BaselineReport
from netaudit.model.profile import Severity
from netaudit.model.run import Run
from netaudit.writers.baseline import BaselineText
from netaudit.writers.diff import diff_markdown

__all__ = ["diff"]

_SEVERITIES = [severity.value for severity in Severity if severity is not Severity.INFO]


@click.command(
    epilog="""\b
Exit codes: 0; with --fail-on-new 1 for new findings, 3 when something is no longer measured; 2 usage.
\b
Examples:
  netaudit diff monday tuesday --lang en
  netaudit diff store:previous store:latest --history runs.sqlite
  netaudit diff store:latest out --fail-on-new medium --format md > changes.md
"""
)
@click.argument("old")
@click.argument("new")
@history_option
@click.option("--province", default="", metavar="ID", help="Of a history of several provinces.")
@click.option(
    "--fail-on-new",
    type=click.Choice(_SEVERITIES),
    is_flag=False,
    flag_value=Severity.HIGH.value,
    metavar="[SEVERITY]",
    help="Exit 1 at findings of this severity (high) or worse that did not count as such before.",
)
@click.option("--force", is_flag=True, help="Compare although the runs had other profiles or another scope.")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "json", "md"]),
    default="text",
    show_default=True,
    help="The output.",
)
@language_option
def diff(
    old: str, new: str, history: str | None, province: str, fail_on_new: str | None, force: bool, form: str,
    language: str,
) -> int:  # fmt: skip
    """Tell what became of every finding from run OLD to run NEW: new, still there, fixed, or no longer measured.

    OLD and NEW are run folders, run.json files, or runs of the history: store:latest (the newest complete one),
    store:previous (the comparable one before) or store:ID. Runs judged by other profiles, or of another scope, are
    refused: what is new would not be told from what was never asked.
    """
    before, after = run_named(old, history, province), run_named(new, history, province)
    problems = _problems(before, after, force=force)
    report = _report(before, after, problems, None if fail_on_new is None else Severity(fail_on_new))
    text = BaselineText(report, language)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(report), indent=1).decode())
    elif form == "md":
        click.echo(diff_markdown(report, language), nl=False)
    else:
        for line in text.lines(colour=True):  # click drops colour when it is no terminal
            click.echo(line)
    click.echo(text.closing(), err=True)
    return report.exit_code


def _problems(before: Run, after: Run, *, force: bool) -> tuple[Text, ...]:
    """Why the two can't be compared, if that is forced. Raises Usage."""
    if (before.province.id, before.network) != (after.province.id, after.network):
        raise Usage(f"OLD is of {before.province.id} ({before.network}), NEW of {after.province.id} ({after.network})")
    if before.started > after.started:
        raise Usage("OLD is later than NEW: name them in the order of their times")
    problems = tuple(mismatches(before, after))
    if problems and not force:
        reasons = "; ".join(problem.en for problem in problems)
        raise Usage(f"the runs are not comparable ({reasons}); --force compares all the same")
    return problems


def _report(before: Run, after: Run, problems: tuple[Text, ...], fail_on: Severity | None) -> BaselineReport:
    report = baseline_report(before, after, problems)
    if fail_on is None:
        return report
    code = INCOMPLETE if report.lost or not after.complete else COMPLIANT
    if newly_counting(before, after, fail_on):
        code = FINDINGS
    return msgspec.structs.replace(report, exit_code=code)
