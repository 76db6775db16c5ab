"""`netaudit gate`: may this change go live? Judged before and after, or a run against an earlier one."""

from pathlib import Path
from typing import Any

import click
import msgspec

from netaudit.cli.errors import Usage
from netaudit.cli.gate_baseline import baseline_options, gate_baseline
from netaudit.cli.gate_routing import gate_routing
from netaudit.cli.gate_zones import gate_zones
from netaudit.cli.judge import read_judging_options
from netaudit.cli.options import judging_options, language_option, network_options, read_network_options
from netaudit.cli.outcomes import Outcome, together
from netaudit.cli.proposals import proposal_options, read_proposals
from netaudit.cli.routing_edits import read_routing_change, routing_change_options
from netaudit.model.gate import GateReport
from netaudit.writers.annotations import annotations
from netaudit.writers.forms import FORMS, write_forms

__all__ = ["gate"]

_FORMATS = ("text", "json", "github", *(form for form in FORMS if form != "pdf"))


@click.command(
    epilog="""\b
Exit codes: 0 the change may go live, 1 findings after it, 3 something could not be tested, 2 usage, or a baseline
that can't be compared with.
\b
Examples:
  netaudit gate out --remove-roa 203.0.113.0/24-24=AS64510
  netaudit gate out --add-roa 2001:db8:113::/48=AS64511 --only-new --fail-on medium
  netaudit gate out --vrps proposed.json --route-objects proposed.txt --format json
  netaudit gate inventory.yaml --routes rehearsal.mrt --lang en
  netaudit gate out --router bird.conf --only-new           what would each operator be told, and who would see us then
  netaudit gate inventory.yaml --zonefile dalat.lamdong.gov.vn=dalat.zone --only-new
  netaudit gate out --baseline last-night --only-new -f text,sarif,junit -o gate
  netaudit gate out --baseline store:latest --history runs.sqlite --only-new
  netaudit gate inventory.yaml --baseline last-night        which targets come and go; nothing is measured
"""
)
@click.argument("run", required=False, type=click.Path(exists=True, path_type=Path), default=Path("out"))
@routing_change_options
@proposal_options
@baseline_options
@click.option("--only-new", is_flag=True, help="Let only what is new decide, not what fails already.")
@click.option(
    "-f",
    "--format",
    "formats",
    default="text",
    show_default=True,
    metavar="LIST",
    help=f"{', '.join(_FORMATS)}: one or more, with commas. text, json and github are printed, others need -o.",
)
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="The folder for files.")
@judging_options
@language_option
@network_options
def gate(run: Path, only_new: bool, formats: str, output: Path | None, **values: Any) -> int:
    """Judge a change before it goes live: of routing, of zones and delegations, of an inventory; or a run.

    RUN is a run folder, a facts file, a run.json or an inventory (default: out). A change of routing is judged on what
    is known: RPKI, routing registries, route tables; nothing is sent. Proposed zones are scanned as if they were live,
    and need an inventory. With --baseline, a run is held against an earlier one, or an inventory against what was
    scanned. What gets worse comes first.
    """
    wanted = _read_formats(formats, output)
    change, proposals = read_routing_change(values), read_proposals(values)
    network = read_network_options(values)
    judging = read_judging_options(values, own=True)
    baseline, language = values["baseline"], values["language"]
    if baseline is not None and (change or proposals):
        raise Usage("a change is held against what is now: it takes no --baseline")
    outcomes = []
    if baseline is not None:
        outcomes.append(gate_baseline(run, judging, values, only_new=only_new))
    if proposals:
        outcomes.append(gate_zones(run, proposals, judging, network, language, only_new=only_new))
    if change:
        outcomes.append(gate_routing(run, change, judging, language, only_new=only_new))
    if not outcomes:
        raise Usage(
            "nothing changes: name what will be with --vrps, --route-objects, --routes, --add-roa, --zonefile, …, "
            "or what was with --baseline"
        )
    outcome = together(outcomes)
    _tell(outcome, wanted, output, language, colour=True)
    return outcome.code


def _read_formats(text: str, output: Path | None) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [part for part in wanted if part not in _FORMATS]
    if unknown or not wanted:
        raise Usage(f"--format {', '.join(unknown) or 'nothing'}: choose from {', '.join(_FORMATS)}")
    files = [part for part in wanted if part in FORMS]
    if files and output is None:
        raise Usage(f"{', '.join(files)}: name the folder to write to with --output")
    if {"json", "text"} <= set(wanted) or {"json", "github"} <= set(wanted):
        raise Usage("json goes to the output alone: text and github go there too")
    return wanted


def _tell(outcome: Outcome, formats: tuple[str, ...], output: Path | None, language: str, *, colour: bool) -> None:
    files = [form for form in formats if form in FORMS]
    if outcome.run is None and (files or "github" in formats):
        raise Usage(f"{', '.join((*files, 'github'))}: an inventory alone gives no run; scan it first")
    if outcome.run is not None and output is not None:
        write_forms(outcome.run, output, language, files)
    if "json" in formats:
        click.echo(msgspec.json.format(msgspec.json.encode(outcome.report), indent=1).decode())
        return
    if "text" in formats:
        outcome.tell()
    if "github" in formats and outcome.shown is not None:
        mistakes = outcome.report.mistakes if isinstance(outcome.report, GateReport) else ()
        for line in annotations(outcome.shown, language, mistakes):
            click.echo(line)
    for line in outcome.closing:
        click.echo(line, err=True)
