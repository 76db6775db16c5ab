"""path.*, case by case."""

import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import msgspec
import pytest

from netaudit.model.common import Failure, Family, Reason, Side, Text, Transport, family_of
from netaudit.model.evidence import DataCentreEvidence, EndpointEvidence, FoundRecords, HostEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Lookup, PathFact, UplinkFact, WebFact
from netaudit.model.inventory import DataCentre, Uplink
from netaudit.model.path import ClampedFetch, Echo, Hop, IcmpMessage, Injection, Segments, Trace, UplinkProbe
from netaudit.model.verdict import Status
from tests.checks.web.builders import (
    BLIND_V6,
    HOST,
    NOW,
    REFUSED,
    TIMEOUT,
    V4,
    V6,
    connect,
    dead,
    endpoint,
    fetch,
    hop,
    host,
)
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, labels, pairs

ROUTER4, ROUTER6 = "198.51.100.1", "2001:db8:fff1::1"
NOT_PERMITTED = Failure(reason=Reason.NOT_PERMITTED, side=Side.OURS, detail="no ICMP socket")
NO_NAME = Failure(reason=Reason.NAME_RESOLUTION, side=Side.TARGET, detail="no name server answered")
LARGE = Segments(received_mss=1440, own_mss=1440, largest=1428, received=200_000)
SMALL = Segments(received_mss=1440, own_mss=1440, largest=800, received=2_000)


def page(address: str, segments: Segments | None = LARGE, clamped: ClampedFetch | None = None) -> EndpointEvidence:
    return endpoint(fetched(address, segments, clamped))


def fetched(
    address: str,
    segments: Segments | None = LARGE,
    clamped: ClampedFetch | None = None,
    failure: Failure | None = None,
) -> WebFact:
    made = msgspec.structs.replace(hop(address, failure=failure), segments=segments, clamped=clamped)
    return fetch(address, made)


def stalled(address: str, again: Failure | None = None) -> WebFact:
    """A fetch that stalled; over small segments it came, or failed with `again`."""
    return fetched(address, SMALL, ClampedFetch(mss=1220, failure=again), TIMEOUT)


def with_segments(address: str, **changes: int) -> WebFact:
    return fetched(address, msgspec.structs.replace(LARGE, **changes))


def path(
    address: str,
    *,
    echoes: tuple[Echo, ...] = (Echo(size=84, rtt_ms=1.0), Echo(size=1500, rtt_ms=1.0)),
    alive: bool = True,
    traces: tuple[Trace, ...] = (),
    injection: Injection | None = None,
    failure: Failure | None = None,
) -> PathFact:
    return PathFact(
        id=f"path-{address}", address=address, family=family_of(address), host=HOST, at=NOW, alive=alive,
        echoes=echoes, traces=traces, injection=injection, failure=failure,
    )  # fmt: skip


def at(*paths: PathFact, reverse: dict[str, tuple[FoundRecords, ...]] | None = None) -> HostEvidence:
    """A host whose addresses' paths were looked at."""
    known = host(*(found.address for found in paths))
    return msgspec.structs.replace(known, paths=paths, reverse=reverse or {})


def lost(size: int) -> Echo:
    return Echo(size=size, tries=3, failure=TIMEOUT)


REPLY = Echo(size=84, rtt_ms=1.0)


def through(*hops: Hop, protocol: str = "tcp", failure: Failure | None = None) -> Trace:
    return Trace(protocol=protocol, port=443, hops=hops, failure=failure)


FIRST_HOP = Hop(limit=1, rtt_ms=1.0, message=IcmpMessage(sender=ROUTER6, type=3, code=0))
ARRIVED = Hop(limit=2, rtt_ms=1.0, reached=True)
FORBIDDEN = Hop(limit=2, rtt_ms=1.0, message=IcmpMessage(sender=ROUTER6, type=1, code=1))
CLOSED = Hop(limit=2, rtt_ms=1.0, message=IcmpMessage(sender=V6, type=1, code=4), reached=True)


def pointer(
    address: str, *names: str, leads: tuple[str, ...] = (), failure: Failure | None = None
) -> dict[str, tuple[FoundRecords, ...]]:
    """The PTR of an address, and the addresses that its names lead to."""
    reverse = "1.example.arpa."
    lookup = Lookup(name=reverse.rstrip("."), rdtype="PTR", facts=("x",), failure=failure)
    query = dns.message.make_query(reverse, dns.rdatatype.PTR)
    response = dns.message.make_response(query)
    if names:
        response.answer.append(dns.rrset.from_text(reverse, 60, "IN", "PTR", *(f"{name}." for name in names)))
    exchange = Exchange.new(
        server="192.0.2.1", transport=Transport.UDP, query=query.to_wire(), at=NOW, response=response.to_wire()
    )
    first = FoundRecords(lookup=lookup, exchange=None if failure else exchange)
    rdtype = "AAAA" if ":" in address else "A"
    forward = [FoundRecords(lookup=Lookup(name=name, rdtype=rdtype, addresses=leads)) for name in names]
    return {address: (first, *forward)}


