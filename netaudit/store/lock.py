"""A lock on a folder, so that two scans never write into it at once.

It is a POSIX record lock on a file in the folder: the kernel lets go of it when its process ends, however that ends,
so that no dead process is an obstacle. Over NFS it is worth what the server's lock manager is worth: keep run folders
that several machines may write to apart, one a machine.
"""

import fcntl
import os
import time
import weakref
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from netaudit.model.common import Record, Timestamp

__all__ = ["LOCK_FILE", "Lock", "LockedError"]

LOCK_FILE = ".lock"

_NOTE_BYTES = 4_096


class _Note(Record, frozen=True, kw_only=True):
    pid: int
    host: str
    since: Timestamp


class LockedError(Exception):
    """Another process holds the lock; the message says which, and since when."""


class Lock:
    """Held until `release`, or until nothing refers to it, or the process ends. Raises LockedError, OSError.

    The file stays: to remove it would let two processes hold locks on two files of one name.
    """

    def __init__(self, folder: Path) -> None:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._closed = weakref.finalize(self, os.close, descriptor)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            said = _holder(os.read(descriptor, _NOTE_BYTES))
            self.release()
            raise LockedError(f"{folder}: another netaudit is writing there{said}; wait for its end") from None
        note = _Note(pid=os.getpid(), host=os.uname().nodename, since=time.time())
        os.ftruncate(descriptor, 0)
        os.write(descriptor, msgspec.json.encode(note) + b"\n")

    def release(self) -> None:
        """Let others in."""
        self._closed()


def _holder(content: bytes) -> str:
    try:
        note = msgspec.json.decode(content, type=_Note)
        since = datetime.fromtimestamp(note.since, UTC)
    except (msgspec.MsgspecError, OverflowError, ValueError, OSError):
        return ""
    host = "".join(c for c in note.host if c.isprintable())[:100]
    return f" (process {note.pid} on {host}, since {since:%Y-%m-%d %H:%M:%S} UTC)"
