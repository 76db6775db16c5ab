"""Where name servers and exchangers are announced from, case by case (R21)."""

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import MailEvidence, ZoneEvidence
from netaudit.model.routing import AddressOrigin, OriginsFact
from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import NS1, NS2, Server, evidence, serving, unsigned
from tests.checks.dnssec.zones import NOW as ZONE_NOW
from tests.checks.mail.builders import MX1, MX2, mail
from tests.checks.web.builders import NOW, TIMEOUT
from tests.checks.web.harness import Case, hold, hold_texts, judge, labels, pairs

DAY = 86_400
PLAIN = serving(unsigned())
ONE, OTHER, SAME, SIX, SIX_OTHER = "203.0.113.1", "198.51.100.1", "203.0.113.2", "2001:db8:1::1", "2001:db8:2::1"


def at(address: str, prefix: str = "", *asns: int, via: tuple[int, ...] = ()) -> AddressOrigin:
    return AddressOrigin(address=address, prefix=prefix, asns=asns, peers=9, upstreams=via)


def told(*origins: AddressOrigin, id: str = "origins-rib", age: float = 1.0, now: float = ZONE_NOW) -> OriginsFact:
    return OriginsFact(id=id, datacentre="", source="rib", data_time=now - age * DAY, origins=origins)


def zone(addresses: dict[str, str], *facts: OriginsFact, asked: bool = True) -> ZoneEvidence:
    """Server address -> name."""
    made = evidence(*(Server(PLAIN, name, address) for address, name in addresses.items()))
    return replace(made, origins=facts if asked else None)


def domain(exchangers: dict[str, tuple[str, ...]], *facts: OriginsFact, **changed: object) -> MailEvidence:
    return replace(mail(exchangers, **changed), origins=facts)  # type: ignore[arg-type]


TWO = {ONE: NS1, OTHER: NS2}
NEAR = {ONE: NS1, SAME: NS2}
V24, V16 = "203.0.113.0/24", "198.51.100.0/24"
UNREAD = Failure(reason=Reason.TURNED_AWAY, side=Side.SOURCE, detail="stat.ripe.net: HTTP 429")

