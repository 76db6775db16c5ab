"""The targets of the Makefile: each that is promised has a rule, and `make help` tells of each in a sentence."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_help_lists_every_target_with_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    promised = set(re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)[0].split())
    rules = set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))
    assert promised == rules
    shown = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in shown.splitlines()} == rules
    assert all(len(line.split()) > 3 for line in shown.splitlines())
