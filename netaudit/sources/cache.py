"""A folder of fetched documents, each with a note of what it is: where from, when, how long, and its digest."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from netaudit.model.common import Record, Timestamp

__all__ = ["Cache", "Document"]

_NOTE_BYTES = 16_384


class _Note(Record, frozen=True, kw_only=True):
    uri: str
    retrieved_at: Timestamp
    sha256: str
    size: int


class Document(Record, frozen=True, kw_only=True):
    """A fetched document as a file. `reused`: it was fetched before this scan, and is young enough."""

    path: Path
    uri: str
    retrieved_at: Timestamp
    sha256: str
    reused: bool = False


class Cache:
    """Keeps documents by what they answer. What is broken, of another question, or from the future is as if absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, uri: str, now: float, max_age: float) -> Document | None:
        """The document that was fetched from `uri` at most `max_age` seconds ago."""
        path = self._path(uri)
        try:
            with path.with_suffix(".json").open("rb") as file:
                note = msgspec.json.decode(file.read(_NOTE_BYTES), type=_Note)
            usable = note.uri == uri and 0 <= now - note.retrieved_at <= max_age
            if not usable or path.stat().st_size != note.size or _digest(path) != note.sha256:
                return None
        except (OSError, msgspec.MsgspecError):
            return None
        return Document(path=path, uri=uri, retrieved_at=note.retrieved_at, sha256=note.sha256, reused=True)

    @contextmanager
    def store(self, uri: str) -> Iterator["Draft"]:
        """A context with a new file for what comes from `uri`; dropped unless it is `kept`. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".fetching-")
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield Draft(file, Path(name), self._path(uri), uri)
        finally:
            Path(name).unlink(missing_ok=True)

    def _path(self, uri: str) -> Path:
        kind = "".join(c for c in uri.partition(":")[0] if c.isalnum())[:12]
        return self._folder / f"{kind}-{hashlib.sha256(uri.encode()).hexdigest()[:32]}.document"


class Draft:
    """A document that is being fetched into `file`."""

    def __init__(self, file: IO[bytes], written: Path, path: Path, uri: str) -> None:
        self.file = file
        self._written = written
        self._path = path
        self._uri = uri

    def keep(self, retrieved_at: float) -> Document:
        """Put the whole document in its place, then its note. Raises OSError."""
        self.file.flush()
        digest, size = _digest(self._written), self._written.stat().st_size
        note = _Note(uri=self._uri, retrieved_at=retrieved_at, sha256=digest, size=size)
        told = self._path.with_suffix(".json")
        told.unlink(missing_ok=True)  # no note may be about another document
        self._written.replace(self._path)
        told.write_bytes(msgspec.json.encode(note))
        return Document(path=self._path, uri=self._uri, retrieved_at=retrieved_at, sha256=digest)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
