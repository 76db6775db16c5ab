"""The gate for routing: what is known now, changed as data, judged before and after. Nothing is sent."""

import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
import msgspec

from netaudit.cli.errors import COMPLIANT, FINDINGS, INCOMPLETE, Usage
from netaudit.cli.inventories import load_inventory
from netaudit.cli.judge import JudgingOptions, judge_book
from netaudit.cli.options import DEFAULT_INVENTORY
from netaudit.cli.outcomes import Outcome, changed_to_worse, only
from netaudit.cli.own_profiles import own_profiles
from netaudit.cli.places import inventory_locations
from netaudit.cli.tables import echo_table
from netaudit.engine import loop
from netaudit.engine.offline import read_evidence
from netaudit.engine.router_change import RouterError, neighbours_told, with_rehearsal
from netaudit.engine.routing_change import ChangeError, RoutingChange, only_datacentres, with_change
from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.compare import compare
from netaudit.judge.prefix_answers import newly_failing, prefix_answers
from netaudit.model.book import FactBook
from netaudit.model.change import Difference
from netaudit.model.gate import GateReport
from netaudit.model.routing import Vrp
from netaudit.model.run import Run
from netaudit.model.verdict import TargetKind
from netaudit.store.facts import FACTS_FILE, FactsError, read_facts
from netaudit.writers.comparison import comparison_text
from netaudit.writers.gate import GateText

__all__ = ["GATE_SCHEMA", "YAML", "gate_routing"]

GATE_SCHEMA = 1
YAML = (".yaml", ".yml")


def gate_routing(
    run: Path, change: RoutingChange, judging: JudgingOptions, language: str, *, only_new: bool
) -> Outcome:
    """Judge the facts as they are and as they would be. Raises Usage."""
    judging = _datacentre_checks(judging)
    after, report = _judged(_facts(run), change, judging, only_new=only_new)
    return Outcome(
        code=report.exit_code,
        report=report,
        run=after,
        shown=only(after, changed_to_worse(report.comparison)) if only_new else after,
        tell=partial(_tell, report, after, language),
        closing=(GateText(report, language).closing(),),
    )


def _judged(
    book: FactBook, change: RoutingChange, judging: JudgingOptions, *, only_new: bool
) -> tuple[Run, GateReport]:
    """Judge the facts as they are and as they would be: the run of the latter, and what differs. Raises Usage."""
    live = only_datacentres(book)
    try:
        told = neighbours_told(change.routers, live.scan.inventory.datacentres)
        proposed = with_rehearsal(loop.run(with_change(live, change)), told)
    except (ChangeError, RouterError) as error:
        raise Usage(str(error)) from error
    profiles = judging.profiles or live.scan.inventory.profiles
    before, after = judge_book(live, judging, profiles), judge_book(proposed, judging, profiles)
    comparison = compare(before, after)
    prefixes = prefix_answers(before, after, live.scan.inventory.datacentres)
    report = GateReport(
        schema=GATE_SCHEMA,
        run=before.id,
        proposed=after.proposed,
        exit_code=after.exit_code,
        prefixes=prefixes,
        comparison=comparison,
        neighbours=told,
        strangers=_strangers(change, live),
    )
    if only_new:
        report = msgspec.structs.replace(report, exit_code=_code_of_what_is_new(report, after, judging))
    report = msgspec.structs.replace(report, exit_code=_code_with_neighbours(report, judging))
    return msgspec.structs.replace(after, comparison=comparison, exit_code=report.exit_code), report


def _strangers(change: RoutingChange, book: FactBook) -> tuple[Vrp, ...]:
    """A ROA for another AS may be meant, for a scrubbing service; a slip of the pen looks the same."""
    own = {asn for centre in book.scan.inventory.datacentres for asn in centre.asns}
    return tuple(vrp for vrp in change.add_vrps if vrp.asn not in own)


def _code_of_what_is_new(report: GateReport, after: Run, judging: JudgingOptions) -> int:
    """The exit code by what the change breaks, or makes impossible to test, alone."""
    if judging.fail_on and newly_failing(after, report.comparison, report.prefixes, judging.fail_on):
        return FINDINGS
    lost = any(change.difference is Difference.UNTESTED for change in report.comparison.changes)
    lost = lost or any(answer.lost for item in report.prefixes for answer in item.answers)
    return INCOMPLETE if lost and not judging.allow_incomplete else COMPLIANT


def _code_with_neighbours(report: GateReport, judging: JudgingOptions) -> int:
    """An operator that would be told another one's routes is a finding; a session that did not come up is a gap."""
    if judging.fail_on and any(item.foreign for item in report.neighbours):
        return FINDINGS
    unknown = any(item.unknown for item in report.neighbours) and not judging.allow_incomplete
    return INCOMPLETE if unknown and report.exit_code == COMPLIANT else report.exit_code


def _tell(report: GateReport, after: Run, language: str) -> None:
    text = GateText(report, language)
    click.echo(text.title())
    echo_table(text.table())
    for line in text.details(colour=True):  # click drops colour when it is no terminal
        click.echo(line)
    for line in text.strangers(colour=True):
        click.echo(line)
    for line in text.neighbours(colour=True):
        click.echo(line)
    click.echo()
    click.echo(comparison_text(after, language, colour=True), nl=False)


def _facts(run: Path) -> FactBook:
    """The facts of a run, or those that an inventory's files give. Raises Usage."""
    path = run
    if run.is_dir():
        path = run / FACTS_FILE if (run / FACTS_FILE).exists() else run / DEFAULT_INVENTORY
    if path.suffix in YAML:
        loaded = load_inventory(path)
        book = loop.run(read_evidence(loaded.inventory, loaded.path, loaded.sha256, time.time(), own_profiles(loaded)))
        located = msgspec.structs.replace(book.scan, locations=inventory_locations(loaded))
        return FactBook([located, *(fact for fact in book.facts if fact is not book.scan)])
    try:
        return read_facts(path)
    except FactsError as error:
        raise Usage(str(error)) from error


def _datacentre_checks(judging: JudgingOptions) -> JudgingOptions:
    """Of the chosen checks those that look at data centres: nothing else can change. Raises Usage without any."""
    infos = load_catalogue().infos
    own = frozenset(id for id, info in infos.items() if info.target is TargetKind.DATACENTRE)
    chosen = own if judging.checks is None else own & judging.checks
    if not chosen:
        raise Usage("nothing selected: no chosen check looks at data centres")
    return replace(judging, checks=chosen)
