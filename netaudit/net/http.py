"""One HTTP request to one literal address, with httpx; any certificate is taken and recorded."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any, Protocol

import httpcore
import httpx
import msgspec

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import HttpHop, TlsObservation
from netaudit.model.path import Segments
from netaudit.net.errors import failure_of
from netaudit.net.limits import Identity, Limits
from netaudit.net.network import Connection, NetworkError, Stream
from netaudit.net.tcp import segments_of
from netaudit.net.tls import observe, observer_context

__all__ = ["Connector", "get"]

_TRY_AGAIN = {Reason.TIMEOUT, Reason.RESET, Reason.PROTOCOL, Reason.TLS, Reason.TLS_ALERT}


class Connector(Protocol):
    """What a request needs of a network."""

    async def connect(self, address: str, port: int) -> Connection:
        """Open a TCP connection. Raises NetworkError."""
        ...

    def now(self) -> float:
        """The time, seconds since 1970-01-01 UTC."""
        ...


async def get(network: Connector, url: str, address: str, limits: Limits, identity: Identity) -> HttpHop:
    """GET `url` from `address`; the URL's host is Host and SNI. Redirects are not followed.

    A silence, a broken connection or a failed handshake is tried once more within `limits.http_tries`; a connection
    that can't be made has its tries in `Network.connect`. Never raises for
    anything the target does; the failure is in the hop, with what was seen of TLS before it.
    """
    hop = await _once(network, url, address, limits, identity)
    tries = hop.tries
    while hop.failure is not None and hop.failure.reason in _TRY_AGAIN and tries < limits.http_tries:
        hop = await _once(network, url, address, limits, identity)
        tries += 1
    return msgspec.structs.replace(hop, tries=max(tries, hop.tries))


async def _once(network: Connector, url: str, address: str, limits: Limits, identity: Identity) -> HttpHop:
    backend = _Pinned(network, address)
    at = network.now()
    began = time.monotonic()
    failure: Failure | None = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body, size = b"", 0
    first_byte = began
    try:
        async with asyncio.timeout(limits.http_timeout):
            status, headers, body, size, first_byte = await _fetch(backend, url, limits, identity)
    except NetworkError as error:
        failure = error.failure
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        failure = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=str(error)[:200])
    except Exception as error:  # whatever the peer provokes becomes data; CancelledError is no Exception
        failure = failure_of(error)
    return HttpHop(
        url=url,
        address=address,
        at=at,
        status=status,
        headers=headers,
        body=body,
        body_size=size,
        connect_ms=backend.connection.connect_ms if backend.connection else 0.0,
        first_byte_ms=round((first_byte - began) * 1000, 2),
        elapsed_ms=round((time.monotonic() - began) * 1000, 2),
        tls=backend.tls(failure),
        failure=failure,
        tries=backend.tries,
        segments=backend.segments,
    )


async def _fetch(
    backend: "_Pinned", url: str, limits: Limits, identity: Identity
) -> tuple[int, tuple[tuple[str, str], ...], bytes, int, float]:
    """Status, header, the body's first bytes, its size, and the monotonic time at which the header was there."""
    headers = {"User-Agent": identity.user_agent, "Accept": "text/html,*/*;q=0.5", "Accept-Encoding": "identity"}
    transport = _PinnedTransport(backend)
    async with (
        httpx.AsyncClient(transport=transport, timeout=limits.http_timeout, trust_env=False) as client,
        client.stream("GET", url, headers=headers) as response,
    ):
        first_byte = time.monotonic()
        body, size = b"", 0
        async for chunk in response.aiter_raw():
            size += len(chunk)
            body += chunk[: max(0, limits.body_bytes - len(body))]
            if size > limits.body_read_bytes:
                break
        return response.status_code, _bounded(response.headers, limits), body, size, first_byte


def _bounded(headers: httpx.Headers, limits: Limits) -> tuple[tuple[str, str], ...]:
    pairs = [(name.lower()[:64], value[: limits.header_bytes]) for name, value in headers.multi_items()]
    return tuple(pairs[: limits.header_count])


class _PinnedTransport(httpx.AsyncBaseTransport):
    """httpx over a connection pool whose connections all go to one address through our own door."""

    def __init__(self, backend: "_Pinned") -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=observer_context(("h2", "http/1.1")), http2=True, network_backend=backend
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to one literal address, whatever host the URL names, and notes the TLS session."""

    def __init__(self, network: Connector, address: str) -> None:
        self._network = network
        self._address = address
        self._server_name: str | None = None
        self._tls: TlsObservation | None = None
        self.connection: Connection | None = None
        self.segments: Segments | None = None
        self.tries = 1

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        try:
            self.connection = await self._network.connect(self._address, port)
        except NetworkError as error:
            self.tries = error.tries
            raise
        self.tries = self.connection.tries
        self.look(self.connection.stream)
        return _Observed(self.connection.stream, self)

    def look(self, stream: Stream) -> None:
        """Note what TCP says of the connection, as long as it says anything."""
        self.segments = segments_of(stream) or self.segments

    def started_tls(self, session: object, server_name: str) -> None:
        """Note what was agreed."""
        if isinstance(session, (ssl.SSLObject, ssl.SSLSocket)):
            self._tls = observe(session, server_name)

    def expect_tls(self, server_name: str) -> None:
        """Note that a handshake began, so that one that fails is told from none."""
        self._server_name = server_name

    def tls(self, failure: Failure | None) -> TlsObservation | None:
        """The session, or the failed handshake, or None without TLS."""
        if self._tls is None and self._server_name is not None:
            return TlsObservation(server_name=self._server_name, failure=failure)
        return self._tls


class _Observed(httpcore.AsyncNetworkStream):
    """A stream that tells its backend about the TLS session started on it, and of its end."""

    def __init__(self, stream: Stream, backend: _Pinned) -> None:
        self._stream = stream
        self._backend = backend

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        self._backend.look(self._stream)
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        self._backend.expect_tls(server_hostname or "")
        try:
            secured = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except asyncio.CancelledError:  # a handshake that our deadline cut short: httpcore closes only after errors
            await self.aclose()
            raise
        self._backend.started_tls(secured.get_extra_info("ssl_object"), server_hostname or "")
        return _Observed(secured, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
