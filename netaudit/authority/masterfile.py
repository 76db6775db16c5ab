"""Master files (RFC 1035 section 5) read into zone content, with the place of every RRset and of every mistake.

A file is untrusted: size, records, time and depth are bounded, $INCLUDE stays in the file's folder, and
whatever the bytes are, the answer is a `ZoneFile` or a `MasterFileError` that names lines.
"""

import hashlib
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.SOA
import dns.ttl

from netaudit.authority.content import ZoneContent
from netaudit.authority.entries import Entry, entries, is_ascii_outside_quotes, next_token, unquoted
from netaudit.authority.generate import generated
from netaudit.authority.include import IncludeError, Opener

__all__ = ["Bounds", "Mistake", "MasterFileError", "Place", "ZoneFile", "read_zone_file"]

_IN = dns.rdataclass.IN
_SOA, _RRSIG = dns.rdatatype.SOA, dns.rdatatype.RRSIG
_MOST_MISTAKES = 20
_CHECK_TIME = 1024  # records between two looks at the clock
_RDATA = 65_535
_CLASS = re.compile(r"IN|CH|HS|CS|CLASS\d{1,5}", re.IGNORECASE)
_TTL = re.compile(r"\d+|(?:\d+[wdhms])+", re.IGNORECASE)


class Place(NamedTuple):
    """Where an entry begins; line 0 stands for the file as a whole."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Mistake(NamedTuple):
    """What can't be read, and where."""

    place: Place
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


class MasterFileError(Exception):
    """The file is no zone that could be served; `mistakes` says why, at most 20 times."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True)
class Bounds:
    """How much is read at most, over all included files; `seconds` is time on the clock."""

    bytes: int = 64 * 1024 * 1024
    records: int = 2_000_000
    files: int = 1_000
    depth: int = 10
    seconds: float = 300.0


@dataclass(frozen=True)
class ZoneFile:
    """A zone as its file has it. `places` is keyed by owner, type and, for RRSIG, the type covered (else 0)."""

    path: str
    sha256: str  # over the bytes of all files, in the order read
    content: ZoneContent
    places: dict[tuple[dns.name.Name, int, int], Place]
    outside: tuple[tuple[dns.name.Name, Place], ...] = ()  # owners that are not in the zone: left out
    uneven: tuple[tuple[dns.name.Name, int, Place], ...] = ()  # records whose TTL differs from their RRset's

    def place(self, name: dns.name.Name, rdtype: int, covered: int = 0) -> Place | None:
        """Where an RRset begins."""
        return self.places.get((name, rdtype, covered))


def read_zone_file(path: Path, origin: dns.name.Name, bounds: Bounds | None = None) -> ZoneFile:
    """Read the zone `origin` from a file. Raises MasterFileError; OSError when the file can't be opened."""
    return _Reader(path, origin.canonicalize(), bounds or Bounds()).read()


@dataclass
class _Scope:
    """What holds within one file; a file that it includes has its own and leaves this one as it was."""

    file: str
    trail: tuple[Path, ...]  # this file, behind those that led to it
    origin: dns.name.Name
    owner: dns.name.Name | None = None


@dataclass
class _Ttls:
    """From where a record without a TTL takes one: $TTL, the last one stated, the SOA's minimum (RFC 2308, 4)."""

    default: int | None = None
    last: int | None = None
    minimum: int | None = None

    @property
    def implied(self) -> int | None:
        """The TTL of a record that states none."""
        return next((ttl for ttl in (self.default, self.last, self.minimum) if ttl is not None), None)


class _TooMuch(Exception):
    """A bound is reached: nothing more is read."""


