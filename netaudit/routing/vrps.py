"""Validated ROA payloads (RFC 6811) from the JSON exports of relying parties, filtered to our prefixes as they stream.

Three dialects are one here: Routinator's `json` and `jsonext`, rpki-client's, and that of OctoRPKI, StayRTR and
GoRTR. They differ in how an AS number is written, in where the time of the export stands, and in whether the end of
a payload's life is told. Everything is bounded: of the file only a window is held, of the payloads only ours.
"""

import ipaddress
import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

from netaudit.model.facts import Vrp

__all__ = ["VrpError", "VrpExport", "read_vrps"]

_WINDOW = 1 << 20  # bytes read at once
_VALUE = 1 << 16  # no payload and no other single value is longer than this
_KEPT = 10_000  # payloads that concern one data centre
_ASN = re.compile(r"(?:AS)?(\d{1,10})", re.IGNORECASE)
_TIMES = ("generated", "generatedTime", "buildtime")  # of metadata: OctoRPKI and Routinator, Routinator, rpki-client

_space = re.compile(r"[ \t\r\n]*").match
_separator = re.compile(r"[ \t\r\n]*(,?)[ \t\r\n]*").match
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class VrpExport(NamedTuple):
    """What an export says of our prefixes: payloads that cover them or lie within, how many it has, and its time."""

    vrps: tuple[Vrp, ...]
    total: int
    data_time: float | None


class VrpError(Exception):
    """An export that can't be read, with the offset in bytes. `partial` holds what came before."""

    def __init__(self, source: str, offset: int, problem: str, partial: VrpExport) -> None:
        super().__init__(f"{source}: at byte {offset}: {problem}")
        self.partial = partial


def read_vrps(path: Path, prefixes: Sequence[str]) -> VrpExport:
    """Read the payloads that cover `prefixes`, or lie within them, from a JSON export.

    Raises VrpError for a file that is no such export, truncated or malformed, and OSError for one that is missing.
    """
    with path.open("rb") as file:
        reader = _Reader(path.name, file, _Filter(prefixes))
        reader.read()
    return reader.result()


class _Reader:
    def __init__(self, source: str, file: IO[bytes], wanted: "_Filter") -> None:
        self._source = source
        self._text = _Text(file)
        self._wanted = wanted
        self._vrps: list[Vrp] = []
        self._total = 0
        self._times: dict[str, float] = {}
        self._listed = False

    def result(self) -> VrpExport:
        """What has been read so far."""
        time = next((self._times[name] for name in _TIMES if name in self._times), None)
        return VrpExport(tuple(self._vrps), self._total, time)

    def read(self) -> None:
        """Read to the end. Raises VrpError with the offset of what is wrong."""
        text = self._text
        try:
            for name in text.members():
                match name, text.peek():
                    case "roas", "[":
                        self._listed = True
                        self._payloads()
                    case "metadata", "{":
                        self._metadata()
                    case _:
                        text.skip()
            text.end()
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            self._fail(_problem(error))
        if not self._listed:
            self._fail("there is no list of ROA payloads (roas)")

    def _payloads(self) -> None:
        near = self._wanted.near
        for item in self._text.elements():
            self._total += 1
            prefix = item["prefix"]
            if near(prefix):
                vrp = _payload(prefix, item)
                if self._wanted.related(ipaddress.ip_network(vrp.prefix)):
                    self._keep(vrp)

    def _keep(self, vrp: Vrp) -> None:
        if len(self._vrps) >= _KEPT:
            raise ValueError(f"more than {_KEPT} payloads of our prefixes")
        self._vrps.append(vrp)

    def _metadata(self) -> None:
        for name in self._text.members():
            value = self._text.value()
            if name in _TIMES:
                self._times[name] = _seconds(value)

    def _fail(self, problem: str) -> NoReturn:
        raise VrpError(self._source, self._text.offset, problem, self.result())


