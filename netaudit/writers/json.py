"""run.json: the run itself, byte for byte the same for the same run."""

from pathlib import Path

import msgspec

from netaudit.model.run import Run
from netaudit.writers.files import make_folder, write_whole

__all__ = ["RUN_FILE", "run_json", "write_json"]

RUN_FILE = "run.json"


def run_json(run: Run) -> bytes:
    """Return the run as indented JSON with sorted keys."""
    return msgspec.json.format(msgspec.json.encode(run, order="deterministic"), indent=1) + b"\n"


def write_json(run: Run, out: Path) -> Path:
    """Write `out/run.json` and return its path. Raises OSError."""
    make_folder(out)
    path = out / RUN_FILE
    write_whole(path, run_json(run))
    return path