ZONES = [
    Case("two ASes", zone(TWO, told(at(ONE, V24, 64510), at(OTHER, V16, 64505))), Status.PASS, "ok",
         {"count": 2, "families": ("IPv4",)}),
    Case("one AS, ways apart",
         zone(TWO, told(at(ONE, V24, 64510, via=(64501,)), at(OTHER, V16, 64510, via=(64502,)))), Status.PASS, "ok"),
    Case("one AS, ways shared",
         zone(TWO, told(at(ONE, V24, 64510, via=(64501, 64502)), at(OTHER, V16, 64510, via=(64502,)))),
         Status.WARN, "one_as", {"asns": ("AS64510",), "prefixes": (V16, V24), "families": ("IPv4",)}),
    Case("one AS, ways not told", zone(TWO, told(at(ONE, V24, 64510), at(OTHER, V16, 64510))), Status.WARN, "one_as"),
    Case("one prefix", zone(NEAR, told(at(ONE, V24, 64510), at(SAME, V24, 64510))), Status.FAIL, "one_prefix",
         {"prefixes": (V24,), "asns": ("AS64510",), "families": ("IPv4",)}),
    Case("one prefix of two origins", zone(NEAR, told(at(ONE, V24, 64510, 64511), at(SAME, V24, 64510, 64511))),
         Status.FAIL, "one_prefix"),
    Case("one prefix over IPv6 alone",
         zone({**TWO, SIX: NS1, "2001:db8:1::2": NS2},
              told(at(ONE, V24, 64510), at(OTHER, V16, 64505), at(SIX, "2001:db8:1::/48", 64510),
                   at("2001:db8:1::2", "2001:db8:1::/48", 64510))),
         Status.FAIL, "one_prefix", {"families": ("IPv6",), "prefixes": ("2001:db8:1::/48",)}),
    Case("IPv6 at one server alone",
         zone({**TWO, SIX: NS1}, told(at(ONE, V24, 64510), at(OTHER, V16, 64505), at(SIX, "2001:db8:1::/48", 64510))),
         Status.FAIL, "one_prefix", {"families": ("IPv6",)}),
    Case("both families apart",
         zone({**TWO, SIX: NS1, SIX_OTHER: NS2},
              told(at(ONE, V24, 64510), at(OTHER, V16, 64505), at(SIX, "2001:db8:1::/48", 64510),
                   at(SIX_OTHER, "2001:db8:2::/48", 64505))),
         Status.PASS, "ok", {"families": ("IPv4", "IPv6"), "count": 4}),
    Case("one not told of", zone(TWO, told(at(ONE, V24, 64510), at(OTHER))), Status.COULD_NOT_TEST, "unknown",
         {"addresses": (OTHER,), "families": ("IPv4",)}),
    Case("one not listed", zone(NEAR, told(at(ONE, V24, 64510))), Status.COULD_NOT_TEST, "unknown",
         {"addresses": (SAME,)}),
    Case("enough is known without the third",
         zone({**TWO, SAME: "ns3.x.example"}, told(at(ONE, V24, 64510), at(OTHER, V16, 64505))), Status.PASS, "ok"),
    Case("a finding in one family beside the unknown of the other",
         zone({**NEAR, SIX: NS1}, told(at(ONE, V24, 64510), at(SAME, V24, 64510))), Status.FAIL, "one_prefix",
         {"families": ("IPv4",)}),
    Case("origins not told", zone(TWO, told(at(ONE, V24), at(OTHER, V16))), Status.COULD_NOT_TEST, "unknown"),
    Case("the longest of several sources",
         zone(NEAR, told(at(ONE, V24, 64510), at(SAME, V24, 64510)),
              told(at(SAME, "203.0.113.2/32", 64505), id="origins-other")), Status.PASS, "ok"),
    Case("what is too old does not count",
         zone(NEAR, told(at(ONE, V24, 64510), at(SAME, V24, 64510)),
              told(at(SAME, "203.0.113.2/32", 64505), id="origins-old", age=40)), Status.FAIL, "one_prefix"),
    Case("all too old", zone(NEAR, told(at(ONE, V24, 64510), at(SAME, V24, 64510), age=40)),
         Status.COULD_NOT_TEST, "too_old", {"days": 40, "limit": 30}),
    Case("not read", zone(TWO, replace(told(), failure=UNREAD)), Status.COULD_NOT_TEST, "not_tested"),
    Case("no fact", zone(TWO), Status.COULD_NOT_TEST, "not_tested"),
    Case("one server", zone({ONE: NS1, OTHER: NS1}, told(at(ONE, V24, 64510))), Status.NOT_APPLICABLE, "one_server",
         {"servers": (NS1,)}),
    Case("not asked", zone(TWO, asked=False), Status.NOT_APPLICABLE, "not_asked"),
    Case("no server known", zone({}, told()), Status.COULD_NOT_TEST, "no_answer"),
]  # fmt: skip
PAIR: dict[str, tuple[str, ...]] = {MX1: (ONE, SIX), MX2: (OTHER, SIX_OTHER)}
WHOLE = told(
    at(ONE, V24, 64510), at(OTHER, V16, 64505), at(SIX, "2001:db8:1::/48", 64510),
    at(SIX_OTHER, "2001:db8:2::/48", 64505), now=NOW,
)  # fmt: skip
NEAR_MAIL: dict[str, tuple[str, ...]] = {MX1: (ONE,), MX2: (SAME,)}
MAILS = [
    Case("two ASes", domain(PAIR, WHOLE), Status.PASS, "ok", {"count": 4, "families": ("IPv4", "IPv6")}),
    Case("one prefix", domain(NEAR_MAIL, told(at(ONE, V24, 64510), at(SAME, V24, 64510), now=NOW)), Status.FAIL,
         "one_prefix", {"prefixes": (V24,)}),
    Case("one AS",
         domain({MX1: (ONE,), MX2: (OTHER,)}, told(at(ONE, V24, 64510), at(OTHER, V16, 64510), now=NOW)), Status.WARN,
         "one_as"),
    Case("unknown", domain(NEAR_MAIL, told(at(ONE, V24, 64510), now=NOW)), Status.COULD_NOT_TEST, "unknown"),
    Case("one exchanger", domain({MX1: (ONE, OTHER)}, WHOLE), Status.NOT_APPLICABLE, "one_server"),
    Case("not asked", mail(PAIR), Status.NOT_APPLICABLE, "not_asked"),
    Case("too old", domain(PAIR, replace(WHOLE, data_time=NOW - 31 * DAY)), Status.COULD_NOT_TEST, "too_old"),
    Case("not read", domain(PAIR, replace(WHOLE, failure=UNREAD)), Status.COULD_NOT_TEST, "not_tested"),
    Case("no address", domain({MX1: (), MX2: ()}, WHOLE, host_failure=TIMEOUT), Status.COULD_NOT_TEST, "not_tested"),
    Case("null MX", domain({}, WHOLE, null=True), Status.NOT_APPLICABLE, "null_mx"),
    Case("no MX", domain({}, WHOLE), Status.NOT_APPLICABLE, "no_mx"),
    Case("MX not answered", domain({}, WHOLE, failure=TIMEOUT), Status.COULD_NOT_TEST, "not_tested"),
]  # fmt: skip
CASES = {"multihome.name_servers_spread": ZONES, "multihome.mail_spread": MAILS}


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])


def test_a_row_says_of_each_address_where_it_is_announced_from() -> None:
    outcome = judge(
        "multihome.name_servers_spread", zone(TWO, told(at(ONE, V24, 64510, via=(64501, 64502)), at(OTHER)))
    )
    assert [(row.where, row.address, row.saw, row.ok) for row in outcome.observed] == [
        (NS1, ONE, "in 203.0.113.0/24, from AS64510, via AS64501, AS64502", None),
        (NS2, OTHER, "unknown", None),
    ]
    assert "origins-rib" in outcome.facts
