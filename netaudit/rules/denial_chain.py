"""The chain of NSEC or NSEC3 as one response shows it: how it denies, and spans that contradict each other."""

import base64
from itertools import permutations
from typing import TypeVar

import dns.name
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

from netaudit.model.exchange import Exchange
from netaudit.rules.names import name_text

__all__ = ["mechanisms", "overlap"]

_RECORDS = 16  # of one response that are held against each other


def mechanisms(exchange: Exchange) -> frozenset[str]:
    """How a response denies: "NSEC", or "NSEC3" with its iterations and salt."""
    return frozenset(_mechanism(rdata) for rrset in _authority(exchange) for rdata in rrset)


def overlap(exchange: Exchange, apex: dns.name.Name) -> str:
    """Two spans of a zone in one response of which one holds an owner of the other; mostly empty.

    The spans of a chain follow each other (RFC 4034 section 4.1.1, RFC 5155 section 7.1): where one reaches over the
    next owner, a name that exists can be denied. Records of different parameters are of different chains.
    """
    names, hashes = [], []
    for rrset in _authority(exchange)[:_RECORDS]:
        if rrset.name.is_subdomain(apex):
            names += [(rrset.name, r.next) for r in rrset if isinstance(r, NSEC) and r.next.is_subdomain(apex)]
            hashes += [(rrset.name, r) for r in rrset if isinstance(r, NSEC3) and len(rrset.name) == len(apex) + 1]
    for (owner, following), (other, _) in permutations(names, 2):
        if owner != other and _inside(other, owner, following):
            return f"NSEC {name_text(owner)} – {name_text(following)} > {name_text(other)}"
    for (owner, record), (other, second) in permutations(hashes, 2):
        first, end, inside = _hash(owner), base64.b32hexencode(record.next).lower().rstrip(b"="), _hash(other)
        same_chain = _mechanism(record) == _mechanism(second)
        if same_chain and first != inside and _inside(inside, first, end):
            return f"NSEC3 {first.decode('ascii', 'replace')} – {end.decode()} > {inside.decode('ascii', 'replace')}"
    return ""


_Owner = TypeVar("_Owner", bytes, dns.name.Name)


def _inside(item: _Owner, owner: _Owner, following: _Owner) -> bool:
    """Whether an item lies strictly between; the last span wraps around."""
    if owner < following:
        return bool(owner < item < following)
    return bool(item > owner or item < following)


def _hash(owner: dns.name.Name) -> bytes:
    """The hash in an owner name: base32hex sorts as the hashes do (RFC 5155 section 1.3)."""
    return owner.labels[0].lower()


def _mechanism(rdata: NSEC | NSEC3) -> str:
    if isinstance(rdata, NSEC):
        return "NSEC"
    return f"NSEC3 hash {int(rdata.algorithm)}, {int(rdata.iterations)} iterations, salt {rdata.salt.hex() or '-'}"


def _authority(exchange: Exchange) -> list[dns.rrset.RRset]:
    message = exchange.message
    kinds = (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)
    return [rrset for rrset in message.authority if rrset.rdtype in kinds] if message is not None else []
