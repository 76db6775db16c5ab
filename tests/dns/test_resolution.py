"""The resolver as a library: both ways down, validation on and off, answers as a client would get them."""

import time

import dns.dnssec
import dns.name
import dns.rcode
import dns.rdatatype
import msgspec
import pytest

from netaudit.dns.resolution import Resolution, ValidatingResolver
from netaudit.lab.world import Fault, Signing, World
from netaudit.model.exchange import Exchange
from netaudit.model.security import SecurityStatus
from tests.dns.memory import MemoryNetwork
from tests.lab_python.client import small_world

NOW = float(int(time.time()))
SECURE, INSECURE, BOGUS = SecurityStatus.SECURE, SecurityStatus.INSECURE, SecurityStatus.BOGUS


async def ask(
    world: World, name: str, rdtype: str, *, validation: bool = True, minimisation: bool = True
) -> tuple[Resolution, MemoryNetwork]:
    network = MemoryNetwork(world, NOW)
    resolver = ValidatingResolver(
        network, hints=network.contents.hints, anchors=network.anchors, validation=validation, minimisation=minimisation
    )
    try:
        return await resolver.resolve(dns.name.from_text(name), dns.rdatatype.from_text(rdtype), NOW), network
    finally:
        await resolver.aclose()


QUESTIONS = [
    ("www.tinh.vn", "A", "NOERROR", SECURE), ("www2.tinh.vn", "A", "NOERROR", SECURE),
    ("x.bidanh.tinh.vn", "A", "NOERROR", SECURE), ("www.cu.tinh.vn", "A", "NOERROR", SECURE),
    ("x.rong.tinh.vn", "A", "NOERROR", SECURE), ("missing.tinh.vn", "A", "NXDOMAIN", SECURE),
    ("www.tinh.vn", "TXT", "NOERROR", SECURE), ("b.c.tinh.vn", "TXT", "NOERROR", SECURE),
    ("tinh.vn", "DS", "NOERROR", SECURE), ("con.tinh.vn", "DS", "NOERROR", SECURE),
    ("con.tinh.vn", "A", "NOERROR", INSECURE), ("x.con.tinh.vn", "A", "NXDOMAIN", INSECURE),
    ("tinh.vn", "DNSKEY", "NOERROR", SECURE), (".", "SOA", "NOERROR", SECURE), ("xa.tinh.vn", "A", "NXDOMAIN", SECURE),
]  # fmt: skip


@pytest.mark.parametrize("minimisation", [True, False])
@pytest.mark.parametrize(("name", "rdtype", "rcode", "status"), QUESTIONS)
async def test_both_ways_down_lead_to_the_same_answer(
    name: str, rdtype: str, rcode: str, status: SecurityStatus, minimisation: bool
) -> None:
    for denial in ("nsec", "nsec3"):
        found, _ = await ask(small_world(signing=Signing(denial=denial)), name, rdtype, minimisation=minimisation)
        assert found.security is not None
        assert (dns.rcode.to_text(found.rcode), found.security.status) == (rcode, status), found.security
        assert found.failure is None and found.ede is None
        data = any(r.rdtype == dns.rdatatype.from_text(rdtype) for r in found.answer)
        assert data == (rcode == "NOERROR" and (name, rdtype) not in _EMPTY)
        assert bool(found.proof) == (status is SECURE and (not data or name == "x.rong.tinh.vn" or "bidanh" in name))


_EMPTY = {("www.tinh.vn", "TXT"), ("b.c.tinh.vn", "TXT"), ("con.tinh.vn", "DS")}


async def test_without_minimisation_every_zone_hears_the_whole_question() -> None:
    found, _ = await ask(small_world(), "www.tinh.vn", "A", minimisation=False, validation=False)
    asked = {str(exchange.question[0]) for exchange in found.exchanges}
    assert asked == {"www.tinh.vn."}
    minimal, _ = await ask(small_world(), "www.tinh.vn", "A", validation=False)
    root = [e for e in minimal.exchanges if e.server in ("192.0.2.1", "2001:db8::1")]
    assert {str(exchange.question[0]) for exchange in root} == {"vn."}


async def test_without_validation_nothing_about_keys_is_asked_and_nothing_judged() -> None:
    found, _ = await ask(small_world(), "www.tinh.vn", "A", validation=False)
    assert found.security is None and found.rcode == dns.rcode.NOERROR
    assert not {e.question[1] for e in found.exchanges} & {dns.rdatatype.DS, dns.rdatatype.DNSKEY}


