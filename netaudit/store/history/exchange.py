"""Runs on their way from one history to another: run folders, run.json files, and files of many runs."""

import io
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import zstandard

from netaudit.model.run import Run
from netaudit.store.runfolder import RUN_FILE, RunFolderError, read_run

__all__ = ["read_runs", "write_runs"]

_LEVEL = 9
_MAGIC = b"\x28\xb5\x2f\xfd"  # of zstd (RFC 8878 section 3.1.1)
_LONGEST = 1024 * 1024 * 1024  # of one run


def write_runs(path: Path, runs: Iterable[Run]) -> None:
    """Write a file of runs, a line of JSON each, compressed: whole or not at all, for its owner. Raises OSError."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            with zstandard.ZstdCompressor(level=_LEVEL).stream_writer(file, closefd=False) as writer:
                for run in runs:
                    writer.write(msgspec.json.encode(run) + b"\n")
            file.flush()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def read_runs(source: Path) -> Iterator[Run]:
    """Read the runs of a folder, a run.json or a file of runs, one at a time. Raises RunFolderError."""
    if source.is_dir():
        yield read_run(source / RUN_FILE)
        return
    try:
        with source.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                yield read_run(source)
                return
            file.seek(0)
            reader = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True))
            while line := reader.readline(_LONGEST):
                yield msgspec.json.decode(line, type=Run)
    except OSError as error:
        raise RunFolderError(f"{source}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, zstandard.ZstdError, UnicodeDecodeError, RecursionError) as error:
        raise RunFolderError(f"{source}: this is no file of runs of netaudit: {error}") from error