def centre(*facts: UplinkFact, marked: bool = True) -> DataCentreEvidence:
    uplinks = (Uplink(operator="Hai", asn=64502, fwmark=2 if marked else None),)
    declared = DataCentre(id="dc", name=Text("Trung tâm", "Centre"), asns=(64505,), prefixes=(), uplinks=uplinks)
    return DataCentreEvidence(now=NOW, vantage=None, datacentre=declared, routes=(), uplinks=facts)


def uplink(*probes: UplinkProbe, families: tuple[Family, ...] = (Family.IPV6,)) -> UplinkFact:
    return UplinkFact(
        id="uplink", datacentre="dc", operator="Hai", asn=64502, fwmark=2, families=families, probes=probes
    )


def probe(marked: Failure | None = None, usual: Failure | None = None, address: str = V6) -> UplinkProbe:
    return UplinkProbe(address=address, port=53, family=family_of(address), at=NOW, marked=marked, usual=usual)


CASES = {
    "path.pmtud": [
        Case("large segments came", endpoint(fetched(V4), fetched(V6)), Status.PASS, "ok",
             {"total": 2, "largest": 1428}),
        Case("much came in small segments", page(V6, msgspec.structs.replace(SMALL, received=50_000)), Status.PASS,
             "ok"),
        Case("stalls, but not in small segments", endpoint(fetched(V4), stalled(V6)), Status.FAIL, "black_hole",
             {"addresses": (V6,), "mss": 1220}),
        Case("stalls in small segments too", endpoint(fetched(V4), stalled(V6, TIMEOUT)), Status.COULD_NOT_TEST,
             "not_tested"),
        Case("refused", endpoint(fetched(V4), dead(V6, REFUSED)), Status.COULD_NOT_TEST, "not_tested"),
        Case("nothing large", page(V6, SMALL), Status.NOT_APPLICABLE, "small_page"),
        Case("no sizes", page(V6, None), Status.COULD_NOT_TEST, "not_tested"),
        Case("no IPv6 here", endpoint(stalled(V6), vantage=BLIND_V6), Status.COULD_NOT_TEST, "not_tested"),
        Case("TCP", endpoint(connect(V4), key=f"tcp://{HOST}:8443"), Status.NOT_APPLICABLE, "no_page"),
    ],
    "path.tunnel": [
        Case("usual", endpoint(with_segments(V4, received_mss=1460, own_mss=1460), fetched(V6)), Status.PASS, "ok",
             {"mtu": 1500}),
        Case("PPPoE", endpoint(with_segments(V6, received_mss=1432)), Status.PASS, "ok", {"mtu": 1492}),
        Case("IPv6 in IPv4", endpoint(with_segments(V4, received_mss=1460, own_mss=1460),
                                      with_segments(V6, received_mss=1420)), Status.WARN, "small",
             {"addresses": (V6,), "mtu": 1480}),
        Case("our own tunnel", endpoint(with_segments(V6, received_mss=1420, own_mss=1420)), Status.COULD_NOT_TEST,
             "not_tested"),
        Case("never connected", endpoint(dead(V6)), Status.COULD_NOT_TEST, "not_tested"),
        Case("TCP", endpoint(connect(V4), key=f"tcp://{HOST}:8443"), Status.NOT_APPLICABLE, "no_page"),
    ],
    "path.echo": [
        Case("answers", at(path(V4), path(V6)), Status.PASS, "ok", {"total": 1}),
        Case("IPv4 alone is silent", at(path(V4, echoes=(lost(84), lost(1500))), path(V6)), Status.PASS, "ok"),
        Case("filtered", at(path(V6, echoes=(lost(84), lost(1500)))), Status.WARN, "filtered", {"addresses": (V6,)}),
        Case("dead", at(path(V6, alive=False, echoes=(lost(84), lost(1500)))), Status.COULD_NOT_TEST, "not_tested"),
        Case("large lost", at(path(V6, echoes=(REPLY, lost(1500)))), Status.WARN, "large_lost", {"size": 1500}),
        Case("too big, and told so",
             at(path(V6, echoes=(REPLY, Echo(size=1500, error=IcmpMessage(sender=ROUTER6, type=2, code=0, mtu=1400))))),
             Status.PASS, "ok"),
        Case("not permitted", at(path(V6, echoes=(Echo(size=84, tries=0, failure=NOT_PERMITTED),))),
             Status.COULD_NOT_TEST, "not_tested"),
        Case("not asked", host(V6), Status.NOT_APPLICABLE, "not_asked"),
        Case("no address", msgspec.structs.replace(host(), paths=()), Status.NOT_APPLICABLE, "no_address"),
    ],
    "path.traceroute": [
        Case("serves", at(path(V6, traces=(through(FIRST_HOP, Hop(limit=2)),))), Status.PASS, "ok", {"total": 1}),
        Case("answers a trace", at(path(V6, alive=False, traces=(through(FIRST_HOP, ARRIVED),))), Status.PASS, "ok"),
        Case("forbidden", at(path(V6, alive=False, traces=(through(FIRST_HOP, FORBIDDEN),))), Status.FAIL, "refused",
             {"ends": (f"{V6} (administratively prohibited (ICMPv6 1/1) from {ROUTER6})",)}),
        Case("lost", at(path(V6, alive=False, traces=(through(FIRST_HOP, Hop(limit=2)),))), Status.FAIL, "lost",
             {"ends": (f"{V6} ({ROUTER6})",)}),
        Case("lost at once", at(path(V6, alive=False, traces=(through(Hop(limit=1)),))), Status.FAIL, "lost",
             {"ends": (V6,)}),
        Case("the trace to the service counts",
             at(path(V6, alive=False, traces=(through(FIRST_HOP, CLOSED, protocol="udp"), through(FIRST_HOP)))),
             Status.FAIL, "lost"),
        Case("the other one where it is not permitted",
             at(path(V6, alive=False, traces=(through(FIRST_HOP, CLOSED, protocol="udp"),
                                              through(failure=NOT_PERMITTED)))), Status.PASS, "ok"),
        Case("none permitted", at(path(V6, alive=False, traces=(through(failure=NOT_PERMITTED),))),
             Status.COULD_NOT_TEST, "not_tested"),
        Case("not asked", host(V6), Status.NOT_APPLICABLE, "not_asked"),
        Case("no address", msgspec.structs.replace(host(), paths=()), Status.NOT_APPLICABLE, "no_address"),
    ],
    "path.packet_too_big": [
        Case("heeded", at(path(V6, injection=Injection(mtu=1280, before=1428, after=1208))), Status.PASS, "ok",
             {"mtu": 1280, "total": 1}),
        Case("ignored", at(path(V6, injection=Injection(mtu=1280, before=1428, after=1428))), Status.FAIL, "ignored",
             {"addresses": (V6,)}),
        Case("small before", at(path(V6, injection=Injection(mtu=1280, before=800, after=800))),
             Status.COULD_NOT_TEST, "not_tested"),
        Case("not permitted", at(path(V6, injection=Injection(mtu=1280, failure=NOT_PERMITTED))),
             Status.COULD_NOT_TEST, "not_tested"),
        Case("not told", at(path(V6)), Status.NOT_APPLICABLE, "not_asked"),
        Case("not looked at", host(V6), Status.NOT_APPLICABLE, "not_asked"),
    ],
    "path.reverse_dns": [
        Case("confirmed", at(path(V6), reverse=pointer(V6, HOST, leads=(V6,))), Status.PASS, "ok", {"total": 1}),
        Case("missing", at(path(V6), reverse=pointer(V6)), Status.WARN, "missing", {"addresses": (V6,)}),
        Case("IPv4 has one", at(path(V4), path(V6), reverse={**pointer(V4, HOST, leads=(V4,)), **pointer(V6)}),
             Status.WARN, "ipv6_only", {"addresses": (V6,)}),
        Case("leads elsewhere", at(path(V6), reverse=pointer(V6, HOST, leads=("2405:4800::9",))), Status.WARN,
             "unconfirmed", {"addresses": (V6,)}),
        Case("no answer", at(path(V6), reverse=pointer(V6, failure=NO_NAME)), Status.COULD_NOT_TEST, "not_tested"),
        Case("not asked", host(V6), Status.NOT_APPLICABLE, "not_asked"),
        Case("no address", msgspec.structs.replace(host(), paths=()), Status.NOT_APPLICABLE, "no_address"),
    ],
    "path.uplinks": [
        Case("works", centre(uplink(probe())), Status.PASS, "ok", {"total": 1}),
        Case("one target is down", centre(uplink(probe(TIMEOUT), probe())), Status.PASS, "ok"),
        Case("dead", centre(uplink(probe(TIMEOUT), probe(TIMEOUT))), Status.FAIL, "dead", {"uplinks": ("Hai IPv6",)}),
        Case("dead over one family",
             centre(uplink(probe(TIMEOUT), probe(address=V4), families=(Family.IPV4, Family.IPV6))), Status.FAIL,
             "dead", {"uplinks": ("Hai IPv6",)}),
        Case("the targets are down", centre(uplink(probe(TIMEOUT, TIMEOUT))), Status.COULD_NOT_TEST, "not_tested"),
        Case("not permitted", centre(uplink(probe(NOT_PERMITTED))), Status.COULD_NOT_TEST, "not_permitted"),
        Case("not tried", centre(), Status.COULD_NOT_TEST, "not_tested"),
        Case("no marks", centre(marked=False), Status.NOT_APPLICABLE, "no_marks"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], Status.PASS, Status.COULD_NOT_TEST, Status.NOT_APPLICABLE)
