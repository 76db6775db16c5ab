"""A signed zone and its parent, whose answers are written down by hand: what an attacker who owns a zone can say."""

from collections.abc import Iterable
from functools import cache

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.RRSIG
import dns.rrset

from netaudit.dns.query import make_query
from netaudit.lab.keys import ZoneKeys, make_keys, sign
from netaudit.model.common import Transport
from netaudit.model.exchange import Exchange
from tests.hostile.attack import NOW, Scene

__all__ = ["APEX", "KEYS", "WWW", "answer", "forged", "key", "raw", "rrset", "scene", "seal", "tagged"]

APEX = dns.name.from_text("trap")
WWW = dns.name.from_text("www.trap")
TAG = 4660
A, DNSKEY = dns.rdatatype.A, dns.rdatatype.DNSKEY
KEYS: ZoneKeys = make_keys(APEX, "ECDSAP256SHA256")
_IN = dns.rdataclass.IN
Key = dns.rdtypes.ANY.DNSKEY.DNSKEY


def rrset(owner: str | dns.name.Name, rdtype: str, *texts: str, ttl: int = 300) -> dns.rrset.RRset:
    """An RRset; names are absolute."""
    name = dns.name.from_text(owner) if isinstance(owner, str) else owner
    return dns.rrset.from_rdata_list(name, ttl, [dns.rdata.from_text(_IN, rdtype, text) for text in texts])


def seal(found: dns.rrset.RRset, begin: int = NOW - 1000, end: int = NOW + 10_000) -> list[dns.rrset.RRset]:
    """An RRset and a good signature over it."""
    return [found, sign(found, KEYS, begin, end)]


def forged(found: dns.rrset.RRset, count: int, **changes: int) -> list[dns.rrset.RRset]:
    """An RRset and so many signatures that look right and verify with nothing."""
    template = sign(found, KEYS, NOW - 1000, NOW + 10_000)[0]
    wrong = [template.replace(signature=n.to_bytes(64, "big"), **changes) for n in range(count)]
    return [found, dns.rrset.from_rdata_list(found.name, 300, wrong)]


def key(material: bytes, algorithm: int = 13, flags: int = 256) -> Key:
    """A zone key of any content."""
    made = dns.rdata.from_text(_IN, DNSKEY, f"{flags} 3 {algorithm} AA==")
    assert isinstance(made, Key)
    keyed = made.replace(key=material)
    assert isinstance(keyed, Key)
    return keyed


@cache
def tagged(count: int, algorithm: int = 13, flags: int = 256) -> tuple[Key, ...]:
    """Keys that share one key tag: it is a sum (RFC 4034 appendix B), so two octets can even it out."""
    made = []
    for number in range(count):
        head = number.to_bytes(62, "big")
        for carry in (0, 1):
            plain = key(head + carry.to_bytes(2, "big"), algorithm, flags)
            missing = (TAG - dns.dnssec.key_id(plain) + carry) % 65_535
            found = key(head + missing.to_bytes(2, "big"), algorithm, flags)
            if dns.dnssec.key_id(found) == TAG:
                made.append(found)
                break
    assert len(made) == count
    return tuple(made)


def answer(
    name: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    answers: Iterable[dns.rrset.RRset] = (),
    authority: Iterable[dns.rrset.RRset] = (),
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR,
    server: str = "192.0.2.1",
) -> Exchange:
    """An authoritative answer over TCP, so that there is room for 64 kB."""
    query = make_query(name, rdtype)
    message = dns.message.make_response(dns.message.from_wire(query), our_payload=65_000)
    message.flags |= dns.flags.AA
    message.set_rcode(rcode)
    message.answer.extend(answers)
    message.authority.extend(authority)
    return _heard(query, message.to_wire(max_size=65_535), server)


def raw(
    body: bytes,
    counts: tuple[int, int, int] = (1, 0, 0),
    name: dns.name.Name = WWW,
    rdtype: dns.rdatatype.RdataType = A,
    flags: int = 0x8400,
) -> Exchange:
    """An answer whose sections are these octets; they begin behind the question, and `counts` are what it claims."""
    query = make_query(name, rdtype)
    end = 12 + len(name.to_wire() or b"") + 4
    head = query[:2] + flags.to_bytes(2, "big") + b"\0\1" + b"".join(n.to_bytes(2, "big") for n in counts)
    return _heard(query, (head + query[12:end] + body)[:65_535])


def scene(
    *exchanges: Exchange,
    keys: Iterable[Key] = (),
    name: dns.name.Name = WWW,
    rdtype: dns.rdatatype.RdataType = A,
    key_set: list[dns.rrset.RRset] | None = None,
) -> Scene:
    """The zone with more keys in its DNSKEY RRset, which is signed well; its own key is the trust anchor.

    That there is no zone cut at the name asked was heard as well.
    """
    published = key_set or seal(dns.rrset.from_rdata_list(APEX, 300, [KEYS.ksk.dnskey, KEYS.zsk.dnskey, *keys]))
    uncut = answer(name, dns.rdatatype.NS, (), seal(rrset(APEX, "SOA", "ns.trap. host.trap. 1 2 3 4 5")))
    return Scene((name, rdtype), {APEX: (KEYS.ds(),)}, (answer(APEX, DNSKEY, published), uncut, *exchanges))


def _heard(query: bytes, response: bytes, server: str = "192.0.2.1") -> Exchange:
    return Exchange.new(server=server, transport=Transport.TCP, query=query, at=NOW, response=response)
