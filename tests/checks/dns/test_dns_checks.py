"""The checks of name servers, case by case, on real DNS messages."""

import dataclasses

import dns.flags
import dns.message
import dns.rcode
import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Family, Reason, Side, Transport
from netaudit.model.evidence import HostEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.facts import FamilyCheck, SelfFact
from netaudit.model.security import Security, SecurityStatus
from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import (
    A1,
    A1_V6,
    A2,
    A2_V6,
    APEX,
    BUDGET,
    NS1,
    NS2,
    PARENT_WITHOUT_DS,
    QUESTIONS,
    REFUSED,
    Alter,
    Behaviour,
    Server,
    evidence,
    failing,
    four,
    pair,
    parent,
    refusing,
    saying,
    serving,
    silent_once,
    unsigned,
    zone,
)
from tests.checks.dnssec.situations import GOOD, NEXT, PROVIDER_A, PROVIDER_B, no_authority, truncated
from tests.checks.dnssec.zones import DAY, KSK, NOW, ZSK, Window, Zone
from tests.checks.web.builders import BLIND_V6, NO_ROUTE, SERVFAIL, V4, V6, host
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

FIRST, SECOND, SECOND_V6 = f"{NS1} ({A1})", f"{NS2} ({A2})", f"{NS2} ({A2_V6})"
OUTSIDE = ("ns1.hoster.example", "ns2.hoster.example")
PLAIN = serving(unsigned())
NOWHERE = Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail="it has neither A nor AAAA")
LOST_LOOKUP = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="ns3.hoster.example/AAAA")
BLIND_V4 = SelfFact(
    id="self",
    at=NOW,
    families=(
        FamilyCheck(family=Family.IPV4, available=False, udp=False, tcp=False, failure=NO_ROUTE),
        FamilyCheck(family=Family.IPV6, available=True, udp=True, tcp=True),
    ),
)
ROLLING = zone(published=(KSK, ZSK, NEXT))
ROLLED = serving(zone(published=(KSK, ZSK, NEXT), data_signers=(NEXT,)))
ADDRESSES = tuple((name, rdtype, Transport.UDP) for name in (NS1, NS2) for rdtype in ("A", "AAAA"))
GLUE: dict[str, tuple[str, ...]] = {NS1: (A1, A1_V6), NS2: (A2, A2_V6)}


def serial(number: int) -> Behaviour:
    return serving(unsigned(serial=number))


def serials(*numbers: int) -> ZoneEvidence:
    return evidence(*pair(*map(serial, numbers)), above=PARENT_WITHOUT_DS)


def plain_dns(response: dns.message.Message) -> None:
    response.use_edns(False)


def format_error(response: dns.message.Message) -> None:
    response.set_rcode(dns.rcode.FORMERR)


def refusal(response: dns.message.Message) -> None:
    response.set_rcode(dns.rcode.REFUSED)


def without_answer(response: dns.message.Message) -> None:
    response.answer.clear()


def upward(response: dns.message.Message) -> None:
    """A referral to the root, as a lame server may give."""
    response.flags &= ~dns.flags.AA
    response.answer.clear()
    response.authority[:] = [dns.rrset.from_text(".", 1, "IN", "NS", "a.root-servers.net.")]


def once_then(first: Behaviour, second: Behaviour) -> Behaviour:
    """One behaviour over UDP, another over TCP."""
    return lambda query, question: (second if question[2] is Transport.TCP else first)(query, question)


def glued(
    at_parent: dict[str, tuple[str, ...]], in_zone: dict[str, tuple[str, ...]], *alterations: Alter
) -> ZoneEvidence:
    served = serving(unsigned(hosts=in_zone), *alterations, only=("A", "AAAA"))
    return evidence(*pair(served), above=parent(servers=at_parent), asked=(*QUESTIONS, *ADDRESSES))


def delegated(names: tuple[str, ...], *served: Zone) -> ZoneEvidence:
    behaviours = [serving(item) for item in served]
    return evidence(*pair(*behaviours), above=parent(servers={name: () for name in names}))


def at(lookups: HostEvidence, alias: str) -> HostEvidence:
    assert lookups.a is not None
    return replace(lookups, a=replace(lookups.a, canonical=alias))


