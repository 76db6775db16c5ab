"""Files of a report folder, as strangers may ask for them: no way out, no links, and only what a report is made of."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

__all__ = ["MEDIA_TYPES", "ServedFile", "open_below"]

MEDIA_TYPES: dict[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pdf": "application/pdf",
}
"""What is served, by the end of its name. Facts are not, nor keys that a lab left beside them."""

_NAMED: dict[str, str] = {"run.json": "application/json"}
_CHUNK = 256 * 1024
_DEPTH = 4


@dataclass
class ServedFile:
    """An open file. Read it with `chunks`, which closes it; or `close` it."""

    descriptor: int
    size: int
    etag: str
    media_type: str

    def beginning(self, octets: int) -> bytes:
        """Its first octets; what is read next is not moved by it."""
        return os.pread(self.descriptor, octets, 0)

    def chunks(self) -> Iterator[bytes]:
        """The first `size` bytes: a file that is replaced meanwhile is another file."""
        left = self.size
        try:
            while left and (chunk := os.read(self.descriptor, min(left, _CHUNK))):
                left -= len(chunk)
                yield chunk
        finally:
            self.close()

    def close(self) -> None:
        """Close it; a second time does nothing."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def open_below(folder: Path, way: str) -> ServedFile | None:
    """Open the file at a relative path below `folder`; None when there is none that may be served.

    Every step is opened from the one before and none may be a symbolic link, so that nothing that is renamed or
    linked in between leads out of the folder.
    """
    steps = way.split("/")
    media_type = _NAMED.get(steps[-1]) or MEDIA_TYPES.get(Path(steps[-1]).suffix)
    if media_type is None or len(steps) > _DEPTH or not all(map(_plain, steps)):
        return None
    try:
        descriptor = _descend(folder, steps)
    except OSError:
        return None
    found = os.fstat(descriptor)
    if not S_ISREG(found.st_mode):
        os.close(descriptor)
        return None
    etag = f'"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"'
    return ServedFile(descriptor=descriptor, size=found.st_size, etag=etag, media_type=media_type)


def _plain(step: str) -> bool:
    return bool(step) and not step.startswith(".") and "\0" not in step and "\\" not in step and len(step) <= 255


def _descend(folder: Path, steps: list[str]) -> int:
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for step in steps[:-1]:
            below = os.open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
            os.close(here)
            here = below
        # O_NONBLOCK: a pipe by the name of a page must not hold us up
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return os.open(steps[-1], flags, dir_fd=here)
    finally:
        os.close(here)
