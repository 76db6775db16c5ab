"""How commands end: the exit codes of docs/guide.md, and the errors that carry them."""

import click

__all__ = ["COMPLIANT", "FINDINGS", "INCOMPLETE", "INTERNAL", "INTERRUPTED", "USAGE", "Usage"]

COMPLIANT = 0  # every selected check evaluated, nothing at or above --fail-on
FINDINGS = 1  # at least one unwaived failure at or above --fail-on
USAGE = 2  # usage, inventory, profile or waiver error; or nothing selected
INCOMPLETE = 3  # no such failure, but some checks could not be tested
INTERNAL = 4  # a bug, or the output could not be written
INTERRUPTED = 130  # Ctrl-C; a partial run was saved and is marked


class Usage(click.ClickException):
    """The user can mend it: a wrong option, file or inventory."""

    exit_code = USAGE
