"""AS paths as routers print them, in any of the notations that are in use."""

import re
from collections.abc import Iterable

from netaudit.routing.aspas import asn_of
from netaudit.routing.attributes import AsPath

__all__ = ["path_of", "path_of_text"]

_PATH_LENGTH = 255
_LOCAL = frozenset(("", "Local"))  # FRR's word for a path without an AS
_WORDS = re.compile(r"[{}()\[\]]|[^{}()\[\],\s]+")
_CONFEDERATION = {"(": ")", "[": "]"}


def path_of_text(text: str) -> AsPath:
    """Read `64501 64510 {64511,64512}`, where braces hold an AS_SET, which ends the path.

    Segments of confederations, in parentheses or square brackets, are left out (RFC 5065 section 5.3); an AS number
    may be written as two halves (RFC 5396). Raises ValueError for anything else.
    """
    text = text.strip()
    if text in _LOCAL:
        return AsPath((), False)
    asns: list[int] = []
    closing = ""  # of the confederation's segment that the place is in
    for word in _WORDS.findall(text):
        if closing:
            closing = "" if word == closing else closing
        elif word == "{":
            return AsPath(tuple(asns[:_PATH_LENGTH]), True)
        elif word in _CONFEDERATION:
            closing = _CONFEDERATION[word]
        else:
            asns.append(_asn_in(word))
    if closing:
        raise ValueError(f"no AS path: {text[:80]!r}")
    return AsPath(tuple(asns[:_PATH_LENGTH]), False)


def path_of(asns: Iterable[object]) -> AsPath:
    """A list of AS numbers, in which an AS_SET is a list of its own or text in braces. Raises ValueError."""
    path: list[int] = []
    for item in asns:
        if isinstance(item, list) or (isinstance(item, str) and item.startswith("{")):
            return AsPath(tuple(path[:_PATH_LENGTH]), True)
        path.append(asn_of(item))
    return AsPath(tuple(path[:_PATH_LENGTH]), False)


def _asn_in(text: str) -> int:
    """An AS number in digits, or in two halves with a dot between (RFC 5396). Raises ValueError."""
    high, dot, low = text.partition(".")
    if not dot:
        return asn_of(text)
    halves = asn_of(high), asn_of(low)
    if max(halves) >= 1 << 16:
        raise ValueError(f"no AS number: {text!r}"[:80])
    return halves[0] << 16 | halves[1]
