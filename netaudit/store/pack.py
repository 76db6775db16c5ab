"""Evidence packs: one ZIP file with a run, all that it rests on, and a manifest with the SHA-256 of each part.

Nothing in it is compressed by ZIP (facts are compressed by themselves): so the same run gives the same bytes with
any library, and a reader can refuse whatever is compressed, that is, every archive bomb. Times, owners and modes are
fixed. Packs come from strangers: a reader looks at the directory before it opens anything, and writes to no name
that the archive gives.
"""

import hashlib
import io
import os
import re
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import msgspec

from netaudit.model.common import Record, Timestamp

__all__ = ["MANIFEST", "Manifest", "PackError", "PackReader", "PackedFile", "write_pack"]

MANIFEST = "manifest.json"

_SCHEMA = 1
_MOST_BYTES = 3 * 1024**3  # of an archive; below 4 GiB no ZIP64 is needed
_MOST_FILES = 60_000
_MOST_DIRECTORY = 32 * 1024**2
_MANIFEST_BYTES = 32 * 1024**2
_LONGEST_NAME = 300
_CHUNK = 1024 * 1024
_EPOCH = (1980, 1, 1, 0, 0, 0)
_END, _END_BYTES = b"PK\x05\x06", 22
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
_SAFE = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")


class PackError(Exception):
    """The file is no pack that can be used, or one can't be written."""


class PackedFile(Record, frozen=True, kw_only=True):
    """One file of a pack."""

    size: int
    sha256: str


class Manifest(Record, frozen=True, kw_only=True):
    """What a pack holds. Nothing in it depends on when or where it was packed."""

    schema: int
    tool: str  # that packed
    run: str  # its id
    started: Timestamp
    judged_by: str  # the tool of the run
    profiles: tuple[str, ...]  # as ID@VERSION
    catalogue_sha256: str  # of the checks that judged the run
    checks: dict[str, str]  # id -> SHA-256 of the check's judge and texts, as the tool that packed has them
    files: dict[str, PackedFile]


def write_pack(output: Path, manifest: Manifest, files: Mapping[str, Path | bytes]) -> Manifest:
    """Write `files`, by their names in the pack, with the manifest that lists them. Raises PackError, OSError.

    The archive appears whole or not at all, readable by its owner only.
    """
    sizes = {name: len(what) if isinstance(what, bytes) else what.stat().st_size for name, what in files.items()}
    if sum(sizes.values()) > _MOST_BYTES - _MOST_DIRECTORY - _MANIFEST_BYTES or len(files) >= _MOST_FILES:
        raise PackError(f"{len(files)} files of {sum(sizes.values())} bytes are more than a pack may hold")
    listed = {}
    for name in sorted(files):
        problem = _name_problem(name)
        if problem:
            raise PackError(f"{name!r} can't be packed: {problem}")
        with _opened(files[name]) as file:
            listed[name] = PackedFile(size=sizes[name], sha256=hashlib.file_digest(file, "sha256").hexdigest())
    manifest = msgspec.structs.replace(manifest, schema=_SCHEMA, files=listed)
    told = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    descriptor, temporary = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
                for name, what in ((MANIFEST, told), *((name, files[name]) for name in sorted(files))):
                    _add(archive, name, what)
            raw.flush()
            os.fsync(raw.fileno())
        Path(temporary).replace(output)
    except zipfile.LargeZipFile as error:
        raise PackError(str(error)) from error
    finally:
        Path(temporary).unlink(missing_ok=True)
    return manifest


