"""The server process: where it listens, and how it ends."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["LOOPBACK", "Bound", "bind", "serve"]

LOOPBACK = ("127.0.0.1", "::1")

_HEADERS = 16 * 1024  # octets that a request's head may have
_AT_ONCE = 64
_HEAD_SECONDS = 10.0  # in which the head of a request must have come
_ANSWER_SECONDS = 300.0  # in which its answer must have been taken
_IDLE = 5  # seconds that a connection may rest between two requests
_GRACE = 5  # seconds that answers under way have when the server ends


@dataclass(frozen=True)
class Bound:
    """Sockets that listen, and their addresses with ports as URLs have them."""

    sockets: tuple[socket.socket, ...]  # noqa: TID251  # they listen, and send to nobody of their own accord

    @property
    def authorities(self) -> tuple[str, ...]:
        """`127.0.0.1:8053`, `[::1]:8053`."""
        names = (bound.getsockname()[:2] for bound in self.sockets)
        return tuple(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in names)

    def close(self) -> None:
        """Listen no more."""
        for bound in self.sockets:
            bound.close()


def bind(addresses: Sequence[str], port: int) -> Bound:
    """Listen on literal addresses, on one port; with 0, one that is free. Raises OSError.

    Of the two addresses of loopback one may be missing, as ::1 is on hosts without IPv6; any other must be there.
    """
    sockets: list[socket.socket] = []  # noqa: TID251
    try:
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            try:
                made = socket.create_server((address, port), family=family)
            except OSError:
                if address not in LOOPBACK or (address == addresses[-1] and not sockets):
                    raise
                continue
            sockets.append(made)
            port = made.getsockname()[1]
    except BaseException:
        Bound(tuple(sockets)).close()
        raise
    return Bound(tuple(sockets))


class _Server(uvicorn.Server):
    """Uvicorn, but for signals: its own way is to raise them again when all is done, which no service wants."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, self._end)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def _end(self) -> None:
        self.should_exit = True


class _Connection(H11Protocol):
    """Uvicorn's, which would wait without end for a head that never comes whole and for a reader that reads nothing.

    So few of those keep all others out.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._allow(_HEAD_SECONDS)

    def handle_events(self) -> None:
        before = self.conn.their_state
        super().handle_events()
        if before is h11.IDLE and self.conn.their_state is not h11.IDLE:
            self._allow(_ANSWER_SECONDS)

    def on_response_complete(self) -> None:
        self._allow(_HEAD_SECONDS)
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._deadline is not None:
            self._deadline.cancel()

    def _allow(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)


async def serve(app: ASGIApp, bound: Bound, ready: Callable[[], None]) -> None:
    """Answer until SIGTERM or SIGINT; then take no more, and let what is under way come to its end.

    Nothing is logged of a request: an address may hold what its sender should not have put there.
    """
    config = uvicorn.Config(
        app,
        http=_Connection,
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=_HEADERS,
        limit_concurrency=_AT_ONCE,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(config)
    ready()
    try:
        await server.serve(sockets=list(bound.sockets))
    finally:
        bound.close()
