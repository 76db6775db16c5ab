"""Attacks on the readers of messages: compression, counts, options, odd records, and aliases within one answer."""

import struct
from itertools import pairwise

import dns.name
import dns.rdatatype
import dns.rrset

from netaudit.lab.keys import sign
from netaudit.model.exchange import Exchange
from tests.hostile.attack import NOW, Scene, attack
from tests.hostile.signatures import ROOT
from tests.hostile.zones import APEX, DNSKEY, WWW, A, answer, raw, rrset, scene, seal

COMPRESSION, OPTIONS, ALIASES = (
    "Compression (CVE-2024-8508, CVE-2026-44390)",
    "EDNS options (CVE-2026-41292)",
    "Aliases",
)
MALFORMED, ODD = "Malformed records", "Odd names, types and numbers"
UNREAD = ("indeterminate malformed", "indeterminate not_authoritative", "bogus nsec_missing", "bogus rrsigs_missing")
BODY = 12 + len(WWW.to_wire() or b"") + 4  # where the answer section begins
RUNGS = 10  # the parser gives up soon beyond
LONG = ("indeterminate budget_aliases",)


def _record(owner: bytes, rdtype: int, rdata: bytes, ttl: int = 300, rdclass: int = 1) -> bytes:
    return owner + struct.pack("!HHIH", rdtype, rdclass, ttl, len(rdata)) + rdata


def _pointer(offset: int) -> bytes:
    return struct.pack("!H", 0xC000 | offset)


@attack(COMPRESSION, *UNREAD)
def pointer_to_itself() -> Scene:
    """A name that is a pointer to itself."""
    return scene(raw(_record(_pointer(BODY), 1, b"\1\2\3\4")))


@attack(COMPRESSION, *UNREAD)
def pointers_in_a_circle() -> Scene:
    """Two names that point to each other."""
    first = b"\1a" + _pointer(BODY + 4)
    return scene(raw(_record(first + b"\1b" + _pointer(BODY), 1, b"\1\2\3\4")))


@attack(COMPRESSION, *UNREAD)
def pointer_beyond() -> Scene:
    """A pointer behind the end of the message."""
    return scene(raw(_record(_pointer(0x3FFF), 1, b"\1\2\3\4")))


@attack(COMPRESSION, *UNREAD, seconds=2.0)
def pointer_ladder() -> Scene:
    """64 kB of records, whose names go through as many pointers as the parser follows."""
    ladder = b"\0" + b"".join(b"\1a" + _pointer(BODY + 11 + (4 * n - 3 if n else 0)) for n in range(RUNGS))
    first = _record(b"\0", 65_280, ladder)
    last = BODY + 11 + len(ladder) - 4
    count = (65_000 - len(first)) // 16
    return scene(raw(first + _record(_pointer(last), 1, b"\1\2\3\4") * count, (count + 1, 0, 0)))


@attack(COMPRESSION, *UNREAD, seconds=2.0)
def name_per_record() -> Scene:
    """3000 records, each with a name of its own below the longest name there is."""
    longest = (dns.name.Name((b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 57, b"")).to_wire()) or b""
    first = _record(longest, 1, b"\1\2\3\4")
    body = b"".join(_record(b"\3" + b"%03x" % n + _pointer(BODY), 1, b"\1\2\3\4") for n in range(3000))
    return scene(raw(first + body, (3001, 0, 0)))


@attack(COMPRESSION, *UNREAD, "bogus signature_invalid")
def counts_that_lie() -> Scene:
    """A header that claims 65535 records in each section, and not one."""
    return scene(raw(b"", (65_535, 65_535, 65_535)))


@attack(OPTIONS, *UNREAD, seconds=2.0)
def option_list() -> Scene:
    """An OPT record with 16000 options."""
    return scene(raw(_opt(struct.pack("!HH", 65_001, 0) * 16_000), (0, 0, 1)))


@attack(OPTIONS, *UNREAD, seconds=2.0)
def option_errors() -> Scene:
    """10000 Extended DNS Errors in one OPT record."""
    return scene(raw(_opt(struct.pack("!HHH", 15, 2, 6) * 10_000), (0, 0, 1)))


