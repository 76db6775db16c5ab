"""A file's bytes, unpacked where they are packed, in bounded memory and with an error when its end is missing."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Protocol, cast

import zstandard

__all__ = ["UNPACKING_ERRORS", "opened", "opened_lines"]

UNPACKING_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError)
_MEMORY = 128 * 1024 * 1024  # of xz and zstd: the windows of `xz -9` (65 MB) and `zstd --long` (128 MB) are within
_PACKED = 512  # bytes unpacked at once: zstd makes up to 128 kB of four, and its reader knows no limit


class _Unpacker(Protocol):
    """One packed stream (xz) or frame (zstd)."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def opened(path: Path) -> IO[bytes]:
    """Open a file whose gzip, bzip2, xz or zstd packing is told by its first bytes; the stream has `readinto`.

    Opening or reading raises one of UNPACKING_ERRORS for a missing file and for bytes that are corrupt, end too
    early, or need too much memory.
    """
    with path.open("rb") as file:
        magic = file.read(6)
    if magic.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if magic.startswith(b"BZh"):
        return bz2.open(path, "rb")
    if magic.startswith(b"\xfd7zXZ"):
        return _unpacked(path, _Xz)
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        return _unpacked(path, _Zstd)
    return path.open("rb", buffering=0)


def opened_lines(path: Path) -> IO[bytes]:
    """The same with a buffer, for text that is read line by line."""
    file: Any = opened(path)
    return io.BufferedReader(file, 1 << 16) if isinstance(file, io.RawIOBase) else file


class _Xz:
    """An xz stream that may use so much memory and no more, unpacked in pieces."""

    def __init__(self) -> None:
        self._inner = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, /) -> bytes:
        return self._inner.decompress(data, 1 << 20)


class _Zstd:
    """A zstd frame, of a window that is not too large."""

    needs_input = True

    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=_MEMORY).decompressobj()

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, /) -> bytes:
        return self._inner.decompress(data)


class _Unpacked(io.RawIOBase):
    """The contents of all streams of a packed file, one after the other."""

    def __init__(self, path: Path, begin: Callable[[], _Unpacker]) -> None:
        self._file = path.open("rb")
        self._begin = begin
        self._unpacker = begin()
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while not self._ready:
            if not self._more():
                return 0
        count = min(len(target), len(self._ready))
        target[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()

    def _more(self) -> bool:
        """Unpack a piece. False at the end of the file; EOFError when that is not the end of a stream."""
        data = b""
        if self._unpacker.eof:
            data = self._unpacker.unused_data or self._file.read(_PACKED)
            if not data:
                return False
            self._unpacker = self._begin()
        elif self._unpacker.needs_input:
            data = self._file.read(_PACKED)
            if not data:
                raise EOFError("the packed file ends before its end-of-stream marker")
        self._ready = memoryview(self._unpacker.decompress(data))
        return True


def _unpacked(path: Path, begin: Callable[[], _Unpacker]) -> IO[bytes]:
    return cast("IO[bytes]", _Unpacked(path, begin))
