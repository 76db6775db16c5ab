"""Reads any table of routes: what it is, its content says, never its name.

Files of collectors (MRT), what FRR, GoBGP, BIRD and ExaBGP print, saved answers of RIPEstat, and RISwhois text.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from netaudit.routing.bird import LINE, read_bird
from netaudit.routing.dump import RoutingError, TableDump
from netaudit.routing.exabgp import read_exabgp
from netaudit.routing.frr import read_frr
from netaudit.routing.gobgp import read_gobgp
from netaudit.routing.mrt import read_routes
from netaudit.routing.printed import Printed
from netaudit.routing.ripestat import read_ripestat
from netaudit.routing.ris_whois import read_ris_whois
from netaudit.routing.streams import UNPACKING_ERRORS

__all__ = ["read_table"]

_Reader = Callable[[Path, Sequence[str]], TableDump]

_MRT = re.compile(rb".{4}\0.\0", re.DOTALL)  # a time, and a type and a subtype of two bytes each (RFC 6396 section 2)
_NAME = re.compile(rb'\{\s*"([^"\\]{0,80})"')
_PREFIX = re.compile(rb"[0-9A-Fa-f.:]+/\d{1,3}")
_RIPESTAT = (b'"data_call_name"', b'"data_call_status"', b'"bgp_state"', b'"rrcs"')
_BIRD = re.compile(rb"\s*(BIRD |Table |Network not found)")
_WHOIS = re.compile(rb"(?:%|route6?:)", re.MULTILINE)


def read_table(path: Path, prefixes: Sequence[str]) -> TableDump:
    """Read the routes of `prefixes`, and of their more and less specifics, from a file in any known format.

    gzip, bzip2, xz and zstd are recognised by their first bytes. Raises RoutingError for a file that is missing,
    truncated, corrupt, of another type, or too large to be honest; it holds what was read before that.
    """
    try:
        with Printed(path) as printed:
            head = printed.head
    except UNPACKING_ERRORS:
        return read_routes(path, prefixes)  # which says what is wrong, and where
    return _reader_for(head)(path, prefixes)


def _reader_for(head: bytes) -> _Reader:
    text = head.lstrip()
    if _MRT.match(head) or not text:
        return read_routes
    if text.startswith(b"{"):
        return _json_reader(text)
    if _BIRD.match(text) or LINE.match(_first_line(text)):
        return read_bird
    return read_ris_whois if _WHOIS.match(text) else _unknown


def _json_reader(text: bytes) -> _Reader:
    """By the name of the first member; an object without one is FRR's of a prefix that it does not have."""
    name = _NAME.match(text)
    first = name[1] if name is not None else b""
    if first == b"exabgp":
        return read_exabgp
    if _PREFIX.fullmatch(first):
        return read_gobgp
    return read_ripestat if any(word in text for word in _RIPESTAT) else read_frr


def _first_line(text: bytes) -> str:
    return text[:400].partition(b"\n")[0].decode("utf-8", "replace").rstrip()


def _unknown(path: Path, prefixes: Sequence[str]) -> TableDump:
    raise RoutingError(
        path.name, 0, "this is no MRT file, and nothing that FRR, GoBGP, BIRD, ExaBGP, RIPEstat or RISwhois print"
    )