@attack(OPTIONS, *UNREAD)
def option_too_long() -> Scene:
    """An option that is longer than the record that holds it, and a client subnet of family 9."""
    return scene(raw(_opt(b"\0\x08\0\4\0\x09\xff\xff" + struct.pack("!HH", 10, 60_000)), (0, 0, 1)))


@attack(OPTIONS, *UNREAD)
def many_opts() -> Scene:
    """2000 OPT records, with other versions and extended RCODEs."""
    return scene(raw(b"".join(_opt(b"", n << 16) for n in range(2000)), (0, 0, 2000)))


@attack(MALFORMED, "bogus ds_mismatch", "bogus nsec_missing", "bogus signature_invalid", "bogus rrsigs_missing")
def ds_of_wrong_length() -> Scene:
    """DS records whose digests are too short, too long and empty; the signature over them is not seen to be good."""
    root_keys = dns.rrset.from_rdata_list(dns.name.root, 300, [ROOT.ksk.dnskey, ROOT.zsk.dnskey])
    owner = APEX.to_wire() or b""
    wrong = [b"\x12\x34\x0d\2" + b"\1" * 20, b"\x12\x34\x0d\2" + b"\1" * 40, b"\x12\x34\x0d\1", b"\x12"]
    body = b"".join(_record(owner, 43, rdata) for rdata in wrong)
    exchanges = (
        answer(dns.name.root, DNSKEY, [root_keys, sign(root_keys, ROOT, NOW - 100, NOW + 10_000)]),
        raw(body, (len(wrong), 0, 0), APEX, dns.rdatatype.DS),
        *scene(answer(WWW, A, seal(rrset(WWW, "A", "192.0.2.80")))).exchanges,
    )
    return Scene((WWW, A), {dns.name.root: (ROOT.ds(),)}, exchanges)


@attack(MALFORMED, *UNREAD)
def records_of_no_length() -> Scene:
    """RRSIG, DNSKEY, NSEC, NSEC3, SOA, CNAME, DNAME, TXT, SVCB and TLSA records without a single octet."""
    types = (46, 48, 47, 50, 6, 5, 39, 16, 64, 52)
    return scene(raw(b"".join(_record(b"\xc0\x0c", rdtype, b"") for rdtype in types), (len(types), 0, 0)))


@attack(MALFORMED, *UNREAD)
def bitmaps_that_lie() -> Scene:
    """NSEC records with windows that are too long, empty, or out of order."""
    wrong = [b"\0\0\x21" + b"\xff" * 33, b"\0\0\0", b"\0\1\1\x40\0\1\x40", b"\0\0\x20"]
    return scene(raw(b"".join(_record(b"\xc0\x0c", 47, rdata) for rdata in wrong), (0, len(wrong), 0)))


@attack(ALIASES, *LONG)
def cname_chain() -> Scene:
    """An answer with 60 aliases, one after the other, each signed."""
    names = [WWW, *(dns.name.from_text(f"a{n}.trap") for n in range(60))]
    chain = [r for one, other in pairwise(names) for r in seal(rrset(one, "CNAME", str(other)))]
    return scene(answer(WWW, A, chain))


@attack(ALIASES, "indeterminate cname_loop")
def cname_loop() -> Scene:
    """Two aliases that name each other, signed."""
    pair = seal(rrset(WWW, "CNAME", "a.trap.")) + seal(rrset("a.trap", "CNAME", str(WWW)))
    return scene(answer(WWW, A, pair))


@attack(ALIASES, "indeterminate cname_loop")
def cname_to_itself() -> Scene:
    """An alias that names itself."""
    return scene(answer(WWW, A, seal(rrset(WWW, "CNAME", str(WWW)))))


@attack(ALIASES, "indeterminate evidence_missing", "indeterminate cname_loop", "bogus nsec_missing")
def cname_at_the_apex() -> Scene:
    """The apex is an alias of a name below it."""
    return scene(answer(APEX, A, seal(rrset(APEX, "CNAME", str(WWW)))), name=APEX)


@attack(ALIASES, *LONG, "indeterminate evidence_missing", "bogus alias_invalid", "bogus nsec_missing")
def dname_below_itself() -> Scene:
    """A DNAME that leads below itself: each step makes the name longer."""
    return scene(answer(WWW, A, seal(rrset(APEX, "DNAME", "a.trap."))))


