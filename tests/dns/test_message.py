"""Responses as they are read: what is an answer to the question that was asked, and what is not."""

import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from netaudit.dns.message import Kind, Response
from netaudit.dns.query import make_query
from netaudit.model.common import Transport
from netaudit.model.exchange import Exchange
from netaudit.net.datagram import matches

WWW, A = dns.name.from_text("www.tinh.vn"), dns.rdatatype.A
MORE = dns.message.make_query("other.tinh.vn", "A").question


def exchange(questions: int) -> Exchange:
    """An exchange whose response repeats the question, leaves it out, or adds another."""
    query = make_query(WWW, A)
    message = dns.message.make_response(dns.message.from_wire(query))
    message.flags |= dns.flags.AA
    message.question = [*message.question, *MORE][:questions]
    return Exchange.new(server="192.0.2.1", transport=Transport.UDP, query=query, at=0.0, response=message.to_wire())


@pytest.mark.parametrize(("questions", "kind"), [(0, Kind.UNREADABLE), (1, Kind.NODATA), (2, Kind.UNREADABLE)])
def test_a_response_is_one_to_the_question_asked_and_to_no_other(questions: int, kind: Kind) -> None:
    """RFC 9619: QDCOUNT is at most 1. `Response` and `Exchange.readable` agree."""
    found = exchange(questions)
    assert Response(found).kind is kind
    assert found.readable is (kind is not Kind.UNREADABLE)


@pytest.mark.parametrize("place", ["question", "answer", "both"])
def test_another_class_is_no_answer(place: str) -> None:
    """We ask about the Internet: what a response says of CHAOS is about something else (RFC 1035 section 3.2.4)."""
    message = dns.message.make_response(dns.message.from_wire(make_query(WWW, dns.rdatatype.TXT)))
    message.flags |= dns.flags.AA
    told = dns.rrset.from_text(WWW, 300, "CH" if place != "question" else "IN", "TXT", '"x"')
    message.answer.append(told)
    if place != "answer":
        message.question = [dns.rrset.RRset(WWW, dns.rdataclass.CH, dns.rdatatype.TXT)]
    query = make_query(WWW, dns.rdatatype.TXT)
    found = Exchange.new(
        server="192.0.2.1", transport=Transport.UDP, query=query, at=0.0, response=query[:2] + message.to_wire()[2:]
    )
    assert Response(found).kind is (Kind.NODATA if place == "answer" else Kind.UNREADABLE)
    assert found.readable is (place == "answer")
    if place == "answer":
        assert found.answer(WWW, dns.rdatatype.TXT) is None
    assert matches(query, found.response or b"") is (place == "answer"), "on the wire it is not even taken"
