"""The view of paths over the host's own sockets, on loopback: what it tells, and what it never sends."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from netaudit.model.common import Family, Reason, Side
from netaudit.net import raw
from netaudit.net.icmp import TRACE_PORT, may_echo
from netaudit.net.internet import InternetNetwork
from netaudit.net.limits import Limits
from netaudit.net.network import NetworkError
from netaudit.net.paths import UnseenPaths, paths_of
from netaudit.net.policy import TargetPolicy
from netaudit.net.replay import ReplayNetwork
from netaudit.net.rights import may_mark
from netaudit.net.tcp import Way, segments_of

LOOPBACK = "127.0.0.1"
ELSEWHERE = "203.0.113.9"  # documentation: the policy forbids it

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the error queue is Linux's")


def network(**limits: float) -> InternetNetwork:
    quick = {"udp_timeout": 0.3, "udp_tries": 2, "tcp_timeout": 2.0, "hop_timeout": 0.3, **limits}
    return InternetNetwork(Limits(**quick), TargetPolicy(allowed=("127.0.0.0/8",)))  # type: ignore[arg-type]


async def _page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):  # a connection alone
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + bytes(100_000))
        await writer.drain()
    writer.close()


@asynccontextmanager
async def _serving() -> AsyncIterator[int]:
    """A web server on a port of its own."""
    server = await asyncio.start_server(_page, LOOPBACK, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0.05)  # its connections end
        await server.wait_closed()


@linux
async def test_small_segments_are_asked_for_and_come() -> None:
    async with _serving() as port:
        url = f"http://portal.example:{port}/"
        usual = await network().http(url, LOOPBACK)
        small = await network().paths.http(url, LOOPBACK, Way(mss=536))
    assert usual.segments is not None and small.segments is not None
    assert (small.status, small.body_size, small.failure) == (200, 100_000, None)
    assert small.segments.largest <= 536 < usual.segments.largest
    assert small.segments.received >= 100_000


@linux
async def test_the_mss_is_told_of_any_open_connection() -> None:
    async with _serving() as port:
        connection = await network().connect(LOOPBACK, port)
        segments = segments_of(connection.stream)
        await connection.stream.aclose()
    assert segments is not None
    assert segments.received_mss > 1460, "loopback has large packets"
    assert (segments.received, segments.largest) == (0, 0)
    assert segments_of(connection.stream) is None, "closed"


@linux
async def test_a_trace_of_loopback_ends_at_a_closed_port() -> None:
    trace = await network().paths.trace(LOOPBACK)
    (hop,) = trace.hops
    assert hop.reached and hop.message is not None
    assert (hop.message.sender, hop.message.type, hop.message.code) == (LOOPBACK, 3, 3)
    assert (trace.protocol, trace.port, trace.failure) == ("udp", TRACE_PORT, None)


@linux
async def test_echoes_come_back_or_are_not_permitted() -> None:
    for size in (84, 1_500):
        echo = await network().paths.echo(LOOPBACK, size)
        if may_echo():
            assert (echo.size, echo.failure, echo.error, echo.tries) == (size, None, None, 1)
        else:
            assert echo.failure is not None
            assert (echo.failure.reason, echo.failure.side) == (Reason.NOT_PERMITTED, Side.OURS)


@linux
async def test_an_echo_larger_than_our_own_link_is_our_own_failure() -> None:
    if not may_echo():
        pytest.skip("no echoes here")
    echo = await network().paths.echo(LOOPBACK, 65_600)
    assert echo.failure is not None
    assert (echo.failure.reason, echo.failure.side) == (Reason.TOO_LARGE, Side.OURS)


@linux
async def test_a_mark_is_set_or_not_permitted() -> None:
    async with _serving() as port:
        opening = network().paths.connect(LOOPBACK, port, Way(mark=7))
        if not may_mark():
            with pytest.raises(NetworkError) as refused:
                await opening
            assert refused.value.failure.reason is Reason.NOT_PERMITTED
            return
        connection = await opening
        own = connection.stream.get_extra_info("socket")
        with socket.socket(fileno=os.dup(own.fileno())) as marked:  # noqa: TID251 - to look at it
            assert marked.getsockopt(socket.SOL_SOCKET, socket.SO_MARK) == 7
        await connection.stream.aclose()


async def test_nothing_is_sent_where_nothing_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a socket was opened")

    paths = network().paths
    monkeypatch.setattr("netaudit.net.icmp.Socket", never)
    monkeypatch.setattr("netaudit.net.tcp.Socket", never)
    monkeypatch.setattr(raw, "missing", never)
    failures = [
        (await paths.echo(ELSEWHERE, 84)).failure,
        (await paths.trace(ELSEWHERE)).failure,
        (await paths.trace_tcp(ELSEWHERE, 443)).failure,
        (await paths.inject("http://portal.example/", ELSEWHERE, 1280)).failure,
        (await paths.http("http://portal.example/", ELSEWHERE, Way(mss=536))).failure,
    ]
    with pytest.raises(NetworkError) as refused:
        await paths.connect(ELSEWHERE, 443, Way(mark=1))
    assert {failure.reason for failure in [*failures, refused.value.failure] if failure} == {Reason.OUT_OF_SCOPE}
    assert None not in failures


def test_an_mtu_below_the_smallest_is_never_told() -> None:
    with pytest.raises(ValueError, match="1280"):
        raw.packet_too_big("http://portal.example/", LOOPBACK, 1_279, 1.0)


def test_without_scapy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "_scapy", _not_there)
    failure = raw.missing()
    assert failure is not None
    assert (failure.reason, failure.side) == (Reason.NOT_PERMITTED, Side.OURS)
    assert "netaudit[raw]" in failure.detail or "CAP_NET_RAW" in failure.detail


def _not_there() -> None:
    raise ImportError


async def test_a_network_without_paths_says_so() -> None:
    paths = paths_of(ReplayNetwork([]))
    assert isinstance(paths, UnseenPaths)
    for failure in ((await paths.echo(LOOPBACK, 84)).failure, (await paths.trace(LOOPBACK)).failure):
        assert failure is not None
        assert (failure.reason, failure.side) == (Reason.NOT_PERMITTED, Side.OURS)


async def test_a_family_that_was_switched_off_is_not_looked_at() -> None:
    half = InternetNetwork(Limits(), TargetPolicy(allowed=("0.0.0.0/0", "::/0")), families=(Family.IPV4,))
    echo = await half.paths.echo("2001:db8::1", 84)
    assert echo.failure is not None
    assert (echo.failure.reason, echo.tries) == (Reason.NO_ROUTE, 0)
