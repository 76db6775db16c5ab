"""The active extras: put to servers that answer, when wanted; kept apart; and no zone data kept of a transfer."""

from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Reason, Side, Transport
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.facts import ZoneFact
from netaudit.net.datagram import matches
from netaudit.probes.ancestors import Ancestors
from netaudit.probes.extras import QUESTIONS, extra_queries, without_data
from netaudit.probes.zone import ZoneProbe
from netaudit.rules.edns import COOKIE, opt_of
from tests.conftest import HOSTER, NIC, ROOT, SECOND

Open = Callable[..., Any]
APEX = dns.name.from_text("p.example")
SERVER_COOKIE = bytes(range(8))


async def observe(open_context: Open, script: Any, *, extras: bool = True) -> tuple[ZoneFact, FactBook]:
    async with open_context() as context:
        probe = ZoneProbe(context, Ancestors(context, frozenset({"p.example"})), "p.example", extras=extras)
        await probe.run()
        facts = list(probe.facts(None))
    book = FactBook([*script.facts, *facts])
    return book.zones["p.example"], book


def purposes(fact: ZoneFact, book: FactBook) -> set[tuple[str, str]]:
    return {(e.server, e.purpose) for e in book.exchanges_of(fact.answers) if e.purpose}


async def test_every_server_that_answers_gets_all_extra_questions_and_nobody_else(
    open_context: Open, script: Any
) -> None:
    fact, book = await observe(open_context, script)
    wanted = set(Purpose) - {Purpose.COOKIE_AGAIN, Purpose.RESOLVER}  # these servers have no cookies
    assert fact.extras
    assert purposes(fact, book) == {(server, purpose) for server in (HOSTER, SECOND) for purpose in wanted}
    assert len(wanted) < QUESTIONS
    strangers = [e for e in book.exchanges if e.purpose and e.server in (ROOT, NIC, "192.0.2.33")]
    assert strangers == []


async def test_without_being_wanted_none_is_asked(open_context: Open, script: Any) -> None:
    fact, book = await observe(open_context, script, extras=False)
    assert not fact.extras
    assert purposes(fact, book) == set()
    assert (HOSTER, "p.example.", "AXFR", Transport.TCP) not in script.asked


async def test_of_a_transfer_no_data_are_kept_but_its_count(open_context: Open, script: Any) -> None:
    granting(script)
    _, book = await observe(open_context, script)
    kept = [e for e in book.exchanges if e.purpose == Purpose.AXFR]
    assert {exchange.server for exchange in kept} == {HOSTER, SECOND}
    for exchange in kept:
        assert exchange.response is not None
        assert exchange.response[6:8] == b"\0\3"
        assert exchange.response[12:] == exchange.query[12:]
        assert exchange.readable
        assert exchange.message is not None
        assert exchange.message.answer == []
    assert script.asked[HOSTER, "p.example.", "AXFR", Transport.TCP] == 1


async def test_a_cookie_that_a_server_gives_is_shown_to_it_again(open_context: Open, script: Any) -> None:
    answering = script.dns

    async def with_cookies(query: bytes, server: str, **how: Any) -> Exchange:
        exchange: Exchange = await answering(query, server, **how)
        asked = dns.message.from_wire(query)
        if not asked.options or int(asked.options[0].otype) != COOKIE:
            return exchange
        response = dns.message.from_wire(exchange.response or b"")
        given = dns.edns.CookieOption((asked.options[0].to_wire() or b"")[:8], SERVER_COOKIE)
        response.use_edns(0, options=[given])
        return Exchange.new(server=server, transport=Transport.UDP, query=query, at=1.0, response=response.to_wire())

    script.dns = with_cookies
    _, book = await observe(open_context, script)
    first = next(e for e in book.exchanges if e.server == HOSTER and e.purpose == Purpose.COOKIE)
    again = next(e for e in book.exchanges if e.server == HOSTER and e.purpose == Purpose.COOKIE_AGAIN)
    assert option(first.query) == option(again.query)[:8]
    assert option(again.query)[8:] == SERVER_COOKIE


async def test_what_gets_no_answer_is_asked_once_more_at_the_end(open_context: Open, script: Any) -> None:
    answering, order = script.dns, []

    async def deaf_to_versions(query: bytes, server: str, **how: Any) -> Exchange:
        asked = dns.message.from_wire(query)
        order.append((server, asked.edns))
        if asked.edns == 100:
            failure = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply")
            return Exchange.new(
                server=server, transport=Transport.UDP, query=query, at=float(len(order)), failure=failure, tries=3
            )
        answer: Exchange = await answering(query, server, **how)
        return answer

    script.dns = deaf_to_versions
    _, book = await observe(open_context, script)
    silent = [e for e in book.exchanges if e.server == HOSTER and e.purpose == Purpose.EDNS_VERSION]
    assert [e.tries for e in silent] == [3, 3]
    of_hoster = [version for server, version in order if server == HOSTER]
    assert of_hoster.count(100) == 2
    last = len(of_hoster) - 1 - of_hoster[::-1].index(100)
    assert -1 not in of_hoster[last:], "the later try comes when the others are done"


