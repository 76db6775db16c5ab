"""Evidence as text: whatever a server sent, it is shown, and nothing in it reaches the terminal as a command."""

import re

import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.dns.query import Edns, edns_query
from netaudit.model.common import Failure, Family, Reason, Side, Transport
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.facts import Fact, HttpHop, JobFact, Lookup, MailFact, NameFact, TlsObservation, WebFact
from netaudit.model.security import ChainLink, Security, SecurityStatus
from netaudit.net.services import new_datagram, new_dialogue
from netaudit.probes.extras import without_data
from netaudit.writers.certificate import certificate_lines
from netaudit.writers.chain import chain_text
from netaudit.writers.dig import dig_command
from netaudit.writers.facts import fact_lines
from netaudit.writers.names import both_ways
from netaudit.writers.summary import fact_summary

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\r\nok"

QUERY = dns.message.make_query("tinh.vn", "TXT", want_dnssec=True)
RESPONSE = dns.message.make_response(QUERY)
RESPONSE.answer.append(dns.rrset.from_text("tinh.vn.", 300, "IN", "TXT", r'"\027[2J\000"'))
RESPONSE.answer.append(dns.rrset.from_text(r"\027[31m.tinh.vn.", 300, "IN", "CNAME", r"a\010b.tinh.vn."))
WIRE = RESPONSE.to_wire()


def exchange(response: bytes | None, query: bytes = QUERY.to_wire()) -> Exchange:
    failure = None if response is not None else Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail=HOSTILE)
    return Exchange.new(
        server="2001:db8::53",
        transport=Transport.TCP,
        query=query,
        at=1.0,
        response=response,
        failure=failure,
        port=5353,
    )


def shown(fact: Fact) -> str:
    lines = [*fact_lines(fact, lambda id: None), fact_summary(fact)]
    for line in lines:
        assert not CONTROL.search(line), line
    return "\n".join(lines)


def test_a_response_is_shown_section_by_section() -> None:
    text = shown(exchange(WIRE))
    assert r'tinh.vn. 300 IN TXT "\027[2J\000"' in text
    assert r"\027[31m.tinh.vn. 300 IN CNAME a\010b.tinh.vn." in text
    assert f";; MSG SIZE  rcvd: {len(WIRE)}" in text
    assert "; dig @2001:db8::53 -p 5353 tinh.vn. TXT +dnssec +tcp" in text


def test_a_failure_says_why_and_on_whose_side() -> None:
    assert ";; no response: timeout (side: path) ␛]0;owned" in shown(exchange(None))


def test_bytes_that_are_no_message_are_dumped() -> None:
    text = shown(exchange(b"\x1b[2J"))
    assert ";; the response can't be read as a DNS message\n;; 0000  1b 5b 32 4a  " in text


def test_a_damaged_message_is_shown_as_far_as_it_goes_and_dumped() -> None:
    text = shown(exchange(WIRE[:60] + b"\xc0\xff" * 300))
    assert ";; QUESTION SECTION:\n;tinh.vn. IN TXT" in text
    assert re.search(r"^;; malformed at byte \d+: ", text, re.MULTILINE)
    assert ";; 0000  " in text
    assert ";; … (+148 bytes)" in text


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("$(reboot).vn", r"'\$\(reboot\).vn.'"),
        ("-x.vn", "-q -x.vn."),
        ("a b.vn", r"'a\032b.vn.'"),
        ("`id`.vn", "'`id`.vn.'"),
    ],
)
def test_a_command_made_from_a_name_is_safe_to_paste(name: str, word: str) -> None:
    query = dns.message.make_query(dns.name.from_text(name.replace("(", r"\(").replace(")", r"\)")), "A")
    assert f" {word} A" in dig_command(exchange(WIRE, query.to_wire()))


COOKIE = bytes(range(8))


@pytest.mark.parametrize(
    ("edns", "said"),
    [
        (None, "tinh.vn. SOA +norecurse +noedns"),
        (Edns(version=100), "tinh.vn. SOA +norecurse +edns=100 +noednsneg +nocookie"),
        (Edns(options=((100, b""),)), "tinh.vn. SOA +norecurse +nocookie +ednsopt=100"),
        (Edns(options=((100, b"a"),)), "tinh.vn. SOA +norecurse +nocookie +ednsopt=100:61"),
        (Edns(flags=0x0080), "tinh.vn. SOA +norecurse +ednsflags=0x0080 +nocookie"),
        (Edns(flags=0x8000, size=512), "tinh.vn. SOA +norecurse +dnssec +bufsize=512 +ignore +nocookie"),
        (Edns(options=((10, COOKIE),)), "tinh.vn. SOA +norecurse +cookie=0001020304050607 +nobadcookie"),
        (Edns(options=((3, b""),)), "tinh.vn. SOA +norecurse +nocookie +nsid"),
    ],
)
def test_an_extra_question_can_be_asked_again_as_it_was(edns: Edns | None, said: str) -> None:
    query = edns_query(dns.name.from_text("tinh.vn"), dns.rdatatype.SOA, edns)
    asked = Exchange.new(
        server="192.0.2.1", transport=Transport.UDP, query=query, at=1.0, response=b"", purpose=Purpose.EDNS_OPTION
    )
    assert dig_command(asked) == f"dig @192.0.2.1 {said}"


