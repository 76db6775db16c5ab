"""Registrations of number resources, however a source writes them: RDAP, delegated-extended files, whois text."""

from collections.abc import Sequence
from pathlib import Path

from netaudit.model.routing import Registration
from netaudit.routing.delegated import is_delegated, read_delegated
from netaudit.routing.holdings import Found, OwnResources, Registrations, RegistrationsError, printable
from netaudit.routing.jsontext import one_line
from netaudit.routing.rdap import read_rdap
from netaudit.routing.rpsl import RpslObject, RpslReader
from netaudit.routing.streams import UNPACKING_ERRORS, opened_lines
from netaudit.rules.blocks import ASN, Block
from netaudit.rules.registration import registries

__all__ = ["Registrations", "RegistrationsError", "read_registrations"]

_HEAD = 4_096  # octets of a line
_COMMENTS = 500  # lines before the first that tells
_CLASSES = {"inetnum", "inet6num", "aut-num"}


def read_registrations(path: Path, prefixes: Sequence[str], asns: Sequence[int]) -> Registrations:
    """Read what a source says of our prefixes and AS numbers.

    Raises RegistrationsError for a file that is none of the three, malformed or truncated, and OSError for one that is
    missing.
    """
    own = OwnResources(prefixes, asns)
    with path.open("rb"):
        pass  # a missing file is no broken one
    try:
        line = _first_line(path)
    except UNPACKING_ERRORS as error:
        raise RegistrationsError(path.name, 0, one_line(str(error)), Found().result("")) from error
    if line.lstrip()[:1] in (b"{", b"["):
        return read_rdap(path, own)
    return read_delegated(path, own) if is_delegated(line) else _read_whois(path, own)


def _first_line(path: Path) -> bytes:
    """The beginning of the first line that is no comment, which tells how the file is written."""
    with opened_lines(path) as file:
        for _ in range(_COMMENTS):
            line = file.readline(_HEAD)
            if not line.startswith(b"#") and not line.isspace():
                return line
    return b""


def _read_whois(path: Path, own: OwnResources) -> Registrations:
    found = Found()
    with opened_lines(path) as file:
        text = RpslReader(file, lambda kind, name: kind in _CLASSES and any(own.within(_block(kind, name))))
        try:
            for item in text:
                _take(item, own, found)
            if not text.answered:
                raise ValueError("the file is empty: an answer without objects would say so")
        except (ValueError, *UNPACKING_ERRORS) as error:
            raise RegistrationsError(path.name, text.offset, one_line(str(error)), found.result("whois")) from error
    return found.result("whois")


def _take(item: RpslObject, own: OwnResources, found: Found) -> None:
    block = _block(item.kind, item.key)
    for resource in own.within(block):
        found.add(
            Registration(
                resource=resource,
                registered=str(block),
                registry=registries().registry_of(item.first("source").partition(" ")[0]),
                status=printable(item.first("status")),
                name=printable(item.first("netname") or item.first("as-name")),
                holder=printable(item.first("descr").partition("\n")[0]),
                holder_id=printable(item.first("org")),
                country=printable(item.first("country")),
            )
        )


def _block(kind: str, name: str) -> Block:
    """The range that an object is named by. Raises ValueError."""
    if kind == "aut-num":
        asn = int(name.upper().removeprefix("AS"))
        return Block(ASN, asn, asn)
    first, dash, last = name.partition("-")
    return Block.between(first, last) if dash else Block.of(name)