@dataclass
class _Reader:
    path: Path
    apex: dns.name.Name
    bounds: Bounds
    mistakes: list[Mistake] = field(default_factory=list)
    records: int = 0

    def read(self) -> ZoneFile:
        self._until = time.monotonic() + self.bounds.seconds
        self._content = ZoneContent(self.apex)
        self._places: dict[tuple[dns.name.Name, int, int], Place] = {}
        self._outside: list[tuple[dns.name.Name, Place]] = []
        self._uneven: list[tuple[dns.name.Name, int, Place]] = []
        self._ttls = _Ttls()
        self._digest = hashlib.sha256()
        self._opener = Opener(self.path, self.bounds.bytes, self.bounds.files)
        scope = _Scope(self.path.name, (self._opener.top,), self.apex)
        try:
            self._file(self._opener.first(), scope)
        except IncludeError as error:
            self.mistakes.append(Mistake(Place(self.path.name, 0), str(error)))
        except _TooMuch:
            pass  # the mistake that says so is in the list
        if not self.mistakes and not self.records:
            self.mistakes.append(Mistake(Place(self.path.name, 0), f"it has no record of {self.apex}"))
        if self.mistakes:
            raise MasterFileError(self.mistakes)
        self._content.finish()
        return ZoneFile(
            str(self.path), self._digest.hexdigest(), self._content, self._places, tuple(self._outside),
            tuple(self._uneven),
        )  # fmt: skip

    def _file(self, data: bytes, scope: _Scope) -> None:
        self._digest.update(data)
        for entry in entries(data.decode("utf-8-sig", "surrogateescape")):
            place = Place(scope.file, entry.line)
            try:
                self._entry(entry, scope, place)
            except (ValueError, IncludeError, dns.exception.DNSException) as error:
                self._note(place, str(error) or type(error).__name__)

    def _entry(self, entry: Entry, scope: _Scope, place: Place) -> None:
        """Take a record or a directive in. Raises ValueError, IncludeError or DNSException."""
        if entry.problem:
            raise ValueError(entry.problem)
        if not is_ascii_outside_quotes(entry.text):
            raise ValueError("characters outside ASCII: a name is written as xn--…, a text in quotes")
        if not entry.text.startswith("$"):
            self._record(entry.text, scope, place)
            return
        word, position = next_token(entry.text, 0)
        rest = entry.text[position:].strip(" \t")
        match word.upper():
            case "$ORIGIN":
                scope.origin = _name(_only(rest), scope.origin)
            case "$TTL":
                self._ttls.default = dns.ttl.from_text(_only(rest))
            case "$INCLUDE":
                self._include(rest, scope, place)
            case "$GENERATE":
                for made in generated(rest):
                    self._record(made, scope, place)
            case _:
                raise ValueError(f"unknown directive {word[:40]!r}")

    def _include(self, text: str, scope: _Scope, place: Place) -> None:
        file, position = next_token(text, 0)
        origin = text[position:].strip(" \t")
        if not file:
            raise ValueError("$INCLUDE names no file")
        if len(scope.trail) > self.bounds.depth:
            raise ValueError(f"files are included more than {self.bounds.depth} deep")
        inner = _name(_only(origin), scope.origin) if origin else scope.origin
        name = unquoted(file)
        data, path = self._opener.included(name, scope.trail)
        self._file(data, _Scope(name, (*scope.trail, path), inner, scope.owner))

    def _record(self, text: str, scope: _Scope, place: Place) -> None:
        position = 0
        if text[:1] not in (" ", "\t"):
            owner, position = next_token(text, 0)
            scope.owner = _name(owner, scope.origin).canonicalize()
        if scope.owner is None:
            raise ValueError("the first record has no owner")
        ttl, rdtype, data = self._head(text, position)
        rdata = _rdata(rdtype, data, scope.origin)
        if isinstance(rdata, dns.rdtypes.ANY.SOA.SOA) and self._ttls.minimum is None:
            self._ttls.minimum = rdata.minimum
        ttl = self._ttls.implied if ttl is None else ttl
        if ttl is None:
            raise ValueError("no TTL: neither here nor in $TTL nor in a record before")
        self._count(place)
        if not scope.owner.is_subdomain(self.apex):
            self._outside.append((scope.owner, place))
            return
        self._add(scope.owner, rdata, ttl, place)

    def _head(self, text: str, position: int) -> tuple[int | None, dns.rdatatype.RdataType, str]:
        """TTL and class, in any order and both optional, then the type; and the data that follow."""
        ttl: int | None = None
        seen_class = False
        while True:
            word, position = next_token(text, position)
            if not word:
                raise ValueError("the record has no type")
            if ttl is None and _TTL.fullmatch(word):
                ttl = self._ttls.last = dns.ttl.from_text(word)
            elif not seen_class and _CLASS.fullmatch(word):
                seen_class = True
                if word.upper() not in ("IN", "CLASS1"):
                    raise ValueError(f"class {word}: only IN is audited")
            else:
                return ttl, _type(word), text[position:]

    def _add(self, name: dns.name.Name, rdata: dns.rdata.Rdata, ttl: int, place: Place) -> None:
        rdtype, covered = rdata.rdtype, rdata.covers() if rdata.rdtype == _RRSIG else 0
        if rdtype == _SOA and name != self.apex:
            raise ValueError(f"a SOA at {name}, but the zone is {self.apex}")
        there = self._content.get(name, rdtype) if rdtype != _RRSIG else None
        if there is not None and rdata not in there:
            if dns.rdatatype.is_singleton(rdtype):
                raise ValueError(f"a second {dns.rdatatype.to_text(rdtype)} of {name}")
            if there.ttl != ttl:
                self._uneven.append((name, rdtype, place))
        self._content.add(name, rdata, ttl)
        self._places.setdefault((name, rdtype, covered), place)

    def _count(self, place: Place) -> None:
        self.records += 1
        if self.records > self.bounds.records:
            self._stop(place, f"more than {self.bounds.records} records")
        if self.records % _CHECK_TIME == 0 and time.monotonic() > self._until:
            self._stop(place, f"reading took longer than {self.bounds.seconds:g} seconds")

    def _note(self, place: Place, text: str) -> None:
        self.mistakes.append(Mistake(place, text[:300]))
        if len(self.mistakes) >= _MOST_MISTAKES:
            raise _TooMuch

    def _stop(self, place: Place, text: str) -> None:
        self.mistakes.append(Mistake(place, text))
        raise _TooMuch


