"""Fuzzes what reads strangers' bytes: `python -m tests.fuzz [--seconds 600] [TARGET…]`.

The time is shared by the targets. With atheris mutations are guided by coverage; without it they are blind.
An input that makes a fault is kept in `build/fuzz`, and `--replay FILE` runs it alone.
"""

import argparse
import hashlib
import importlib.util
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.corpus import seeds
from tests.fuzz.mutate import mutations

NAMES = (
    "response", "validator", "inventory", "mrt", "zone-file", "printed-routes", "sessions", "vrps", "registries",
)  # fmt: skip

_OUT = Path("build/fuzz")
_MOST = 4096  # octets of an input
_STUCK = 30  # seconds on the clock, after which libFuzzer calls one input a hang, whatever the CPU did


def main(arguments: list[str]) -> int:
    """Fuzz; 1 when a fault was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz what reads strangers' bytes.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}; default: all")
    parser.add_argument("--seconds", type=int, default=600, help="in total")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="run this input once")
    wanted = parser.parse_args(arguments)
    targets = wanted.targets or list(NAMES)
    if unknown := set(targets) - set(NAMES):
        parser.error(f"no target is called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if wanted.replay is not None:
        for target in targets:
            _run(target, wanted.replay.read_bytes())
        return 0
    fuzz = _guided if importlib.util.find_spec("atheris") else _blind
    if fuzz is _blind:
        print("atheris is not installed: mutations are not guided by coverage")
    share = max(1, wanted.seconds // len(targets))
    return int(not all([fuzz(target, share) for target in targets]))


def _guided(target: str, seconds: int) -> bool:
    """Whether atheris found no fault."""
    begun, found = _OUT / target / "seeds", _OUT / target / "found"
    for folder in (begun, found):
        folder.mkdir(parents=True, exist_ok=True)
    for data in seeds(target):
        (begun / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    print(f"{target}: {seconds} s", flush=True)
    done = subprocess.run([
        sys.executable, "-m", "tests.fuzz.guided", target, str(found), str(begun), f"-max_total_time={seconds}",
        f"-max_len={_MOST}", f"-timeout={_STUCK}", f"-artifact_prefix={_OUT / target}/", "-print_final_stats=1",
    ])  # fmt: skip
    return done.returncode == 0


def _blind(target: str, seconds: int) -> bool:
    """Whether mutations alone found no fault."""
    until, count = time.monotonic() + seconds, 0
    for data in mutations(seeds(target), time.time_ns()):
        if time.monotonic() > until:
            break
        count += 1
        try:
            _run(target, data)
        except Exception as error:  # whatever it is, it is what we look for
            path = _OUT / target / f"crash-{hashlib.sha256(data).hexdigest()[:16]}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            print(f"{target}: {type(error).__name__}: {error}\n  kept in {path}")
            return False
    print(f"{target}: {count} inputs, no fault")
    return True


def _run(target: str, data: bytes) -> None:
    from tests.fuzz.targets import TARGETS  # here, so that atheris can import it its own way

    TARGETS[target](data)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
