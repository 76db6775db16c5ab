"""The processes of a namespace lab: each in the namespace of its host, ended by its own id."""

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tests.lab.namespaces import Namespaces

__all__ = ["Command", "Daemons", "find_program"]

Command = list[str]

_PLACES = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"
_PROFILES = Path("/etc/apparmor.d")
_PATIENCE = 10.0  # seconds that a daemon has to end


class Daemons:
    """Starts daemons and ends them; a context manager.

    They are in sessions of their own, so that Ctrl-C reaches the tests only, and the kernel ends them
    when this process is killed.
    """

    def __init__(self, namespaces: Namespaces) -> None:
        self._namespaces = namespaces
        self._running: list[tuple[str, subprocess.Popen[bytes], Path]] = []

    def __enter__(self) -> "Daemons":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _name, process, _log in self._running:
            process.terminate()
        for _name, process, _log in self._running:
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(_PATIENCE)

    def start(self, host: str, command: Command, folder: Path) -> None:
        """Start `command` in the namespace of `host`, its output in `folder/log`."""
        program = _unconfined(command[0], folder)
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self._namespaces.command(host, ["setpriv", "--pdeathsig", "TERM", program, *command[1:]]),
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True,
            )  # fmt: skip
        self._running.append((f"{command[0]} on {host}", process, log))

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
        """Wait until `ready()`. Raises AssertionError with a daemon's last words when it ended or time is up."""
        end = time.monotonic() + seconds
        while not ready():
            ended = [f"{name}: exit {p.poll()}: {_tail(log)}" for name, p, log in self._running if p.poll() is not None]
            assert not ended, "; ".join(ended)
            assert time.monotonic() < end, f"{what} after {seconds:g} s"
            time.sleep(0.05)


def find_program(name: str) -> str | None:
    """The path of a daemon or tool that is installed, wherever an administrator's PATH would find it."""
    return shutil.which(name, path=_PLACES)


def _unconfined(name: str, folder: Path) -> str:
    """The program, or a copy of it where a profile of AppArmor (Ubuntu's for named) keeps it from our folders."""
    found = find_program(name)
    assert found is not None, f"{name} is not installed"
    program = Path(found)
    if not (_PROFILES / str(program.resolve())[1:].replace("/", ".")).exists():
        return found
    copy = folder / program.name
    shutil.copy2(program, copy)
    return str(copy)


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-500:]
