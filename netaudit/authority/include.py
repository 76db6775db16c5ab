"""The files of a zone: the one that was named, and those that it includes from its own folder."""

import os
import stat
from pathlib import Path

__all__ = ["IncludeError", "Opener"]


class IncludeError(Exception):
    """A file that is not read: outside the folder, no regular file, too large, or including itself."""


class Opener:
    """Opens `top` and files in its folder or below; `most_bytes` and `most_files` bound all of them together.

    Names are relative to the folder of `top`, as BIND reads them relative to its directory.
    """

    def __init__(self, top: Path, most_bytes: int, most_files: int) -> None:
        self.top = top.resolve()
        self._folder = self.top.parent
        self._left = most_bytes
        self._most_bytes = most_bytes
        self._files_left = most_files

    def first(self) -> bytes:
        """The bytes of the zone file itself. Raises OSError, IncludeError."""
        with self.top.open("rb") as file:
            return self._taken(file.read(self._left + 1))

    def included(self, name: str, trail: tuple[Path, ...]) -> tuple[bytes, Path]:
        """The bytes of an included file, and its path; `trail` are the files that led to it. Raises IncludeError."""
        try:
            path = (self._folder / name).resolve(strict=True)
        except (OSError, ValueError, RuntimeError) as error:  # a name with NUL, a loop of links
            raise IncludeError(f"{name[:80]}: {getattr(error, 'strerror', None) or 'no such file'}") from error
        if not path.is_relative_to(self._folder):
            raise IncludeError(f"{name[:80]} lies outside the folder of the zone file")
        if path in trail:
            raise IncludeError(f"{name[:80]} includes itself")
        self._files_left -= 1
        if self._files_left < 0:
            raise IncludeError("too many files are included")
        return self._taken(self._read(path, name)), path

    def _read(self, path: Path, name: str) -> bytes:
        """Read a regular file; the path is resolved, so that a link that appears now is refused."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise IncludeError(f"{name[:80]}: {error.strerror}") from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise IncludeError(f"{name[:80]} is no regular file")
        with os.fdopen(descriptor, "rb") as file:
            return file.read(self._left + 1)

    def _taken(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise IncludeError(f"more than {self._most_bytes} bytes")
        return data
