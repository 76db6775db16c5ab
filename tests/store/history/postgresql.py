"""A PostgreSQL server for tests: Debian's, as a user of its own, in a folder and on a socket of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["PostgreSQL", "postgresql_server"]

_USERS = ("postgres", "nobody")  # the server refuses to run as root
_SECONDS = 30.0
_SETTINGS = {
    "listen_addresses": "", "fsync": "off", "full_page_writes": "off",
    "max_connections": "40", "shared_buffers": "16MB", "timezone": "UTC", "log_timezone": "UTC",
}  # fmt: skip


@contextmanager
def postgresql_server() -> "Iterator[PostgreSQL]":
    """Start a server and end it; skip where there is none, which `CI=true` makes a failure."""
    programs = _programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is missing: see tests/apt-packages.txt")
        pytest.skip("PostgreSQL is missing")
    folder = Path(tempfile.mkdtemp(prefix="netaudit-pg-"))  # short: a socket's path has at most 107 octets
    server = PostgreSQL(folder, programs)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class PostgreSQL:
    """One server. It is ended by its process, and nothing of it stays."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder, self._programs = folder, programs
        self._process: subprocess.Popen[bytes] | None = None
        self._as_user: list[str] = []
        self._databases = 0
        if os.geteuid() == 0:
            user = next(user for user in pwd.getpwall() if user.pw_name in _USERS)
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]

    def url(self, database: str) -> str:
        """Where a client of the tests connects to."""
        return f"postgresql://netaudit@/{database}?host={self._folder}"

    def make(self) -> None:
        """Make the server's files."""
        self._run("initdb", "-D", self._data, "-U", "netaudit", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")

    def new_database(self) -> str:
        """Make an empty database; returns its URL."""
        self._databases += 1
        name = f"history_{self._databases}"
        self._run("createdb", "-h", str(self._folder), "-U", "netaudit", name)
        return self.url(name)

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", self._data, "-k", str(self._folder), *settings]
        with (self._folder / "log").open("ab") as log:
            # when the tests are killed, it is told to stop; whoever starts it must therefore be the main thread
            user = [*(self._as_user or ["setpriv"]), "--pdeathsig", "INT", "--"]
            self._process = subprocess.Popen([*user, *command], stdout=log, stderr=log, cwd="/")
        end = time.monotonic() + _SECONDS
        while self._ready() != 0:
            assert self._process.poll() is None, (self._folder / "log").read_text()[-2000:]
            assert time.monotonic() < end, "PostgreSQL does not answer"
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: by SIGINT all transactions are broken off, by SIGQUIT it falls as in a crash."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(_SECONDS)
        self._process = None

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _ready(self) -> int:
        command = [str(self._programs / "pg_isready"), "-q", "-h", str(self._folder), "-U", "netaudit"]
        return subprocess.run(command, check=False).returncode

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._programs / program), *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")
        assert done.returncode == 0, done.stderr


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    beside = shutil.which("postgres")
    return found[-1].parent if found else Path(beside).parent if beside else None
