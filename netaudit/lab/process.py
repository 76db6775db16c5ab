"""A lab in a process of its own, so that the servers do not share the scanner's interpreter."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from netaudit.lab.keyring import Keyring
from netaudit.lab.run import RunningLab, running_lab
from netaudit.lab.worldfile import load_world

__all__ = ["LabError", "lab_process", "serve_until_closed"]

_START = 60.0  # seconds; keys and contents are made meanwhile
_STOP = 5.0
_LINE_BYTES = 1024 * 1024  # names of many root servers and a certificate fit easily


class LabError(Exception):
    """The lab's process did not start."""


@asynccontextmanager
async def lab_process(world: Path, *, now: float | None = None, keys: Path | None = None) -> AsyncIterator[RunningLab]:
    """Serve the world file in a child process until the block ends; `keys` keeps its keys. Raises LabError.

    The child ends when its standard input closes, so it does not outlive a parent that was killed. It is
    in a session of its own: Ctrl-C reaches the parent only, which then ends the child in its own time.
    """
    arguments = ["-m", "netaudit.lab", str(world), "" if now is None else repr(now), str(keys or "")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=PIPE, stdout=PIPE, limit=_LINE_BYTES, start_new_session=True
    )
    try:
        yield await _greeting(process)
    finally:
        await _end(process)


async def serve_until_closed(path: Path, now: float | None, keys: Path | None) -> None:
    """The child's part: serve, print one line of JSON, and stay until standard input closes or SIGTERM comes."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    async with running_lab(load_world(path), now=now, keyring=Keyring(keys)) as lab:
        sys.stdout.buffer.write(msgspec.json.encode(lab) + b"\n")
        sys.stdout.buffer.flush()
        transport, _ = await loop.connect_read_pipe(lambda: _UntilClosed(over), sys.stdin)
        try:
            await over.wait()
        finally:
            transport.close()


class _UntilClosed(asyncio.Protocol):
    def __init__(self, over: asyncio.Event) -> None:
        self._over = over

    def connection_lost(self, exc: Exception | None) -> None:
        self._over.set()


async def _greeting(process: Process) -> RunningLab:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_START):
            line = await process.stdout.readline()
            if not line:
                raise LabError(f"the lab's process ended with exit code {await process.wait()}")
        return msgspec.json.decode(line, type=RunningLab)
    except (TimeoutError, ValueError, msgspec.MsgspecError) as error:
        raise LabError(f"the lab's process did not say where it listens: {error or 'time is up'}") from error


async def _end(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(_STOP):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
