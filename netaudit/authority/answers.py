"""What an authoritative server says to a question about its zone: the algorithm of RFC 1034 section 4.3.2.

With the proofs of RFC 4035 section 3.1 (NSEC) and RFC 5155 section 7.2 (NSEC3). No wire format here
but that of record data, which is rendered once and kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import dns.exception
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNAME
import dns.rdtypes.ANY.NS
import dns.rdtypes.nsbase
import dns.rrset

from netaudit.authority.content import ZoneContent

__all__ = ["Answer", "Answerer", "Item"]

_CHAIN = 8  # aliases followed within the zone
_A, _AAAA, _DS, _NS, _SOA = (dns.rdatatype.RdataType[t] for t in ("A", "AAAA", "DS", "NS", "SOA"))
_CNAME, _DNAME, _RRSIG, _ANY = (dns.rdatatype.RdataType[t] for t in ("CNAME", "DNAME", "RRSIG", "ANY"))
_NSEC, _NSEC3 = dns.rdatatype.NSEC, dns.rdatatype.NSEC3


class Item(NamedTuple):
    """Records of one owner and type; each tail is TYPE, CLASS, TTL, RDLENGTH and RDATA in wire format."""

    owner: dns.name.Name
    tails: tuple[bytes, ...]


@dataclass
class Answer:
    """A response before it has a question and a header."""

    rcode: int = dns.rcode.NOERROR
    authoritative: bool = True
    answer: list[Item] = field(default_factory=list)
    authority: list[Item] = field(default_factory=list)
    additional: list[Item] = field(default_factory=list)


class Answerer:
    """Answers questions from one zone. Names are absolute and lower case, within the zone."""

    def __init__(self, data: ZoneContent) -> None:
        self._data = data
        self._tails: dict[tuple[dns.name.Name, int, bool], tuple[bytes, ...]] = {}

    def answer(self, name: dns.name.Name, rdtype: int, *, dnssec: bool) -> Answer:
        """Answer one question; `dnssec` is the DO flag. Aliases are followed as far as the zone reaches."""
        reply = Answer()
        asked: set[dns.name.Name] = set()
        target: dns.name.Name | None = name
        while target is not None and target not in asked and len(asked) < _CHAIN:
            if not target.is_subdomain(self._data.apex):
                break
            asked.add(target)
            target = self._step(reply, target, rdtype, dnssec)
        return reply

    def _step(self, reply: Answer, name: dns.name.Name, rdtype: int, dnssec: bool) -> dns.name.Name | None:
        """Answer for one name of a chain of aliases; return the next name, or None at the end."""
        cut = self._data.cut_above(name)
        if cut is not None and not (cut == name and rdtype == _DS):
            self._refer(reply, cut, dnssec)
            return None
        if self._data.exists(name):
            return self._from(reply, name, name, rdtype, dnssec)
        encloser = self._closest_encloser(name)
        if self._data.get(encloser, _DNAME) is not None:
            return self._substitute(reply, name, encloser, dnssec)
        wildcard = dns.name.Name((b"*", *encloser.labels))
        if self._data.exists(wildcard):
            if dnssec:
                self._deny_name(reply, name, encloser)
            return self._from(reply, name, wildcard, rdtype, dnssec)
        reply.rcode = dns.rcode.NXDOMAIN
        self._add(reply.authority, self._data.apex, _SOA, dnssec)
        if dnssec:
            self._deny_name(reply, name, encloser)
            if self._data.nsec3 is not None:
                self._prove(reply, self._data.matching(self._provable(encloser)))
            self._prove(reply, self._data.covering(wildcard) if self._data.signed else None)
        return None

    def _from(
        self, reply: Answer, name: dns.name.Name, source: dns.name.Name, rdtype: int, dnssec: bool
    ) -> dns.name.Name | None:
        """Answer for a name that exists, or whose wildcard `source` does."""
        if rdtype in (_ANY, _RRSIG):
            self._everything(reply, name, source, signatures_only=rdtype == _RRSIG, dnssec=dnssec)
            return None
        if self._data.get(source, rdtype) is not None:
            self._add(reply.answer, source, rdtype, dnssec, owner=name)
            return None
        alias = self._data.get(source, _CNAME)
        if alias is not None:
            self._add(reply.answer, source, _CNAME, dnssec, owner=name)
            return _target(alias)
        self._add(reply.authority, self._data.apex, _SOA, dnssec)
        if dnssec and self._data.signed:
            self._deny_type(reply, name, source)
        return None

    def _refer(self, reply: Answer, cut: dns.name.Name, dnssec: bool) -> None:
        """Point to the servers of a child zone, with its DS or the proof that it has none (RFC 4035 3.1.4.1)."""
        reply.authoritative = bool(reply.answer)
        self._add(reply.authority, cut, _NS, False)
        if dnssec and self._data.get(cut, _DS) is not None:
            self._add(reply.authority, cut, _DS, True)
        elif dnssec and self._data.signed:
            self._deny_at(reply, cut)
        servers = self._data.get(cut, _NS)
        for server in servers or ():
            assert isinstance(server, dns.rdtypes.ANY.NS.NS)
            for rdtype in (_A, _AAAA):
                if self._data.get(server.target.canonicalize(), rdtype) is not None:
                    self._add(reply.additional, server.target.canonicalize(), rdtype, False)

    def _substitute(
        self, reply: Answer, name: dns.name.Name, owner: dns.name.Name, dnssec: bool
    ) -> dns.name.Name | None:
        """Apply a DNAME (RFC 6672 section 3.2)."""
        self._add(reply.answer, owner, _DNAME, dnssec)
        dname = self._data.get(owner, _DNAME)
        assert dname is not None
        try:
            target = name.relativize(owner).concatenate(_target(dname))
        except dns.name.NameTooLong:
            reply.rcode = dns.rcode.YXDOMAIN
            return None
        made = dns.rrset.from_text(name, dname.ttl, dns.rdataclass.IN, _CNAME, str(target))
        reply.answer.append(Item(name, tuple(_tails(made))))
        return target.canonicalize()

    def _everything(
        self, reply: Answer, name: dns.name.Name, source: dns.name.Name, *, signatures_only: bool, dnssec: bool
    ) -> None:
        for rdtype in sorted(self._data.rrsets.get(source, {})):
            if not signatures_only:
                self._add(reply.answer, source, rdtype, dnssec, owner=name)
            elif self._data.signature(source, rdtype) is not None:
                reply.answer.append(Item(name, self._rendered(source, rdtype, True)))
        if not reply.answer:
            self._add(reply.authority, self._data.apex, _SOA, dnssec)

    def _deny_name(self, reply: Answer, name: dns.name.Name, encloser: dns.name.Name) -> None:
        """Prove that the name itself does not exist: with NSEC3 it is the next closer name that is covered."""
        if not self._data.signed:
            return
        closer = name if self._data.nsec3 is None else name.split(len(self._provable(encloser)) + 1)[1]
        self._prove(reply, self._data.covering(closer))

    def _deny_type(self, reply: Answer, name: dns.name.Name, source: dns.name.Name) -> None:
        """Prove that the name (or its wildcard) lacks the type; an empty non-terminal has no NSEC of its own."""
        if self._data.nsec3 is not None and source != name:
            self._prove(reply, self._data.matching(source.parent()))
        self._deny_at(reply, source)

    def _deny_at(self, reply: Answer, name: dns.name.Name) -> None:
        """The record of a name that exists; where it has none, what covers it.

        With NSEC an empty non-terminal has none. With NSEC3 it is left out by opt-out, and the closest
        encloser that has one belongs to the proof (RFC 5155 section 7.2.4).
        """
        owner = self._data.matching(name)
        if owner is not None or self._data.nsec3 is None or name == self._data.apex:
            self._prove(reply, owner or self._data.covering(name))
            return
        encloser = self._provable(name.parent())
        self._prove(reply, self._data.matching(encloser))
        self._prove(reply, self._data.covering(name.split(len(encloser) + 1)[1]))

    def _provable(self, name: dns.name.Name) -> dns.name.Name:
        """The closest name at or above `name` with a record of its own in the chain; the apex at the latest."""
        while name != self._data.apex and self._data.matching(name) is None:
            name = name.parent()
        return name

    def _prove(self, reply: Answer, owner: dns.name.Name | None) -> None:
        """Add the NSEC or NSEC3 of `owner` once."""
        rdtype = _NSEC if self._data.nsec3 is None else _NSEC3
        if owner is None or self._data.get(owner, rdtype) is None:
            return
        tails = self._rendered(owner, rdtype, False)
        if not any(item.tails is tails for item in reply.authority):
            self._add(reply.authority, owner, rdtype, True)

    def _closest_encloser(self, name: dns.name.Name) -> dns.name.Name:
        while not self._data.exists(name):
            name = name.parent()
        return name

    def _add(
        self,
        section: list[Item],
        source: dns.name.Name,
        rdtype: int,
        dnssec: bool,
        owner: dns.name.Name | None = None,
    ) -> None:
        section.append(Item(owner or source, self._rendered(source, rdtype, False)))
        if dnssec and self._data.signature(source, rdtype) is not None:
            section.append(Item(owner or source, self._rendered(source, rdtype, True)))

    def _rendered(self, name: dns.name.Name, rdtype: int, signature: bool) -> tuple[bytes, ...]:
        key = (name, rdtype, signature)
        tails = self._tails.get(key)
        if tails is None:
            rrset = self._data.signature(name, rdtype) if signature else self._data.get(name, rdtype)
            tails = self._tails[key] = tuple(_tails(rrset)) if rrset is not None else ()
        return tails


def _tails(rrset: dns.rrset.RRset) -> Iterable[bytes]:
    head = rrset.rdtype.to_bytes(2, "big") + b"\0\1" + rrset.ttl.to_bytes(4, "big")
    for rdata in rrset:
        wire = rdata.to_wire() or b""
        yield head + len(wire).to_bytes(2, "big") + wire


def _target(rrset: dns.rrset.RRset) -> dns.name.Name:
    """The target of a CNAME or DNAME."""
    target: dns.name.Name = rrset[0].target
    return target.canonicalize()
