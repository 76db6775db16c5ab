"""How alike two web pages are: 1 the same visible text or the same elements, 0 nothing in common.

Compared are runs of words, in which order counts, so that two different pages in one language score low.
What a server makes anew for each request is set aside: scripts, hidden fields, nonces, view state,
times and tokens.
"""

import html.parser
import re
from collections import Counter

from netaudit.rules.html_text import read_html

__all__ = ["similarity", "structure_similarity", "visible_words"]

_WORDS = 20_000  # and as many elements
_SHINGLE = 3  # words


def similarity(one: bytes, other: bytes) -> float:
    """Return the similarity of two bodies between 0 and 1: Dice's coefficient over runs of three words.

    Pages without visible text are alike when they load the same things (scripts, images, links).
    """
    if one == other:
        return 1.0
    words = visible_words(one), visible_words(other)
    if not words[0] and not words[1]:
        words = _references(one), _references(other)
    return _dice(*words)


def structure_similarity(one: bytes, other: bytes) -> float:
    """Return how alike two bodies are built, between 0 and 1: the same over runs of three elements, texts aside.

    Pages that show no text, because scripts write it, differ in this alone.
    """
    if one == other:
        return 1.0
    return _dice(tuple(_read(one).elements), tuple(_read(other).elements))


def visible_words(body: bytes) -> tuple[str, ...]:
    """The words a reader sees, lower case, title first in the order of the page; numbers and tokens are masked."""
    return _read(body).words()


def _references(body: bytes) -> tuple[str, ...]:
    return tuple(_read(body).references)


def _read(body: bytes) -> "_Reader":
    reader = _Reader()
    read_html(reader, body)
    return reader


def _dice(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    first, second = _shingles(one), _shingles(other)
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0


def _shingles(words: tuple[str, ...]) -> Counter[tuple[str, ...]]:
    if len(words) < _SHINGLE:
        return Counter([words] if words else [])
    return Counter(words[i : i + _SHINGLE] for i in range(len(words) - _SHINGLE + 1))


class _Reader(html.parser.HTMLParser):
    """Collects visible text, the elements, and what the page loads. Never recurses; bounded by its input."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.references: list[str] = []
        self.elements: list[str] = []
        self._text: list[str] = []
        self._hidden: str | None = None  # the element whose content no reader sees

    def words(self) -> tuple[str, ...]:
        """The masked words."""
        found: list[str] = []
        for word in _WORD.findall(" ".join(self._text).lower()):
            if len(found) == _WORDS:
                break
            found.append(_masked(word))
        return tuple(found)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden is None and tag in _UNSEEN:
            self._hidden = tag
        if len(self.elements) < _WORDS:
            self.elements.append(tag[:64])
        for name, value in attrs:
            if name in ("src", "href", "action") and value and len(self.references) < _WORDS:
                self.references.append(value.partition("?")[0].partition("#")[0][:512])
            if tag == "meta" and name == "http-equiv" and value:
                self.references.append(value.lower()[:64])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        hidden = self._hidden
        self.handle_starttag(tag, attrs)
        self._hidden = hidden

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = None

    def handle_data(self, data: str) -> None:
        if self._hidden is None:
            self._text.append(data)


_UNSEEN = frozenset({"script", "style", "template", "noscript", "svg"})
_WORD = re.compile(r"\w+(?:[-.:/]\w+)*")
_NUMBER = re.compile(r"[\d\W]+")
_TIME = re.compile(r"\d[\d.:/-]*t?[\d.:/-]*(?:z|am|pm|h)?")
_TOKEN_LENGTH = 16  # letters with digits of this length are made by machines


def _masked(word: str) -> str:
    """Replace what changes from one second to the next: numbers, times, tokens."""
    if _NUMBER.fullmatch(word) or _TIME.fullmatch(word):
        return "0"
    if len(word) >= _TOKEN_LENGTH and any(c.isdigit() for c in word):
        return "*"
    return word