def denied(status: SecurityStatus) -> HostEvidence:
    """A name of which the zone says that it does not exist."""
    nothing = host()
    assert nothing.a is not None
    assert nothing.aaaa is not None
    return replace(
        nothing,
        a=replace(nothing.a, nonexistent=True),
        aaaa=replace(nothing.aaaa, nonexistent=True),
        security={rdtype: Security(status=status, name=nothing.host, reason="") for rdtype in ("A", "AAAA")},
    )


SILENT = [
    Case("all silent", evidence(*pair(failing())), UNTESTED, "no_answer"),
    Case("job cut short", evidence(*pair(failing(BUDGET))), UNTESTED, "no_answer"),
    Case("garbage", evidence(*pair(saying(b"\0\0\x84"))), UNTESTED, "no_answer"),
    Case("no server known", evidence(failure=SERVFAIL, parents=()), UNTESTED, "no_answer"),
]
NO_PARENT = [
    Case("root", evidence(*pair(PLAIN), name="."), NONE, "root"),
    Case("parent silent", evidence(*pair(PLAIN), parents=(failing(),)), UNTESTED, "no_parent_answer"),
    Case("parent's answer truncated", evidence(*pair(PLAIN), parents=(serving(PARENT_WITHOUT_DS, truncated),)),
        UNTESTED,
        "no_parent_answer"),
    Case("parent serves the zone too", evidence(*pair(PLAIN), parents=(PLAIN,)), NONE, "same_servers"),
]  # fmt: skip

