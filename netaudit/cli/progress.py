"""Progress on stderr: a bar with rate and time left on a terminal, nothing otherwise."""

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from netaudit.model.common import Failure
from netaudit.model.facts import FamilyCheck, ScanEndFact
from netaudit.writers.notices import Notices

__all__ = ["ScanProgress"]


class ScanProgress:
    """Follows a scan in a language; a context manager. Quiet when asked to be; without a bar when no terminal."""

    def __init__(self, language: str, quiet: bool = False) -> None:
        self._notices = Notices(language)
        console = Console(stderr=True)
        self._shown = console.is_terminal and not quiet
        self._quiet = quiet
        self._bar = Progress(
            TextColumn("[progress.description]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _RateColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not self._shown,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> "ScanProgress":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def started(self, total: int) -> None:
        """The number of jobs is known."""
        self._task = self._bar.add_task(self._notices.scanning(), total=total)

    def advanced(self, job: str) -> None:
        """A job has ended."""
        if self._task is not None:
            self._bar.update(self._task, advance=1, description=_shortened(job))

    def nothing_sent(self, failure: Failure) -> None:
        """A blackout window is on."""
        self._note(self._notices.nothing_sent(failure))

    def blind(self, check: FamilyCheck) -> None:
        """The self-check found a family that can't be used."""
        self._note(self._notices.blind(check))

    def clock_off(self, seconds: float) -> None:
        """The self-check found our own clock off."""
        self._note(self._notices.clock_off(seconds))

    def observed(self, end: ScanEndFact, seconds: float) -> None:
        """The scan has ended."""
        self._note(self._notices.observed(end, seconds))

    def _note(self, text: str) -> None:
        if self._shown:
            self._bar.console.print(text, markup=False, highlight=False)
        elif not self._quiet:
            print(text, file=sys.stderr)


class _RateColumn(ProgressColumn):
    """Targets a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "", style="dim")


def _shortened(job: str, width: int = 44) -> str:
    safe = "".join(c if c.isprintable() else "?" for c in job).replace("[", "\\[")
    return safe if len(safe) <= width else safe[: width - 1] + "…"