@pytest.mark.parametrize("minimisation", [True, False])
async def test_bogus_data_are_withheld_and_explained(minimisation: bool) -> None:
    broken = small_world(Fault(id="x", kind="expired_signature", zone="tinh.vn"))
    found, _ = await ask(broken, "www.tinh.vn", "A", minimisation=minimisation)
    assert found.rcode == dns.rcode.SERVFAIL and found.ede == 7
    assert found.security is not None and found.security.status is BOGUS
    assert found.answer, "what was found is shown, as CD=1 would"


@pytest.mark.parametrize("minimisation", [True, False])
async def test_one_stale_server_does_not_decide(minimisation: bool) -> None:
    stale = small_world(Fault(id="x", kind="stale_secondary", zone="tinh.vn", server="ns2.tinh.vn"))
    for name in ("www.tinh.vn", "missing.tinh.vn", "tinh.vn", "x.rong.tinh.vn"):
        found, _ = await ask(stale, name, "A", minimisation=minimisation)
        assert found.security is not None and found.security.status is SECURE, (name, found.security)


@pytest.mark.parametrize("minimisation", [True, False])
async def test_a_silent_zone_is_a_failure_and_indeterminate(minimisation: bool) -> None:
    silent = small_world(Fault(id="x", kind="silent_zone", zone="tinh.vn"))
    found, network = await ask(silent, "www.tinh.vn", "A", minimisation=minimisation)
    assert found.rcode == dns.rcode.SERVFAIL and found.failure is not None and found.ede == 22
    assert found.security is not None and found.security.status is SecurityStatus.INDETERMINATE
    assert network.asked < 60


@pytest.mark.parametrize("minimisation", [True, False])
async def test_a_loop_of_aliases_ends(minimisation: bool) -> None:
    found, network = await ask(small_world(), "vong.tinh.vn", "A", minimisation=minimisation)
    assert found.reason == "cname_loop" and found.rcode == dns.rcode.SERVFAIL
    assert network.asked < 60


async def test_the_result_holds_the_evidence() -> None:
    found, _ = await ask(small_world(), "www.tinh.vn", "A")
    assert found.security is not None
    ids = {exchange.id for exchange in found.exchanges}
    assert set(found.security.facts) <= ids and all(isinstance(e, Exchange) for e in found.exchanges)


@pytest.mark.parametrize(("name", "rdtype", "rcode", "status"), QUESTIONS)
async def test_recordings_without_the_aa_flag_are_understood(
    name: str, rdtype: str, rcode: str, status: SecurityStatus
) -> None:
    """Recordings of other resolvers' tests often leave the flag out; signatures speak for themselves."""

    def without_aa(exchange: Exchange) -> Exchange:
        wire = exchange.response
        if wire is None:
            return exchange
        return msgspec.structs.replace(exchange, response=wire[:2] + bytes([wire[2] & ~4]) + wire[3:])

    network = MemoryNetwork(small_world(), NOW, without_aa)
    resolver = ValidatingResolver(network, hints=network.contents.hints, anchors=network.anchors, minimisation=False)
    found = await resolver.resolve(dns.name.from_text(name), dns.rdatatype.from_text(rdtype), NOW)
    assert found.security is not None
    assert (dns.rcode.to_text(found.rcode), found.security.status) == (rcode, status), found.security


async def test_only_questions_at_and_below_the_anchor_are_asked_about_keys() -> None:
    """A scripted world answers what its script foresees: above the anchor nothing of DNSSEC is needed."""
    network = MemoryNetwork(small_world(), NOW)
    apex = dns.name.from_text("tinh.vn")
    zone = next(z for z in network.contents.zones if z.name == "tinh.vn")
    keys = zone.data.get(apex, dns.rdatatype.DNSKEY)
    assert keys is not None
    anchor = tuple(dns.dnssec.make_ds(apex, key, "SHA256") for key in keys if key.flags & 1)
    resolver = ValidatingResolver(network, hints=network.contents.hints, anchors={apex: anchor}, minimisation=False)
    found = await resolver.resolve(dns.name.from_text("www.tinh.vn"), dns.rdatatype.A, NOW)
    assert found.security is not None and found.security.status is SECURE
    asked = {(str(e.question[0]), dns.rdatatype.to_text(e.question[1])) for e in found.exchanges}
    assert asked == {("www.tinh.vn.", "A"), ("tinh.vn.", "DNSKEY")}
