"""What a command imports before it starts: every import is time that each process pays."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("start", "unwanted"),
    [
        ("netaudit.cli.main", ("dns", "httpx", "jinja2", "scapy", "yaml")),
        ("netaudit.cli.scan", ("netaudit.lab", "scapy", "xlsxwriter")),
    ],
)
def test_nothing_is_imported_that_may_not_be_used(start: str, unwanted: tuple[str, ...]) -> None:
    program = f"import sys, {start}; print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    loaded = output.split()
    assert start in loaded
    assert [name for name in loaded if any(name == part or name.startswith(f"{part}.") for part in unwanted)] == []
