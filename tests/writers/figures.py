"""The numbers that a page shows, read as a person reads them: every digit in its text, in order, part by part.

What a server, a file or a catalogue said is no number of ours and is left out: code, pictures, evidence, the texts of
the run and the sentences of its results. Everything else is, and each part of a page that has one must be able to count
it from the run (tests/writers/recount.py).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import msgspec

from netaudit.model.run import Run
from netaudit.writers.report import Report
from netaudit.writers.safe import bounded
from netaudit.writers.wording import Wording

__all__ = ["Part", "Recount", "Texts", "classes", "parts"]

Recount = Callable[[Element], Iterable[str] | None]
"""What the numbers of an element should be, in order; None: it is no part of its own."""

_SKIPPED = {"code", "svg", "script", "style", "option", "title", "head"}
_LIMITS = (40, 60, 80, 90, 120, 160, 170, 200, 260, 300, 320, 400, 600, 1000)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = r"(?:\d{2}/\d{2}/\d{4}|\d{1,2} [A-Z][a-z]{2,3} \d{4})"
_MOMENT = re.compile(rf"({_DAY}) (\d\d):(\d\d) \(UTC\+7\)(?: · (?:({_DAY}) )?(\d\d:\d\d) UTC)?")
_NUMBER = {
    "vi": re.compile(r"\d{1,3}(?:\.\d{3})+(?![\d.])|\d+(?:,\d+)?(?:\u00a0%)?"),
    "en": re.compile(r"\d{1,3}(?:,\d{3})+(?![\d,])|\d+(?:\.\d+)?%?"),
}


# Texts that bring digits along: with a letter, or an address. Numbers of networks we print ourselves.
_FOREIGN = re.compile(r"(?=.*\d)(?=.*(?:[^\W\d]|\d\.\d+\.\d))", re.DOTALL)
_AS = re.compile(r"AS\d+")
_WORD = re.compile(r"[\w.:/-]*\d[\w.:/-]*")


@dataclass
class Part:
    """A part of a page: what it shows, and what it should."""

    name: str
    expected: list[str] | None
    shown: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


class Texts:
    """The texts with digits that a run, its catalogue and the sentences of its results bring along."""

    def __init__(self, run: Run, language: str, more: Iterable[str] = ()) -> None:
        self.language = language
        report = Report(run, Wording(language))
        said = {*_strings(msgspec.to_builtins(run)), *more}
        for result in run.results:
            said |= {report.sentence(result), report.brief(result)}
            said |= {report.sighted(result, sighting) for sighting in result.verdict.outcome.sightings}
        for change in run.comparison.changes if run.comparison is not None else ():
            said |= {report.compared_sentence(v) for v in (change.before, change.after) if v is not None}
        kept = {" ".join(text.split()) for text in said if _FOREIGN.search(text) and not _AS.fullmatch(text)}
        self._whole = kept | {bounded(text, limit) for text in kept for limit in _LIMITS if len(text) > limit}
        self._by_word: dict[str, list[str]] = defaultdict(list)
        for text in sorted(self._whole, key=len, reverse=True):
            self._by_word[next(_words(text))].append(text)
        self._seen: dict[str, list[str]] = {}

    def figures(self, text: str) -> list[str]:
        """The numbers of a piece of text: `1688`, `97.1%`, days as `2026-11-24`, moments as `2026-11-24T14:00`."""
        text = " ".join(text.replace("\u00a0%", "\u0001%").split()).replace("\u0001", "\u00a0")
        if text not in self._seen:
            self._seen[text] = list(self._read(text)) if re.search(r"\d", text) else []
        return self._seen[text]

    def _read(self, text: str) -> Iterator[str]:
        if text in self._whole:
            return
        known = {said for word in _words(text) for said in self._by_word.get(word, ()) if said in text}
        for said in sorted(known, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(said)}(?!\w)", " ", text)
        text = re.sub(r"\bIPv[46]\b", "IP", text)
        number = _NUMBER[self.language]
        for found in re.finditer(rf"{_MOMENT.pattern}|{_DAY}|{number.pattern}", text):
            moment = _MOMENT.fullmatch(found[0])
            if moment is not None:
                yield _utc(moment)
            elif re.fullmatch(_DAY, found[0]):
                yield _iso(found[0])
            else:
                yield _plain(found[0], self.language)


def parts(page: str, recount: Recount, texts: Texts) -> list[Part]:
    """The parts of a page; the first is what stands in none of them, and should be empty."""
    tree = html5lib.parse(re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL), namespaceHTMLElements=False)
    found = [Part("outside of every part", [])]
    body = tree.find("body")
    assert body is not None
    _walk(body, found[0], found, recount, texts)
    return found


def classes(element: Element) -> set[str]:
    """The classes of an element."""
    return set(element.get("class", "").split())


def _walk(element: Element, part: Part, found: list[Part], recount: Recount, texts: Texts) -> None:
    tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "comment"
    if tag not in _SKIPPED and "observed" not in classes(element) and tag != "comment":
        expected = recount(element)
        if expected is not None:
            attributes = " ".join(f'{key}="{value}"' for key, value in element.items())[:120]
            found.append(Part(f"<{tag} {attributes}>", list(expected)))
        own = found[-1] if expected is not None else part
        _take(element.text, own, texts)
        for child in element:
            _walk(child, own, found, recount, texts)
    _take(element.tail, part, texts)


def _take(text: str | None, part: Part, texts: Texts) -> None:
    shown = texts.figures(text or "")
    if shown:
        part.shown += shown
        part.text.append(" ".join((text or "").split())[:160])


def _words(text: str) -> Iterator[str]:
    """The words with a digit."""
    yield from (word.strip(".:/-") for word in _WORD.findall(text))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _strings(key)
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)


def _plain(number: str, language: str) -> str:
    """`1.688` in Vietnamese and `1,688` in English are 1688."""
    if language == "vi":
        number = number.replace("\u00a0", "").replace(".", "").replace(",", ".")
    return number.replace(",", "")


def _iso(day: str) -> str:
    if "/" in day:
        return "-".join(day.split("/")[::-1])
    number, month, year = day.split()
    return f"{year}-{_MONTHS.index(month[:3]) + 1:02}-{int(number):02}"


def _utc(moment: re.Match[str]) -> str:
    """A moment in UTC; where both clocks are told, they must agree."""
    day, hour, minute, there, told = moment.groups()
    utc = datetime.fromisoformat(f"{_iso(day)}T{hour}:{minute}") - timedelta(hours=7)
    agrees = told in (None, f"{utc:%H:%M}") and (_iso(there) if there else f"{utc:%Y-%m-%d}") == f"{utc:%Y-%m-%d}"
    return f"{utc:%Y-%m-%dT%H:%M}" if agrees else f"{moment[0]}: two times"
