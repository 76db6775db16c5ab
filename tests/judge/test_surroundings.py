"""What exchanges tell of zones and of their servers' addresses, and what they may not make anybody believe."""

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from hypothesis import given
from hypothesis import strategies as st

from netaudit.dns.query import make_query
from netaudit.judge.derive_surroundings import surroundings
from netaudit.model.common import Failure, Family, Reason, Side, Transport
from netaudit.model.exchange import Exchange

TIMEOUT = Failure(reason=Reason.TIMEOUT, side=Side.PATH)


def asked(
    name: str,
    rdtype: str,
    *records: str,
    answer: bool = False,
    additional: tuple[str, ...] = (),
    flags: int = 0,
    rcode: int = 0,
    server: str = "192.0.2.1",
) -> Exchange:
    """An exchange; `records` go to the authority section or, as an authoritative answer, to the answer section."""
    query = make_query(dns.name.from_text(name), dns.rdatatype.from_text(rdtype))
    response = dns.message.make_response(dns.message.from_wire(query))
    response.flags |= flags | (dns.flags.AA if answer else 0)
    response.set_rcode(dns.rcode.Rcode(rcode))
    section = response.answer if answer else response.authority
    section.extend(map(rrset, records))
    response.additional.extend(map(rrset, additional))
    return Exchange.new(server=server, transport=Transport.UDP, query=query, at=1.0, response=response.to_wire())


def rrset(record: str) -> dns.rrset.RRset:
    name, ttl, rdclass, rdtype, rdata = record.split(maxsplit=4)
    return dns.rrset.from_text(name, int(ttl), rdclass, rdtype, rdata)


def a(name: str, address: str, *, server: str = "192.0.2.7") -> Exchange:
    rdtype = "AAAA" if ":" in address else "A"
    return asked(name, rdtype, f"{name}. 60 IN {rdtype} {address}", answer=True, server=server)


VN = asked("vn", "NS", "vn. 60 IN NS a.dns-servers.vn.", additional=("a.dns-servers.vn. 60 IN A 192.0.2.2",))
HOSTED = asked("tinh.vn", "NS", "tinh.vn. 60 IN NS ns1.hoster.net.", "tinh.vn. 60 IN NS ns.tinh.vn.",
    additional=("ns.tinh.vn. 60 IN A 192.0.2.3", "ns.tinh.vn. 60 IN AAAA 2001:db8::3"))  # fmt: skip


def test_a_delegation_with_glue() -> None:
    known = surroundings([VN, HOSTED]).zones
    assert known["vn"].servers == ("a.dns-servers.vn",)
    assert known["vn"].glue == {"a.dns-servers.vn": ("192.0.2.2",)}
    assert known["tinh.vn"].servers == ("ns.tinh.vn", "ns1.hoster.net")
    assert known["tinh.vn"].glue == {"ns.tinh.vn": ("192.0.2.3", "2001:db8::3")}
    assert known["tinh.vn"].complete
    assert not known["tinh.vn"].served_above
    assert known["tinh.vn"].facts == (HOSTED.id,)


def test_addresses_of_server_names_by_family_and_their_absence() -> None:
    none = asked("ns1.hoster.net", "AAAA", "hoster.net. 60 IN SOA a. b. 1 2 3 4 5", flags=dns.flags.AA)
    other = a("www.hoster.net", "192.0.2.9")
    found = surroundings([VN, HOSTED, a("ns1.hoster.net", "192.0.2.7"), none, other]).addresses
    assert found == {"ns1.hoster.net": {Family.IPV4: ("192.0.2.7",), Family.IPV6: ()}}


def test_what_was_not_answered_is_not_known() -> None:
    query = make_query(dns.name.from_text("ns1.hoster.net"), dns.rdatatype.A)
    lost = Exchange.new(server="192.0.2.7", transport=Transport.UDP, query=query, at=1.0, failure=TIMEOUT)
    refused = asked("ns1.hoster.net", "AAAA", rcode=5)
    assert surroundings([HOSTED, lost, refused]).addresses.get("ns1.hoster.net", {}) == {}


def test_an_alias_is_no_address() -> None:
    alias = asked("ns1.hoster.net", "A", "ns1.hoster.net. 60 IN CNAME x.hoster.net.", answer=True)
    assert surroundings([HOSTED, alias]).addresses["ns1.hoster.net"] == {}


def test_glue_outside_the_zone_above_is_not_believed() -> None:
    liar = asked("tinh.vn", "NS", "tinh.vn. 60 IN NS ns1.hoster.net.", "tinh.vn. 60 IN NS ns.other.vn.",
        additional=("ns1.hoster.net. 60 IN A 192.0.2.66", "ns.other.vn. 60 IN A 192.0.2.5"))  # fmt: skip
    assert surroundings([VN, liar]).zones["tinh.vn"].glue == {"ns.other.vn": ("192.0.2.5",)}


def test_glue_comes_from_the_zone_above_even_some_labels_up() -> None:
    deep = asked("a.b.vn", "NS", "a.b.vn. 60 IN NS ns.c.vn.", additional=("ns.c.vn. 60 IN A 192.0.2.5",))
    assert surroundings([VN, deep]).zones["a.b.vn"].glue == {"ns.c.vn": ("192.0.2.5",)}


def test_who_serves_parent_and_child_answers_for_the_child() -> None:
    both = asked("tinh.vn", "NS", "tinh.vn. 60 IN NS ns.tinh.vn.", "tinh.vn. 60 IN NS ns.other.vn.", answer=True,
        additional=("ns.tinh.vn. 60 IN A 192.0.2.3", "ns.other.vn. 60 IN A 192.0.2.5"))  # fmt: skip
    known = surroundings([VN, both]).zones["tinh.vn"]
    assert known.served_above
    assert known.glue == {"ns.tinh.vn": ("192.0.2.3",)}


def test_a_zones_own_servers_tell_no_delegation() -> None:
    own = asked("tinh.vn", "NS", "tinh.vn. 60 IN NS ns9.tinh.vn.", answer=True)
    assert surroundings([VN, HOSTED, own], frozenset({own.id})) == surroundings([VN, HOSTED])


def test_a_truncated_referral_leaves_the_glue_open() -> None:
    cut = asked("tinh.vn", "NS", "tinh.vn. 60 IN NS ns.tinh.vn.", flags=dns.flags.TC)
    assert not surroundings([VN, cut]).zones["tinh.vn"].complete
    assert surroundings([VN, cut, HOSTED]).zones["tinh.vn"].complete


def test_no_zone_cut_is_no_zone() -> None:
    nothing = asked("www.tinh.vn", "NS", "tinh.vn. 60 IN SOA a. b. 1 2 3 4 5", flags=dns.flags.AA)
    missing = asked("gone.vn", "NS", "vn. 60 IN SOA a. b. 1 2 3 4 5", flags=dns.flags.AA, rcode=3)
    upwards = asked("lame.vn", "NS", ". 60 IN NS a.root-servers.net.")
    assert surroundings([nothing, missing, upwards]).zones == {}


@given(st.lists(st.tuples(st.sampled_from((VN, HOSTED)), st.binary(max_size=60)), max_size=4))
def test_noise_is_no_zone_that_nobody_asked_about(noise: list[tuple[Exchange, bytes]]) -> None:
    changed = [
        Exchange.new(
            server="192.0.2.1", transport=Transport.UDP, query=base.query, at=1.0, response=base.query[:2] + data
        )
        for base, data in noise
    ]
    assert surroundings(changed).zones.keys() <= {"vn", "tinh.vn"}
