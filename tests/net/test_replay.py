"""Replay: recorded questions get their recorded answers, everything else says it was never asked."""

import dns.message
import pytest

from netaudit.model.common import Failure, Family, Reason, Side, Transport
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact, FamilyCheck, HttpHop, SelfFact, WebFact
from netaudit.net.network import Network, NetworkError
from netaudit.net.replay import ReplayNetwork

QUERY = dns.message.make_query("Example.", "SOA").to_wire()
RECORDED = Exchange.new(server="192.0.2.1", transport=Transport.UDP, query=QUERY, at=100.0, response=b"x" * 12)
HOP = HttpHop(url="http://a.example/", address="192.0.2.2", at=101.0, status=200)
WEB = WebFact(id="w", endpoint="http://a.example:80", address="192.0.2.2", family=Family.IPV4, hops=(HOP,))
NO_IPV6 = Failure(reason=Reason.NO_ROUTE, side=Side.OURS)
SELF = SelfFact(
    id="self",
    at=99.0,
    families=(FamilyCheck(family=Family.IPV6, available=False, udp=False, tcp=False, failure=NO_IPV6),),
)
FACTS: tuple[Fact, ...] = (RECORDED, WEB, SELF)


async def test_the_same_question_gets_the_recorded_answer_whatever_its_id_and_case() -> None:
    network: Network = ReplayNetwork(FACTS)
    again = dns.message.make_query("example.", "SOA").to_wire()
    assert await network.dns(again, "192.0.2.1") == RECORDED
    assert await network.http("http://a.example/", "192.0.2.2") == HOP
    assert network.unavailable(Family.IPV6) == NO_IPV6 and network.unavailable(Family.IPV4) is None
    assert network.now() == 100.0


async def test_what_was_never_asked_is_our_lack_and_not_the_targets() -> None:
    network = ReplayNetwork(FACTS)
    missing = [
        (await network.dns(QUERY, "192.0.2.1", transport=Transport.TCP)).failure,
        (await network.http("http://b.example/", "192.0.2.2")).failure,
        (await network.smtp("example", "mx.example", "192.0.2.3")).failure,
    ]
    for failure in missing:
        assert failure is not None and (failure.reason, failure.side) == (Reason.NOT_RECORDED, Side.OURS)
    with pytest.raises(NetworkError):
        await network.connect("192.0.2.1", 80)
