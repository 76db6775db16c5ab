"""Tables and descriptions on stdout: laid out for a terminal, plain lines for a pipe."""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence

import click
from rich.console import Console
from rich.table import Table

from netaudit.writers.reference import Part
from netaudit.writers.safe import one_line

__all__ = ["echo_parts", "echo_table"]

_LONGEST = 4000
_WIDEST = 100


def echo_table(rows: Iterable[Sequence[str]]) -> None:
    """Print a table, its headings being the first row. In a pipe each row is one line, aligned, and nothing is cut."""
    headings, *cells = [[one_line(cell, _LONGEST) for cell in row] for row in rows]
    if sys.stdout.isatty():
        table = Table()
        for index, heading in enumerate(headings):
            table.add_column(heading, no_wrap=index == 0)
        for row in cells:
            table.add_row(*row)
        Console(highlight=False, markup=False).print(table)
        return
    everything = [[heading.upper() for heading in headings], *cells]
    widths = [max(map(len, column)) for column in zip(*everything, strict=True)]
    for row in everything:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def echo_parts(parts: Iterable[Part]) -> None:
    """Print headings with what stands under them; wrapped in a terminal, one line a paragraph in a pipe."""
    marks = {"text": "", "list": "- ", "command": "$ "}
    for part in parts:
        click.echo()
        click.echo(click.style("\n".join(_wrapped(one_line(part.heading, _LONGEST), "", part.form)), bold=True))
        for line in part.body:
            for shown in _wrapped(one_line(line, _LONGEST), f"  {marks[part.form]}", part.form):
                click.echo(shown)


def _wrapped(text: str, start: str, form: str) -> list[str]:
    if form == "command" or not sys.stdout.isatty():  # a command line must stay whole to be pasted
        return [start + text]
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    return textwrap.wrap(text, width, initial_indent=start, subsequent_indent=" " * len(start)) or [start]