CASES: dict[str, list[Case]] = {
    "dns.authoritative": [
        Case("all", evidence(*pair(PLAIN)), PASS, "ok", {"answered": 2, "total": 2}),
        Case("one silent", evidence(*pair(PLAIN, failing())), PASS, "ok", {"answered": 1, "total": 2}),
        Case("truncated, whole over TCP", evidence(*pair(once_then(serving(zone(), truncated), GOOD))), PASS, "ok"),
        Case("truncated, and no TCP", evidence(*pair(PLAIN, serving(zone(), truncated, only=("SOA",)))), PASS, "ok",
            {"answered": 1}),
        Case("refuses", evidence(*pair(PLAIN, refusing())), FAIL, "lame", {"servers": (SECOND,)}),
        Case("SERVFAIL", evidence(*pair(PLAIN, refusing(dns.rcode.SERVFAIL))), FAIL, "lame"),
        Case("recovers", evidence(*pair(PLAIN, once_then(refusing(dns.rcode.SERVFAIL), PLAIN))), PASS, "ok"),
        Case("no AA", evidence(*pair(PLAIN, serving(unsigned(), no_authority))), FAIL, "lame"),
        Case("upward referral", evidence(*pair(PLAIN, serving(unsigned(), upward))), FAIL, "lame"),
        Case("no SOA", evidence(*pair(PLAIN, serving(unsigned(), without_answer))), FAIL, "lame"),
        Case("can't read EDNS", evidence(*pair(PLAIN, serving(unsigned(), plain_dns, format_error,
            without_answer))), PASS, "ok", {"answered": 1}),
        *SILENT,
    ],
    "dns.delegation_consistent": [
        Case("same", delegated((NS1, NS2), unsigned()), PASS, "ok", {"servers": (NS1, NS2)}),
        Case("one parent server silent", evidence(*pair(PLAIN), parents=(failing(), serving(PARENT_WITHOUT_DS))), PASS,
            "ok"),
        Case("one more at the parent", delegated((NS1, NS2, OUTSIDE[0]), unsigned()), FAIL, "differs",
            {"only_parent": (OUTSIDE[0],), "only_child": ()}),
        Case("one fewer at the parent", delegated((NS1,), unsigned()), FAIL, "differs",
            {"only_parent": (), "only_child": (NS2,)}),
        Case("one fewer at one parent server", evidence(*pair(PLAIN), parents=(serving(PARENT_WITHOUT_DS),
            serving(parent(servers={NS1: (A1,)})))), FAIL, "differs", {"only_parent": (), "only_child": (NS2,)}),
        Case("one server is behind", delegated((NS1, NS2), unsigned(), unsigned(servers=(NS1,))), FAIL,
            "servers_differ",
            {"servers": (SECOND,)}),
        *NO_PARENT,
        *SILENT,
    ],
    "dns.edns": [
        Case("all", evidence(*pair(PLAIN)), PASS, "ok", {"answered": 2}),
        Case("one silent", evidence(*pair(PLAIN, failing())), PASS, "ok", {"answered": 1, "total": 2}),
        Case("refuses, with OPT", evidence(*pair(PLAIN, refusing())), PASS, "ok", {"answered": 2}),
        Case("answers without OPT", evidence(*pair(PLAIN, serving(unsigned(), plain_dns))), FAIL, "no_edns",
            {"servers": (SECOND,)}),
        Case("FORMERR", evidence(*pair(PLAIN, serving(unsigned(), plain_dns, format_error))), FAIL,
            "no_edns"),
        Case("refuses, without OPT", evidence(*pair(PLAIN, serving(unsigned(), plain_dns, refusal))),
            PASS,
            "ok", {"answered": 1}),
        *SILENT,
    ],
    "dns.glue_consistent": [
        Case("equal", glued(GLUE, GLUE), PASS, "ok", {"servers": (NS1, NS2)}),
        Case("no AAAA at the parent", glued({NS1: (A1,), NS2: (A2, A2_V6)}, GLUE), FAIL, "differs",
            {"missing": (f"{NS1} {A1_V6}",), "stale": ()}),
        Case("old address at the parent", glued({NS1: ("192.0.2.99",), NS2: (A2,)}, {NS1: (A1,), NS2: (A2,)}), FAIL,
            "differs", {"missing": (f"{NS1} {A1}",), "stale": (f"{NS1} 192.0.2.99",)}),
        Case("the zone tells nothing", glued(GLUE, GLUE, no_authority), UNTESTED, "no_answer"),
        Case("servers outside", delegated(OUTSIDE, unsigned(servers=OUTSIDE)), NONE, "no_glue"),
        *NO_PARENT,
        *SILENT,
    ],
    "dns.name_resolves": [
        Case("both families", host(V4, V6), PASS, "ok", {"addresses": (V4, V6)}),
        Case("IPv6 alone", host(V6), PASS, "ok"),
        Case("one look-up failed", host(V4, failure=SERVFAIL), PASS, "ok"),
        Case("nothing", host(), FAIL, "no_address"),
        Case("no such name", denied(SecurityStatus.SECURE), FAIL, "no_such_name"),
        Case("no such name in an unsigned zone", denied(SecurityStatus.INSECURE), FAIL, "no_such_name"),
        Case("a denial that is bogus", denied(SecurityStatus.BOGUS), FAIL, "no_address"),
        Case("alias to nothing", at(host(), "gone.example"), FAIL, "dangling_alias", {"alias": "gone.example"}),
        Case("look-ups failed", host(failure=SERVFAIL), UNTESTED, "no_answer"),
        Case("not asked", host(asked=False), UNTESTED, "no_answer"),
    ],
    "dns.ns_ipv6": [
        Case("two", evidence(*four(*[PLAIN] * 4)), PASS, "ok", {"count": 2, "servers": (NS1, NS2)}),
        Case("one by parameter", evidence(*four(PLAIN, PLAIN, PLAIN, refusing())), PASS, "ok", {"count": 1},
            {"min_servers": 1}),
        Case("one is lame", evidence(*four(PLAIN, PLAIN, PLAIN, refusing())), FAIL, "too_few",
            {"count": 1, "servers": (NS1,), "minimum": 2}),
        Case("one is silent", evidence(*four(PLAIN, PLAIN, PLAIN, failing())), FAIL, "too_few"),
        Case("no address", evidence(*pair(PLAIN)), FAIL, "none"),
        Case("address not looked up", evidence(*pair(PLAIN), unresolved={NS1: LOST_LOOKUP, NS2: LOST_LOOKUP}), UNTESTED,
            "no_answer"),
        Case("one silence is none", evidence(*four(PLAIN, PLAIN, PLAIN, PLAIN)[:3], Server(silent_once, NS2, A2_V6, 1)),
            UNTESTED, "no_answer"),
        Case("scanner without IPv6", evidence(*four(*[PLAIN] * 4), vantage=BLIND_V6), UNTESTED, "blind"),
        Case("no server known", evidence(failure=SERVFAIL), UNTESTED, "no_answer"),
    ],
    "dns.ns_ipv4": [
        Case("two", evidence(*four(*[PLAIN] * 4)), PASS, "ok", {"count": 2, "servers": (NS1, NS2)}),
        Case("two without IPv6", evidence(*pair(PLAIN)), PASS, "ok"),
        Case("one is lame over IPv4 alone", evidence(*four(PLAIN, PLAIN, refusing(), PLAIN)), FAIL, "too_few",
            {"count": 1, "servers": (NS1,), "minimum": 2}),
        Case("one has IPv6 alone", evidence(*four(*[PLAIN] * 4)[:2], Server(PLAIN, NS2, A2_V6)), FAIL, "too_few",
            {"count": 1, "servers": (NS1,)}),
        Case("no address", evidence(Server(PLAIN, NS1, A1_V6), Server(PLAIN, NS2, A2_V6)), FAIL, "none"),
        Case("one silence is none", evidence(Server(PLAIN), Server(silent_once, NS2, A2, 1)), UNTESTED, "no_answer"),
        Case("scanner without IPv4", evidence(*four(*[PLAIN] * 4), vantage=BLIND_V4), UNTESTED, "blind"),
    ],
    "dns.serial_consistent": [
        Case("same", serials(7, 7), PASS, "ok", {"serial": 7, "answered": 2, "total": 2}),
        Case("one behind", serials(2026112401, 2026111401), FAIL, "stale",
            {"newest": 2026112401, "behind": (f"{SECOND}: 2026111401",), "servers": (NS2,)}),
        Case("past the end of the circle", serials(2**32 - 1, 3), FAIL, "stale",
            {"newest": 3, "behind": (f"{FIRST}: 4294967295",)}),
        Case("changed between two questions", evidence(*pair(once_then(serial(7), serial(8)),
            once_then(serial(7), serial(8)))), PASS, "ok", {"serial": 8}),
        Case("one silent of three", evidence(*pair(serial(7)), Server(failing(), "ns3.example", "192.0.2.3")), PASS,
            "ok",
            {"answered": 2, "total": 3}),
        Case("providers with serials of their own", evidence(*pair(PROVIDER_A, PROVIDER_B)), PASS, "multi_signer",
            {"signers": 2}),
        Case("one behind its own provider", evidence(*pair(PROVIDER_A, PROVIDER_B), Server(serving(zone(published=(
            *zone().published, KSK), serial=6)), "ns3.example", "192.0.2.3")), FAIL, "stale"),
        Case("stale since the last roll of the data key", evidence(*pair(ROLLED, serving(dataclasses.replace(ROLLING,
            serial=6,
            window=Window(NOW - 40 * DAY, NOW - DAY))))), FAIL, "stale", {"servers": (NS2,)}),
        Case("signed and stale", evidence(*pair(GOOD, serving(zone(serial=6, window=Window(NOW - 40 * DAY,
            NOW - DAY))))), FAIL, "stale"),
        Case("one server", evidence(Server(PLAIN)), NONE, "one_server"),
        Case("one answer", evidence(*pair(PLAIN, failing())), UNTESTED, "one_answer"),
        *SILENT,
    ],
    "dns.server_count": [
        Case("two", evidence(*pair(PLAIN)), PASS, "ok", {"count": 2, "servers": (NS1, NS2)}),
        Case("zone silent, parent tells", evidence(*pair(failing())), PASS, "ok"),
        Case("parent silent, zone tells", evidence(*pair(PLAIN), parents=(failing(),)), PASS, "ok"),
        Case("one", evidence(Server(serving(unsigned(servers=(NS1,)))), above=parent(servers={NS1: (A1,)})), FAIL,
            "too_few", {"count": 1, "minimum": 2}),
        Case("by parameter", evidence(*pair(PLAIN)), FAIL, "too_few", {"minimum": 3}, {"minimum": 3}),
        Case("two names for one machine", evidence(Server(PLAIN), Server(PLAIN, NS2, A1)), FAIL, "one_machine"),
        Case("nobody tells", evidence(*pair(failing()), parents=(failing(),)), UNTESTED, "no_answer"),
    ],
    "dns.servers_reachable": [
        Case("all", evidence(*pair(PLAIN)), PASS, "ok", {"total": 2}),
        Case("refusal is an answer", evidence(*pair(PLAIN, refusing())), PASS, "ok"),
        Case("IPv6 is another check's", evidence(*four(PLAIN, failing(), PLAIN, failing())), PASS, "ok", {"total": 2}),
        Case("silent", evidence(*pair(PLAIN, failing())), FAIL, "silent", {"servers": (SECOND,), "total": 2}),
        Case("port closed", evidence(*pair(PLAIN, failing(REFUSED))), FAIL, "silent"),
        Case("server without address", evidence(*pair(PLAIN), unresolved={"ns3.example": NOWHERE}), FAIL, "no_address",
            {"servers": ("ns3.example",)}),
        Case("IPv6 alone", evidence(Server(PLAIN, NS1, A1_V6), Server(PLAIN, NS2, A2_V6)), WARN, "no_ipv4",
            {"servers": (NS1, NS2)}),
        Case("address not looked up", evidence(*pair(PLAIN), unresolved={"ns3.example": LOST_LOOKUP}), PASS, "ok"),
        Case("one silence is none", evidence(Server(PLAIN), Server(silent_once, NS2, A2, 1)), UNTESTED, "no_answer"),
        Case("budget", evidence(*pair(PLAIN, failing(BUDGET))), UNTESTED, "no_answer"),
        Case("scanner without IPv4", evidence(*pair(failing(NO_ROUTE)), vantage=BLIND_V4), UNTESTED, "blind"),
        Case("no server known", evidence(failure=SERVFAIL), UNTESTED, "no_answer"),
    ],
    "dns.servers_reachable_ipv6": [
        Case("all", evidence(*four(PLAIN, PLAIN, failing(), PLAIN)), PASS, "ok", {"total": 2}),
        Case("one of three is silent", evidence(*four(PLAIN, PLAIN, PLAIN, failing())), FAIL, "silent",
            {"servers": (f"{NS2} ({A2_V6})",), "total": 2}),
        Case("IPv4 alone", evidence(*pair(PLAIN)), NONE, "no_ipv6", {"servers": (NS1, NS2)}),
        Case("budget", evidence(*four(PLAIN, PLAIN, PLAIN, failing(BUDGET))), UNTESTED, "no_answer"),
        Case("scanner without IPv6", evidence(*four(PLAIN, failing(NO_ROUTE), PLAIN, failing(NO_ROUTE)),
            vantage=BLIND_V6), UNTESTED, "blind"),
        Case("no server known", evidence(failure=SERVFAIL), UNTESTED, "no_answer"),
    ],
    "dns.tcp": [
        Case("all", evidence(*pair(PLAIN)), PASS, "ok", {"answered": 2, "total": 2}),
        Case("refuses over TCP too", evidence(*pair(PLAIN, refusing())), PASS, "ok", {"answered": 2}),
        Case("silent altogether", evidence(*pair(PLAIN, failing())), PASS, "ok", {"answered": 1, "total": 2}),
        Case("connection refused", evidence(*pair(PLAIN, serving(unsigned(), tcp=False))), FAIL, "refused",
            {"servers": (SECOND,)}),
        Case("silent over TCP", evidence(*pair(PLAIN, once_then(PLAIN, failing()))), FAIL, "refused"),
        Case("one silence is none", evidence(Server(PLAIN), Server(once_then(PLAIN, failing()), NS2, A2, 1)), PASS,
            "ok",
            {"answered": 1}),
        Case("scanner without IPv6", evidence(*four(PLAIN, failing(NO_ROUTE), PLAIN, failing(NO_ROUTE)),
            vantage=BLIND_V6), PASS, "ok", {"answered": 2, "total": 4}),
        Case("all silent", evidence(*pair(failing())), UNTESTED, "no_answer"),
        Case("job cut short", evidence(*pair(failing(BUDGET))), UNTESTED, "no_answer"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED)


def test_a_question_without_edns_tells_nothing_about_edns() -> None:
    plain = dns.message.make_query(APEX, "SOA").to_wire()
    reply = PLAIN(dns.message.from_wire(plain), (APEX, "SOA", Transport.UDP))
    assert isinstance(reply, bytes)
    exchange = Exchange.new(server=A1, transport=Transport.UDP, query=plain, at=NOW, response=reply)
    known = evidence(Server(failing()))
    servers = (replace(known.servers[0], exchanges=(exchange,)),)
    hold("dns.edns", Case("plain", replace(known, servers=servers), UNTESTED, "no_answer"))
