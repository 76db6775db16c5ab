"""What must be said of each world: tests/lab/multihome/expected.yaml.

`finds` fail or warn, `asks` wait for a person to look, `blinds` could not be tested: `check message`,
and the arguments by which the finding is known again. All else passes or does not apply.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from netaudit.model.common import Record
from netaudit.model.verdict import Argument

__all__ = ["Findings", "Said", "expected", "write_expected"]

_FILE = Path(__file__).with_name("expected.yaml")

Findings = dict[str, dict[str, Argument]]


class Said(Record, frozen=True, kw_only=True):
    """What was said of a world's data centre, good news aside."""

    finds: Findings = {}
    asks: Findings = {}
    blinds: Findings = {}


def expected() -> dict[str, Said]:
    """All worlds that were looked through."""
    return msgspec.yaml.decode(_FILE.read_bytes(), type=dict[str, Said])


def write_expected(found: Mapping[str, Said]) -> None:
    """Write down what was found, for a person to look through: `git diff`."""
    _FILE.write_bytes(msgspec.yaml.encode(found))
