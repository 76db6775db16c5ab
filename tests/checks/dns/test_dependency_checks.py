"""What a zone's resolution rests on, and whether one family alone is enough: cases with other zones around."""

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Family, Reason, Side, Transport
from netaudit.model.evidence import KnownZone, Surroundings, ZoneEvidence
from netaudit.model.facts import FamilyCheck, SelfFact
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
    PARENT,
    TIMEOUT,
    Server,
    evidence,
    failing,
    four,
    pair,
    refusing,
    serving,
    silent_once,
    unsigned,
)
from tests.checks.dnssec.zones import NOW
from tests.checks.web.builders import BLIND_V6, NO_ROUTE, SERVFAIL
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

V4, V6 = "198.51.100.1", "2001:db8:100::1"
PLAIN = serving(unsigned())
HOSTER = ("ns1.hoster.net", "ns2.hoster.net")
LOST_LOOKUP = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="ns3.hoster.net/AAAA")
BLIND_V4 = SelfFact(
    id="self",
    at=NOW,
    families=(
        FamilyCheck(family=Family.IPV4, available=False, udp=False, tcp=False, failure=NO_ROUTE),
        FamilyCheck(family=Family.IPV6, available=True, udp=True, tcp=True),
    ),
)


def known(zone: str, *servers: str, complete: bool = True, above: bool = False, **glue: str) -> KnownZone:
    """A zone with these servers; glue as `ns1="address address"` for the server whose first label that is."""
    told = {name: tuple(glue[name.partition(".")[0]].split()) for name in servers if name.partition(".")[0] in glue}
    return KnownZone(
        zone=zone, servers=servers, glue=told, complete=complete, served_above=above, facts=(f"dns-{zone}",)
    )


def amid(found: ZoneEvidence, *zones: KnownZone, **addresses: str) -> ZoneEvidence:
    """The evidence with these zones around, and addresses of names: `ns1__hoster__net="192.0.2.1"`, `-` for none."""
    told: dict[str, dict[Family, tuple[str, ...]]] = {}
    for name, text in addresses.items():
        found_there = [] if text == "-" else text.split()
        told[name.replace("__", ".")] = {
            family: tuple(a for a in found_there if (":" in a) == (family is Family.IPV6)) for family in Family
        }
    return replace(found, surroundings=Surroundings(zones={zone.zone: zone for zone in zones}, addresses=told))


EXAMPLE = known(PARENT, "a.example", a="192.0.2.1 2001:db8::53")
OWN = known(APEX, NS1, NS2, ns1=A1, ns2=A2)
NET = known("net", "a.gtld.net", a="192.0.2.5 2001:db8::5")
HOSTED = known(APEX, *HOSTER)
HOSTER_NET = known("hoster.net", *HOSTER, ns1=V4, ns2=V4)
TWO = pair(PLAIN)
OUTSIDE = tuple(Server(PLAIN, name, address, source="resolved") for name, address in zip(HOSTER, (A1, A2), strict=True))
OUTSIDE_V6 = tuple(
    Server(PLAIN, name, address, source="resolved") for name, address in zip(HOSTER, (A1_V6, A2_V6), strict=True)
)
LOOKED_UP = {"ns1__hoster__net": f"{V4} {V6}", "ns2__hoster__net": f"{V4} {V6}"}
APART = (Server(PLAIN, NS1, "192.0.2.1"), Server(PLAIN, NS2, "198.51.100.1"))
TOGETHER = (Server(PLAIN, NS1, "192.0.2.1"), Server(PLAIN, NS2, "192.0.2.200"))
CIRCLE = (
    EXAMPLE, NET, known(APEX, "ns.b.net"), known("b.net", f"ns.{APEX}"),
)  # fmt: skip


def tld(*servers: Server) -> ZoneEvidence:
    """An ancestor, of which only the SOA was asked."""
    asked = ((APEX, "SOA", Transport.UDP),)
    return replace(evidence(*servers, asked=asked), ancestors=())


