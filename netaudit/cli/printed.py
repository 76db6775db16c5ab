"""The forms of a report that go to the terminal: text for a reader, workflow commands for GitHub's log."""

from collections.abc import Sequence

import click

from netaudit.model.run import Run
from netaudit.writers.annotations import annotations
from netaudit.writers.text import run_text

__all__ = ["echo_forms"]


def echo_forms(run: Run, language: str, formats: Sequence[str]) -> None:
    """Print those of `formats` that are printed."""
    if "text" in formats:
        click.echo(run_text(run, language, colour=True), nl=False)  # click drops colour when it is no terminal
    if "github" in formats:
        for line in annotations(run, language):
            click.echo(line)
