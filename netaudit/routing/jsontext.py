"""A window on a JSON document that may be larger than memory: members and elements one after the other.

Of the file only a window is held, and no single value may be longer than 256 KiB: what strangers send is bounded.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

__all__ = ["JsonText", "json_problem", "json_value", "one_line"]

_WINDOW = 1 << 20  # bytes read at once
_VALUE = 1 << 18  # no payload and no other single value is longer than this

_space = re.compile(r"[ \t\r\n]*").match
_separator = re.compile(r"[ \t\r\n]*(,?)[ \t\r\n]*").match


class _Bytes(Protocol):
    def read(self, size: int, /) -> bytes: ...


class JsonText:
    """JSON text from a file. Reading raises ValueError, or RecursionError; `offset` is then where it stood.

    Bytes are read as Latin-1: then a character is a byte, and an index an offset.
    """

    def __init__(self, file: _Bytes) -> None:
        self._file = file
        self._window = ""
        self._at = 0
        self._before = 0  # bytes that came before the window
        self._decode = _decoder().raw_decode
        self._fill()

    @property
    def offset(self) -> int:
        """Where reading stands, in bytes from the start of the file."""
        return self._before + self._at

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        self._space()
        return self._window[self._at : self._at + 1]

    def members(self) -> Iterator[str]:
        """The names of an object. Whoever takes one reads its value before the next."""
        self._take("{")
        while self.peek() != "}":
            name = self.value()
            if not isinstance(name, str):
                raise ValueError("the name of a member is no text")
            self._take(":")
            self._space()
            yield name
            if self.peek() != ",":
                break
            self._take(",")
            if self.peek() == "}":
                raise ValueError("a comma before the end of an object")
        self._take("}")

    def elements(self) -> Iterator[Any]:
        """The values of an array."""
        for _ in self.places():
            yield self.value()

    def places(self) -> Iterator[None]:
        """Where the values of an array stand, when they may be long. Whoever takes one reads it before the next."""
        self._take("[")
        more = self.peek() != "]"
        while more:
            yield None
            found = _separator(self._window, self._at)
            more = found is not None and found[1] == ","
            self._at = found.end() if found is not None else self._at
        self._take("]")

    def value(self) -> Any:
        """Decode the value that stands here, of at most 256 KiB: longer ones fail wherever the window ends."""
        if not self.peek():
            raise ValueError("the file ends too early")
        if len(self._window) - self._at <= _VALUE:  # one more, so that the end of a number is seen
            self._fill()
        try:
            value, end = self._decode(self._window, self._at)
        except json.JSONDecodeError as error:
            self._at = error.pos
            raise
        if end - self._at > _VALUE:
            raise ValueError(f"a value of more than {_VALUE} bytes")
        self._at = end
        return value

    def skip(self) -> None:
        """Pass over a value; a long array or object is passed over part by part."""
        match self.peek():
            case "[":
                for _ in self.elements():
                    pass
            case "{":
                for _ in self.members():
                    self.skip() if self.peek() == "[" else self.value()
            case _:
                self.value()

    def end(self) -> None:
        """See that nothing follows."""
        if self.peek():
            raise ValueError("something follows the end of the JSON document")

    def _take(self, character: str) -> None:
        found = self.peek()
        if found != character:
            raise ValueError(f"{character!r} expected, {found!r} found" if found else "the file ends too early")
        self._at += 1
        self._space()

    def _space(self) -> None:
        while True:
            found = _space(self._window, self._at)
            self._at = found.end() if found is not None else self._at
            if self._at < len(self._window) or not self._fill():
                return

    def _fill(self) -> bool:
        read = self._file.read(_WINDOW).decode("latin-1")
        self._before += self._at
        self._window, self._at = self._window[self._at :] + read, 0
        return bool(read)


def json_value(text: str) -> Any:
    """Decode a text that is one JSON value. Raises what reading raises."""
    return _decoder().decode(text)


def json_problem(error: Exception) -> str:
    """What is wrong, for an error that names the place; of those that reading and converting values raise."""
    match error:
        case json.JSONDecodeError():
            return error.msg
        case KeyError():
            return one_line(f"a payload without {error}")
        case TypeError() | AttributeError():
            return "a value of the wrong type"
        case RecursionError():
            return "nested too deeply"
    return one_line(str(error))


def one_line(text: str) -> str:
    """Strangers' text in one line of at most 160 printable characters."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))[:160]


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_unique)


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """RFC 8259 section 4: of a name that is there twice, programs take the first, the last, or neither."""
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a name is there twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
