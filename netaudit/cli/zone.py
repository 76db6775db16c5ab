"""`netaudit zone`: zone files looked at before anybody serves them."""

import time
from pathlib import Path

import click
import dns.name

from netaudit.authority.lint import Finding, lint
from netaudit.authority.lint_dnssec import lint_ds, lint_signatures
from netaudit.authority.lint_zonemd import lint_zonemd
from netaudit.authority.masterfile import MasterFileError
from netaudit.cli.bare import read_name
from netaudit.cli.errors import COMPLIANT, FINDINGS, Usage
from netaudit.cli.options import language_option
from netaudit.cli.proposals import ds_option, read_ds, read_file
from netaudit.writers.safe import one_line
from netaudit.writers.zonefile import findings_text, lint_closing

__all__ = ["zone"]


@click.group(epilog="\b\nExamples:\n  netaudit zone lint lamdong.zone --origin lamdong.gov.vn")
def zone() -> None:
    """Zone files, before they go live."""


@zone.command(
    "lint",
    epilog="""\b
Exit codes: 0 no error (there may be warnings), 1 errors, 2 usage.
\b
Examples:
  netaudit zone lint lamdong.zone --origin lamdong.gov.vn
  netaudit zone lint zones/*.zone                        each named after its zone: lamdong.gov.vn.zone
  netaudit zone lint lamdong.zone.signed --origin lamdong.gov.vn --ds @dsset-lamdong.gov.vn.
""",
)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--origin", metavar="ZONE", help="The zone that the file holds (default: its name, as in ZONE.zone or db.ZONE)."
)
@ds_option
@language_option
def lint_command(files: tuple[Path, ...], origin: str | None, ds: tuple[str, ...], language: str) -> int:
    """Look for mistakes in zone files; nothing is sent. A signed zone's signatures are all verified.

    `netaudit scan --zonefile` goes on from here: it audits the zone as if it were live.
    """
    if len(files) > 1 and (origin or ds):
        raise Usage("--origin and --ds belong to one zone: name one file")
    return max(_lint(file, origin or _zone_of(file), ds, language) for file in files)


def _lint(file: Path, origin: str, ds: tuple[str, ...], language: str) -> int:
    apex = dns.name.from_text(read_name(origin))
    records = read_ds(ds, (apex,)).get(apex, ())
    try:
        read = read_file(file, apex)
    except MasterFileError as error:
        for mistake in error.mistakes:
            click.echo(one_line(str(mistake)))
        return FINDINGS
    found: list[Finding] = [*lint(read), *lint_signatures(read, time.time()), *lint_ds(read, records)]
    found += lint_zonemd(read)
    click.echo(findings_text(found, language, colour=True), nl=False)  # click drops colour when it is no terminal
    rrsets = sum(map(len, read.content.rrsets.values()))
    click.echo(lint_closing(file.name, apex.to_text(omit_final_dot=True), rrsets, found, language), err=True)
    return FINDINGS if any(finding.is_error for finding in found) else COMPLIANT


def _zone_of(file: Path) -> str:
    """The zone that a file is named after: lamdong.gov.vn.zone, lamdong.gov.vn.zone.signed, db.lamdong.gov.vn."""
    name = file.name.removeprefix("db.")
    for ending in (".signed", ".zone", ".db"):
        name = name.removesuffix(ending)
    if name == file.name:
        raise Usage(f"{file}: which zone? Name it with --origin, or the file ZONE.zone")
    return name