@attack(ALIASES, "indeterminate evidence_missing", "indeterminate cname_loop", "bogus nsec_missing")
def dname_to_itself() -> Scene:
    """A DNAME that leads to its own name."""
    return scene(answer(WWW, A, seal(rrset(APEX, "DNAME", "trap."))))


@attack(ALIASES, "indeterminate no_anchor", "indeterminate evidence_missing")
def dname_to_the_root() -> Scene:
    """A DNAME that leads to the root."""
    return scene(answer(WWW, A, seal(rrset(APEX, "DNAME", "."))))


@attack(ALIASES, "bogus alias_invalid", "bogus nsec_missing", "indeterminate server_error")
def dname_too_long() -> Scene:
    """A DNAME whose target leaves no room for the name asked."""
    target = dns.name.Name((b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 61, b""))
    return scene(answer(WWW, A, seal(rrset(APEX, "DNAME", target.to_text()))))


def _shown(owner: dns.name.Name, *records: dns.rrset.RRset) -> Exchange:
    return answer(owner, A, records)


@attack(ODD, "secure validated")
def odd_label() -> Scene:
    """A name of NUL, escape, markup, a dot and octets that are no text; all of it is data, and signed."""
    name = dns.name.Name((b"\0\x1b[2J<script>.\xff\\", *APEX.labels))
    return scene(_shown(name, *seal(rrset(name, "A", "192.0.2.80"))), name=name)


@attack(ODD, "secure validated")
def name_of_255_octets() -> Scene:
    """The longest name there is."""
    name = dns.name.Name((b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 55, *APEX.labels))
    return scene(_shown(name, *seal(rrset(name, "A", "192.0.2.80"))), name=name)


@attack(ODD, *UNREAD)
def foreign_class() -> Scene:
    """The data, but of the classes CH, NONE and ANY."""
    body = b"".join(_record(b"\xc0\x0c", 1, b"\1\2\3\4", rdclass=rdclass) for rdclass in (3, 254, 255))
    return scene(raw(body, (3, 0, 0)))


@attack(ODD, *UNREAD)
def unknown_types() -> Scene:
    """Records of types that nobody knows, of OPT, TSIG, ANY and AXFR in the answer."""
    types = (0, 41, 128, 249, 250, 252, 255, 65_280, 65_535)
    return scene(raw(b"".join(_record(b"\xc0\x0c", rdtype, b"\0") for rdtype in types), (len(types), 0, 0)))


@attack(ODD, "bogus rrsigs_missing")
def ttl_with_the_top_bit() -> Scene:
    """A TTL of 2^32 - 1 (RFC 2181 section 8)."""
    return scene(raw(_record(b"\xc0\x0c", 1, b"\1\2\3\4", ttl=0xFFFFFFFF)))


@attack(ODD, "secure validated")
def absurd_soa() -> Scene:
    """A signed SOA whose numbers are all 2^32 - 1."""
    most = 2**32 - 1
    soa = rrset(APEX, "SOA", f"ns.trap. host.trap. {most} {most - 2**31} {most - 2**31} {most - 2**31} {most - 2**31}")
    return scene(answer(APEX, dns.rdatatype.SOA, seal(soa)), name=APEX, rdtype=dns.rdatatype.SOA)


@attack(ODD, *UNREAD)
def answer_to_another_question() -> Scene:
    """A good answer, to the question for another name."""
    other = dns.name.from_text("other.trap")
    heard = answer(other, A, seal(rrset(other, "A", "192.0.2.80")))
    asked = raw(b"", (0, 0, 0))
    response = asked.query[:2] + (heard.response or b"")[2:]
    return scene(
        Exchange.new(server="192.0.2.1", transport=asked.transport, query=asked.query, at=NOW, response=response)
    )


@attack(ODD, "indeterminate truncated")
def truncated_over_tcp() -> Scene:
    """A good answer over TCP with the TC flag."""
    heard = answer(WWW, A, seal(rrset(WWW, "A", "192.0.2.80")))
    wire = bytearray(heard.response or b"")
    wire[2] |= 2
    return scene(
        Exchange.new(server="192.0.2.1", transport=heard.transport, query=heard.query, at=NOW, response=bytes(wire))
    )


def _opt(options: bytes, ttl: int = 0) -> bytes:
    return b"\0" + struct.pack("!HHIH", 41, 1232, ttl, len(options)) + options
