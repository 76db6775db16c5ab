"""The facts file: JSON lines in zstd frames, so that a killed scan loses at most its last second.

Each frame is complete in itself. A reader takes every whole frame and every whole line of a frame that
was cut off, and says nothing of the missing tail: that the last line is no `end` tells it.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec
import zstandard

from netaudit.model.book import FactBook
from netaudit.model.common import Record
from netaudit.model.facts import Fact

__all__ = ["FACTS_FILE", "FactWriter", "FactsError", "ReadBounds", "iterate_facts", "read_facts"]

FACTS_FILE = "facts.jsonl.zst"

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_FRAME_BYTES = 256 * 1024
_FRAME_SECONDS = 1.0
_CHUNK = 256 * 1024
_SMALL_CHUNK = 16 * 1024  # what it inflates to stays small


class FactsError(Exception):
    """A facts file that can't be used, with its path and the offset in its uncompressed text."""

    def __init__(self, path: Path, problem: str, offset: int | None = None) -> None:
        where = "" if offset is None else f" at byte {offset} of the uncompressed text"
        super().__init__(f"{path}{where}: {problem}")
        self.path = path
        self.offset = offset
        self.problem = problem


class ReadBounds(Record, frozen=True, kw_only=True):
    """How much a facts file may hold: it may come from strangers, and zstd can blow up a thousandfold."""

    line_bytes: int = 64 * 1024 * 1024
    total_bytes: int = 4 * 1024 * 1024 * 1024
    window_bytes: int = 128 * 1024 * 1024


class FactWriter:
    """Appends facts to a file of mode 0600. Use as a context manager, or call `close`.

    A frame is written out every 256 kB of text and about every second, so that SIGKILL loses at most
    that; `flush` does it now. A tail that a crash cut off is dropped before the first new line: what
    follows half a frame could never be read. Raises OSError when the file can't be written, FactsError
    when it exists and is no facts file.
    """

    def __init__(self, path: Path) -> None:
        self._encoder = msgspec.json.Encoder()
        self._compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
        self._pending: list[bytes] = []
        self._size = 0
        self._flushed = time.monotonic()
        self.count = 0
        self.path = path
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "r+b")
        try:
            self._file.truncate(_whole_frames(path, self._file))
            self._file.seek(0, os.SEEK_END)
        except BaseException:
            self._file.close()
            raise

    def write(self, fact: Fact) -> None:
        """Append one fact."""
        line = self._encoder.encode(fact) + b"\n"
        self._pending.append(line)
        self._size += len(line)
        self.count += 1
        if self._size >= _FRAME_BYTES or time.monotonic() - self._flushed >= _FRAME_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Hand everything written so far to the operating system as one whole frame."""
        if self._pending:
            self._file.write(self._compressor.compress(b"".join(self._pending)))
            self._file.flush()
            self._pending.clear()
            self._size = 0
        self._flushed = time.monotonic()

    def close(self) -> None:
        """Write what is pending to the disk and close the file."""
        if self._file.closed:
            return
        try:
            self.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def __enter__(self) -> "FactWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_facts(path: Path, bounds: ReadBounds | None = None) -> FactBook:
    """Read a facts file (`.jsonl.zst`, or plain `.jsonl`) into a book.

    A cut-off tail is tolerated. Raises FactsError for a file that is missing, empty, no facts file, or too large.
    """
    book = FactBook(iterate_facts(path, bounds))
    if not book.has_scan:
        raise FactsError(path, "it holds no line that says what was scanned, so it is no facts file of a scan")
    return book


def iterate_facts(path: Path, bounds: ReadBounds | None = None) -> Iterator[Fact]:
    """Yield the facts of a file one by one, holding no more than a line of them. Raises FactsError."""
    bounds = bounds or ReadBounds()
    decoder = msgspec.json.Decoder(Fact)
    try:
        with path.open("rb") as file:
            for offset, line in _lines(path, file, bounds):
                try:
                    yield decoder.decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                    raise FactsError(path, f"this line is no fact: {error}", offset) from error
    except OSError as error:
        raise FactsError(path, error.strerror or str(error)) from error


def _lines(path: Path, file: IO[bytes], bounds: ReadBounds) -> Iterator[tuple[int, bytes]]:
    """Whole lines with their offset. What follows the last line feed is the tail of a crash."""
    offset = 0
    rest = b""
    total = 0
    for chunk in _text(path, file, bounds):
        total += len(chunk)
        if total > bounds.total_bytes:
            raise FactsError(path, f"more than {bounds.total_bytes} bytes of text", offset)
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield offset, line
            offset += len(line) + 1
        if len(rest) > bounds.line_bytes:
            raise FactsError(path, f"a line of more than {bounds.line_bytes} bytes", offset)


def _text(path: Path, file: IO[bytes], bounds: ReadBounds) -> Iterator[bytes]:
    magic = file.read(4)
    file.seek(0)
    if magic != _ZSTD_MAGIC:
        yield from _plain(path, file)
        return
    decompressor = zstandard.ZstdDecompressor(max_window_size=bounds.window_bytes)
    offset = 0
    with decompressor.stream_reader(file, read_across_frames=True, closefd=False) as reader:
        while True:
            try:
                chunk = reader.read(_CHUNK)
            except zstandard.ZstdError as error:
                raise FactsError(path, f"the compressed data is corrupt: {error}", offset) from error
            if not chunk:
                return
            offset += len(chunk)
            yield chunk


def _plain(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    first = file.read(_CHUNK)
    if first and not first.lstrip().startswith(b"{"):
        raise FactsError(path, "it is neither zstd nor JSON lines", 0)
    while first:
        yield first
        first = file.read(_CHUNK)


def _whole_frames(path: Path, file: IO[bytes]) -> int:
    """The length of the whole frames at the start of `file`, in bytes. Raises FactsError for another format."""
    position = 0
    if file.read(4) not in (b"", _ZSTD_MAGIC):
        raise FactsError(path, "it exists and is no compressed facts file; facts are not appended to it")
    while True:
        file.seek(position)
        length = _frame_length(path, file)
        if not length:
            return position
        position += length


def _frame_length(path: Path, file: IO[bytes]) -> int:
    """The compressed length of the frame that starts here, 0 when it is cut off or the file ends."""
    frame = zstandard.ZstdDecompressor().decompressobj()
    length = 0
    while data := file.read(_SMALL_CHUNK):
        try:
            frame.decompress(data)
        except zstandard.ZstdError as error:
            raise FactsError(path, f"the compressed data is corrupt: {error}") from error
        length += len(data)
        if frame.eof:
            return length - len(frame.unused_data)
    return 0