def test_each_question_is_what_its_purpose_says() -> None:
    queries = extra_queries(APEX)
    read = {purpose: dns.message.from_wire(query) for purpose, query in queries.items()}
    assert read[Purpose.EDNS_PLAIN].edns == -1
    assert read[Purpose.EDNS_VERSION].edns == 100
    assert [int(option.otype) for option in read[Purpose.EDNS_OPTION].options] == [100]
    assert read[Purpose.EDNS_FLAGS].ednsflags == 0x0080
    assert (read[Purpose.EDNS_BUFSIZE].payload, read[Purpose.EDNS_BUFSIZE].ednsflags) == (512, dns.flags.DO)
    assert [int(option.otype) for option in read[Purpose.NSID].options] == [3]
    assert len(option(queries[Purpose.COOKIE])) == 8
    assert read[Purpose.RECURSION].question[0].name == dns.name.root
    for purpose, message in read.items():
        assert bool(message.flags & dns.flags.RD) == (purpose is Purpose.RECURSION)
        assert message.question[0].name == (dns.name.root if purpose is Purpose.RECURSION else APEX)


def test_about_the_root_nothing_lies_outside() -> None:
    assert Purpose.RECURSION not in extra_queries(dns.name.root)


@pytest.mark.parametrize("counts", [b"\0\0\0\0\0\0\0\1", b"\0\1\0\0\0\0\0\0"])
def test_a_transfer_refused_without_a_question_is_cut_behind_its_header(counts: bytes) -> None:
    query = dns.message.make_query("p.example", "AXFR").to_wire()
    response = query[:2] + b"\x84\x05" + counts + query[12:] + b"data"
    exchange = Exchange.new(server=HOSTER, transport=Transport.TCP, query=query, at=1.0, response=response)
    kept = without_data(exchange).response or b""
    assert kept[:12] == response[:12]
    assert b"data" not in kept


def test_badvers_without_a_question_is_a_reply() -> None:
    """Its four lower bits are those of NOERROR; the others are in the OPT record."""
    query = extra_queries(APEX)[Purpose.EDNS_VERSION]
    header = query[:2] + b"\x80\0" + b"\0\0\0\0\0\0\0\1"
    assert matches(query, header + b"\0\0\x29\x04\xd0\x01\0\0\0\0\0")
    assert not matches(query, header + b"\0\0\x29\x04\xd0\0\0\0\0\0\0")
    assert not matches(query, header)


@pytest.mark.parametrize("cut", range(12, 80, 3))
def test_an_opt_record_that_was_cut_off_is_none(cut: int) -> None:
    query = extra_queries(APEX)[Purpose.COOKIE]
    whole = Exchange.new(server=HOSTER, transport=Transport.UDP, query=query, at=1.0, response=query)
    assert opt_of(whole) is not None
    if cut < len(query):
        part = Exchange.new(server=HOSTER, transport=Transport.UDP, query=query, at=1.0, response=query[:cut])
        assert opt_of(part) is None


def option(query: bytes) -> bytes:
    """The data of the only option of a query."""
    found = opt_of(Exchange.new(server=HOSTER, transport=Transport.UDP, query=query, at=1.0, response=query))
    assert found is not None
    ((_, data),) = found.options
    return data


def granting(script: Any) -> None:
    """Let the servers give their zone to everybody."""
    answering = script.dns

    async def dns_with_transfers(query: bytes, server: str, **how: Any) -> Exchange:
        exchange: Exchange = await answering(query, server, **how)
        asked = dns.message.from_wire(query)
        if asked.question[0].rdtype != dns.rdatatype.AXFR:
            return exchange
        response = dns.message.make_response(asked)
        soa = dns.rrset.from_text("p.example.", 300, "IN", "SOA", "ns1.p.example. h.p.example. 7 1 1 1 1")
        secret = dns.rrset.from_text("secret.p.example.", 300, "IN", "A", "192.0.2.99")
        response.answer += [soa, secret, soa]
        return Exchange.new(server=server, transport=Transport.TCP, query=query, at=1.0, response=response.to_wire())

    script.dns = dns_with_transfers
