"""Where a scan's run goes and what it goes on from: one folder, or dated ones with a pointer to the latest."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from netaudit.cli.errors import Usage
from netaudit.inventory import LoadedInventory
from netaudit.store.dated import DatedRuns
from netaudit.store.lock import LockedError

__all__ = ["DURATION", "Place", "jitter_of", "place_of", "read_run_options", "run_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_LONGEST = 366 * 86_400


class _Duration(click.ParamType[float]):
    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, int | float):
            return float(value)
        found = re.fullmatch(r"([0-9]{1,9})([smhd])", str(value).strip())
        seconds = int(found[1]) * _SECONDS[found[2]] if found else -1
        if not 0 <= seconds <= _LONGEST:
            self.fail(f"{value!r} is no duration: write 90s, 15m, 6h or 2d", param, ctx)
        return float(seconds)


DURATION = _Duration()
"""A number with its unit, as seconds."""


@dataclass
class Place:
    """The run folder of this scan, and whether an unfinished scan there is gone on with.

    `fresh`: it holds a judged run that is young enough, and nothing is to be done.
    """

    path: Path
    resume: bool
    fresh: bool = False
    judged: bool = False  # set when the run is whole: then the pointer moves


def run_options(command: Command) -> Command:
    """Partial rescans, dated runs, and waiting for one's turn."""
    for option in reversed(
        (
            click.option(
                "--rescan",
                type=click.Path(exists=True, path_type=Path),
                metavar="RUN",
                help="Measure again only what failed in an earlier run (from --fail-on on), could not be tested, or "
                "ends soon; the rest is taken over, each fact with its own time.",
            ),
            click.option(
                "--expiring",
                type=click.FloatRange(0, 400),
                default=7.0,
                show_default=True,
                metavar="DAYS",
                help="With --rescan: what ends within so many days is measured again.",
            ),
            click.option(
                "--runs",
                type=click.Path(path_type=Path, file_okay=False),
                metavar="FOLDER",
                help="Instead of -o: a folder in FOLDER for each run, named by its time, the link 'latest', which "
                "moves when a run is judged, and, without --history, the history of them all.",
            ),
            click.option(
                "--keep", type=click.IntRange(1), metavar="N", help="With --runs: remove all but the newest N runs."
            ),
            click.option(
                "--resume-within",
                type=DURATION,
                metavar="TIME",
                help="With --runs: go on with the newest run if it died less than so long ago (6h); else begin anew.",
            ),
            click.option(
                "--if-older",
                type=DURATION,
                metavar="TIME",
                help="With --runs: do nothing if the newest run was judged and began less than so long ago (12h).",
            ),
            click.option(
                "--jitter",
                type=DURATION,
                metavar="TIME",
                help="Wait up to so long (15m) before the first packet: always as long for one province and vantage.",
            ),
        )
    ):
        command = option(command)
    return command


def read_run_options(values: dict[str, Any]) -> None:
    """Refuse what does not go together, and put what lies beside dated runs into their folder. Raises Usage."""
    if values["runs"] is None:
        for name in ("keep", "resume_within", "if_older"):
            if values[name] is not None:
                raise Usage(f"--{name.replace('_', '-')} needs --runs")
    else:
        source = click.get_current_context().get_parameter_source("output")
        if source is click.core.ParameterSource.COMMANDLINE or values["resume"]:
            raise Usage("--runs names the run folder itself: leave out -o and --resume (--resume-within goes on)")
        values["output"] = values["runs"]
    if values["rescan"] is not None:
        if any(values[name] for name in ("targets", "kinds", "units")):
            raise Usage("--rescan takes the selection of the earlier run: leave out --target, --kind and --unit")
        if values["resume"]:
            raise Usage("--resume goes on with a rescan by itself: leave out --rescan")


@contextmanager
def place_of(values: Mapping[str, Any], inventory_sha256: str) -> Iterator[Place]:
    """The place of a run; dated runs are held meanwhile, pointed to and thinned out at the end. Raises Usage."""
    if values["runs"] is None:
        yield Place(values["output"], values["resume"])
        return
    try:
        runs = DatedRuns(values["runs"])
    except LockedError as error:
        raise Usage(str(error)) from error
    try:
        now, within = time.time(), values["resume_within"]
        unfinished = runs.unfinished(now, within, inventory_sha256) if within is not None else None
        place = Place(unfinished or runs.new(now), unfinished is not None)
        if unfinished is None and values["if_older"] is not None:
            young = runs.judged_within(now, values["if_older"])
            place = place if young is None else Place(young, resume=False, fresh=True)
        yield place
        if place.judged:
            runs.point(place.path)
            if values["keep"] is not None:
                runs.retire(values["keep"])
    finally:
        runs.release()


def jitter_of(loaded: LoadedInventory, vantage: str, longest: float) -> float:
    """How long this scanner waits before it begins, in seconds: the same every time, and another one for others."""
    digest = hashlib.sha256(f"{loaded.inventory.province.id}\n{vantage}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 * longest
