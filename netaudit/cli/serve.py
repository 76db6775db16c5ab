"""`netaudit serve`: runs over HTTP, to read only."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netaudit.cli.errors import Usage
from netaudit.cli.stored import existing_history, history_option
from netaudit.content import content_path
from netaudit.engine.loop import run as run_loop
from netaudit.notify.secrets import SecretError, read_secret

if TYPE_CHECKING:
    from netaudit.serve.shelf import Shelf

__all__ = ["serve"]

_SHOWN = {"dashboard": "grafana.json", "alerts": "alerts.yaml"}
_SHORTEST = 16  # characters of a token


@click.command(
    epilog="\b\nExamples:\n  netaudit serve out\n  netaudit serve /var/lib/netaudit --port 8053\n"
    "  netaudit serve reports --bind 192.0.2.10 --token-file /etc/netaudit/token --host-name audit.example\n"
    "  netaudit serve runs --history runs.sqlite\n"
    "  netaudit serve --show dashboard > netaudit.json"
)
@click.argument("folder", default=Path("out"), type=click.Path(path_type=Path))
@click.option(
    "--bind",
    "addresses",
    multiple=True,
    metavar="ADDRESS",
    help="Listen on this address (default: 127.0.0.1 and ::1). Any but loopback needs --token-file or --behind-proxy.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8053, show_default=True, help="0: one that is free.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Whoever asks must show the token in this file, as Bearer or as the password of Basic.",
)
@click.option("--behind-proxy", is_flag=True, help="A reverse proxy before this server lets in whom it should.")
@click.option(
    "--host-name", "names", multiple=True, metavar="NAME", help="A name by which this server may be asked for."
)
@history_option
@click.option(
    "--show", type=click.Choice(list(_SHOWN)), help="Print the Grafana dashboard or Prometheus's alert rules, and end."
)
def serve(
    folder: Path,
    addresses: tuple[str, ...],
    port: int,
    token_file: Path | None,
    behind_proxy: bool,
    names: tuple[str, ...],
    history: str | None,
    show: str | None,
) -> int:
    """Serve the runs in FOLDER: reports, metrics for Prometheus, and a JSON interface with its description.

    FOLDER is a run folder, or holds some; with --history the runs of a history are served too, without reports. Nothing
    can be changed through it. /metrics tells of the newest run of each
    province, /openapi.json of the interface.
    """
    if show is not None:
        shown = content_path("reports") / "monitoring" / _SHOWN[show]
        click.echo(shown.read_text(encoding="utf-8"), nl=False)
        return 0
    if not folder.is_dir() and history is None:
        raise Usage(f"{folder}: no such folder")
    bound_to = tuple(map(_literal, addresses))
    secret = None if token_file is None else _secret(token_file)
    if secret is None and not behind_proxy and not all(ipaddress.ip_address(a).is_loopback for a in bound_to):
        raise Usage("--bind: beyond loopback anybody could read it: give --token-file, or --behind-proxy")
    _run(folder, history, bound_to, port, secret, names)
    return 0


def _run(
    folder: Path,
    history: str | None,
    addresses: tuple[str, ...],
    port: int,
    secret: str | None,
    names: tuple[str, ...],
) -> None:
    try:
        from netaudit.serve.app import create_app
        from netaudit.serve.guard import Access, Token, reachable_names
        from netaudit.serve.server import LOOPBACK, bind
        from netaudit.serve.server import serve as answer
    except ImportError as error:
        raise Usage(f"{error.name} is not installed: pip install 'netaudit[serve]'") from error
    addresses = addresses or LOOPBACK
    access = Access(Token(secret) if secret is not None else None, reachable_names(names), frozenset(addresses))
    with _shelf(folder, history) as shelf:
        app = create_app(shelf, access)
        bound = bind(addresses, port)
        run_loop(answer(app, bound, lambda: _tell(bound.authorities)))


@contextmanager
def _shelf(folder: Path, place: str | None) -> "Iterator[Shelf]":
    """The runs to serve. Raises Usage when the history can't be opened."""
    from netaudit.serve.shelf import FolderShelf

    if place is None:
        yield FolderShelf(folder)
        return
    from netaudit.serve.stored import HistoryShelf, Shelves

    with existing_history(place) as history:
        yield Shelves([FolderShelf(folder), HistoryShelf(history)])


def _tell(authorities: tuple[str, ...]) -> None:
    for authority in authorities:
        click.echo(f"http://{authority}/", err=True)


def _literal(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        raise Usage(f"--bind {address}: not an IP address") from None


def _secret(path: Path) -> str:
    try:
        secret = read_secret(path).reveal()
    except SecretError as error:
        raise Usage(f"--token-file: {error}") from error
    if len(secret) < _SHORTEST:
        raise Usage(f"--token-file: a token has {_SHORTEST} characters at least")
    return secret
