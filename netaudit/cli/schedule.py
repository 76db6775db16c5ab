"""`netaudit schedule`: a scan every night, by systemd or Kubernetes."""

import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from netaudit.cli.errors import Usage
from netaudit.cli.inventories import load_inventory
from netaudit.cli.options import inventory_path
from netaudit.cli.runs import DURATION
from netaudit.cli.scan import scan
from netaudit.inventory import LoadedInventory
from netaudit.store.runfolder import write_atomically
from netaudit.writers.cronjob import INVENTORY_FOLDER, STATE_FOLDER, cronjob
from netaudit.writers.systemd import MARK, ScheduledScan, service_unit, timer_unit

__all__ = ["schedule"]

_SYSTEM = Path("/etc/systemd/system")
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_UNIT = re.compile(r"[A-Za-z0-9:_.@\\%-]{1,200}\.(service|target)")
_TOLD_APART = ("output", "resume", "option", "history")  # from the command line, or from elsewhere
_HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108, from a hardened unit


@click.group()
def schedule() -> None:
    """Scan every night: write systemd units or a Kubernetes CronJob, or remove them."""


_name_option = click.option("--name", default="netaudit", show_default=True, metavar="NAME", help="Of the unit or job.")
_to_option = click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", help="Where (default: systemd's own)."
)
_user_option = click.option("--user", is_flag=True, help="Units of your own systemd instead of the system's.")


@schedule.command(
    epilog="""\b
Examples:
  netaudit schedule install /etc/netaudit/lamdong.yaml --print
  netaudit schedule install /etc/netaudit/lamdong.yaml --at 02:30 --on-failure mail@%n.service -- --path --lang en
  netaudit schedule install lamdong.yaml --as kubernetes --image registry.example/netaudit:1 --to manifests
"""
)
@click.argument("inventory", type=click.Path(path_type=Path))
@click.argument("scan_arguments", nargs=-1)
@click.option(
    "--as", "form", type=click.Choice(["systemd", "kubernetes"]), default="systemd", show_default=True, help="For whom."
)
@_name_option
@_to_option
@_user_option
@click.option("--print", "shown", is_flag=True, help="Print instead of writing.")
@click.option("--at", default="02:00", show_default=True, metavar="HH:MM", help="Time of day in Viet Nam.")
@click.option("--jitter", type=DURATION, default="30m", show_default=True, metavar="TIME", help="Begin up to so late.")
@click.option("--keep", type=click.IntRange(1), default=30, show_default=True, metavar="N", help="Runs that are kept.")
@click.option(
    "--resume-within",
    type=DURATION,
    default="6h",
    show_default=True,
    metavar="TIME",
    help="A run that died less than so long ago is gone on with.",
)
@click.option("--longest", type=DURATION, default="12h", show_default=True, metavar="TIME", help="Then a run is ended.")
@click.option("--on-failure", default="", metavar="UNIT", help="Start it when a run ends with anything but 0 and 1.")
@click.option("--image", default="", metavar="IMAGE", help="Kubernetes: the container image, with its tag or digest.")
def install(
    inventory: Path, scan_arguments: tuple[str, ...], form: str, to: Path | None, shown: bool, **values: Any
) -> int:
    """Write what scans INVENTORY every night; options of `netaudit scan` follow after --.

    The runs stay in one folder, by date, with the link 'latest'. A night that was missed is made up for, a run that
    died is gone on with, and two never run at once. Nothing is started: what is left to do is printed.
    """
    loaded = load_inventory(inventory_path(inventory, None))
    made = _made(loaded, form, scan_arguments, values)
    if form == "kubernetes":
        if not values["image"]:
            raise Usage("--image: name the container image, as Containerfile builds it")
        files = {f"{made.name}.yaml": cronjob(made, values["image"])}
        place = to
    else:
        files = {f"{made.name}.service": service_unit(made), f"{made.name}.timer": timer_unit(made)}
        place = to or _place(made.user)
    if shown:
        click.echo("\n".join(f"# {name}\n{text}" for name, text in files.items()), nl=False)
        return 0
    if place is None:
        raise Usage("--as kubernetes writes nowhere by itself: name a folder with --to, or --print")
    _write(place, files)
    for line in (*_doubts(loaded, made), *_next_steps(made, form, place, loaded)):
        click.echo(line, err=True)
    return 0


@schedule.command()
@_name_option
@_to_option
@_user_option
def remove(name: str, to: Path | None, user: bool) -> int:
    """Remove the systemd units that `install` wrote; those of others are left alone, and so are the runs."""
    place = to or _place(user)
    paths = [place / f"{name}.{kind}" for kind in ("timer", "service")]
    found = [path for path in paths if path.is_file()]
    if not found:
        raise Usage(f"{place}: no unit {name}.timer or {name}.service")
    for path in found:
        if not path.read_text("utf-8", errors="replace").startswith(MARK):
            raise Usage(f"{path}: not written by netaudit schedule install; nothing was removed")
    for path in found:
        path.unlink()
        click.echo(f"removed {path}", err=True)
    click.echo(
        f"now: systemctl {'--user ' if user else ''}disable --now {name}.timer; systemctl daemon-reload", err=True
    )
    return 0


