"""multihome.forwarding, case by case."""

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Family, Reason, Side, family_of
from netaudit.model.evidence import DataCentreEvidence, EndpointEvidence
from netaudit.model.facts import UplinkFact, WebFact
from netaudit.model.inventory import Uplink
from netaudit.model.path import UplinkProbe
from netaudit.model.routing import Session, SessionsFact
from netaudit.model.verdict import Status
from tests.checks.multihome.builders import OURS, UP1, UP2, V4, V6, centre, table, through
from tests.checks.web.builders import BLIND_V6, NOW, REFUSED, TIMEOUT, connect, dead, endpoint, fetch, hop
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, labels, pairs

UNTESTED = Status.COULD_NOT_TEST
BOTH = (Family.IPV4, Family.IPV6)
NOT_PERMITTED = Failure(reason=Reason.NOT_PERMITTED, side=Side.OURS, detail="CAP_NET_ADMIN is missing")
UNREACHABLE = Failure(reason=Reason.UNREACHABLE, side=Side.PATH, detail="no route")
PROHIBITED = Failure(reason=Reason.PROHIBITED, side=Side.PATH, detail="a firewall forbids it")
IN4 = ("103.9.0.10", "103.9.0.11")
IN6 = ("2405:4800::10", "2405:4800::11", "2405:4800::12")
ANNOUNCED = table(*through(V4, UP1, UP2), *through(V6, UP1, UP2))
V6_BY_UP1 = table(*through(V4, UP1, UP2), *through(V6, UP1))
OLD = table(*through(V4, UP1, UP2), *through(V6, UP1, UP2), age_days=2.5)
MARKED = (Uplink(operator="A", asn=UP1, fwmark=1), Uplink(operator="B", asn=UP2, fwmark=2))


def uplink(asn: int, *failing: Family, failure: Failure = TIMEOUT, usual: Failure | None = None) -> UplinkFact:
    """Both families tried at one target each; those of `failing` did not work."""
    probes = tuple(
        UplinkProbe(
            address=address, port=53, family=family_of(address), at=NOW,
            marked=failure if family_of(address) in failing else None, usual=usual,
        )
        for address in ("192.0.2.1", "2001:db8::1")
    )  # fmt: skip
    name = next(found.operator for found in MARKED if found.asn == asn)
    return UplinkFact(
        id=f"uplink-{asn}", datacentre="dc", operator=name, asn=asn, fwmark=asn - 64500, families=BOTH, probes=probes
    )


def marked(*uplinks: UplinkFact, routes: DataCentreEvidence | None = None) -> DataCentreEvidence:
    return replace(routes or centre(ANNOUNCED, uplinks=MARKED), uplinks=uplinks)


def serving(*services: EndpointEvidence) -> DataCentreEvidence:
    return replace(centre(ANNOUNCED), inside=services)


def web(*facts: WebFact, blind: bool = False) -> EndpointEvidence:
    return endpoint(*facts, vantage=BLIND_V6 if blind else None)


def session(peer: str, asn: int, *families: Family) -> SessionsFact:
    found = Session(local_asn=OURS, peer_asn=asn, peer_address=peer, families=families, state="Established")
    return SessionsFact(id="sessions", datacentre="dc", source="bird.txt", sessions=(found,))


ALIVE = (uplink(UP1), uplink(UP2))
V6_DEAD = (uplink(UP1, Family.IPV6), uplink(UP2))
STALLED = replace(hop(IN6[1], failure=TIMEOUT, tries=2), connect_ms=20.0)
SILENT6 = web(fetch(IN4[0]), dead(IN6[0]), dead(IN6[1]))

