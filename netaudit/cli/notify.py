"""`netaudit notify`: who is to know what changed is told, once."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from netaudit.cli.errors import INTERNAL, Usage
from netaudit.cli.options import language_option
from netaudit.cli.stored import run_at
from netaudit.inventory import InventoryError
from netaudit.model.inventory import Inventory
from netaudit.model.run import Run
from netaudit.notify.outbox import Delivery, Postman, deliver, prepare
from netaudit.notify.owners import unknown_selectors
from netaudit.notify.settings import NotifyFile, load_notify_file
from netaudit.notify.state import Message, StateError, StateFile
from netaudit.store.lock import LockedError
from netaudit.writers.notices import Notices

__all__ = ["checked_notify_file", "notify", "notify_of", "notify_option", "read_notify_option"]

DEFAULT_FILE = Path("notify.yaml")


@click.command(
    epilog="\b\nExamples:\n  netaudit notify out --dry-run\n  netaudit notify out --file /etc/netaudit/notify.yaml"
)
@click.argument("run", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--file",
    default=DEFAULT_FILE,
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Who is told what, and by which way.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be sent; send and remember nothing.")
@language_option
def notify(run: Path, file: Path, dry_run: bool, language: str) -> int:
    """Tell by e-mail and webhook what changed in RUN since those who are told were told last, and what is about to end.

    A run that was looked at already brings nothing new; what could not be sent then is sent now. Exits 4 when something
    could not be sent: it is kept, and tried again the next time.
    """
    settings = checked_notify_file(file)
    judged = run_at(run)
    _refuse_unknown_units(judged, settings, file)
    if dry_run:
        _show(judged, settings, file)
        return 0
    delivery = notify_of(judged, settings, file, language)
    return INTERNAL if delivery.waiting or delivery.given_up else 0


def notify_option(command: Any) -> Any:
    """Whether a scan tells somebody."""
    return click.option(
        "--notify",
        "notify_file",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Afterwards tell those whom this notify file names what changed. The exit code stays the scan's.",
    )(command)


def read_notify_option(values: Mapping[str, Any], inventory: Inventory) -> Callable[[Path], None] | None:
    """What to do with a run folder when the scan is over; the notify file is checked now. Raises Usage."""
    file: Path | None = values["notify_file"]
    if file is None:
        return None
    settings, language = checked_notify_file(file), values["language"]
    _refuse_unknown_units(inventory, settings, file)

    def tell(folder: Path) -> None:
        """Whatever goes wrong is said, and changes nothing about the scan."""
        try:
            notify_of(run_at(folder), settings, file, language)
        except (Usage, OSError) as error:
            click.echo(f"--notify: {error}", err=True)

    return tell


def checked_notify_file(file: Path) -> NotifyFile:
    """The notify file. Raises Usage."""
    if not file.exists():
        raise Usage(f"{file}: no such notify file (docs/guide.md shows how to write one)")
    try:
        return load_notify_file(file)
    except InventoryError as error:
        raise Usage(str(error)) from error


def notify_of(run: Run, settings: NotifyFile, file: Path, language: str) -> Delivery:
    """Take a run in, send what is to be sent, and say what became of it. Raises Usage."""
    state_file = _state_file(settings, file)
    postman = Postman(settings, file.parent)
    try:
        with state_file.hold():
            before = state_file.read()
            state = prepare(before, run, settings, time.time())
            if state is not before:
                state_file.write(state)
            delivery = deliver(state_file, state, postman.send)
    except (LockedError, StateError) as error:
        raise Usage(str(error)) from error
    notices = Notices(language)
    click.echo(notices.notified(len(delivery.sent), len(delivery.waiting), len(delivery.given_up)), err=True)
    for message in (*delivery.waiting, *delivery.given_up):
        click.echo(f"  {message.route}, {_way(message)}: {message.problem}", err=True)
    return delivery


def _show(run: Run, settings: NotifyFile, file: Path) -> None:
    try:
        state = prepare(_state_file(settings, file).read(), run, settings, time.time())
    except StateError as error:
        raise Usage(str(error)) from error
    for message in state.outbox:
        click.echo(f"{message.route} → {_way(message)}\n{message.subject}\n")
        click.echo(f"{message.text}")


def _way(message: Message) -> str:
    return message.place if message.way == "mail" else f"webhook {message.place}"


def _state_file(settings: NotifyFile, file: Path) -> StateFile:
    return StateFile(file.parent / settings.state)


def _refuse_unknown_units(run: Run | Inventory, settings: NotifyFile, file: Path) -> None:
    for route in settings.routes:
        unknown = unknown_selectors(run, route.units)
        if unknown:
            raise Usage(f"{file}: route {route.name}: the inventory has no {', '.join(unknown)}")
