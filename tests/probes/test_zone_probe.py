from collections import Counter
from collections.abc import Callable
from typing import Any

import dns.rdatatype

from netaudit.model.book import FactBook
from netaudit.model.common import Reason, Transport
from netaudit.model.facts import ZoneFact
from netaudit.probes.ancestors import Ancestors
from netaudit.probes.zone import ZoneProbe

ROOT, NIC, HOSTER, SECOND = "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::4"
Open = Callable[..., Any]


async def observe(open_context: Open, script: Any, zone: str = "p.example") -> tuple[ZoneFact, FactBook]:
    async with open_context() as context:
        probe = ZoneProbe(context, Ancestors(context, frozenset({zone})), zone)
        await probe.run()
        facts = list(probe.facts(None))
    book = FactBook([*script.facts, *facts])
    return book.zones[zone], book


def asked(book: FactBook, fact: ZoneFact) -> set[tuple[str, str, str, Transport]]:
    return {
        (e.server, e.question[0].to_text(), dns.rdatatype.to_text(e.question[1]), e.transport)
        for e in book.exchanges_of(fact.answers)
    }


async def test_every_server_is_asked_everything_over_both_transports(open_context: Open, script: Any) -> None:
    fact, book = await observe(open_context, script)
    assert fact.failure is None
    assert fact.audited
    assert fact.chain == (".", "example", "p.example")
    seen = asked(book, fact)
    for server in (HOSTER, SECOND):
        for rdtype in ("SOA", "NS", "DNSKEY"):
            assert (server, "p.example.", rdtype, Transport.UDP) in seen
        assert (server, "p.example.", "SOA", Transport.TCP) in seen
        assert (server, "netaudit-nonexistent.p.example.", "A", Transport.UDP) in seen


async def test_a_server_that_only_the_zone_names_is_asked_too(open_context: Open, script: Any) -> None:
    fact, book = await observe(open_context, script)
    assert ("ns3.p.example", "192.0.2.33") in {(s.name, s.address) for s in fact.servers}
    # it is dead: SOA and one later try, nothing else
    about = {(question, rdtype) for server, question, rdtype, _ in asked(book, fact) if server == "192.0.2.33"}
    assert about == {("p.example.", "SOA")}
    assert script.asked["192.0.2.33", "p.example.", "SOA", Transport.UDP] == 2


async def test_the_parent_is_asked_for_ns_and_ds_and_its_own_soa(open_context: Open, script: Any) -> None:
    fact, book = await observe(open_context, script)
    assert fact.delegation is not None
    assert fact.delegation.parent == "example"
    referrals = book.exchanges_of(fact.delegation.referrals)
    assert NIC in {e.server for e in referrals if e.question[1] == dns.rdatatype.NS}
    assert NIC in {e.server for e in book.exchanges_of(fact.delegation.ds)}
    for zone, server in (("example", NIC), (".", ROOT)):
        ancestor = book.zones[zone]
        assert not ancestor.audited
        assert {e.server for e in book.exchanges_of(ancestor.answers)} == {server}


async def test_no_question_is_put_twice_to_one_server(open_context: Open, script: Any) -> None:
    await observe(open_context, script)
    repeated = {key: n for key, n in script.asked.items() if n > 1 and key[0] != "192.0.2.33"}
    assert repeated == {}


async def test_truncated_answers_are_fetched_over_tcp(open_context: Open, script: Any) -> None:
    script.tcp_only.add(HOSTER)
    fact, book = await observe(open_context, script)
    assert (HOSTER, "p.example.", "DNSKEY", Transport.TCP) in asked(book, fact)
    assert (SECOND, "p.example.", "DNSKEY", Transport.TCP) not in asked(book, fact)


async def test_a_name_that_is_no_zone_says_so(open_context: Open, script: Any) -> None:
    fact, _ = await observe(open_context, script, "www.p.example")
    assert fact.failure is not None
    assert fact.failure.reason is Reason.NAME_RESOLUTION


async def test_an_unreachable_parent_is_a_failure_and_no_crash(open_context: Open, script: Any) -> None:
    script.silent.add(NIC)
    fact, book = await observe(open_context, script)
    assert fact.failure is not None
    assert fact.answers == ()
    assert "example" in book.zones or "." in book.zones


async def test_a_zone_whose_servers_are_all_silent_keeps_what_the_parent_said(open_context: Open, script: Any) -> None:
    script.silent |= {HOSTER, SECOND}
    fact, book = await observe(open_context, script)
    assert all(e.response is None for e in book.exchanges_of(fact.answers))
    assert fact.failure is not None or fact.answers


async def test_the_zone_itself_is_asked_for_the_addresses_of_its_servers(open_context: Open, script: Any) -> None:
    fact, book = await observe(open_context, script)
    told = {e.question[0].to_text(): e for e in book.exchanges_of(fact.answers) if e.question[1] == dns.rdatatype.A}
    assert {f"ns{number}.p.example." for number in (1, 2, 3)} <= set(told)
    assert all(told[f"ns{number}.p.example."].authoritative for number in (1, 2, 3))
    times = Counter((question, rdtype) for _, question, rdtype, _ in script.asked)
    assert times["ns1.p.example.", "A"] == times["ns1.p.example.", "AAAA"] == 1, "what the resolver asked is enough"
