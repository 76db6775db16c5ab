"""`netaudit report`: a judged run shown again, in another language or form, without judging it again."""

from pathlib import Path

import click

from netaudit.cli.errors import Usage
from netaudit.cli.options import formats_option, language_option
from netaudit.cli.printed import echo_forms
from netaudit.cli.stored import run_at
from netaudit.model.run import Run
from netaudit.store.runfolder import run_file
from netaudit.writers.forms import write_forms
from netaudit.writers.html import write_html
from netaudit.writers.json import write_json
from netaudit.writers.text import closing_line

__all__ = ["report"]


@click.command(
    epilog="\b\nExamples:\n  netaudit report out --lang en -o report-en\n"
    "  netaudit report out/run.json -f text\n  netaudit report out -f html,json -o copy\n"
    "  netaudit report out -f csv,xlsx,md"
)
@click.argument("run", type=click.Path(exists=True, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The folder to write to (default: the run's).")
@formats_option
@language_option
def report(run: Path, output: Path | None, formats: tuple[str, ...], language: str) -> int:
    """Write the report of RUN, a run.json or the folder that holds one. Exits 0 when it was written."""
    judged = run_at(run)
    first = _write(judged, output or run_file(run).parent, formats, language)
    echo_forms(judged, language, formats)
    click.echo(closing_line(judged, first, language), err=True)
    return 0


def _write(run: Run, folder: Path, formats: tuple[str, ...], language: str) -> Path | None:
    """Write the forms and return what a reader opens first."""
    if folder.exists() and not folder.is_dir():
        raise Usage(f"{folder} is a file; the output must be a folder")
    if "json" in formats:
        write_json(run, folder)
    written = write_forms(run, folder, language, formats)
    if "html" in formats:
        return write_html(run, folder, language)[-1]
    return written[0] if written else None