class _Text:
    """A window on JSON text. Bytes are read as Latin-1: then a character is a byte, and an index an offset."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._window = ""
        self._at = 0
        self._before = 0  # bytes that came before the window
        self._decode = json.JSONDecoder(parse_constant=_no_constant).raw_decode
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
        self._take("[")
        more = self.peek() != "]"
        while more:
            yield self.value()
            found = _separator(self._window, self._at)
            more = found is not None and found[1] == ","
            self._at = found.end() if found is not None else self._at
        self._take("]")

    def value(self) -> Any:
        """Decode the value that stands here, of at most 64 KiB."""
        if len(self._window) - self._at < _VALUE:
            self._fill()
        if not self.peek():
            raise ValueError("the file ends too early")
        try:
            value, self._at = self._decode(self._window, self._at)
        except json.JSONDecodeError as error:
            self._at = error.pos
            raise
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


class _Filter:
    """Which prefixes have to do with ours. `near` is quick and lets too many through; `related` is exact."""

    def __init__(self, prefixes: Sequence[str]) -> None:
        self._ours = [ipaddress.ip_network(prefix) for prefix in prefixes]
        self._heads = frozenset(head for ours in self._ours for head in _heads(ours))

    def near(self, prefix: str) -> bool:
        """Compare the first octet, or the first 16 bits, alone: a full table has most payloads elsewhere."""
        head, dot, _ = prefix.partition(".")
        if not dot or ":" in head:
            head = prefix.partition(":")[0].lower().lstrip("0") + ":"
        return head in self._heads

    def related(self, found: _Network) -> bool:
        """Whether the prefix covers one of ours, is one of ours, or lies within one."""
        return any(found.version == ours.version and found.overlaps(ours) for ours in self._ours)


def _heads(ours: _Network) -> Iterator[str]:
    """The first part, as text, of every prefix that covers `ours` or lies within."""
    covering = (ours.supernet(new_prefix=length) for length in range(ours.prefixlen + 1))
    if ours.version == 4:
        yield from (str(int(net.network_address) >> 24) for net in covering)
        yield from map(str, range(int(ours.network_address) >> 24, (int(ours.broadcast_address) >> 24) + 1))
        return
    yield from (_group(int(net.network_address) >> 112) for net in covering)
    yield from map(_group, range(int(ours.network_address) >> 112, (int(ours.broadcast_address) >> 112) + 1))


def _group(value: int) -> str:
    return f"{value:x}:".lstrip("0")


def _payload(prefix: str, item: dict[str, Any]) -> Vrp:
    """One payload of any dialect. Raises KeyError, TypeError or ValueError for one that makes no sense."""
    network = ipaddress.ip_network(prefix)
    longest = item.get("maxLength", network.prefixlen)
    if type(longest) is not int or not network.prefixlen <= longest <= network.max_prefixlen:
        raise ValueError(f"{network}: maxLength {longest!r}"[:80])
    return Vrp(
        prefix=str(network),
        max_length=longest,
        asn=_asn(item["asn"]),
        trust_anchor=_trust_anchor(item.get("ta", "")),
        expires=_expires(item),
    )


def _asn(value: object) -> int:
    found = _ASN.fullmatch(value) if isinstance(value, str) else None
    asn = int(found[1]) if found is not None else value
    if type(asn) is not int or not 0 <= asn < 1 << 32:
        raise ValueError(f"no AS number: {value!r}"[:80])
    return asn


def _trust_anchor(value: object) -> str:
    return "".join(c for c in value if c.isascii() and c.isprintable())[:40] if isinstance(value, str) else ""


def _expires(item: dict[str, Any]) -> float | None:
    """The end of its life: told by rpki-client, and by Routinator's `jsonext` for each ROA that yields it."""
    if "expires" in item:
        return _seconds(item["expires"])
    sources = item.get("source")
    if not isinstance(sources, list):
        return None
    ends = [_seconds(s["chainValidity"]["notAfter"]) for s in sources if isinstance(s, dict) and "chainValidity" in s]
    return max(ends, default=None)


def _seconds(value: object) -> float:
    """Seconds since 1970 from a number or from ISO 8601 text in UTC."""
    if type(value) in (int, float) and 0 <= value < 1 << 40:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    if isinstance(value, str) and len(value) < 40:
        time = datetime.fromisoformat(value)
        if time.tzinfo is not None:
            return time.timestamp()
    raise ValueError(f"no time: {value!r}"[:80])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _problem(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return error.msg
        case KeyError():
            return f"a payload without {error}"
        case TypeError() | AttributeError():
            return "a value of the wrong type"
        case RecursionError():
            return "nested too deeply"
    return str(error)
