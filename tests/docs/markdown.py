"""What the tests read out of a Markdown file: fenced and indented code, links, headings."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Block", "blocks", "command_lines", "headings", "links"]

_FENCE = re.compile(r"^```+ *(.*)$")
_COMMAND = re.compile(r"^(?:[A-Z_]+=\S+ )*(?:sudo )?(?:(?:\.venv|/opt/netaudit)/bin/)?(netaudit(?: .*)?)$")
_INLINE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
_SEPARATORS = {"|", ">", ">>", "<", "2>", ";", "&&", "||", "&"}


@dataclass(frozen=True)
class Block:
    """A block of code: its info string (empty: indented), text, and the number of its first line."""

    info: str
    text: str
    line: int


def blocks(path: Path) -> Iterator[Block]:
    """Yield the code blocks of a file, in order."""
    info: str | None = None
    held: list[str] = []
    begun = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        fence = _FENCE.match(line)
        if info is None and fence is None:
            if line.startswith("    ") and line.strip():
                yield Block("", line.strip(), number)
            continue
        if fence is None:
            held.append(line)
        elif info is None:
            info, held, begun = fence[1].strip(), [], number + 1
        else:
            yield Block(info, "".join(f"{text}\n" for text in held), begun)
            info = None


def command_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each `netaudit …` of a file with its line: in shell and console blocks, indented, or in inline code.

    A console block shows commands behind `$ `, and what they print.
    """
    for block in blocks(path):
        for offset, line in enumerate(block.text.splitlines()):
            if block.info == "console":
                if not line.startswith("$ "):
                    continue
                line = line.removeprefix("$ ")
            elif block.info not in ("", "sh"):
                continue
            yield from _command(line.strip(), block.line + offset)
    for number, line in enumerate(_without_code(path), 1):
        for found in _INLINE.findall(line):
            yield from _command(found, number)


def links(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the target of each link and image outside of code, with its line."""
    text = "\n".join(_INLINE.sub("`code`", line) for line in _without_code(path))
    for found in _LINK.finditer(text):
        yield text.count("\n", 0, found.start(1)) + 1, found[1]


def headings(path: Path) -> list[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    titles = [line.lstrip("#").strip() for line in _without_code(path) if line.startswith("#")]
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


def _command(line: str, number: int) -> Iterator[tuple[int, list[str]]]:
    matched = _COMMAND.match(line)
    if matched is None:
        return
    words = shlex.split(matched[1], comments=True)
    end = next((index for index, word in enumerate(words) if word in _SEPARATORS), len(words))
    yield number, words[1:end]


def _without_code(path: Path) -> Iterator[str]:
    """Every line, those of fenced blocks emptied so that numbers stay right."""
    fenced = False
    for line in path.read_text(encoding="utf-8").split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
            yield ""
        else:
            yield "" if fenced or line.startswith("    ") else line
