"""Text that a router or a looking glass printed, read as a stream.

Most routers don't say of when their output is. So its first line may be a time in ISO 8601 with its offset from UTC,
as `date -u +%FT%TZ` prints it: that is the time of the data.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from netaudit.routing.jsontext import JsonText
from netaudit.routing.rpsl import RpslObject, RpslReader
from netaudit.routing.streams import opened
from netaudit.routing.times import seconds_of

__all__ = ["Printed"]

_HEAD = 1 << 16  # bytes by which a format is told
_BUFFER = 1 << 18
_LINE = 1 << 18  # bytes; the longest BGP message (RFC 8654) of /24s, as ExaBGP writes it, is within
_BOM = b"\xef\xbb\xbf"
_TIME = re.compile(rb"\s*(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d))[ \t\r]*(?:\n|$)")


class Printed(io.RawIOBase):
    """A file from its start and once, unpacked where it is packed. A context manager that closes it.

    Opening and reading raise what `opened` raises. The line of the time reads as blanks, so that every offset is that
    in the file. `head` is how the text begins, `offset` where reading stands.
    """

    def __init__(self, path: Path) -> None:
        self.data_time: float | None = None
        self._file = opened(path)
        self._reader: JsonText | RpslReader | None = None
        self._line = 0
        self._ready = b""
        while len(self._ready) < _HEAD and (more := self._file.read(_HEAD)):
            self._ready += more
        self._ready = self._without_time(self._ready)
        self.head = self._ready[:_HEAD]

    @property
    def offset(self) -> int:
        """In bytes, of the unpacked text: of the line or the object that was read last, or within JSON."""
        return self._reader.offset if self._reader is not None else self._line

    def json(self) -> JsonText:
        """The text as JSON."""
        self._reader = JsonText(io.BufferedReader(self, _BUFFER))
        return self._reader

    def objects(self, classes: frozenset[str]) -> Iterator[RpslObject]:
        """The text as RPSL, its objects of some classes."""
        self._reader = RpslReader(io.BufferedReader(self, _BUFFER), lambda name, _: name in classes)
        return iter(self._reader)

    def lines(self) -> Iterator[bytes]:
        """The text as lines. Raises ValueError for one too long, and for a last one that has no end."""
        file = io.BufferedReader(self, _BUFFER)
        end = 0
        while line := file.readline(_LINE + 1):
            self._line, end = end, end + len(line)
            if len(line) > _LINE:
                raise ValueError(f"a line of more than {_LINE} bytes")
            if not line.endswith(b"\n"):
                raise ValueError("the file ends within a line")
            yield line

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, target: Any) -> int:
        """Fill `target` as far as there are bytes; 0 at the end."""
        found = self._ready[: len(target)] or self._file.read(len(target))
        self._ready = self._ready[len(found) :]
        target[: len(found)] = found
        return len(found)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _without_time(self, head: bytes) -> bytes:
        if head.startswith(_BOM):
            head = b" " * len(_BOM) + head[len(_BOM) :]
        found = _TIME.match(head)
        if found is None:
            return head
        try:
            self.data_time = seconds_of(found[1].decode())
        except ValueError:
            return head
        end = found.end() - found[0].endswith(b"\n")
        return b" " * end + head[end:]
