"""All ROA payloads of a validator over RTR (RFC 8210) into a file of PDUs, as they came.

A Reset Query in version 1 is answered with everything that the cache has, up to End of Data. A cache that knows only
version 0 (RFC 6810) says so with an Error Report or answers in its own version, and is then asked in that.
"""

import asyncio
import struct
from contextlib import suppress
from typing import IO, NamedTuple

from netaudit.model.common import Reason
from netaudit.sources.door import Door, Stream, failed
from netaudit.sources.limits import SourceError, SourceLimits

__all__ = ["ask_rtr"]

_HEADER = struct.Struct(">BBHI")  # version, type, session or error code, length of the whole PDU
_SERIAL_NOTIFY, _RESET_QUERY, _CACHE_RESPONSE, _END_OF_DATA, _CACHE_RESET, _ERROR = 0, 2, 3, 7, 8, 10
_LENGTHS = {  # type -> the lengths that it may have, by version
    _SERIAL_NOTIFY: ((12,), (12,)),
    _CACHE_RESPONSE: ((8,), (8,)),
    4: ((20,), (20,)),  # IPv4 prefix
    6: ((32,), (32,)),  # IPv6 prefix
    _END_OF_DATA: ((12,), (24,)),
    _CACHE_RESET: ((8,), (8,)),
}
_ROUTER_KEY = 9  # of version 1: 32 octets and a key
_LONGEST = 65_536  # of a router key or an error report, with the PDU that it is about
_UNSUPPORTED, _NO_DATA_YET = 4, 2  # codes of error reports


class _Pdu(NamedTuple):
    version: int
    kind: int
    code: int
    octets: bytes


class _OtherVersion(Exception):
    """The cache speaks version 0 only."""


async def ask_rtr(door: Door, host: str, port: int, file: IO[bytes], limits: SourceLimits) -> None:
    """Write the PDUs from Cache Response to End of Data into `file`. Raises SourceError."""
    where = f"{host} port {port}"
    try:
        async with asyncio.timeout(limits.rtr_timeout):
            try:
                await _session(door, host, port, 1, file, limits.download_bytes)
            except _OtherVersion:
                file.seek(0)
                file.truncate()
                await _session(door, host, port, 0, file, limits.download_bytes)
    except TimeoutError as error:
        raise SourceError.of(Reason.TIMEOUT, f"{where}: no End of Data within {limits.rtr_timeout:g} s") from error
    except SourceError:
        raise
    except Exception as error:  # whatever a cache provokes becomes data; CancelledError is no Exception
        raise failed(error, where) from error


async def _session(door: Door, host: str, port: int, version: int, file: IO[bytes], most: int) -> None:
    stream = await door.open(host, port)
    try:
        await stream.write(_HEADER.pack(version, _RESET_QUERY, 0, 8))
        reader = _Reader(stream, version, most)
        first = await reader.pdu()
        while first.kind == _SERIAL_NOTIFY:  # which a cache may send at any time
            first = await reader.pdu()
        _check_first(first)
        pdu = first
        while pdu.kind != _END_OF_DATA:
            if pdu.kind != _SERIAL_NOTIFY:
                file.write(pdu.octets)
            pdu = await reader.pdu()
            if pdu.kind in (_CACHE_RESPONSE, _CACHE_RESET, _ERROR):
                raise SourceError.of(Reason.PROTOCOL, f"{host}: PDU type {pdu.kind} before End of Data")
            if pdu.code != first.code and pdu.kind == _END_OF_DATA:
                raise SourceError.of(Reason.PROTOCOL, f"{host}: End of Data of another session")
        file.write(pdu.octets)
    finally:
        with suppress(OSError, RuntimeError):
            await stream.aclose()


def _check_first(pdu: _Pdu) -> None:
    if pdu.kind == _ERROR and pdu.code == _NO_DATA_YET:
        raise SourceError.of(Reason.NO_DATA, "the cache has no data yet")
    if pdu.kind == _ERROR:
        raise SourceError.of(Reason.PROTOCOL, f"the cache reports error {pdu.code}")
    if pdu.kind != _CACHE_RESPONSE:
        raise SourceError.of(Reason.PROTOCOL, f"PDU type {pdu.kind} in place of a Cache Response")


class _Reader:
    """Takes PDUs out of a stream; none is longer than its type allows, and all together not longer than `most`."""

    def __init__(self, stream: Stream, version: int, most: int) -> None:
        self._stream = stream
        self._version = version
        self._left = most
        self._buffer = bytearray()
        self._at = 0

    async def pdu(self) -> _Pdu:
        """The next PDU. Raises SourceError for one that makes no sense, and _OtherVersion."""
        version, kind, code, length = _HEADER.unpack(await self._peek(_HEADER.size))
        if version > self._version or not self._may_be(kind, length, version):
            raise SourceError.of(Reason.MALFORMED, f"a PDU of version {version}, type {kind}, {length} bytes")
        octets = await self._peek(length)
        self._at += length
        self._left -= length
        if self._left < 0:
            raise SourceError.of(Reason.TOO_LARGE, "more PDUs than any cache has")
        unsupported = kind == _ERROR and code == _UNSUPPORTED
        if version < self._version or (unsupported and self._version):
            raise _OtherVersion
        return _Pdu(version, kind, code, octets)

    def _may_be(self, kind: int, length: int, version: int) -> bool:
        if kind in _LENGTHS:
            return length in _LENGTHS[kind][version]
        return (kind == _ERROR and 16 <= length <= _LONGEST) or (
            kind == _ROUTER_KEY and version == 1 and 32 < length <= _LONGEST
        )

    async def _peek(self, count: int) -> bytes:
        while len(self._buffer) - self._at < count:
            del self._buffer[: self._at]
            self._at = 0
            part = await self._stream.read(_LONGEST)
            if not part:
                raise ConnectionResetError("the cache closed the connection before End of Data")
            self._buffer += part
        return bytes(self._buffer[self._at : self._at + count])
