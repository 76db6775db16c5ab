"""A tiny unsigned Internet in memory, behind the public `Network` protocol."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.zone
import pytest

from netaudit.dns.resolver import Resolver
from netaudit.model.common import Failure, Family, Reason, Side, Transport, family_of
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact, HttpHop, MailFact, TlsObservation
from netaudit.model.inventory import Scope
from netaudit.net.network import Connection, NetworkError
from netaudit.probes.context import ProbeContext, Recorder
from netaudit.probes.courtesy import CourteousNetwork

ROOT, NIC, HOSTER, SECOND = "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::4"
HINTS = {"a.root": (ROOT,)}

_ROOT_ZONE = f"""
$TTL 300
@ SOA a.root. hostmaster 1 3600 600 86400 300
@ NS a.root.
a.root. A {ROOT}
example. NS ns.example.
ns.example. A {NIC}
"""
_NIC_ZONE = f"""
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A {NIC}
p NS ns1.p
p NS ns2.p
ns1.p A {HOSTER}
ns2.p AAAA {SECOND}
"""
_P_ZONE = f"""
$TTL 300
@ SOA ns1 hostmaster 7 3600 600 86400 300
@ NS ns1
@ NS ns2
@ NS ns3
@ A 192.0.2.80
@ MX 20 mx2
@ MX 10 mx1
@ TXT "v=spf1 mx -all"
_dmarc TXT "v=DMARC1; p=none"
ns1 A {HOSTER}
ns2 AAAA {SECOND}
ns3 A 192.0.2.33
www A 192.0.2.80
www AAAA 2001:db8::80
alias CNAME www
four A 192.0.2.84
mx1 A 192.0.2.25
mx1 AAAA 2001:db8::25
mx2 A 192.0.2.26
"""


@dataclass
class Script:
    """The world and what is done to it. `page` answers (URL, address); `silent` names dead DNS addresses."""

    zones: dict[str, list[dns.zone.Zone]]
    page: Callable[[str, str], HttpHop] = lambda url, address: HttpHop(url=url, address=address, at=1.0, status=200)
    silent: set[str] = field(default_factory=set)
    tcp_only: set[str] = field(default_factory=set)  # truncates everything over UDP
    asked: Counter[tuple[str, str, str, Transport]] = field(default_factory=Counter)
    fetched: list[tuple[str, str]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    async def dns(self, query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53) -> Exchange:
        message = dns.message.from_wire(query)
        question = message.question[0]
        self.asked[server, question.name.to_text(), dns.rdatatype.to_text(question.rdtype), transport] += 1
        await asyncio.sleep(0)
        if server in self.silent or server not in self.zones:
            failure = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply")
            return Exchange.new(
                server=server, transport=transport, query=query, at=1.0, failure=failure, port=port, tries=3
            )
        response = _answer(message, self.zones[server])
        if server in self.tcp_only and transport is Transport.UDP:
            response = dns.message.make_response(message)
            response.flags |= dns.flags.TC
        return Exchange.new(
            server=server, transport=transport, query=query, at=1.0, response=response.to_wire(), port=port
        )

    async def connect(self, address: str, port: int) -> Connection:
        raise NetworkError(Failure(reason=Reason.REFUSED, side=Side.TARGET, detail="closed"))

    async def http(self, url: str, address: str) -> HttpHop:
        self.fetched.append((url, address))
        await asyncio.sleep(0)
        return self.page(url, address)

    async def smtp(self, domain: str, exchanger: str, address: str, port: int = 25) -> MailFact:
        return MailFact(
            id=f"mail-{domain}-{exchanger}-{address}",
            domain=domain,
            exchanger=exchanger,
            address=address,
            family=family_of(address),
            at=1.0,
            tls=TlsObservation(server_name=exchanger),
        )

    def unavailable(self, family: Family) -> Failure | None:
        return None

    def now(self) -> float:
        return 1.0

    async def aclose(self) -> None:
        return


def _answer(query: dns.message.Message, zones: list[dns.zone.Zone]) -> dns.message.Message:
    """Answer from the deepest zone that the name is in (RFC 1034 section 4.3.2, without wildcards)."""
    response = dns.message.make_response(query)
    name, rdtype = query.question[0].name, query.question[0].rdtype
    holding = [z for z in zones if z.origin is not None and name.is_subdomain(z.origin)]
    if not holding:
        response.set_rcode(dns.rcode.REFUSED)
        return response
    zone = max(holding, key=lambda z: len(z.origin or ()))
    assert zone.origin is not None
    cut = _cut(zone, name)
    if cut is not None and not (cut == name and rdtype == dns.rdatatype.DS):
        _refer(response, zone, cut)
        return response
    response.flags |= dns.flags.AA
    node = zone.get_node(name)
    rrset = zone.get_rrset(name, rdtype) or zone.get_rrset(name, dns.rdatatype.CNAME)
    if rrset is not None:
        response.answer.append(rrset)
        return response
    soa = zone.get_rrset(zone.origin, dns.rdatatype.SOA)
    assert soa is not None
    response.authority.append(soa)
    below = any(isinstance(n, dns.name.Name) and n.is_subdomain(name) for n in zone)
    if node is None and not below:
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response


def _cut(zone: dns.zone.Zone, name: dns.name.Name) -> dns.name.Name | None:
    assert zone.origin is not None
    for depth in range(len(zone.origin) + 1, len(name) + 1):
        candidate = name.split(depth)[1]
        if zone.get_rrset(candidate, dns.rdatatype.NS) is not None:
            return candidate
    return None


def _refer(response: dns.message.Message, zone: dns.zone.Zone, cut: dns.name.Name) -> None:
    servers = zone.get_rrset(cut, dns.rdatatype.NS)
    assert servers is not None
    response.authority.append(servers)
    for server in servers:
        for rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
            glue = zone.get_rrset(server.target, rdtype)
            if glue is not None:
                response.additional.append(glue)


def _zone(text: str, origin: str) -> dns.zone.Zone:
    return dns.zone.from_text(text, origin=origin, relativize=False, check_origin=False)


@pytest.fixture
def script() -> Script:
    p = [_zone(_P_ZONE, "p.example.")]
    return Script({ROOT: [_zone(_ROOT_ZONE, ".")], NIC: [_zone(_NIC_ZONE, "example.")], HOSTER: p, SECOND: p})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a group in one worker, where pytest-xdist alone does not (its issue 1386).

    pytest 9.2 takes the name of a test from `_id`; pytest-xdist 3.8 adds the group to `_nodeid`, which nobody reads.
    """
    for item in items:
        with_group = vars(item).get("_nodeid")
        if with_group is not None:
            item._id = type(item._id).parse(with_group)


Open = Callable[..., AbstractAsyncContextManager[ProbeContext]]


@pytest.fixture
def open_context(script: Script) -> Open:
    @asynccontextmanager
    async def opened(scope: Scope | None = None) -> AsyncIterator[ProbeContext]:
        network = CourteousNetwork(script)
        recorder = Recorder(script.facts.append)
        resolver = Resolver(network, HINTS, record=recorder)
        context = ProbeContext(network, resolver, recorder, scope or Scope(), frozenset({"www.p.example"}), 0.0)
        try:
            yield context
        finally:
            await context.aclose()

    return opened
