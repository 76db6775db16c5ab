"""A headless Chromium in a process group of its own, driven over a pipe with the DevTools protocol.

What runs in it is hostile: whatever it says is bounded, and it ends with its group, whatever it is doing.
"""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

__all__ = ["DevTools", "DevToolsError", "Event", "chromium"]

_MESSAGE_BYTES = 8 * 1024 * 1024
_TOTAL_BYTES = 64 * 1024 * 1024  # of all that a Chromium may tell
_CPU_SECONDS = 60  # for each of its processes
_FILE_BLOCKS = 131_072  # of 512 octets: no file above 64 MiB
_SAID = 2_000  # characters kept of its standard error
_STOP = 5.0  # seconds

# DevTools wants descriptors 3 and 4; a shell puts the standard ones there and bounds what comes after it.
_LAUNCH = f'ulimit -c 0; ulimit -t {_CPU_SECONDS}; ulimit -f {_FILE_BLOCKS}; exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>&2'

_SWITCHES = (
    "--headless", "--remote-debugging-pipe", "--no-startup-window",
    # nothing is sent: no name resolves, no literal address connects, no proxy is used, no UDP outside of one
    "--host-resolver-rules=MAP * ~NOTFOUND", "--no-proxy-server", "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
    "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-breakpad",
    "--disable-client-side-phishing-detection", "--safebrowsing-disable-auto-update", "--no-pings",
    "--disable-features=AutofillServerCommunication,MediaRouter,OptimizationHints,Translate,WebRtcHideLocalIpsWithMdns,WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    "--no-first-run", "--no-default-browser-check", "--no-service-autorun", "--metrics-recording-only",
    "--password-store=basic", "--use-mock-keychain", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio",
    # nothing is opened beside the page, and its scripts have so much room
    "--block-new-web-contents", "--disable-notifications", "--deny-permission-prompts",
    "--js-flags=--max-old-space-size=256", "--renderer-process-limit=4", "--window-size=1280,1024",
)  # fmt: skip


class DevToolsError(Exception):
    """Chromium did not start, ended, refused a command, or said too much."""


class Event(msgspec.Struct, frozen=True):
    """What Chromium tells unasked."""

    method: str
    params: dict[str, Any] = {}
    session: str = msgspec.field(default="", name="sessionId")


class _Message(msgspec.Struct, frozen=True):
    id: int = 0
    method: str = ""
    params: dict[str, Any] = {}
    session: str = msgspec.field(default="", name="sessionId")
    result: dict[str, Any] = {}
    error: dict[str, Any] | None = None


@asynccontextmanager
async def chromium(program: str, on_event: Callable[[Event], None]) -> AsyncIterator["DevTools"]:
    """Run Chromium with an empty profile until the block ends. Raises DevToolsError when it can't be started.

    It runs without its sandbox only for root, for whom it knows no other way.
    """
    with TemporaryDirectory(prefix="netaudit-browser-", ignore_cleanup_errors=True) as folder:
        switches = (*_SWITCHES, *(("--no-sandbox",) if os.geteuid() == 0 else ()), f"--user-data-dir={folder}/profile")
        process = await _start(program, switches, folder)
        tools = DevTools(process, on_event)
        try:
            yield tools
        finally:
            await tools.aclose()


async def _start(program: str, switches: Sequence[str], folder: str) -> Process:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"}
    try:
        return await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", _LAUNCH, program, *switches,
            stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, limit=_MESSAGE_BYTES, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise DevToolsError(f"{program}: {error.strerror}") from error


class DevTools:
    """A conversation with one Chromium. Events go to `on_event`, which must not wait."""

    def __init__(self, process: Process, on_event: Callable[[Event], None]) -> None:
        self._process = process
        self._on_event = on_event
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._commands = 0
        self._said = ""
        self._ended: DevToolsError | None = None
        self._tasks = (asyncio.create_task(self._read()), asyncio.create_task(self._listen()))

    @property
    def ended(self) -> DevToolsError | None:
        """Why the conversation is over; None while it is not."""
        return self._ended

    async def call(self, method: str, session: str = "", **parameters: object) -> dict[str, Any]:
        """Give a command and wait for its result. Raises DevToolsError."""
        if self._ended is not None:
            raise self._ended
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        number = self.send(method, session, **parameters)
        self._waiting[number] = answer
        try:
            assert self._process.stdin is not None
            with suppress(OSError):  # that it has ended is told by the reader
                await self._process.stdin.drain()
            return await answer
        finally:
            self._waiting.pop(number, None)

    def send(self, method: str, session: str = "", **parameters: object) -> int:
        """Give a command whose result does not matter; returns its number."""
        self._commands += 1
        message: dict[str, object] = {"id": self._commands, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        assert self._process.stdin is not None
        if self._ended is None and not self._process.stdin.is_closing():
            self._process.stdin.write(msgspec.json.encode(message) + b"\0")
        return self._commands

    def memory(self) -> int:
        """The octets of memory that its processes hold for themselves; 0 where the system does not tell."""
        return sum(_private_memory(process) for process in _group(self._process.pid))

    async def aclose(self) -> None:
        """End Chromium, by its group, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP):
                for pipe in (self._process.stdout, self._process.stderr):
                    while pipe is not None and await pipe.read(_MESSAGE_BYTES):
                        pass  # a pipe is closed when it was read to its end
                await self._process.wait()

    async def _read(self) -> None:
        try:
            await self._take_messages()
            self._end(f"it ended: {self._said.strip()[-200:]}")
        except (asyncio.LimitOverrunError, ValueError, RecursionError) as error:
            self._end(f"it said too much, or nonsense: {error}"[:200])
        except Exception as error:  # whatever it says: the conversation is over, and says why
            self._end(f"what it said could not be used: {type(error).__name__}: {error}"[:200])

    async def _take_messages(self) -> None:
        """Take what comes until the pipe closes. Raises ValueError when it is too much, or no JSON."""
        assert self._process.stdout is not None
        total = 0
        while True:
            try:
                line = await self._process.stdout.readuntil(b"\0")
            except asyncio.IncompleteReadError:
                return
            total += len(line)
            if total > _TOTAL_BYTES:
                raise ValueError(f"more than {_TOTAL_BYTES} octets")
            self._take(msgspec.json.decode(line[:-1], type=_Message))

    def _take(self, message: _Message) -> None:
        if message.method:
            self._on_event(Event(message.method, message.params, message.session))
            return
        answer = self._waiting.get(message.id)
        if answer is None or answer.done():
            return
        if message.error is not None:
            answer.set_exception(DevToolsError(str(message.error.get("message", ""))[:200]))
        else:
            answer.set_result(message.result)

    def _end(self, why: str) -> None:
        self._ended = DevToolsError(why)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(DevToolsError(why))

    async def _listen(self) -> None:
        """Keep the end of what it says on standard error, which tells why it did not start."""
        assert self._process.stderr is not None
        while data := await self._process.stderr.read(65_536):
            self._said = (self._said + data.decode("utf-8", "replace"))[-_SAID:]


def _group(leader: int) -> list[Path]:
    """The processes of a group, as Linux lists them."""
    found: list[Path] = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError, ValueError):
            after_name = (process / "stat").read_text().rpartition(")")[2].split()
            if int(after_name[2]) == leader:
                found.append(process)
    return found


def _private_memory(process: Path) -> int:
    """Memory that is no file's: RssAnon and RssShmem of proc(5), which are in KiB."""
    fields: Mapping[str, str] = {}
    with suppress(OSError):
        fields = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
    return sum(int(fields.get(name, "0 kB").split()[0]) * 1024 for name in ("RssAnon", "RssShmem"))
