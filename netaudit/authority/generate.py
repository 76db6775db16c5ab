"""BIND's $GENERATE: one line that stands for many records (BIND 9 Administrator Reference Manual, "$GENERATE")."""

import re
from collections.abc import Iterator

from netaudit.authority.entries import next_token, unquoted

__all__ = ["generated"]

_MOST = 65_536  # records of one directive
_LARGEST = 2**31 - 1
_WIDEST = 127  # characters of one number, as in BIND
_RANGE = re.compile(r"(\d{1,10})-(\d{1,10})(?:/(\d{1,10}))?")
_PLACE = re.compile(r"\\.|\$\$|\$(?:\{([^}]*)\}?)?")
_MODIFIER = re.compile(r"([+-]?\d{1,10})(?:,(\d{1,10})(?:,([doxXnN]))?)?")


def generated(text: str) -> Iterator[str]:
    """The records of "RANGE OWNER [TTL] [CLASS] TYPE DATA" as entries. Raises ValueError saying what is wrong."""
    numbers, position = next_token(text, 0)
    steps = _steps(numbers)
    owner, position = next_token(text, position)
    data = _unquoted_data(text[position:])
    if not owner or not data:
        raise ValueError("$GENERATE needs a range, an owner, a type and data")
    for number in steps:
        yield f"{_filled(owner, number)} {_filled(data, number)}"


def _steps(text: str) -> range:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no range such as 1-100 or 0-254/2")
    start, stop, step = int(found[1]), int(found[2]), int(found[3] or 1)
    if start > stop or stop > _LARGEST or not 1 <= step <= _LARGEST:
        raise ValueError(f"the range {text} leads nowhere")
    steps = range(start, stop + 1, step)
    if len(steps) > _MOST:
        raise ValueError(f"the range {text} makes more than {_MOST} records")
    return steps


def _unquoted_data(text: str) -> str:
    """What follows the owner; data in quotes are words of their own once the quotes are gone, as in BIND."""
    position, words = 0, []
    while True:
        word, position = next_token(text, position)
        if not word:
            break
        words.append(word)
    return " ".join((*words[:-1], unquoted(words[-1]))) if words else ""


def _filled(template: str, number: int) -> str:
    """The template with each `$` replaced; `$$`, and `$` behind a backslash, stand for a dollar sign."""

    def fill(place: re.Match[str]) -> str:
        if place[0].startswith("\\"):
            return place[0]
        if place[0] == "$$":
            return "$"
        if place[1] is None:
            return str(number)
        return _formatted(number, place[1], closed=place[0].endswith("}"))

    return _PLACE.sub(fill, template)


def _formatted(number: int, modifier: str, *, closed: bool) -> str:
    """A number as "{OFFSET,WIDTH,BASE}" wants it."""
    found = _MODIFIER.fullmatch(modifier) if closed else None
    if found is None:
        raise ValueError(f"'${{{modifier[:20]}' is no modifier such as ${{0,3,d}}")
    value, width, base = number + int(found[1]), int(found[2] or 0), found[3] or "d"
    if width > _WIDEST:
        raise ValueError(f"a width of more than {_WIDEST}")
    if base not in "nN":
        return format(value, base).zfill(width)
    if value < 0:
        raise ValueError("a negative number has no nibbles")
    return _nibbles(value, width, base)


def _nibbles(value: int, width: int, base: str) -> str:
    """Hexadecimal digits, the last one first, a dot between; `width` counts both, so that an even one ends in a dot."""
    digits = format(value, "X" if base == "N" else "x")[::-1]
    padded = ".".join(digits.ljust((width + 1) // 2, "0"))
    return padded + "." if len(padded) < width else padded
