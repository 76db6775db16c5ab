"""A document over HTTPS into a file: bounded in time, in octets as sent and as unpacked, and in redirects."""

import asyncio
import email.utils
import ssl
import time
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, NamedTuple
from urllib.parse import urljoin, urlsplit

import certifi
import httpcore

from netaudit.model.common import Reason
from netaudit.sources.door import Door, failed
from netaudit.sources.limits import SourceError, SourceLimits

__all__ = ["Request", "download"]

_REDIRECTS = {301, 302, 303, 307, 308}
_BUSY = {429, 503}
_GZIP = 31  # of zlib: a gzip member
_UNPACKED = 1 << 20  # octets unpacked at once


class Request(NamedTuple):
    """What is asked for, who asks, and how much and how long the answer may be."""

    url: str
    agent: str
    most_bytes: int
    timeout: float
    accept: str = "*/*"


async def download(door: Door, request: Request, file: IO[bytes], limits: SourceLimits, roots: tuple[str, ...]) -> None:
    """GET a document into `file`. `roots` are certificate roots in PEM beside the public ones. Raises SourceError."""
    where = urlsplit(request.url).hostname or request.url
    pool = httpcore.AsyncConnectionPool(ssl_context=_trusting(roots), network_backend=door, http2=False)
    try:
        async with asyncio.timeout(request.timeout), pool:
            await _follow(pool, request, file, limits)
    except TimeoutError as error:
        detail = f"{where}: no whole answer within {request.timeout:g} s"
        raise SourceError.of(Reason.TIMEOUT, detail) from error
    except SourceError:
        raise
    except Exception as error:  # whatever a server provokes becomes data; CancelledError is no Exception
        raise failed(error, where) from error


async def _follow(pool: httpcore.AsyncConnectionPool, request: Request, file: IO[bytes], limits: SourceLimits) -> None:
    url = request.url
    headers = [("User-Agent", request.agent), ("Accept", request.accept), ("Accept-Encoding", "gzip, identity")]
    for _ in range(limits.redirects + 1):
        async with pool.stream("GET", url, headers=headers) as response:
            if response.status not in _REDIRECTS:
                await _body(response, request, file)
                return
            url = _next(url, _header(response, b"location"))
    raise SourceError.of(Reason.PROTOCOL, f"{urlsplit(request.url).hostname}: more than {limits.redirects} redirects")


def _next(url: str, location: str) -> str:
    """Where a redirect leads. Raises SourceError for none, another scheme, or from HTTPS to plain HTTP."""
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        usable = bool(location and parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        usable = False
    host = urlsplit(url).hostname
    if not usable or parts.scheme not in ("https", urlsplit(url).scheme):
        raise SourceError.of(Reason.PROTOCOL, f"{host}: a redirect to {location[:80] or 'nowhere'}")
    return target


async def _body(response: httpcore.Response, request: Request, file: IO[bytes]) -> None:
    host = urlsplit(request.url).hostname
    if response.status in _BUSY:
        wait = _wait(_header(response, b"retry-after"))
        raise SourceError.of(Reason.TURNED_AWAY, f"{host}: HTTP {response.status}", wait=wait)
    if response.status == 404:
        raise SourceError.of(Reason.NO_DATA, f"{host}: HTTP 404", not_found=True)
    if response.status != 200:
        reason = Reason.RESET if response.status >= 500 else Reason.PROTOCOL
        raise SourceError.of(reason, f"{host}: HTTP {response.status}")
    encoding = _header(response, b"content-encoding").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise SourceError.of(Reason.PROTOCOL, f"{host}: content encoding {encoding[:40]}")
    unpacker = _Unpacker() if "gzip" in encoding else None
    sent, left = 0, request.most_bytes
    async for part in response.aiter_stream():
        sent += len(part)
        left = _write(part, unpacker, file, left)
        if left < 0 or sent > request.most_bytes:
            raise SourceError.of(Reason.TOO_LARGE, f"{host}: more than {request.most_bytes} bytes")
    if unpacker is not None and not unpacker.at_end:
        raise SourceError.of(Reason.MALFORMED, f"{host}: the gzip stream has no end")


def _write(part: bytes, unpacker: "_Unpacker | None", file: IO[bytes], left: int) -> int:
    """Write what a part stands for. Returns how many octets may still come; negative: too many came."""
    if unpacker is None:
        file.write(part)
        return left - len(part)
    for plain in unpacker.unpacked(part):
        file.write(plain)
        left -= len(plain)
        if left < 0:
            break
    return left


class _Unpacker:
    """Unpacks gzip, which is one member after another (RFC 1952 section 2.2): several are one document too."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    @property
    def at_end(self) -> bool:
        """Whether the last member is whole."""
        return self._member.eof

    def unpacked(self, part: bytes) -> Iterator[bytes]:
        """What a part stands for, of which no piece is long. Raises SourceError."""
        while part:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
            try:
                yield self._member.decompress(part, _UNPACKED)
            except zlib.error as error:
                raise SourceError.of(Reason.MALFORMED, f"a gzip stream that can't be unpacked: {error}") from error
            part = self._member.unused_data if self._member.eof else self._member.unconsumed_tail


def _wait(text: str) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 section 10.2.3); None for one that says nothing."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")


@lru_cache(2)
def _trusting(roots: tuple[str, ...]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    for pem in roots:
        context.load_verify_locations(cadata=pem)
    return context
