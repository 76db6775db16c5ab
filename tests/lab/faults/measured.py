"""What forty scans of a healthy world gave, as the last run wrote it down beside this file."""

from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

__all__ = ["Measured", "last_measured"]

_FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class Measured:
    """Of so many scans without loss, and as many with 5 % of the packets lost."""

    date: str
    scans: int  # of each kind
    seconds: int  # of all
    findings: int  # in all
    untested: int  # results that could not be tested, without loss
    untested_under_loss: int
    asked_again: int  # questions, under loss

    def write(self) -> None:
        """Keep it for the page."""
        _FILE.write_text(yaml.safe_dump(asdict(self), sort_keys=False), encoding="utf-8")

    def told(self) -> str:
        """A sentence of the page."""
        return (
            f"Measured on {self.date}: {2 * self.scans} scans in {self.seconds} s with {self.findings} findings."
            f" Without loss {self.untested} results could not be tested; with loss {self.untested_under_loss},"
            f" and {self.asked_again} questions were asked again."
        )


def last_measured() -> Measured | None:
    """What was written down; None: nothing yet."""
    return Measured(**yaml.safe_load(_FILE.read_text(encoding="utf-8"))) if _FILE.exists() else None
