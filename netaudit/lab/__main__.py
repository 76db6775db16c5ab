"""`python -m netaudit.lab WORLD [NOW [KEYS]]`: the child of `netaudit.lab.process.lab_process`."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from netaudit.lab.process import serve_until_closed
from netaudit.lab.worldfile import WorldError


def main(arguments: list[str]) -> int:
    """Serve until the parent goes; 2 for a world file that can't be used. NOW and KEYS may be empty."""
    path, now, keys = (*arguments, "", "")[:3]
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            runner.run(serve_until_closed(Path(path), float(now) if now else None, Path(keys) if keys else None))
        except WorldError as error:
            sys.stderr.write(f"{error}\n")
            return 2
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
