"""Objects of the Routing Policy Specification Language (RFC 2622), as registries' dumps and whois servers write them.

Read line by line in bounded memory, so that the dump of a whole registry will do.
"""

from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

__all__ = ["RpslObject", "RpslReader"]

_LINE = 65_536  # octets; no attribute of any registry has longer ones
_LINES = 20_000  # of one object that is wanted
_NOTHING_FOUND = 101  # RIPE's whois: no entries found


class RpslObject(NamedTuple):
    """An object: where it begins, in octets, and its attributes in order, their names in lower case."""

    offset: int
    attributes: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """The value of the first attribute, which names the object."""
        return self.attributes[0][1]

    @property
    def kind(self) -> str:
        """The class: the name of the first attribute."""
        return self.attributes[0][0]

    def first(self, name: str) -> str:
        """The value of the first attribute of that name, empty without one."""
        return next((value for found, value in self.attributes if found == name), "")


class RpslReader:
    """The objects of a text that are wanted. `wanted` is asked for each about its class and its name.

    `offset` is where reading stands. Whoever iterates meets ValueError for text that is no RPSL, and for the error
    that a whois server wrote in place of an answer.
    """

    def __init__(self, file: IO[bytes], wanted: Callable[[str, str], bool]) -> None:
        self._file = file
        self._wanted = wanted
        self._end = 0
        self._start = 0
        self._attributes: list[tuple[str, str]] = []
        self._skipping = False
        self.offset = 0
        self.answered = False  # something was written at all: an object, or a server's remark that there is none

    def __iter__(self) -> Iterator[RpslObject]:
        for line in self._lines():
            if self._skipping and not line.isspace():
                continue  # most of a dump: not worth decoding
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._take(text)
                continue
            yield from self._ended()
        yield from self._ended()

    def _take(self, text: str) -> None:
        if text[0] in "%#[":  # "[Querying whois.apnic.net]" is of the whois client
            self._remark(text)
        elif text[0] not in " \t+":
            self._begin(text)
        elif self._attributes:
            _continue(self._attributes, text)
        else:
            raise ValueError("a continued line without an attribute before it")

    def _begin(self, text: str) -> None:
        """An attribute; the first of an object decides whether the rest is wanted."""
        name, value = _attribute(text)
        if not self._attributes:
            self.answered = True
            self._start, self._skipping = self.offset, not self._wanted(name, value)
        if not self._skipping:
            self._attributes.append((name, value))
        if len(self._attributes) > _LINES:
            raise ValueError(f"an object of more than {_LINES} lines")

    def _ended(self) -> Iterator[RpslObject]:
        found = tuple(self._attributes)
        self._attributes.clear()
        self._skipping = False
        if found:
            yield RpslObject(self._start, found)

    def _lines(self) -> Iterator[bytes]:
        while line := self._file.readline(_LINE + 1):
            self.offset, self._end = self._end, self._end + len(line)
            if len(line) > _LINE:
                raise ValueError(f"a line of more than {_LINE} octets")
            yield line
        self.offset = self._end

    def _remark(self, text: str) -> None:
        """A comment. In place of an answer a server writes `%ERROR:201:access denied …`."""
        self.answered = True
        error = text.removeprefix("%ERROR:")
        code = error.partition(":")[0]
        if error != text and code != str(_NOTHING_FOUND):
            raise ValueError(f"the server answered: {text[:120]}")


def _attribute(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"this is no attribute: {text[:60]!r}")
    return name.lower(), _without_comment(value)


def _continue(attributes: list[tuple[str, str]], text: str) -> None:
    name, value = attributes[-1]
    more = _without_comment(text[1:])
    attributes[-1] = (name, f"{value}\n{more}" if value else more)
    if len(attributes[-1][1]) > _LINE:
        raise ValueError(f"an attribute of more than {_LINE} octets")


def _without_comment(value: str) -> str:
    return value.partition("#")[0].strip()
