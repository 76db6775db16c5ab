"""Chains of NSEC (RFC 4034 section 4) and NSEC3 (RFC 5155 section 7.1) over the names of a test zone."""

from collections.abc import Collection
from typing import NamedTuple

import dns.dnssec
import dns.name
import dns.rdatatype

__all__ = ["NSEC", "NSEC3", "OPT_OUT", "Denial", "Owned", "authoritative", "chain", "hashed"]

Rdtype = dns.rdatatype.RdataType
Owned = tuple[dns.name.Name, Rdtype]
Content = Collection[Owned]
_NS, _DS, _NSEC = dns.rdatatype.NS, dns.rdatatype.DS, dns.rdatatype.NSEC


class Denial(NamedTuple):
    """How a zone denies: with NSEC, or with NSEC3 of these parameters."""

    nsec3: bool = False
    iterations: int = 0
    salt: bytes = b""
    opt_out: bool = False


NSEC, NSEC3, OPT_OUT = Denial(), Denial(nsec3=True), Denial(nsec3=True, opt_out=True)


def chain(content: Content, apex: dns.name.Name, denial: Denial) -> list[str]:
    """The lines of a zone's chain."""
    return _nsec3(content, apex, denial) if denial.nsec3 else _nsec(content, apex)


def authoritative(content: Content, apex: dns.name.Name, name: dns.name.Name, rdtype: Rdtype) -> bool:
    """Whether the zone signs an RRset: not glue, and at a cut DS and NSEC alone."""
    cut = _cut(content, apex, name)
    return cut is None or (name == cut and rdtype in (_DS, _NSEC))


def hashed(name: dns.name.Name, denial: Denial) -> str:
    """The hash of a name, in base32hex."""
    return dns.dnssec.nsec3_hash(name, denial.salt, denial.iterations, 1).lower()


def _nsec(content: Content, apex: dns.name.Name) -> list[str]:
    names = _names(content, apex)
    following = zip(names, [*names[1:], names[0]], strict=True)
    return [f"{name} NSEC {after} {_types(content, apex, name, _NSEC)}" for name, after in following]


def _nsec3(content: Content, apex: dns.name.Name, denial: Denial) -> list[str]:
    parameters = f"{denial.iterations} {denial.salt.hex() or '-'}"
    content = [*content, (apex, dns.rdatatype.NSEC3PARAM)]
    names = set(_names(content, apex))
    if denial.opt_out:
        names -= {name for name in names if _cut(content, apex, name) is not None and (name, _DS) not in content}
    for name in list(names):
        while name != apex:
            names.add(name)
            name = name.parent()
    hashes = sorted((hashed(name, denial), name) for name in names)
    following = zip(hashes, [*hashes[1:], hashes[0]], strict=True)
    return [
        f"{apex} NSEC3PARAM 1 0 {parameters}",
        *(
            f"{label}.{apex} NSEC3 1 {int(denial.opt_out)} {parameters} {after} {_types(content, apex, name)}"
            for (label, name), (after, _) in following
        ),
    ]


def _names(content: Content, apex: dns.name.Name) -> list[dns.name.Name]:
    """The names in canonical order, without glue."""
    names = {name for name, _ in content}
    return sorted(name for name in names if _cut(content, apex, name) in (None, name))


def _types(content: Content, apex: dns.name.Name, name: dns.name.Name, *more: Rdtype) -> str:
    present = [rdtype for owner, rdtype in content if owner == name]
    if _cut(content, apex, name) is not None:
        present = [rdtype for rdtype in present if rdtype in (_NS, _DS)]
    present += more
    signed = any(authoritative(content, apex, name, rdtype) for rdtype in present)
    return " ".join([*map(dns.rdatatype.to_text, sorted(present)), *(["RRSIG"] if signed else [])])


def _cut(content: Content, apex: dns.name.Name, name: dns.name.Name) -> dns.name.Name | None:
    while name != apex:
        if (name, _NS) in content:
            return name
        name = name.parent()
    return None
