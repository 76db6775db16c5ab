"""One target under atheris, guided by coverage. Arguments are a target and libFuzzer's own."""

import importlib
import sys


def main(arguments: list[str]) -> None:
    """Fuzz until libFuzzer ends the process: with 0 when its time is over, with another code at a fault."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["netaudit", "dns"]):
        importlib.import_module("dns.rdata").load_all_types()  # else they come too late to be instrumented
        targets = importlib.import_module("tests.fuzz.targets")
    target, *options = arguments
    atheris.Setup([sys.argv[0], *options], targets.TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
