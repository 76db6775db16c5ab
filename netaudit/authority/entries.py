"""Master-file text cut into entries (RFC 1035 section 5.1): comments gone, parentheses joined, lines counted."""

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Entry", "entries", "is_ascii_outside_quotes", "next_token", "unquoted"]

_LARGEST = 1_000_000  # characters of one entry; the largest record takes about a quarter of that
_SPECIAL = re.compile(r'["();\\]')
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[^"();\\]+|\\.|[();"\\]')
_TOKEN = re.compile(r'[ \t]*((?:[^ \t"\\]|\\.|"(?:[^"\\]|\\.)*")+)')
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


class Entry(NamedTuple):
    """A record or directive on one line of text; `problem` says why it can't be read."""

    line: int  # where it begins, from 1
    text: str
    problem: str = ""

    @property
    def continues(self) -> bool:
        """Whether it begins with a blank: its owner is the one before."""
        return self.text[:1] in (" ", "\t")


def entries(text: str) -> Iterator[Entry]:
    """Cut a file into entries; empty ones are left out. After one that is broken the next line is tried."""
    parts: list[str] = []
    start = size = depth = 0
    enclosed = False
    for number, line in enumerate(text.split("\n"), 1):
        if not depth:
            start, size, parts, enclosed = number, 0, [], line.startswith("(")
        size += len(line)
        try:
            depth = _take(line.removesuffix("\r"), parts, depth)
            if size > _LARGEST:
                raise ValueError(f"an entry of more than {_LARGEST} characters")
        except ValueError as error:
            depth = 0
            yield Entry(start, "", str(error))
            continue
        if not depth:
            entry = "".join(parts)
            if enclosed:  # a blank behind a parenthesis is no blank at the beginning
                entry = entry.lstrip(" \t")
            if entry.strip(" \t"):
                yield Entry(start, entry)
    if depth:
        yield Entry(start, "", "a parenthesis is never closed")


def next_token(text: str, position: int) -> tuple[str, int]:
    """The word at or behind `position` and where it ends; an empty word at the end of the text."""
    found = _TOKEN.match(text, position)
    return (found[1], found.end()) if found else ("", len(text))


def unquoted(word: str) -> str:
    """A word without the quotes around it; escapes in it stay."""
    return word[1:-1] if _QUOTED.fullmatch(word) else word


def is_ascii_outside_quotes(text: str) -> bool:
    """Whether only quoted strings hold other characters: those are sent as UTF-8, names can't be."""
    return text.isascii() or _QUOTED.sub("", text).isascii()


def _take(line: str, parts: list[str], depth: int) -> int:
    """Append what a line says to `parts`; return how many parentheses are open. Raises ValueError."""
    if not _SPECIAL.search(line):
        parts.append(line)
    else:
        for piece in _PIECE.findall(line):
            if piece == ";":
                break
            if piece == '"':
                raise ValueError("a quoted string is never closed")
            if piece == "\\":
                raise ValueError("a backslash at the end of the line")
            if piece == "(":
                depth += 1
            elif piece == ")":
                depth -= 1
                if depth < 0:
                    raise ValueError("a parenthesis is closed that was never opened")
            parts.append(" " if piece in "()" else piece)
    if depth:
        parts.append(" ")
    return depth
