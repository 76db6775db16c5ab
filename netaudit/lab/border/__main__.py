"""A rehearsal's inner process: within namespaces of its own, it answers in JSON on standard output."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec

from netaudit.lab.border.neighbours import neighbours_told
from netaudit.lab.border.session import Rehearsal


def _main(arguments: str) -> None:
    configuration, folder = map(Path, json.loads(arguments))
    told = tuple(neighbours_told(configuration, folder))
    sys.stdout.buffer.write(msgspec.json.encode(Rehearsal(neighbours=told)))


if __name__ == "__main__":
    try:
        _main(sys.argv[1])
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as problem:
        sys.exit(str(problem))