CASES: dict[str, list[Case]] = {
    "dns.dependencies": [
        Case("in the zone itself", amid(evidence(*APART), EXAMPLE, OWN), PASS, "own"),
        Case("in the parent", amid(evidence(*APART), EXAMPLE, known(APEX, "a.example", "b.example", a=A1, b=A2)), PASS,
            "own"),
        Case("in the zone and with a hoster", amid(evidence(*APART), EXAMPLE, NET, HOSTER_NET, known(APEX, NS1,
            HOSTER[0], ns1=A1), **LOOKED_UP), PASS, "ok", {"zones": ("hoster.net",)}),
        Case("all with one hoster", amid(evidence(*APART), EXAMPLE, NET, HOSTER_NET, HOSTED, **LOOKED_UP), WARN,
            "one_zone", {"zones": ("hoster.net",)}),
        Case("two hosters behind a third", amid(evidence(*APART), EXAMPLE, NET, known(APEX, "ns.a.net", "ns.b.net"),
            known("a.net", "ns.c.net"), known("b.net", "ns.c.net"), known("c.net", "ns.c.net", ns=V4),
            ns__a__net=V4, ns__b__net=V4, ns__c__net=V4), WARN, "one_zone", {"zones": ("c.net",)}),
        Case("a hoster with glue from the common parent", amid(evidence(*APART), EXAMPLE, known("hoster.example",
            "ns1.hoster.example", ns1=A1), known(APEX, "ns1.hoster.example", "ns2.hoster.example", ns1=A1, ns2=A2)),
            PASS, "ok", {"zones": ("hoster.example",)}),
        Case("parent serves it too", amid(evidence(*APART), EXAMPLE, NET, HOSTER_NET, known(APEX, *HOSTER, above=True),
            **LOOKED_UP), PASS, "ok"),
        Case("one network", amid(evidence(*TOGETHER), EXAMPLE, OWN), WARN, "one_network",
            {"networks": ("192.0.2.0/24",)}),
        Case("two by parameter", amid(evidence(*TOGETHER), EXAMPLE, OWN), PASS, "own", parameters={"ipv4_length": 25}),
        Case("one network for IPv4 alone", amid(evidence(*TOGETHER, Server(PLAIN, NS1, "2001:db8:1::1"),
            Server(PLAIN, NS2, "2001:db8:2::1")), EXAMPLE, OWN), PASS, "own"),
        Case("one machine", amid(evidence(Server(PLAIN)), EXAMPLE, OWN), PASS, "own"),
        Case("one network, one server not looked up", amid(evidence(*TOGETHER, unresolved={"ns3.hoster.net":
            LOST_LOOKUP}), EXAMPLE, OWN), UNTESTED, "open"),
        Case("circle", amid(evidence(failure=SERVFAIL), *CIRCLE, ns__b__net=V4, **{f"ns__{APEX.replace('.', '__')}":
            V4}), FAIL, "cycle", {"path": (f"{APEX} (ns.b.net)", f"b.net (ns.{APEX})"), "servers": ("ns.b.net",)}),
        Case("circle, nothing looked up", amid(evidence(failure=SERVFAIL), *CIRCLE), FAIL, "cycle"),
        Case("behind a circle", amid(evidence(failure=SERVFAIL), EXAMPLE, NET, known(APEX, "ns.a.net"), known("a.net",
            "ns.b.net"), known("b.net", "ns.a.net")), FAIL, "cycle",
            {"path": (f"{APEX} (ns.a.net)", "a.net (ns.b.net)", "b.net (ns.a.net)")}),
        Case("one server in a circle", amid(evidence(*APART), EXAMPLE, NET, known(APEX, NS1, "ns.a.net", ns1=A1),
            known("a.net", "ns.b.net"), known("b.net", "ns.a.net")), WARN, "cycle_partly",
            {"servers": ("ns.a.net",), "path": (f"{APEX} (ns.a.net)", "a.net (ns.b.net)", "b.net (ns.a.net)")}),
        Case("neighbours that help each other out", amid(evidence(*APART), EXAMPLE, NET, known(APEX, NS1, "ns.b.net",
            ns1=A1), known("b.net", "ns.b.net", NS1, ns=V4), ns__b__net=V4), PASS, "ok", {"zones": ("b.net",)}),
        Case("no glue and no other server", amid(evidence(failure=SERVFAIL), EXAMPLE, known(APEX, NS1)), FAIL,
            "dead_end", {"culprit": APEX}),
        Case("names without addresses", amid(evidence(failure=SERVFAIL), EXAMPLE, NET, HOSTER_NET, HOSTED,
            ns1__hoster__net="-", ns2__hoster__net="-"), FAIL, "dead_end", {"culprit": APEX}),
        Case("two hosters in one top-level domain", amid(evidence(*APART), EXAMPLE, NET, HOSTER_NET, known("b.net",
            "ns.b.net", ns=V4), known(APEX, HOSTER[0], "ns.b.net"), ns__b__net=V4, **LOOKED_UP), PASS, "ok",
            {"zones": ("b.net", "hoster.net")}),
        Case("names not looked up", amid(evidence(failure=SERVFAIL), EXAMPLE, NET, known(APEX, "ns1.hoster.net",
            "ns.other.net")), UNTESTED, "open"),
        Case("glue cut off", amid(evidence(failure=SERVFAIL), EXAMPLE, known(APEX, NS1, complete=False)), UNTESTED,
            "open"),
        Case("parent silent", evidence(*TWO, parents=(failing(),)), UNTESTED, "no_parent_answer"),
        Case("job cut short", evidence(*pair(failing(BUDGET)), parents=(failing(BUDGET),)), UNTESTED,
            "no_parent_answer"),
        Case("root", evidence(*TWO, name="."), NONE, "root"),
    ],
    "dns.embedded_addresses": [
        Case("ordinary", evidence(Server(PLAIN, NS1, "9.9.9.9"), Server(PLAIN, NS2, "2620:fe::9")), PASS, "ok",
            {"count": 2}),
        Case("allowed by the inventory", replace(evidence(*TWO), allowed_special=("203.0.113.0/24",)), PASS, "ok"),
        Case("documentation", evidence(*TWO), FAIL, "special",
            {"servers": (f"{NS1} ({A1}): documentation, RFC 5737", f"{NS2} ({A2}): documentation, RFC 5737")}),
        *[
            Case(address, evidence(Server(PLAIN, NS1, "9.9.9.9"), Server(failing(), NS2, address)), FAIL, message)
            for address, message in (
                ("::ffff:9.9.9.9", "embedded"), ("::9.9.9.9", "embedded"), ("::ffff:0:909:909", "embedded"),
                ("64:ff9b::909:909", "embedded"), ("64:ff9b:1::1", "embedded"), ("2002:909:909::1", "embedded"),
                ("2001:0:909:909::1", "embedded"), ("fd00::53", "special"), ("fe80::53", "special"),
                ("fec0::53", "special"), ("::1", "special"), ("10.0.0.53", "special"), ("127.0.0.1", "special"),
                ("4000::53", "special"), ("ff02::fb", "special"), ("3ffe::53", "special"),
            )
        ],
        Case("embedded beside special", evidence(Server(PLAIN, NS1, "10.0.0.1"), Server(PLAIN, NS2, "2002:a00:1::")),
            FAIL, "embedded", {"servers": (f"{NS1} (10.0.0.1): private use, RFC 1918",
                f"{NS2} (2002:a00:1::): 6to4, RFC 7526")}),
        Case("no server known", evidence(failure=SERVFAIL), UNTESTED, "no_answer"),
    ],
    "dns.resolvable_ipv4": [
        Case("glue", evidence(*TWO), PASS, "ok", {"zones": (APEX,)}),
        Case("through the parent", evidence(*TWO, ancestors=(tld(*TWO),)), PASS, "ok"),
        Case("one answers", evidence(*pair(PLAIN, failing())), PASS, "ok"),
        Case("a hoster", amid(evidence(*OUTSIDE), EXAMPLE, NET, HOSTER_NET, HOSTED, **LOOKED_UP), PASS, "ok"),
        Case("a hoster not met", evidence(*OUTSIDE), PASS, "ok"),
        Case("IPv6 alone", evidence(Server(PLAIN, NS1, A1_V6)), FAIL, "no_address", {"zone": APEX}),
        Case("the parent has IPv6 alone", evidence(*TWO, ancestors=(tld(Server(PLAIN, NS1, A1_V6)),)), FAIL,
            "no_address", {"zone": APEX}),
        Case("lame", evidence(*pair(refusing())), FAIL, "silent"),
        Case("no glue", evidence(Server(PLAIN, source="resolved"), Server(PLAIN, NS2, A2_V6)), FAIL, "no_glue"),
        Case("the hoster has IPv6 alone", amid(evidence(*OUTSIDE), EXAMPLE, NET, known("hoster.net", *HOSTER, ns1=V6),
            HOSTED, **LOOKED_UP), FAIL, "foreign", {"servers": HOSTER, "culprit": "hoster.net", "zone": APEX}),
        Case("the hoster's hoster has IPv6 alone", amid(evidence(*OUTSIDE), EXAMPLE, NET, known("hoster.net",
            "ns.b.net"), known("b.net", "ns.b.net", ns=V6), HOSTED, ns__b__net=f"{V4} {V6}", **LOOKED_UP), FAIL,
            "foreign", {"culprit": "b.net"}),
        Case("the hoster's hoster was not looked up", amid(evidence(*OUTSIDE), EXAMPLE, NET, known("hoster.net",
            "ns.b.net"), HOSTED, **LOOKED_UP), UNTESTED, "no_answer"),
        Case("one of two hosters", amid(evidence(OUTSIDE[0], Server(PLAIN, "ns.c.net", A2, source="resolved")), EXAMPLE,
            NET, known("hoster.net", *HOSTER, ns1=V6), known("c.net", "ns.c.net", ns=V4), HOSTED), PASS, "ok"),
        Case("silent once", evidence(Server(failing(), tries=1)), UNTESTED, "no_answer"),
        Case("no server known", evidence(failure=SERVFAIL), UNTESTED, "no_answer"),
        Case("scanner without IPv4", evidence(*TWO, vantage=BLIND_V4), UNTESTED, "blind"),
    ],
    "ipv6.resolvable_alone": [
        Case("all the way", evidence(*four(*[PLAIN] * 4), ancestors=(tld(*four(*[PLAIN] * 4)),)), PASS, "ok",
            {"zones": (APEX, APEX)}),
        Case("one answers", evidence(*four(PLAIN, failing(), PLAIN, PLAIN)), PASS, "ok"),
        Case("outside the zone, looked up", evidence(Server(PLAIN, HOSTER[0], A1_V6, source="resolved")), PASS, "ok"),
        Case("no address", evidence(*pair(PLAIN)), FAIL, "no_address", {"zone": APEX}),
        Case("no address above", evidence(*four(*[PLAIN] * 4), ancestors=(tld(*pair(PLAIN)),)), FAIL, "no_address"),
        Case("silent", evidence(*four(PLAIN, failing(), PLAIN, failing())), FAIL, "silent"),
        Case("lame", evidence(*four(PLAIN, refusing(), PLAIN, refusing())), FAIL, "silent"),
        Case("no glue", evidence(Server(PLAIN), Server(PLAIN, NS1, A1_V6, source="resolved")), FAIL, "no_glue"),
        Case("address not looked up", evidence(*pair(PLAIN), unresolved={NS2: LOST_LOOKUP}), UNTESTED, "no_answer"),
        Case("one silence is none", evidence(Server(PLAIN), Server(silent_once, NS1, A1_V6, 1)), UNTESTED, "no_answer"),
        Case("one silent, another not looked up", evidence(Server(PLAIN), Server(failing(), NS1, A1_V6),
            unresolved={NS2: LOST_LOOKUP}), UNTESTED, "no_answer"),
        Case("all silent", evidence(*four(*[failing()] * 4)), UNTESTED, "no_answer"),
        Case("scanner without IPv6", evidence(*four(*[PLAIN] * 4), vantage=BLIND_V6), UNTESTED, "blind"),
        Case("no server known", evidence(failure=SERVFAIL), UNTESTED, "no_answer"),
        Case("a hoster", amid(evidence(*OUTSIDE_V6), EXAMPLE, NET, known("hoster.net", *HOSTER, ns1=f"{V4} {V6}"),
            HOSTED, **LOOKED_UP), PASS, "ok"),
        Case("the hoster has IPv4 glue alone", amid(evidence(*OUTSIDE_V6), EXAMPLE, NET, HOSTER_NET, HOSTED,
            **LOOKED_UP), FAIL, "foreign", {"servers": HOSTER, "culprit": "hoster.net", "zone": APEX}),
        Case("the hoster's top-level domain has IPv4 alone", amid(evidence(*OUTSIDE_V6), EXAMPLE, known("net",
            "a.gtld.net", a=V4), known("hoster.net", *HOSTER, ns1=V6), HOSTED, **LOOKED_UP), FAIL, "foreign",
            {"culprit": "net"}),
        Case("glue cut off", amid(evidence(*OUTSIDE_V6), EXAMPLE, NET, known("hoster.net", *HOSTER, complete=False,
            ns1=V4), HOSTED, **LOOKED_UP), UNTESTED, "no_answer"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED)


def test_the_rows_say_where_each_server_is_found() -> None:
    found = amid(evidence(*APART), *CIRCLE[:2], known(APEX, NS1, "ns.a.net", ns1=A1), known("a.net", "ns.a.net"))
    rows = judge("dns.dependencies", found).observed
    assert [(row.where, row.saw, row.ok) for row in rows] == [
        (NS1, "in the zone itself; glue; 192.0.2.1", None),
        ("ns.a.net", "in the zone a.net; its address is looked up there; no address known", False),
    ]


def test_what_was_lost_on_the_way_is_told_with_the_reason() -> None:
    found = amid(evidence(*TOGETHER, unresolved={"ns3.hoster.net": TIMEOUT}), EXAMPLE, OWN)
    assert judge("dns.dependencies", found).failure == TIMEOUT
