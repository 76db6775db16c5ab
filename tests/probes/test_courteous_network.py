import asyncio
from collections import Counter

import dns.message
import dns.name
import dns.rdatatype
import pytest

from netaudit.dns.query import make_query
from netaudit.model.common import Failure, Family, Reason, Side, Transport, family_of
from netaudit.model.exchange import Exchange
from netaudit.model.facts import HttpHop, MailFact
from netaudit.net.network import Connection, NetworkError
from netaudit.probes.courtesy import CourteousNetwork

ALIVE, DEAD = "192.0.2.1", "192.0.2.66"
SILENT = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply")


class Counting:
    """A network of two servers: one answers NOERROR after a moment, the other never."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.opened = 0

    async def dns(self, query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53) -> Exchange:
        self.asked[server] += 1
        await asyncio.sleep(0.01)
        made = {"server": server, "transport": transport, "query": query, "at": 1.0, "port": port}
        if server == DEAD:
            return Exchange.new(failure=SILENT, tries=3, **made)  # type: ignore[arg-type]
        response = dns.message.make_response(dns.message.from_wire(query)).to_wire()
        return Exchange.new(response=response, **made)  # type: ignore[arg-type]

    async def connect(self, address: str, port: int) -> Connection:
        self.opened += 1
        raise NetworkError(SILENT)

    async def http(self, url: str, address: str) -> HttpHop:
        self.opened += 1
        return HttpHop(url=url, address=address, at=1.0)

    async def smtp(self, domain: str, exchanger: str, address: str, port: int = 25) -> MailFact:
        self.opened += 1
        return MailFact(id="m", domain=domain, exchanger=exchanger, address=address, family=family_of(address), at=1.0)

    def unavailable(self, family: Family) -> Failure | None:
        return None

    def now(self) -> float:
        return 1.0

    async def aclose(self) -> None:
        raise AssertionError("the wrapped network is its owner's to close")


def question(label: str = "a") -> bytes:
    return make_query(dns.name.from_text(f"{label}.example."), dns.rdatatype.SOA)


async def test_the_same_question_is_put_once_even_at_the_same_time() -> None:
    inner = Counting()
    network = CourteousNetwork(inner)
    exchanges = await asyncio.gather(*(network.dns(question(), ALIVE) for _ in range(10)))
    exchanges.append(await network.dns(question(), ALIVE))
    assert inner.asked[ALIVE] == 1
    assert len({e.id for e in exchanges}) == 1
    await network.dns(question(), ALIVE, transport=Transport.TCP)
    await network.dns(question("b"), ALIVE)
    assert inner.asked[ALIVE] == 3
    await network.aclose()


async def test_one_waiter_running_out_of_time_does_not_take_the_answer_from_the_others() -> None:
    network = CourteousNetwork(Counting())
    first = asyncio.create_task(network.dns(question(), ALIVE))
    await asyncio.sleep(0)
    second = asyncio.create_task(network.dns(question(), ALIVE))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).failure is None
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_server_that_never_answers_is_soon_left_in_peace_and_the_facts_say_so() -> None:
    inner = Counting()
    network = CourteousNetwork(inner)
    exchanges = [await network.dns(question(f"z{n}"), DEAD) for n in range(20)]
    assert inner.asked[DEAD] == 4
    assert all(e.failure is not None and e.failure.reason is Reason.TIMEOUT for e in exchanges)
    assert [e.tries for e in exchanges] == [3] * 4 + [0] * 16
    assert exchanges[-1].failure is not None
    assert "not asked again" in exchanges[-1].failure.detail


async def test_a_question_can_be_put_again() -> None:
    inner = Counting()
    network = CourteousNetwork(inner)
    await network.dns(question(), ALIVE)
    await network.dns_again(question(), ALIVE)
    assert inner.asked[ALIVE] == 2


async def test_a_family_that_was_shut_is_not_tried() -> None:
    inner = Counting()
    network = CourteousNetwork(inner)
    ours = Failure(reason=Reason.NO_ROUTE, side=Side.OURS, detail="no path")
    network.shut(Family.IPV6, ours)
    server = "2001:db8::1"
    assert (await network.dns(question(), server)).failure == ours
    assert (await network.http("https://a.example/", server)).failure == ours
    assert (await network.smtp("a.example", "mx.a.example", server)).failure == ours
    with pytest.raises(NetworkError) as caught:
        await network.connect(server, 443)
    assert caught.value.failure == ours
    assert network.unavailable(Family.IPV6) == ours
    assert network.unavailable(Family.IPV4) is None
    assert not inner.asked
    assert inner.opened == 0


async def test_questions_end_with_who_asks_them() -> None:
    network = CourteousNetwork(Counting())
    asking = asyncio.create_task(network.dns(question(), ALIVE))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await network.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netaudit.probes.courtesy._REMEMBERED", 5)
    inner = Counting()
    network = CourteousNetwork(inner)
    for number in range(12):
        await network.dns(question(f"n{number}"), ALIVE)
    await network.dns(question("n11"), ALIVE)
    assert inner.asked[ALIVE] == 12
    await network.dns(question("n0"), ALIVE)
    assert inner.asked[ALIVE] == 13


class Loading(Counting):
    """A network that can fetch whole bodies."""

    async def load(self, url: str, address: str) -> HttpHop:
        return HttpHop(url=url, address=address, at=2.0, body=b"whole")


async def test_a_body_is_loaded_whole_where_the_network_can_and_fetched_where_it_can_not() -> None:
    assert (await CourteousNetwork(Loading()).load("https://a.example/", ALIVE)).body == b"whole"
    assert (await CourteousNetwork(Counting()).load("https://a.example/", ALIVE)).at == 1.0
    blind = CourteousNetwork(Loading())
    blind.shut(Family.IPV4, SILENT)
    assert (await blind.load("https://a.example/", ALIVE)).failure == SILENT
