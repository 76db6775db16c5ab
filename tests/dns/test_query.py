"""Queries as bytes: dnspython must read in them what was asked, and would have written the same."""

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
from hypothesis import given
from hypothesis import strategies as st

from netaudit.dns.query import EDNS_SIZE, Edns, edns_query, make_query, name_to_wire

_TYPES = st.integers(1, 65_535).map(dns.rdatatype.RdataType.make)


@st.composite
def names(draw: st.DrawFn) -> dns.name.Name:
    """Absolute names of any bytes, up to the limits of RFC 1035."""
    labels: list[bytes] = []
    for label in draw(st.lists(st.binary(min_size=1, max_size=63), max_size=127)):
        if sum(len(known) + 1 for known in labels) + len(label) + 2 <= 255:
            labels.append(label)
    return dns.name.Name((*labels, b""))


@given(names())
def test_names_are_written_as_dnspython_writes_them(name: dns.name.Name) -> None:
    assert name_to_wire(name) == name.to_wire()


@given(names(), _TYPES, st.booleans(), st.booleans())
def test_a_query_is_what_dnspython_writes_but_for_its_id(
    name: dns.name.Name, rdtype: dns.rdatatype.RdataType, dnssec: bool, recursion: bool
) -> None:
    made = make_query(name, rdtype, dnssec=dnssec, recursion=recursion)
    same = dns.message.make_query(
        name, rdtype, use_edns=0, want_dnssec=dnssec, payload=EDNS_SIZE, flags=dns.flags.RD if recursion else 0
    )
    assert made[2:] == same.to_wire()[2:]


@given(
    names(),
    _TYPES,
    st.integers(0, 255),
    st.integers(0, 0xFFFF),
    st.integers(512, 65_535),
    st.lists(st.tuples(st.integers(65_001, 65_534), st.binary(max_size=40)), max_size=3),
)
def test_an_odd_opt_record_is_sent_as_it_was_asked_for(
    name: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    version: int,
    flags: int,
    size: int,
    options: list[tuple[int, bytes]],
) -> None:
    read = dns.message.from_wire(edns_query(name, rdtype, Edns(version, flags, size, tuple(options))))
    assert [(q.name, q.rdtype, q.rdclass) for q in read.question] == [(name, rdtype, dns.rdataclass.IN)]
    assert (read.edns, read.ednsflags & 0xFFFF, read.payload) == (version, flags, size)
    assert read.options == tuple(dns.edns.GenericOption(str(code), data) for code, data in options)


def test_without_edns_there_is_no_record_at_all() -> None:
    read = dns.message.from_wire(edns_query(dns.name.from_text("tinh.vn"), dns.rdatatype.SOA, None))
    assert (read.edns, read.flags) == (-1, 0)


def test_ids_are_random() -> None:
    """RFC 5452 section 4.3. That 64 ids of 16 bits lie in less than a third of the range has no chance to happen."""
    ids = [int.from_bytes(make_query(dns.name.root, dns.rdatatype.NS)[:2], "big") for _ in range(64)]
    assert len(set(ids)) > 59
    assert max(ids) - min(ids) > 20_000
