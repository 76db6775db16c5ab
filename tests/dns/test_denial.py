"""Denial of existence against the plain truth: random zones, and what is really in them."""

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.dns.budget import Meter
from netaudit.dns.denial import Proof, nsec_denial, read_nsec, read_nsec3
from netaudit.lab.keys import ZoneKeys, make_keys
from netaudit.lab.zonedata import ZoneData

APEX = dns.name.from_text("tinh.vn")
KEYS: ZoneKeys = make_keys(APEX, "ED25519")
A, TXT, NS, DS = (dns.rdatatype.from_text(kind) for kind in ("A", "TXT", "NS", "DS"))
LABELS = ("a", "b", "c", "*", "zz", "A", "\\000", "con", "_x", "a-b")
relative = st.lists(st.sampled_from(LABELS), min_size=1, max_size=3).map(".".join)


def rdata(kind: str, text: str) -> dns.rdata.Rdata:
    return dns.rdata.from_text(dns.rdataclass.IN, kind, text)


def zone(owners: dict[str, str], nsec3: bool) -> ZoneData:
    """A zone whose names hold one type each: A, TXT, or NS for an unsigned delegation."""
    data = ZoneData(APEX, 300)
    data.add(APEX, rdata("SOA", "ns.tinh.vn. h.tinh.vn. 1 1 1 1 1"))
    data.add(APEX, rdata("NS", "ns.elsewhere.example."))
    for owner, kind in owners.items():
        text = {"A": "192.0.2.1", "TXT": '"x"', "NS": "ns.elsewhere.example."}[kind]
        data.add(dns.name.from_text(owner, APEX), rdata(kind, text))
    data.finish()
    data.sign(KEYS, 0, 2**31 - 1, (b"", 0) if nsec3 else None)
    return data


def truth(data: ZoneData, name: dns.name.Name, rdtype: int) -> set[Proof]:
    """What a complete chain must prove (RFC 1034 section 4.3.2): absence as it is, and nothing where there is data."""
    cut = data.cut_above(name)
    if cut is not None:
        # at the cut only the absence of DS is the parent's to prove; below it nothing is
        return {Proof.NODATA} if cut == name and rdtype == DS else {Proof.NOTHING}
    if data.exists(name):
        return {Proof.NOTHING} if data.get(name, rdtype) is not None else {Proof.NODATA}
    encloser = name.parent()
    while not data.exists(encloser) and encloser != APEX:
        encloser = encloser.parent()
    wildcard = dns.name.Name((b"*", *encloser.labels))
    if not data.exists(wildcard):
        return {Proof.NXDOMAIN}
    if data.cut_above(wildcard) is not None:
        return {Proof.NOTHING, Proof.NODATA}  # a delegation at a wildcard: RFC 4592 section 4.2 leaves it undefined
    return {Proof.NOTHING} if data.get(wildcard, rdtype) is not None else {Proof.NODATA}


def rrsets(data: ZoneData) -> list[dns.rrset.RRset]:
    return [rrset for kinds in data.rrsets.values() for rrset in kinds.values()]


owners = st.dictionaries(relative, st.sampled_from(("A", "TXT", "NS")), max_size=8)


@settings(max_examples=300, deadline=None)
@given(owners, relative, st.sampled_from((A, TXT, NS, DS)))
def test_nsec_proves_the_truth_and_nothing_else(held: dict[str, str], asked: str, rdtype: int) -> None:
    data = zone(held, nsec3=False)
    name = dns.name.from_text(asked, APEX).canonicalize()
    assert nsec_denial(name, rdtype, read_nsec(rrsets(data), APEX)) in truth(data, name, rdtype)


@settings(max_examples=300, deadline=None)
@given(owners, relative, st.sampled_from((A, TXT, NS, DS)))
def test_nsec3_proves_the_truth_and_nothing_else(held: dict[str, str], asked: str, rdtype: int) -> None:
    data = zone(held, nsec3=True)
    name = dns.name.from_text(asked, APEX).canonicalize()
    records = read_nsec3(rrsets(data), APEX, Meter("nsec3_hashes", 1_000))
    assert records.denial(name, rdtype) in truth(data, name, rdtype)


@settings(max_examples=200, deadline=None)
@given(owners, st.data())
def test_any_part_of_a_chain_proves_no_falsehood(held: dict[str, str], data_: st.DataObject) -> None:
    """An attacker may leave out any record, and ask for any name."""
    data = zone(held, nsec3=False)
    records = read_nsec(rrsets(data), APEX)
    part = data_.draw(st.lists(st.sampled_from(records), unique=True))
    name = dns.name.from_text(data_.draw(relative), APEX).canonicalize()
    rdtype = data_.draw(st.sampled_from((A, TXT, NS, DS)))
    proof = nsec_denial(name, rdtype, part)
    assert proof is Proof.NOTHING or proof in truth(data, name, rdtype)