class PackReader:
    """A pack, its directory looked through and its manifest read. A context manager. Raises PackError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None
        try:
            self._file = path.open("rb")
            _look_at_end(self._file)
            self._archive = zipfile.ZipFile(self._file)
            self._entries = _entries(self._archive, path.stat().st_size)
            self.manifest = self._manifest()
        except OSError as error:
            self.close()
            raise PackError(f"{path}: {error.strerror or error}") from error
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, EOFError) as error:
            self.close()
            raise PackError(f"{path}: no pack of netaudit: {error}") from error
        except BaseException:
            self.close()
            raise

    def problems(self) -> Iterator[str]:
        """What does not agree with the manifest: every file is read and hashed."""
        for name in sorted({*self.manifest.files, *self._entries} - {MANIFEST}):
            told = self.manifest.files.get(name)
            if told is None:
                yield f"{name}: not in the manifest"
            elif name not in self._entries:
                yield f"{name}: missing"
            elif self._digest(name) != (told.size, told.sha256):
                yield f"{name}: not what the manifest says (SHA-256 or size)"

    def read(self, name: str, most: int) -> bytes:
        """A file's content. Raises PackError when it is missing, broken, or longer than `most` bytes."""
        if name not in self._entries:
            raise PackError(f"{self.path}: {name} is missing")
        if self._entries[name].file_size > most:
            raise PackError(f"{self.path}: {name} has more than {most} bytes")
        return b"".join(self._chunks(name))

    def copy(self, name: str, target: Path) -> None:
        """Copy a file's content to a place of the caller's choice. Raises PackError, OSError."""
        if name not in self._entries:
            raise PackError(f"{self.path}: {name} is missing")
        with target.open("xb") as file:
            for chunk in self._chunks(name):
                file.write(chunk)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> "PackReader":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _manifest(self) -> Manifest:
        try:
            manifest = msgspec.json.decode(self.read(MANIFEST, _MANIFEST_BYTES), type=Manifest)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise PackError(f"{self.path}: {MANIFEST}: {error}") from error
        if manifest.schema != _SCHEMA:
            raise PackError(f"{self.path}: a pack of schema {manifest.schema}, which this version does not know")
        return manifest

    def _digest(self, name: str) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        try:
            for chunk in self._chunks(name):
                digest.update(chunk)
                size += len(chunk)
        except PackError:
            return -1, ""
        return size, digest.hexdigest()

    def _chunks(self, name: str) -> Iterator[bytes]:
        try:
            with self._archive.open(self._entries[name]) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
            raise PackError(f"{self.path}: {name}: {error}") from error


def _look_at_end(file: IO[bytes]) -> None:
    """Refuse what would make the reading of the directory costly. Raises PackError."""
    size = os.fstat(file.fileno()).st_size
    if size > _MOST_BYTES:
        raise PackError(f"{size} bytes are more than a pack may have")
    file.seek(max(0, size - _END_BYTES))
    end = file.read(_END_BYTES)
    if len(end) < _END_BYTES or not end.startswith(_END) or end[20:22] != b"\0\0":
        raise PackError("no pack of netaudit: it does not end with the directory of a ZIP file")
    count, directory = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if count > _MOST_FILES or directory > _MOST_DIRECTORY:  # ZIP64 says 0xffff and 0xffffffff
        raise PackError(f"{count} files with a directory of {directory} bytes are more than a pack has")
    file.seek(0)


def _entries(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The files by name, none of them compressed, special, doubled, or upon another. Raises PackError."""
    found: dict[str, zipfile.ZipInfo] = {}
    lowered: set[str] = set()
    end = 0
    for entry in sorted(archive.infolist(), key=lambda entry: entry.header_offset):
        name = entry.orig_filename
        problem = _name_problem(name) or _entry_problem(entry)
        if problem:
            raise PackError(f"{name[:_LONGEST_NAME]!r} in the archive: {problem}")
        if name.lower() in lowered:  # on some systems one file
            raise PackError(f"{name!r} is twice in the archive")
        lowered.add(name.lower())
        if entry.header_offset < end:
            raise PackError(f"{name!r} lies upon another file of the archive")
        end = entry.header_offset + _LOCAL_HEADER + entry.file_size
        if end > size:
            raise PackError(f"{name!r} reaches beyond the archive's end")
        found[name] = entry
    return found


def _entry_problem(entry: zipfile.ZipInfo) -> str:
    if entry.is_dir() or stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        return "no plain file"
    if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
        return "compressed, which no file of a pack is"
    return "encrypted" if entry.flag_bits & _ENCRYPTED else ""


def _name_problem(name: str) -> str:
    """Why a name can't stand in a pack: names stay within it, and mean the same on every system."""
    if len(name) > _LONGEST_NAME or not _SAFE.fullmatch(name):
        return "not a plain relative name"
    if any(set(part) == {"."} or part.startswith(".") or part.endswith(".") for part in name.split("/")):
        return "hidden, or leads out of the pack"
    return ""


def _add(archive: zipfile.ZipFile, name: str, what: Path | bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = 3  # Unix, wherever it is packed
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    entry.file_size = len(what) if isinstance(what, bytes) else what.stat().st_size
    with _opened(what) as source, archive.open(entry, "w") as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)


def _opened(what: Path | bytes) -> io.BytesIO | io.BufferedReader:
    return io.BytesIO(what) if isinstance(what, bytes) else what.open("rb")
