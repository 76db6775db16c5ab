"""`python -m netaudit.lab WORLD [NOW]`: the child of `netaudit.lab.process.lab_process`."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from netaudit.lab.process import serve_until_closed
from netaudit.lab.worldfile import WorldError


def main(arguments: list[str]) -> int:
    """Serve until the parent goes; 2 for a world file that can't be used."""
    now = float(arguments[1]) if len(arguments) > 1 else None
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            runner.run(serve_until_closed(Path(arguments[0]), now))
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
