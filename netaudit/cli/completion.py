"""`netaudit completion`: what a shell needs to complete our commands, options and their words."""

from collections.abc import Mapping

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

__all__ = ["completion"]

_PROGRAM = "netaudit"
_VARIABLE = "_NETAUDIT_COMPLETE"  # with it set, the program answers the shell instead of doing anything
_SHELLS: Mapping[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command(
    epilog="""\b
Examples:
  netaudit completion bash > ~/.local/share/bash-completion/completions/netaudit
  netaudit completion zsh > ~/.zfunc/_netaudit      with fpath+=~/.zfunc before compinit in ~/.zshrc
  netaudit completion fish > ~/.config/fish/completions/netaudit.fish
"""
)
@click.argument("shell", type=click.Choice(sorted(_SHELLS)))
def completion(shell: str) -> None:
    """Print the completion script for SHELL. It asks netaudit itself, so it never needs to be made anew."""
    from netaudit.cli.main import main  # which loads this command

    click.echo(_SHELLS[shell](main, {}, _PROGRAM, _VARIABLE).source())
