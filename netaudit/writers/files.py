"""Writing a file whole or not at all."""

import os
import tempfile
from pathlib import Path

__all__ = ["make_folder", "write_whole"]


def make_folder(path: Path) -> None:
    """Make a folder that only its owner may read: a report is a list of weak systems. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file for its owner alone, unless `mode` says more: a temporary one beside it, then a rename.

    Raises OSError.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".netaudit-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