def _made(loaded: LoadedInventory, form: str, scan_arguments: tuple[str, ...], values: dict[str, Any]) -> ScheduledScan:
    if not _NAME.fullmatch(values["name"]):
        raise Usage(f"--name {values['name']}: small letters, digits and hyphens")
    if not _TIME.fullmatch(values["at"]):
        raise Usage(f"--at {values['at']}: write HH:MM")
    if values["on_failure"] and not _UNIT.fullmatch(values["on_failure"]):
        raise Usage(f"--on-failure {values['on_failure']}: name a .service or .target")
    inside = form == "kubernetes"
    file = f"{INVENTORY_FOLDER}/{loaded.path.name}" if inside else str(loaded.path.absolute())
    program = ("netaudit",) if inside else (sys.executable, "-m", "netaudit")
    runs = STATE_FOLDER if inside else "${STATE_DIRECTORY}"
    given = _scan_values(loaded, scan_arguments)
    own = ["--runs", f"{runs}/runs", "--keep", str(values["keep"])]
    own += ["--resume-within", _written(values["resume_within"]), "--quiet"]
    own += ["--jitter", _written(values["jitter"])] if inside else ["--if-older", "12h"]
    marked = any(uplink.fwmark is not None for centre in loaded.inventory.datacentres for uplink in centre.uplinks)
    return ScheduledScan(
        name=values["name"],
        description=f"netaudit: {loaded.inventory.province.name.vi}",
        command=(*program, "scan", file, *own, *scan_arguments),
        at=values["at"],
        jitter=int(values["jitter"]),
        longest=int(values["longest"]),
        raw=bool(given["path"] or given["inject_ptb"] or marked),
        browser=bool(given["browser"] or given["browser_path"]),
        user=values["user"],
        on_failure=values["on_failure"],
    )


def _scan_values(loaded: LoadedInventory, arguments: tuple[str, ...]) -> dict[str, Any]:
    """What the scan's options would be: what it would not understand is told now, not in the night. Raises Usage."""
    try:
        with scan.make_context("scan", [str(loaded.path), *arguments]) as context:
            values = context.params
            sources = {name: context.get_parameter_source(name) for name in _TOLD_APART}
    except click.exceptions.Exit as error:  # --help
        raise Usage("after -- stand options of netaudit scan, no --help") from error
    command_line = click.core.ParameterSource.COMMANDLINE
    if (
        values["runs"]
        or values["rescan"]
        or any(sources[name] is command_line for name in ("output", "resume", "option"))
    ):
        raise Usage("where the runs go is set here: leave out -i, -o, --runs, --rescan and --resume after --")
    if sources["history"] is command_line:
        _refuse_password(values["history"])
    return values


def _refuse_password(history: str) -> None:
    """Everybody on the machine reads units and command lines. Raises Usage."""
    from netaudit.store.history.address import HistoryError, holds_password

    try:
        if "://" in history and holds_password(history):
            raise Usage(
                "--history: everybody could read a password in the unit: put NETAUDIT_HISTORY with the whole URL into "
                "the file of variables that the unit names, or use PGPASSFILE"
            )
    except HistoryError as error:
        raise Usage(f"--history: {error}") from error


def _write(place: Path, files: dict[str, str]) -> None:
    """Raises Usage for a file of that name that is not ours."""
    place.mkdir(parents=True, exist_ok=True)
    for name in files:
        path = place / name
        if path.exists() and name.endswith((".service", ".timer")) and not path.read_text("utf-8").startswith(MARK):
            raise Usage(f"{path}: not written by netaudit schedule install; choose another --name")
    for name, text in files.items():
        write_atomically(place / name, text.encode())
        (place / name).chmod(0o644)


def _place(user: bool) -> Path:
    if not user:
        return _SYSTEM
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def _written(seconds: float) -> str:
    return f"{int(seconds)}s"


def _doubts(loaded: LoadedInventory, made: ScheduledScan) -> Iterator[str]:
    """What a hardened unit, which has no identity of its own, could not read."""
    if made.user or made.command[0] == "netaudit":
        return
    for path in (Path(sys.executable), loaded.path.absolute()):
        if any(path.is_relative_to(hidden) for hidden in _HIDDEN):
            yield f"warning: the unit can't see {path}: move it, for example to /opt or /etc"
        elif not _readable(path):
            yield f"warning: {path} is not readable for everybody, and the unit runs as a user of its own"


def _readable(path: Path) -> bool:
    try:
        modes = [above.stat().st_mode for above in (path, *path.parents)]
    except OSError:
        return False
    return bool(modes[0] & stat.S_IROTH) and all(mode & stat.S_IXOTH for mode in modes[1:])


def _next_steps(made: ScheduledScan, form: str, place: Path, loaded: LoadedInventory) -> Iterator[str]:
    if form == "kubernetes":
        yield f"now: kubectl create configmap {made.name}-inventory --from-file={loaded.path.name}"
        yield f"     kubectl apply -f {place / made.name}.yaml"
        return
    control = "systemctl --user" if made.user else "systemctl"
    yield f"now: {control} daemon-reload; {control} enable --now {made.name}.timer"
    if shutil.which("systemd-analyze"):
        yield f"     systemd-analyze security {made.name}.service"
