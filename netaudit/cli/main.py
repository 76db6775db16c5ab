"""The command `netaudit`: its group, and the one place where exit codes are decided."""

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import NoReturn

import click

from netaudit import __version__
from netaudit.cli.errors import INTERNAL, INTERRUPTED, USAGE

__all__ = ["entry", "main", "run"]

# command -> module of netaudit.cli; imported only when used, so that --help and completion are quick
_COMMANDS = {
    "check": "check",
    "trace": "trace",
    "scan": "scan",
    "collect": "scan",
    "judge": "judge",
    "gate": "gate",
    "merge": "merge",
    "report": "report",
    "compare": "compare",
    "diff": "diff",
    "history": "history",
    "plan": "plan",
    "inventory": "inventory",
    "checks": "checks",
    "profiles": "profiles",
    "serve": "serve",
    "notify": "notify",
    "facts": "facts",
    "zone": "zone",
    "schedule": "schedule",
    "pack": "pack",
    "verify": "pack",
    "doctor": "doctor",
    "lab": "lab",
    "demo": "demo",
    "completion": "completion",
}

_RARELY = (100_000, 20, 50)  # allocations, and generations, between two looks; Python's own is (700, 10, 10)

_EPILOG = """\b
Exit codes:
  0    every selected check was evaluated, nothing at or above --fail-on
  1    at least one failure at or above --fail-on
  2    usage, inventory or profile error, or nothing selected
  3    no such failure, but some checks could not be tested
  4    internal error, or the output could not be written
  130  interrupted; the partial run was saved and is marked
\b
Examples:
  netaudit demo                       scan the sample province in the lab
  netaudit check lamdong.gov.vn       ask about single names, no inventory needed
  netaudit scan                       scan ./inventory.yaml into out/
  netaudit plan                       show what would be sent; sends nothing
  netaudit gate out --add-roa …       judge a change of routing before it goes live
"""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if near := get_close_matches(args[0], _COMMANDS):
                raise click.UsageError(f"{error.message} (Did you mean {' or '.join(near)}?)", ctx) from None
            raise

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = getattr(import_module(f"netaudit.cli.{module}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=_LazyGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="netaudit")
def main() -> None:
    """Audit DNSSEC, IPv6, dual stack and multi-homing of a province's services against the national plan."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; every way to end passes through here."""
    try:
        result = main.main(args=list(arguments), prog_name="netaudit", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return int(ended.exit_code)
    except click.ClickException as error:
        error.show()
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("exit 130: interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of our output went away (`netaudit … | head`): nothing to report, nothing to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERNAL
    except OSError as error:
        click.echo(f"exit 4: {error.strerror or error}: {error.filename or ''}".rstrip(": "), err=True)
        return INTERNAL
    except Exception as error:
        from netaudit.judge.documents import ContentError  # what it imports is not worth the time of --help

        if isinstance(error, ContentError):  # a check or profile that somebody was writing: theirs to mend
            click.echo(f"Error: {error}", err=True)
            return USAGE
        if os.environ.get("NETAUDIT_DEBUG"):
            traceback.print_exc()
        click.echo(f"exit 4: internal error: {type(error).__name__}: {error}", err=True)
        click.echo("This is a bug in netaudit. NETAUDIT_DEBUG=1 shows the traceback.", err=True)
        return INTERNAL
    return result if isinstance(result, int) else 0


def entry() -> None:
    """The console script."""
    # What a scan makes it keeps to its end: looking for garbage among it takes a tenth of the time and finds little.
    gc.set_threshold(*_RARELY)
    _leave(run(sys.argv[1:]))


def _leave(code: int) -> NoReturn:
    """End the process at once: to free the facts of a large scan one by one takes a tenth of its time, for nothing."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # the reader of our output went away, or the disk is full
        code = code or INTERNAL
    os._exit(code)
