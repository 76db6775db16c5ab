"""Validated ROA payloads (RFC 6811) and ASPA from the JSON exports of relying parties, filtered as they stream.

Three dialects are one here: Routinator's `json` and `jsonext`, rpki-client's, and that of OctoRPKI, StayRTR and
GoRTR. They differ in how an AS number is written, in where the time of the export stands, and in whether the end of
a payload's life is told. Everything is bounded: of the file only a window is held, of the payloads only ours.
"""

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

from netaudit.model.routing import Aspa, Vrp
from netaudit.routing.aspas import OwnAspas, asn_of
from netaudit.routing.jsontext import JsonText, json_problem
from netaudit.routing.times import seconds_of
from netaudit.routing.wanted import WantedText

__all__ = ["VrpError", "VrpExport", "read_vrps"]

_KEPT = 10_000  # payloads that concern one data centre
_TIMES = ("generated", "generatedTime", "buildtime")  # of metadata: OctoRPKI and Routinator, Routinator, rpki-client


class VrpExport(NamedTuple):
    """What an export says of our resources, how many ROA payloads it has, and its time."""

    vrps: tuple[Vrp, ...]  # that cover our prefixes or lie within
    total: int
    data_time: float | None
    aspas: tuple[Aspa, ...] | None = None  # of our ASNs; None: the export has no list of ASPA


class VrpError(Exception):
    """An export that can't be read, with the offset in bytes. `partial` holds what came before."""

    def __init__(self, source: str, offset: int, problem: str, partial: VrpExport) -> None:
        super().__init__(f"{source}: at byte {offset}: {problem}")
        self.partial = partial


def read_vrps(path: Path, prefixes: Sequence[str], asns: Sequence[int] = ()) -> VrpExport:
    """Read the payloads that cover `prefixes` or lie within them, and the ASPA of `asns`, from a JSON export.

    Raises VrpError for a file that is no such export, truncated or malformed, and OSError for one that is missing.
    """
    with path.open("rb") as file:
        reader = _Reader(path.name, file, WantedText(prefixes), OwnAspas(asns))
        reader.read()
    return reader.result()


class _Reader:
    def __init__(self, source: str, file: IO[bytes], wanted: WantedText, aspas: OwnAspas) -> None:
        self._source = source
        self._text = JsonText(file)
        self._wanted = wanted
        self._aspas = aspas
        self._vrps: list[Vrp] = []
        self._total = 0
        self._times: dict[str, float] = {}
        self._listed = False

    def result(self) -> VrpExport:
        """What has been read so far."""
        time = next((self._times[name] for name in _TIMES if name in self._times), None)
        return VrpExport(tuple(self._vrps), self._total, time, self._aspas.found)

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
                    case "aspas", "[":
                        self._aspas.add_all(text.elements())
                    case "provider_authorizations", "{":  # rpki-client before 8.5: a list for each family
                        for _ in text.members():
                            self._aspas.add_all(text.elements())
                    case _:
                        text.skip()
            text.end()
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            self._fail(json_problem(error))
        if not self._listed:
            self._fail("there is no list of ROA payloads (roas)")

    def _payloads(self) -> None:
        near = self._wanted.near
        for item in self._text.elements():
            self._total += 1
            prefix = item["prefix"]
            if near(prefix):
                vrp = _payload(prefix, item)
                if self._wanted.concerns(ipaddress.ip_network(vrp.prefix)):
                    self._keep(vrp)

    def _keep(self, vrp: Vrp) -> None:
        if len(self._vrps) >= _KEPT:
            raise ValueError(f"more than {_KEPT} payloads of our prefixes")
        self._vrps.append(vrp)

    def _metadata(self) -> None:
        for name in self._text.members():
            value = self._text.value()
            if name in _TIMES:
                self._times[name] = seconds_of(value)

    def _fail(self, problem: str) -> NoReturn:
        raise VrpError(self._source, self._text.offset, problem, self.result())


def _payload(prefix: str, item: dict[str, Any]) -> Vrp:
    """One payload of any dialect. Raises KeyError, TypeError or ValueError for one that makes no sense."""
    network = ipaddress.ip_network(prefix)
    longest = item.get("maxLength", network.prefixlen)
    if type(longest) is not int or not network.prefixlen <= longest <= network.max_prefixlen:
        raise ValueError(f"{network}: maxLength {longest!r}"[:80])
    return Vrp(
        prefix=str(network),
        max_length=longest,
        asn=asn_of(item["asn"]),
        trust_anchor=_trust_anchor(item.get("ta", "")),
        expires=_expires(item),
    )


def _trust_anchor(value: object) -> str:
    return "".join(c for c in value if c.isascii() and c.isprintable())[:40] if isinstance(value, str) else ""


def _expires(item: dict[str, Any]) -> float | None:
    """The end of its life: told by rpki-client, and by Routinator's `jsonext` for each ROA that yields it."""
    if "expires" in item:
        return seconds_of(item["expires"])
    sources = item.get("source")
    if not isinstance(sources, list):
        return None
    ends = [seconds_of(s["chainValidity"]["notAfter"]) for s in sources if isinstance(s, dict) and "chainValidity" in s]
    return max(ends, default=None)