CASES = {
    "multihome.forwarding": [
        Case("all carry", marked(*ALIVE), Status.PASS, "ok", {"total": 4}),
        Case("IPv6 of one is dead", marked(*V6_DEAD), Status.FAIL, "dead", {"uplinks": ("AS64501 (A) IPv6",)}),
        Case("all of one is dead", marked(uplink(UP1), uplink(UP2, *BOTH)), Status.FAIL, "dead",
             {"uplinks": ("AS64502 (B) IPv4", "AS64502 (B) IPv6")}),
        Case("what is not announced is not asked to forward",
             marked(uplink(UP1), uplink(UP2, Family.IPV6), routes=centre(V6_BY_UP1, uplinks=MARKED)), Status.PASS,
             "ok", {"total": 3}),
        Case("the IPv4 session carries IPv6",
             replace(marked(*V6_DEAD), sessions=(session("198.18.6.1", UP1, *BOTH),)), Status.FAIL, "other_session",
             {"uplinks": ("AS64501 (A) IPv6",), "sessions": ("198.18.6.1 (AS64501)",)}),
        Case("a session of its own", replace(marked(*V6_DEAD), sessions=(session("2001:db8::6", UP1, *BOTH),)),
             Status.FAIL, "dead"),
        Case("another one's session", replace(marked(*V6_DEAD), sessions=(session("198.18.7.1", UP2, *BOTH),)),
             Status.FAIL, "dead"),
        Case("the targets are down", marked(uplink(UP1, *BOTH, usual=TIMEOUT), uplink(UP2)), UNTESTED, "not_tested"),
        Case("not permitted", marked(uplink(UP1, *BOTH, failure=NOT_PERMITTED)), UNTESTED, "not_permitted"),
        Case("one without a mark", marked(uplink(UP1)), UNTESTED, "no_marks",
             {"uplinks": ("AS64502 (B) IPv4", "AS64502 (B) IPv6")}),
        Case("nothing to go by", centre(ANNOUNCED), UNTESTED, "no_marks",
             {"uplinks": ("AS64501 (A) IPv4", "AS64501 (A) IPv6", "AS64502 (B) IPv4", "AS64502 (B) IPv6")}),
        Case("services answer", serving(web(fetch(IN4[0]), fetch(IN6[0]))), Status.PASS, "reached",
             {"families": ("IPv4", "IPv6")}),
        Case("services are silent over IPv6", serving(SILENT6), Status.FAIL, "unreached",
             {"family": "IPv6", "other": "IPv4", "addresses": IN6[:2], "prefixes": (V6,)}),
        Case("and over IPv4", serving(web(fetch(IN6[0]), dead(IN4[0]), dead(IN4[1]))), Status.FAIL, "unreached",
             {"family": "IPv4", "other": "IPv6"}),
        Case("TCP services, too", serving(endpoint(connect(IN4[0]), connect(IN6[0], TIMEOUT, 2),
                                                   connect(IN6[1], TIMEOUT, 2), key="tcp://portal.example:8443")),
             Status.FAIL, "unreached"),
        Case("one address is too few", serving(web(fetch(IN4[0]), dead(IN6[0]))), UNTESTED, "no_marks"),
        Case("one that refuses was reached", serving(web(fetch(IN4[0]), dead(IN6[0]), dead(IN6[1], REFUSED))),
             Status.PASS, "reached"),
        Case("one that stalls was reached",
             serving(web(fetch(IN4[0]), dead(IN6[0]), fetch(IN6[1], STALLED))),
             Status.PASS, "reached"),
        Case("a word of a firewall is no silence",
             serving(web(fetch(IN4[0]), dead(IN6[0], PROHIBITED), dead(IN6[1], PROHIBITED))), UNTESTED, "no_marks"),
        Case("nor is one of a router",
             serving(web(fetch(IN4[0]), dead(IN6[0]), dead(IN6[1]), dead(IN6[2], UNREACHABLE))), UNTESTED, "no_marks"),
        Case("tried once", serving(web(fetch(IN4[0]), dead(IN6[0], tries=1), dead(IN6[1]))), UNTESTED, "no_marks"),
        Case("all is silent", serving(web(dead(IN4[0]), dead(IN4[1]), dead(IN6[0]), dead(IN6[1]))), UNTESTED,
             "no_marks"),
        Case("no IPv6 here", serving(web(fetch(IN4[0]), dead(IN6[0]), dead(IN6[1]), blind=True)), UNTESTED,
             "no_marks"),
        Case("services elsewhere do not count", serving(web(fetch(IN4[0]), dead("2405:4801::1"), dead("2405:4801::2"))),
             UNTESTED, "no_marks"),
        Case("uplinks come before services", replace(marked(*V6_DEAD), inside=(SILENT6,)), Status.FAIL, "dead"),
        Case("not announced", centre(table()), Status.NOT_APPLICABLE, "not_announced"),
        Case("no prefix", centre(ANNOUNCED, prefixes=()), Status.NOT_APPLICABLE, "none_declared"),
        Case("no table", centre(), UNTESTED, "not_tested"),
        Case("a table of another time", marked(*V6_DEAD, routes=centre(OLD, uplinks=MARKED)), UNTESTED, "too_old",
             {"days": 2, "limit": 1}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


def test_every_message_is_written_and_produced() -> None:
    hold_texts("multihome.forwarding", CASES["multihome.forwarding"])
    hold_statuses(CASES["multihome.forwarding"], Status.PASS, Status.FAIL, UNTESTED, Status.NOT_APPLICABLE)
