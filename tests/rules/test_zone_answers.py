"""What counts as an answer, and why a server gave none."""

import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Reason, Side, Transport
from netaudit.model.exchange import Exchange
from netaudit.rules.zones import SILENT, authoritative, reach, readable, survey, unreadable
from tests.checks.dnssec.builders import (
    A1,
    APEX,
    BUDGET,
    NS1,
    REFUSED,
    TIMEOUT,
    Behaviour,
    Server,
    evidence,
    failing,
    refusing,
    saying,
    serving,
    zone,
)
from tests.checks.dnssec.situations import no_authority, truncated
from tests.checks.web.builders import BLIND_V6, NO_ROUTE

SOA = dns.rdatatype.SOA


def why(behaviour: Behaviour) -> tuple[Reason, Side, str]:
    found = survey(evidence(Server(behaviour)), SOA)
    assert not found.answers
    ((server, failure),) = found.missing
    assert (server.server.name, server.server.address) == (NS1, A1)
    assert found.untested().failure == found.failure == failure
    return failure.reason, failure.side, failure.detail


@pytest.mark.parametrize(
    ("behaviour", "reason", "side", "detail"),
    [
        (failing(), Reason.TIMEOUT, Side.PATH, "no answer"),
        (failing(BUDGET), Reason.BUDGET, Side.BUDGET, BUDGET.detail),
        (refusing(), Reason.PROTOCOL, Side.TARGET, "REFUSED"),
        (serving(zone(), no_authority), Reason.PROTOCOL, Side.TARGET, "NOERROR without AA"),
        (serving(zone(), truncated), Reason.TOO_LARGE, Side.PATH, "truncated over UDP, and no answer over TCP"),
        (saying(b"\0\0\x84"), Reason.MALFORMED, Side.TARGET, "the response can't be read"),
        (lambda query, question: query.to_wire(), Reason.MALFORMED, Side.TARGET, "the response can't be read"),
        (lambda query, question: None, Reason.NO_DATA, Side.OURS, "SOA was not asked"),
    ],
)
def test_why_a_server_gave_no_answer(behaviour: Behaviour, reason: Reason, side: Side, detail: str) -> None:
    assert why(behaviour) == (reason, side, detail)


def test_our_own_blindness_explains_the_silence_of_its_family() -> None:
    found = survey(evidence(Server(failing(), NS1, "2001:db8::1"), vantage=BLIND_V6), SOA)
    assert [failure for _, failure in found.missing] == [NO_ROUTE]


def exchange(response: dns.message.Message | bytes, rdtype: str = "SOA") -> Exchange:
    query = dns.message.make_query(APEX, rdtype).to_wire()
    wire = response if isinstance(response, bytes) else response.to_wire()
    return Exchange.new(server=A1, transport=Transport.UDP, query=query, at=0.0, response=wire)


def answer(rdtype: str = "SOA") -> dns.message.Message:
    return zone().respond(dns.message.make_query(APEX, rdtype))


def test_a_response_to_another_question_is_none() -> None:
    assert authoritative(exchange(answer("SOA"), "SOA"))
    assert not readable(exchange(answer("NS"), "SOA"))
    assert not readable(exchange(dns.message.make_query(APEX, "SOA")))


@pytest.mark.parametrize("broken", [dns.rdatatype.SOA, dns.rdatatype.RRSIG])
def test_an_answer_with_a_record_that_can_not_be_read_does_not_count(broken: dns.rdatatype.RdataType) -> None:
    response = answer("SOA")
    rubbish = dns.rdata.GenericRdata(dns.rdataclass.IN, broken, b"\0")
    response.answer.append(dns.rrset.from_rdata(dns.name.from_text(APEX), 1, rubbish))
    assert unreadable(exchange(response))
    assert authoritative(exchange(response))
    found = survey(evidence(Server(lambda query, question: _as_reply(response, query))), SOA)
    assert not found.answers
    assert found.failure.reason is Reason.MALFORMED


def test_rubbish_elsewhere_in_the_message_does_no_harm() -> None:
    response = answer("SOA")
    rubbish = dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.A, b"\0")
    response.additional.append(dns.rrset.from_rdata(dns.name.from_text(APEX), 1, rubbish))
    assert exchange(response).message is not None
    assert not unreadable(exchange(response))


def test_a_message_that_ends_early_is_unreadable() -> None:
    wire = answer("SOA").to_wire()
    assert unreadable(exchange(wire[:-40]))


@pytest.mark.parametrize("reason", sorted(SILENT))
def test_silence_counts_after_two_tries(reason: Reason) -> None:
    failure = Failure(reason=reason, side=Side.PATH, detail="…")
    silent = replace(exchange(b""), response=None, failure=failure, tries=1)
    assert reach([silent])[0] is None
    assert reach([silent, silent])[0] is False
    assert reach([replace(silent, tries=2)])[0] is False
    assert reach([silent, silent, exchange(b"")])[0] is True, "any bytes are a sign of life"


@pytest.mark.parametrize("failure", [BUDGET, NO_ROUTE])
def test_trouble_on_our_side_never_counts_as_silence(failure: Failure) -> None:
    assert reach([replace(exchange(b""), response=None, failure=failure, tries=9)])[0] is None
    assert reach([])[0] is None


def test_a_refused_connection_is_silence_and_a_timeout_too() -> None:
    assert {REFUSED.reason, TIMEOUT.reason} <= SILENT


def _as_reply(response: dns.message.Message, query: dns.message.Message) -> bytes:
    return query.id.to_bytes(2, "big") + response.to_wire()[2:]