def test_that_nothing_is_kept_of_a_transfer_is_no_damage() -> None:
    query = dns.message.make_query("tinh.vn", "AXFR")
    response = dns.message.make_response(query)
    response.answer.append(dns.rrset.from_text("tinh.vn.", 1, "IN", "SOA", "a. b. 1 2 3 4 5"))
    text = shown(without_data(exchange(response.to_wire(), query.to_wire())))
    assert ";; of a zone transfer header and question are kept, and no records" in text
    assert "malformed" not in text


@given(st.binary(max_size=120))
def test_any_bytes_can_be_shown(response: bytes) -> None:
    shown(exchange(response))


@given(st.integers(2, len(WIRE) - 1), st.binary(min_size=1, max_size=8))
def test_any_damage_to_a_message_can_be_shown(at: int, damage: bytes) -> None:
    shown(exchange(WIRE[:at] + damage + WIRE[at + len(damage) :]))


def test_pages_headers_and_banners_stay_text() -> None:
    hop = HttpHop(
        url=f"https://tinh.vn/{HOSTILE}", address="203.0.113.10", at=1.0, status=200, headers=(("x", HOSTILE),),
        body=HOSTILE.encode() + b"\xff\xfe\x00" + b"\nline" * 100, body_size=9_999,
        tls=TlsObservation(server_name=HOSTILE, cipher=HOSTILE, certificates=(b"\x30\x03\x02\x01\x00",)),
        failure=Failure(reason=Reason.TLS, side=Side.TARGET, detail=HOSTILE),
    )  # fmt: skip
    text = shown(WebFact(id="web", endpoint=HOSTILE, address="203.0.113.10", family=Family.IPV4, hops=(hop,)))
    assert "< x: ␛]0;owned" in text
    assert "  | ok" in text
    assert "can't be decoded" in text
    assert re.search(r"\| … \(\+\d+ lines\)", text)
    mail = MailFact(
        id="mail", domain="tinh.vn", exchanger=HOSTILE, address="203.0.113.25", family=Family.IPV4, at=1.0,
        banner=HOSTILE, capabilities=(HOSTILE,),
    )  # fmt: skip
    assert "< banner: ␛]0;owned" in shown(mail)


def test_other_facts_too() -> None:
    failure = Failure(reason=Reason.BUG, side=Side.BUG, detail=HOSTILE)
    assert "failure: bug (side: bug) ␛" in shown(JobFact(id=f"job-{HOSTILE}", job=HOSTILE, at=1.0, failure=failure))
    lookup = Lookup(name=HOSTILE, rdtype="A", facts=("dns-none",), canonical=HOSTILE, addresses=(HOSTILE,))
    assert "dns-none  not in this file" in shown(NameFact(id="name", name=HOSTILE, lookups=(lookup,)))


@given(st.binary(max_size=200))
def test_any_bytes_for_a_certificate(der: bytes) -> None:
    lines = [*certificate_lines(der)]
    assert lines[-1].startswith("SHA-256  ")
    assert not any(CONTROL.search(line) for line in lines)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_chain_with_hostile_names_and_unknown_words(language: str) -> None:
    link = ChainLink(
        zone=HOSTILE, status=SecurityStatus.BOGUS, reason=HOSTILE, ds=("1 250 9",), keys=("1 250 385",), server=HOSTILE
    )
    security = Security(
        status=SecurityStatus.BOGUS, reason="signature_expired", name=HOSTILE, rdtype="A", zone=HOSTILE, server=HOSTILE,
        ede=60_000, detail=HOSTILE, links=(link, link),
    )  # fmt: skip
    text = chain_text(HOSTILE, "A", security, [exchange(WIRE), exchange(None)], language)
    assert not CONTROL.search(text.replace("\n", ""))
    assert "DS      1      algorithm 250" in text
    assert "385 KSK" in text
    assert "EDE 60000 (60000)" in text


def test_international_names_are_shown_both_ways() -> None:
    assert both_ways("xn--lm-ng-3qa2kyj.vn") == "xn--lm-ng-3qa2kyj.vn (lâm-đông.vn)"
    assert both_ways("tinh.vn") == "tinh.vn"
    assert both_ways("xn--a.vn") == "xn--a.vn"
    assert not CONTROL.search(both_ways(f"xn--{HOSTILE}"))


def test_services_are_shown_with_what_they_said() -> None:
    talk = msgspec.structs.replace(
        new_dialogue("imap://mail.vn:143", "2001:db8::1", 1.0),
        greeting=HOSTILE,
        capabilities=(HOSTILE, "STARTTLS"),
        secured=("AUTH=PLAIN", HOSTILE),
        tls=TlsObservation(server_name="mail.vn", version="TLSv1.3"),
    )
    text = shown(talk)
    assert "< STARTTLS" in text and "< within TLS: AUTH=PLAIN" in text and "TLSv1.3" in text
    denied = bytes.fromhex("e400") + bytes(10) + b"DENY" + bytes(32)
    asked = new_datagram("ntp://gio.vn:123", "2001:db8::1", 1.0, b"#" + bytes(47))
    text = shown(msgspec.structs.replace(asked, reply=denied, elapsed_ms=2.5))
    assert "stratum 0, leap 3, reference DENY" in text and f"< {denied.hex()}" in text
    assert "an empty datagram" in shown(new_datagram("udp://log.vn:514", "2001:db8::1", 1.0, b""))
