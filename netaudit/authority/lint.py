"""What is wrong in a zone file, signatures aside: records left out, servers without an address, CNAMEs not alone."""

from collections.abc import Iterator
from typing import NamedTuple

import dns.name
import dns.rdatatype
import dns.rdtypes.mxbase
import dns.rdtypes.nsbase

from netaudit.authority.content import ZoneContent
from netaudit.authority.masterfile import Place, ZoneFile

__all__ = ["Finding", "lint", "lint_serial", "name_text", "type_text"]

_A, _AAAA, _CNAME = dns.rdatatype.A, dns.rdatatype.AAAA, dns.rdatatype.CNAME
_MX, _NS, _SOA = dns.rdatatype.MX, dns.rdatatype.NS, dns.rdatatype.SOA
_BESIDE_CNAME = {int(_CNAME), int(dns.rdatatype.NSEC), int(dns.rdatatype.KEY)}  # RFC 4034 section 3
_GLUE = {int(_A), int(_AAAA)}


class Finding(NamedTuple):
    """Something wrong in a zone file. `code` names the sentence that a writer makes of `args`."""

    code: str
    is_error: bool  # False: it works, but is not as it should be
    place: Place | None
    args: dict[str, str]


def lint(file: ZoneFile) -> Iterator[Finding]:
    """Look at a zone's structure; its signatures are `netaudit.authority.lint_dnssec`'s matter."""
    for name, place in file.outside:
        yield Finding("outside", False, place, {"name": name_text(name)})
    yield from _apex(file)
    for name, rdtype, place in file.uneven:
        yield Finding("uneven_ttl", False, place, {"name": name_text(name), "type": type_text(rdtype)})
    for name, rrsets in file.content.rrsets.items():
        yield from _beside_alias(file, name, set(rrsets))
        yield from _below_cut(file, name, set(rrsets))
        yield from _targets(file, name)


def lint_serial(file: ZoneFile, live: int | None) -> Iterator[Finding]:
    """Hold the serial against the live one (RFC 1982 section 3.2); an equal one is right where nothing has changed."""
    soa = next(iter(file.content.get(file.content.apex, _SOA) or ()), None)
    if soa is None or live is None:
        return
    ahead = (int(soa.serial) - live) % 2**32
    if not 0 < ahead < 2**31:
        args = {"serial": str(soa.serial), "live": str(live)}
        yield Finding("serial_not_raised", ahead != 0, file.place(file.content.apex, _SOA), args)


def _apex(file: ZoneFile) -> Iterator[Finding]:
    for code, rdtype in (("no_soa", _SOA), ("no_ns", _NS)):
        if file.content.get(file.content.apex, rdtype) is None:
            yield Finding(code, True, None, {"zone": name_text(file.content.apex)})


def _beside_alias(file: ZoneFile, name: dns.name.Name, types: set[int]) -> Iterator[Finding]:
    """A CNAME and other data (RFC 1034 section 3.6.2)."""
    others = types - _BESIDE_CNAME
    if _CNAME in types and others:
        shown = ", ".join(type_text(rdtype) for rdtype in sorted(others))
        yield Finding("alias_and_other", True, file.place(name, _CNAME), {"name": name_text(name), "types": shown})


def _below_cut(file: ZoneFile, name: dns.name.Name, types: set[int]) -> Iterator[Finding]:
    """Data below a delegation that are no glue: nobody will ever see them (RFC 2136 section 7.18)."""
    cut = file.content.cut_above(name)
    if cut is None:
        return
    hidden = (
        types - _GLUE if cut != name else types - {int(_NS), int(dns.rdatatype.DS), int(dns.rdatatype.NSEC)} - _GLUE
    )
    for rdtype in sorted(hidden):
        args = {"name": name_text(name), "type": type_text(rdtype)}
        yield Finding("below_cut", False, file.place(name, rdtype), {**args, "cut": name_text(cut)})


def _targets(file: ZoneFile, owner: dns.name.Name) -> Iterator[Finding]:
    """Name servers and mail exchangers of this zone that have no address, or are aliases (RFC 2181 section 10.3)."""
    for rdtype in (_NS, _MX):
        for rdata in file.content.get(owner, rdtype) or ():
            if isinstance(rdata, dns.rdtypes.nsbase.NSBase):
                target = rdata.target.canonicalize()
            elif isinstance(rdata, dns.rdtypes.mxbase.MXBase):
                target = rdata.exchange.canonicalize()
            else:
                continue
            code = _wrong_target(file.content, owner, target)
            if code:
                args = {"name": name_text(owner), "type": type_text(rdtype), "target": name_text(target)}
                yield Finding(code, True, file.place(owner, rdtype), args)


def _wrong_target(content: ZoneContent, owner: dns.name.Name, target: dns.name.Name) -> str:
    if not target.is_subdomain(content.apex) or content.cut_above(target) not in (None, owner):
        return ""
    source = _source(content, target)
    if content.get(source, _CNAME) is not None:
        return "target_is_alias"
    return "" if any(content.get(source, rdtype) for rdtype in (_A, _AAAA)) else "target_without_address"


def _source(content: ZoneContent, name: dns.name.Name) -> dns.name.Name:
    """The name itself, or the wildcard that answers for it (RFC 4592)."""
    encloser = name
    while not content.exists(encloser) and encloser != content.apex:
        encloser = encloser.parent()
    wildcard = dns.name.Name((b"*", *encloser.labels)) if encloser != name else name
    return wildcard if wildcard in content.rrsets else name


def type_text(rdtype: int) -> str:
    """A type as master files have it."""
    return dns.rdatatype.to_text(dns.rdatatype.RdataType.make(rdtype))


def name_text(name: dns.name.Name) -> str:
    """A name without its last dot."""
    return name.to_text(omit_final_dot=True)
