"""What is wrong with an inventory, said so that its author finds the line."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

__all__ = ["MOST_PROBLEMS", "InventoryError", "Problem", "did_you_mean", "shown"]

MOST_PROBLEMS = 20
_LONGEST_WORD = 60
_MOST_CANDIDATES = 2000  # comparing words is slow, and the file may hold very many


@dataclass(frozen=True)
class Problem:
    """One thing to mend. `line` counts from 1; 0 means the file as a whole."""

    file: str
    line: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message}" + (f"  ({self.hint})" if self.hint else "")


class InventoryError(Exception):
    """An inventory that can't be used; `problems` has at least one and at most MOST_PROBLEMS entries, by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda p: p.line)[:MOST_PROBLEMS])
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or nothing when none is near."""
    close = difflib.get_close_matches(word[:_LONGEST_WORD], list(islice(known, _MOST_CANDIDATES)), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""


def shown(value: object) -> str:
    """A value from the file as it may be printed: quoted, shortened, without control characters."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value)[: _LONGEST_WORD + 1])
    return f'"{text[:_LONGEST_WORD]}…"' if len(text) > _LONGEST_WORD else f'"{text}"'