def _name(text: str, origin: dns.name.Name) -> dns.name.Name:
    if not text:
        raise ValueError("a name is missing")
    try:
        return dns.name.from_text(text, origin)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{text[:80]!r} is no domain name: {str(error) or type(error).__name__}") from error


def _type(word: str) -> dns.rdatatype.RdataType:
    try:
        rdtype = dns.rdatatype.from_text(word)
    except (dns.exception.DNSException, ValueError):
        raise ValueError(f"{word[:40]!r} is no record type") from None
    if dns.rdatatype.is_metatype(rdtype):
        raise ValueError(f"{word} is no type that a zone holds")
    return rdtype


def _rdata(rdtype: dns.rdatatype.RdataType, text: str, origin: dns.name.Name) -> dns.rdata.Rdata:
    """Record data. Raises ValueError, also for what could be read but never sent."""
    try:
        rdata = dns.rdata.from_text(_IN, rdtype, text, origin, relativize=False)
        size = len(rdata.to_wire() or b"")
    except Exception as error:  # the parsers of some eighty types raise what they please on what is none
        said = str(error) or type(error).__name__
        raise ValueError(f"not the data of a {dns.rdatatype.to_text(rdtype)} record: {said}") from error
    if size > _RDATA:
        raise ValueError(f"{size} bytes are more than a record can hold")
    return rdata


def _only(text: str) -> str:
    """The one word that a directive takes."""
    word, end = next_token(text, 0)
    if not word or text[end:].strip(" \t"):
        raise ValueError("this directive takes one word")
    return word
