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

__all__ = ["ScanProgress"]


class ScanProgress:
    """Follows a scan; a context manager. Quiet when stderr is no terminal, or when asked to be."""

    def __init__(self, quiet: bool = False) -> None:
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
        self._task = self._bar.add_task("scanning", total=total)

    def advanced(self, job: str) -> None:
        """A job has ended."""
        if self._task is not None:
            self._bar.update(self._task, advance=1, description=_shortened(job))

    def note(self, text: str) -> None:
        """Something the user should read now."""
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
