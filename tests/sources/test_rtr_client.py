"""The RTR client against a hostile cache of our own, and against StayRTR."""

import asyncio
import json
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from netaudit.model.common import Reason, Side
from netaudit.model.inventory import Source, SourceKind
from netaudit.model.routing import Vrp
from netaudit.routing.rtr import read_rtr_file
from netaudit.sources.library import Library
from netaudit.sources.limits import SourceError, SourceLimits
from netaudit.sources.questions import Question
from tests.lab.daemons import find_program
from tests.lab.requirements import unavailable
from tests.sources.servers import END, ERROR, PREFIX4, RESPONSE, RtrCache, end_of_data, listening, pdu, prefix4

QUICK = SourceLimits(connect_timeout=2, rtr_timeout=2.0, download_bytes=20_000, tries=1)
OURS = prefix4(1, bytes((203, 0, 113, 0)), 24, 24, 64510)
VRP = Vrp(prefix="203.0.113.0/24", max_length=24, asn=64510)


async def stream(folder: Path, port: int, limits: SourceLimits = QUICK) -> Path:
    source = Source(kind=SourceKind.RTR, host="127.0.0.1", port=port)
    question = Question(source, "vrps", f"rtr://127.0.0.1:{port}")
    return (await Library(folder, [source], limits=limits, loopback_only=True).fetch(question)).path


def whole(version: int) -> bytes:
    ours = prefix4(version, bytes((203, 0, 113, 0)), 24, 24, 64510)
    return pdu(version, RESPONSE, 7) + ours + end_of_data(version)


async def test_the_payloads_are_saved_as_they_came(tmp_path: Path) -> None:
    notify = pdu(1, 0, 7, bytes(4))
    cache = RtrCache(lambda version: notify + pdu(1, RESPONSE, 7) + OURS + notify + end_of_data(1), hold=True)
    async with listening(cache) as port:
        saved = await stream(tmp_path, port)
    assert saved.read_bytes() == pdu(1, RESPONSE, 7) + OURS + end_of_data(1)
    assert read_rtr_file(saved, ["203.0.113.0/24"]).vrps == (VRP,)


@pytest.mark.parametrize(
    "refuse",
    [lambda: whole(0), lambda: pdu(0, ERROR, 4, bytes(8)), lambda: pdu(1, ERROR, 4, bytes(8))],
    ids=["answers in its own", "says so in its own", "says so in ours"],
)
async def test_a_cache_of_version_0_is_asked_in_version_0(tmp_path: Path, refuse: Callable[[], bytes]) -> None:
    cache = RtrCache(lambda version: whole(0) if version == 0 else refuse())
    async with listening(cache) as port:
        saved = await stream(tmp_path, port)
    assert cache.asked == [1, 0]
    assert saved.read_bytes() == whole(0)
    assert read_rtr_file(saved, ["203.0.113.0/24"]).vrps == (VRP,)


HEAD = pdu(1, RESPONSE, 7)
HOSTILE = {
    "an absurd length": (HEAD + pdu(1, PREFIX4, 0, OURS[8:], length=0xFFFF_FFFF), Reason.MALFORMED),
    "a length of nothing": (HEAD + pdu(1, PREFIX4, 0, b"", length=0), Reason.MALFORMED),
    "shorter than its header": (HEAD + pdu(1, PREFIX4, 0, b"", length=7), Reason.MALFORMED),
    "an error report without end": (pdu(1, ERROR, 1, b"", length=1 << 20), Reason.MALFORMED),
    "an unknown type": (HEAD + pdu(1, 200), Reason.MALFORMED),
    "a later version": (pdu(2, RESPONSE, 7) + end_of_data(1), Reason.MALFORMED),
    "End of Data of version 0": (HEAD + pdu(1, END, 7, bytes(4)), Reason.MALFORMED),
    "End of Data of another session": (HEAD + OURS + end_of_data(1, 8), Reason.PROTOCOL),
    "a reset in the middle": (HEAD + OURS + pdu(1, 8), Reason.PROTOCOL),
    "a second response": (HEAD + OURS + HEAD + end_of_data(1), Reason.PROTOCOL),
    "payloads alone": (OURS + end_of_data(1), Reason.PROTOCOL),
    "no data yet": (pdu(1, ERROR, 2, bytes(8)), Reason.NO_DATA),
    "another error": (pdu(1, ERROR, 1, bytes(8)), Reason.PROTOCOL),
    "HTTP": (b"HTTP/1.1 400 Bad Request\r\n\r\n", Reason.MALFORMED),
    "an early end": (HEAD + OURS, Reason.RESET),
    "an end in a header": (HEAD + OURS[:5], Reason.RESET),
    "nothing": (b"", Reason.RESET),
    "without end": (HEAD + OURS * 2_000, Reason.TOO_LARGE),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_cache_is_a_failure_of_the_source(tmp_path: Path, name: str) -> None:
    octets, reason = HOSTILE[name]
    async with listening(RtrCache(lambda version: octets)) as port:
        with pytest.raises(SourceError) as caught:
            await stream(tmp_path, port)
    assert (caught.value.failure.reason, caught.value.failure.side) == (reason, Side.SOURCE), caught.value.failure


async def test_a_cache_that_never_ends_is_given_up(tmp_path: Path) -> None:
    async with listening(RtrCache(lambda version: HEAD + OURS, hold=True)) as port:
        with pytest.raises(SourceError) as caught:
            await stream(tmp_path, port, SourceLimits(rtr_timeout=0.3, tries=1))
    assert caught.value.failure.reason is Reason.TIMEOUT


@asynccontextmanager
async def stayrtr(folder: Path, version: int) -> AsyncIterator[int]:
    """StayRTR with one payload, on a free port of loopback."""
    program = find_program("stayrtr")
    if program is None:
        unavailable("StayRTR is not installed")
    export = folder / "rpki.json"
    roas = [{"asn": 64510, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "lab"}]
    export.write_text(json.dumps({"metadata": {"buildtime": "2026-11-26T00:00:00Z"}, "roas": roas}))
    port = _free_port()
    arguments = ["-bind", f"127.0.0.1:{port}", "-cache", str(export), "-checktime=false", "-metrics.addr", ""]
    arguments += ["-protocol", str(version)]
    process = await asyncio.create_subprocess_exec(program, *arguments, stderr=subprocess.DEVNULL)
    try:
        await _until_open(port)
        yield port
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("version", [0, 1, 2])
async def test_stayrtr_hands_over_its_payloads(tmp_path: Path, version: int) -> None:
    async with stayrtr(tmp_path, version) as port:
        saved = await stream(tmp_path / "cache", port, SourceLimits(tries=5, pause=0.2))
    content = saved.read_bytes()
    assert content[0] == min(version, 1)
    assert read_rtr_file(saved, ["203.0.113.0/24"]).vrps == (VRP,)


def _free_port() -> int:
    with socket.socket() as trying:  # noqa: TID251 - to learn of a free port
        trying.bind(("127.0.0.1", 0))
        port: int = trying.getsockname()[1]
        return port


async def _until_open(port: int) -> None:
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)  # noqa: TID251 - our own daemon
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise AssertionError("StayRTR does not listen")
