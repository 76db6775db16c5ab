"""Every kind of fault shows its effect, seen through the listener, and only there."""

import asyncio
import ssl
import time
from pathlib import Path
from typing import get_args

import dns.dnssec
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from msgspec.structs import replace

from netaudit.lab.mrt import routes_seen
from netaudit.lab.registries import route_objects_text
from netaudit.lab.world import Fault, FaultKind, RouteObjectEntry, Signing
from netaudit.model.common import Family
from netaudit.net.tls import observer_context
from netaudit.rules.ntp import NtpReply, answers, client_query, read_reply
from tests.lab_python.client import (
    FIRST,
    FIRST6,
    MAIL,
    MAIL6,
    SECOND,
    SECOND6,
    TLD,
    WEB,
    WEB6,
    Client,
    small_world,
    types,
)
from tests.lab_python.conftest import Serve

ZONE, PREFIX, PREFIX6 = "tinh.vn", "192.0.2.0/24", "2001:db8::/32"
IPV4, IPV6 = Family.IPV4, Family.IPV6
DAY = 86_400


def fault(kind: FaultKind, **where: object) -> Fault:
    return Fault(id=kind.replace("_", "-"), kind=kind, **where)  # type: ignore[arg-type]


async def signature(client: Client, server: str = FIRST) -> tuple[dns.rrset.RRset, float, float]:
    """The SOA, and how far its signature reaches from now: inception and expiration in days."""
    response = await client.ask(ZONE, "SOA", server)
    rrsig = response.answer[1][0]
    now = time.time()
    return response.answer[0], (rrsig.inception - now) / DAY, (rrsig.expiration - now) / DAY


async def test_healthy_signatures_reach_from_yesterday_to_thirty_days(client: Client) -> None:
    _, begin, end = await signature(client)
    assert (round(begin), round(end)) == (-1, 30)


async def test_expired_signature(serve: Serve) -> None:
    async with serve(fault("expired_signature", zone=ZONE)) as client:
        for server in (FIRST, SECOND):
            assert round((await signature(client, server))[2]) == -1
        assert (await client.ask("ky.tinh.vn", "SOA", SECOND)).answer[1][0].expiration > time.time()


async def test_signature_ends_soon(serve: Serve) -> None:
    async with serve(fault("signature_ends_soon", zone=ZONE)) as client:
        assert round((await signature(client))[2]) == 2


async def ds_and_keys(client: Client) -> tuple[list[str], set[str]]:
    """The parent's DS lines, and those that the zone's own keys would make."""
    answer = await client.ask(ZONE, "DS", TLD)
    keys = await client.ask(ZONE, "DNSKEY")
    name = dns.name.from_text(ZONE)
    policy = dns.dnssec.allow_all_policy
    made = {
        dns.dnssec.make_ds(name, key, digest, policy=policy).to_text()
        for key in (keys.answer[0] if keys.answer else ())
        for digest in ("SHA1", "SHA256")
    }
    return [ds.to_text() for ds in answer.answer[0]] if answer.answer else [], made


async def test_a_healthy_ds_matches(client: Client) -> None:
    published, made = await ds_and_keys(client)
    assert len(published) == 1
    assert set(published) <= made


async def test_wrong_ds(serve: Serve) -> None:
    async with serve(fault("wrong_ds", zone=ZONE)) as client:
        published, made = await ds_and_keys(client)
        assert len(published) == 1
        assert not set(published) & made


async def test_no_ds(serve: Serve) -> None:
    async with serve(fault("no_ds", zone=ZONE)) as client:
        published, made = await ds_and_keys(client)
        assert published == []
        assert made
        assert types((await client.ask(ZONE, "SOA")).answer) == ["SOA", "RRSIG(SOA)"]


async def test_unsigned(serve: Serve) -> None:
    async with serve(fault("unsigned", zone=ZONE)) as client:
        assert await ds_and_keys(client) == ([], set())
        assert types((await client.ask(ZONE, "SOA")).answer) == ["SOA"]


async def test_sha1_digest(serve: Serve) -> None:
    async with serve(fault("sha1_digest", zone=ZONE)) as client:
        published, made = await ds_and_keys(client)
        assert [line.split()[2] for line in published] == ["1"]
        assert set(published) <= made


@pytest.mark.parametrize(("denial", "number"), [("nsec", 5), ("nsec3", 7)])
async def test_old_algorithm(serve: Serve, denial: str, number: int) -> None:
    signing = Signing(denial="nsec" if denial == "nsec" else "nsec3")
    async with serve(fault("old_algorithm", zone=ZONE), signing=signing) as client:
        keys = await client.ask(ZONE, "DNSKEY")
        assert {key.algorithm for key in keys.answer[0]} == {number}
        name = dns.name.from_text(ZONE)
        dns.dnssec.validate(keys.answer[0], keys.answer[1], {name: keys.answer[0]}, policy=dns.dnssec.allow_all_policy)
        published, made = await ds_and_keys(client)
        assert set(published) <= made


async def test_short_keys(serve: Serve) -> None:
    async with serve(fault("short_keys", zone=ZONE)) as client:
        keys = await client.ask(ZONE, "DNSKEY")
        sizes = {len(key.key) for key in keys.answer[0]}
        assert {key.algorithm for key in keys.answer[0]} == {8}
        assert sizes == {1 + 3 + 1024 // 8}, "length and octets of the exponent, then the modulus (RFC 3110)"
        published, made = await ds_and_keys(client)
        assert set(published) <= made


async def test_colliding_keys(serve: Serve) -> None:
    async with serve(fault("colliding_keys", zone=ZONE)) as client:
        keys = (await client.ask(ZONE, "DNSKEY", tcp=True)).answer[0]
        (signature,) = (await client.ask(ZONE, "SOA")).answer[1]
        fitting = [key for key in keys if dns.dnssec.key_id(key) == signature.key_tag]
        assert len(fitting) == len(keys) - 1 == 8


async def test_nsec3_iterations(serve: Serve) -> None:
    async with serve(fault("nsec3_iterations", zone=ZONE)) as client:
        parameters = (await client.ask(ZONE, "NSEC3PARAM")).answer[0][0]
        assert parameters.iterations == 100
        assert parameters.salt
        denial = await client.ask("nope.tinh.vn", "A")
        assert "NSEC3" in types(denial.authority)


async def test_stale_secondary(serve: Serve) -> None:
    async with serve(fault("stale_secondary", zone=ZONE, server="ns2.tinh.vn")) as client:
        fresh, _, end = await signature(client, FIRST)
        stale, _, stale_end = await signature(client, SECOND)
        assert fresh[0].serial - stale[0].serial == 1_000
        assert end > 0 > stale_end
        assert (await client.ask("ky.tinh.vn", "SOA", SECOND)).answer[1][0].expiration > time.time()


async def test_lame_server_over_one_family(serve: Serve) -> None:
    async with serve(fault("lame_server", zone=ZONE, server="ns1.tinh.vn", family=IPV6)) as client:
        for tcp in (False, True):
            assert (await client.ask(ZONE, "SOA", FIRST6, tcp=tcp)).rcode() == dns.rcode.REFUSED
        assert (await client.ask(ZONE, "SOA", FIRST)).answer
        assert (await client.ask("con.tinh.vn", "SOA", FIRST6)).answer, "another zone of the same machine"


async def test_lame_server_over_both(serve: Serve) -> None:
    async with serve(fault("lame_server", zone=ZONE, server="ns1.tinh.vn")) as client:
        for server in (FIRST, FIRST6):
            assert (await client.ask(ZONE, "SOA", server)).rcode() == dns.rcode.REFUSED
        assert (await client.ask(ZONE, "SOA", SECOND)).answer


QUERY = dns.message.make_query(ZONE, "SOA").to_wire()


async def test_silent_server(serve: Serve) -> None:
    async with serve(fault("silent_server", machine="first", family=IPV6)) as client:
        assert await client.udp(QUERY, FIRST6, wait=0.2) is None
        assert await client.fate(FIRST6, 53, wait=0.2) is None
        assert (await client.ask(ZONE, "SOA", FIRST)).answer


async def test_silent_zone(serve: Serve) -> None:
    async with serve(fault("silent_zone", zone=ZONE)) as client:
        for server in (FIRST, SECOND6):
            assert await client.udp(QUERY, server, wait=0.2) is None
        byte, reader, writer = await client.connect(FIRST, 53)
        assert byte == 0, "the server itself is there"
        writer.write(len(QUERY).to_bytes(2, "big") + QUERY)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await reader.read(1)
        writer.close()
        assert (await client.ask("con.tinh.vn", "SOA", FIRST)).answer
        assert (await client.ask(ZONE, "DS", TLD)).answer


async def test_tcp_refused(serve: Serve) -> None:
    async with serve(fault("tcp_refused", machine="first", family=IPV4)) as client:
        assert await client.fate(FIRST, 53) == 1
        assert await client.fate(FIRST6, 53) == 0
        assert (await client.ask(ZONE, "SOA", FIRST)).answer


async def test_no_edns(serve: Serve) -> None:
    async with serve(fault("no_edns", machine="first", family=IPV6)) as client:
        for tcp in (False, True):
            plain = await client.ask(ZONE, "SOA", FIRST6, tcp=tcp)
            assert (plain.edns, types(plain.answer)) == (-1, ["SOA"])
        assert (await client.ask(ZONE, "SOA", FIRST)).edns == 0


async def test_missing_glue(serve: Serve) -> None:
    async with serve(fault("missing_glue", zone=ZONE)) as client:
        referral = await client.ask(ZONE, "NS", TLD)
        assert types(referral.additional) == ["A", "A"]
        assert (await client.ask("ns1.tinh.vn", "AAAA")).answer


async def test_ns_mismatch(serve: Serve) -> None:
    async with serve(fault("ns_mismatch", zone=ZONE)) as client:
        referral = await client.ask(ZONE, "NS", TLD)
        assert [str(ns.target) for ns in referral.authority[0]] == ["ns1.tinh.vn."]
        assert len((await client.ask(ZONE, "NS")).answer[0]) == 2


async def test_unregistered_ns(serve: Serve) -> None:
    async with serve(fault("unregistered_ns", zone=ZONE, target="ns9.hethan.vn")) as client:
        for section in ((await client.ask(ZONE, "NS", TLD)).authority, (await client.ask(ZONE, "NS")).answer):
            assert "ns9.hethan.vn." in [str(ns.target) for ns in section[0]]
        assert (await client.ask("hethan.vn", "NS", TLD)).rcode() == dns.rcode.NXDOMAIN


async def test_unregistered_mx(serve: Serve) -> None:
    async with serve(fault("unregistered_mx", zone=ZONE, target="mx9.hethan.vn")) as client:
        answer = (await client.ask(ZONE, "MX")).answer[0]
        assert (20, "mx9.hethan.vn.") in [(mx.preference, str(mx.exchange)) for mx in answer]


async def test_unregistered_spf(serve: Serve) -> None:
    async with serve(fault("unregistered_spf", zone=ZONE, target="_spf.hethan.vn")) as client:
        texts = [text.to_text() for text in (await client.ask(ZONE, "TXT")).answer[0]]
        assert [text for text in texts if text.startswith('"v=spf1 include:_spf.hethan.vn ')]


async def test_dangling_cname(serve: Serve) -> None:
    async with serve(fault("dangling_cname", host="www.tinh.vn", target="cu.hethan.vn")) as client:
        answer = (await client.ask("www.tinh.vn", "A")).answer
        assert [(str(r.name), str(r[0].target)) for r in answer[:1]] == [("www.tinh.vn.", "cu.hethan.vn.")]
        assert (await client.ask("tinh.vn", "A")).answer


async def test_no_aaaa(serve: Serve) -> None:
    async with serve(fault("no_aaaa", host="www.tinh.vn")) as client:
        assert (await client.ask("www.tinh.vn", "A")).answer
        assert (await client.ask("www.tinh.vn", "AAAA")).answer == []
        assert (await client.ask("tinh.vn", "AAAA")).answer


async def test_ula_aaaa(serve: Serve) -> None:
    async with serve(fault("ula_aaaa", host="www.tinh.vn")) as client:
        address = (await client.ask("www.tinh.vn", "AAAA")).answer[0][0].address
        assert address.startswith("fd")
        assert await client.fate(address, 443) == 2


async def test_aaaa_without_listener(serve: Serve) -> None:
    async with serve(fault("aaaa_without_listener", host="mail.tinh.vn")) as client:
        assert (await client.ask("mail.tinh.vn", "AAAA")).answer
        assert await client.fate(MAIL6, 25) == 1
        assert await client.fate(MAIL, 25) == 0


async def test_mail_silent(serve: Serve) -> None:
    async with serve(fault("mail_silent", host="mail.tinh.vn", family=IPV6)) as client:
        assert await client.fate(MAIL6, 25, wait=0.2) is None
        assert await client.fate(MAIL, 25) == 0


async def test_no_starttls(serve: Serve) -> None:
    async with serve(fault("no_starttls", host="mail.tinh.vn", family=IPV6)) as client:
        for address, offered in ((MAIL, True), (MAIL6, False)):
            _, reader, writer = await client.connect(address, 25)
            writer.write(b"EHLO a.example\r\nQUIT\r\n")
            assert (b"STARTTLS" in await reader.read()) is offered
            writer.close()


async def said(client: Client, address: str, port: int, *, tls: bool, lines: bytes) -> bytes:
    """What a mail server says to these lines."""
    byte, reader, writer = await client.connect(address, port)
    assert byte == 0
    if tls:
        await writer.start_tls(client.trusting(), server_hostname="mail.tinh.vn")
    writer.write(lines)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


async def test_login_in_the_clear(serve: Serve) -> None:
    ehlo, capability = b"EHLO a.example\r\nQUIT\r\n", b"a CAPABILITY\r\nb LOGOUT\r\n"
    async with serve(fault("login_in_the_clear", host="mail.tinh.vn", family=IPV6)) as client:
        for address, clear in ((MAIL, False), (MAIL6, True)):
            assert (b"AUTH PLAIN" in await said(client, address, 587, tls=False, lines=ehlo)) is clear
            assert b"AUTH PLAIN" in await said(client, address, 465, tls=True, lines=ehlo)
            assert b"AUTH" not in await said(client, address, 25, tls=False, lines=ehlo)
            told = await said(client, address, 143, tls=False, lines=capability)
            assert ((b"AUTH=PLAIN" in told), (b"LOGINDISABLED" in told)) == (clear, not clear)
            assert b"AUTH=PLAIN" in await said(client, address, 993, tls=True, lines=capability)


async def test_clients_silent(serve: Serve) -> None:
    async with serve(fault("clients_silent", host="mail.tinh.vn", family=IPV6)) as client:
        for port in (587, 465, 143, 993):
            assert await client.fate(MAIL6, port, wait=0.1) is None
            assert await client.fate(MAIL, port) == 0
        assert await client.fate(MAIL6, 25) == 0


async def told_time(client: Client, address: str, wait: float = 5.0) -> NtpReply | None:
    query = client_query(b"12345678")
    sent = time.time()
    reply = await client.udp(query, address, 123, wait)
    if reply is None:
        return None
    assert reply[0] == 0 and answers(query, reply[1:])
    return read_reply(reply[1:], sent, time.time() - sent)


async def test_time_silent(serve: Serve) -> None:
    async with serve(fault("time_silent", host="ns1.tinh.vn", family=IPV6)) as client:
        assert await told_time(client, FIRST6, 0.2) is None
        assert (await client.udp(b"no NTP", FIRST, 123, 0.2)) is None
        assert await client.udp(client_query(b"12345678"), SECOND, 123) == b"\1", "nobody serves the time there"


@pytest.mark.parametrize(
    ("kind", "stratum", "synchronised", "ahead"), [("time_unsynchronised", 0, False, 0), ("time_off", 3, True, 30)]
)
async def test_time_that_is_wrong(serve: Serve, kind: FaultKind, stratum: int, synchronised: bool, ahead: int) -> None:
    assert kind in ("time_unsynchronised", "time_off")
    async with serve(fault(kind, host="ns1.tinh.vn", family=IPV6)) as client:
        good, bad = await told_time(client, FIRST), await told_time(client, FIRST6)
    assert good is not None and (good.stratum, good.synchronised, round(good.offset)) == (3, True, 0)
    assert bad is not None and (bad.stratum, bad.synchronised, round(bad.offset)) == (stratum, synchronised, ahead)


async def test_content_differs(serve: Serve) -> None:
    async with serve(fault("content_differs", host="www.tinh.vn")) as client:
        tls = client.trusting()
        pages = [(await client.get("www.tinh.vn", a, tls=tls)).partition("\r\n\r\n")[2] for a in (WEB, WEB6)]
        assert pages[0] != pages[1]
        others = [(await client.get("tinh.vn", a, tls=tls)).partition("\r\n\r\n")[2] for a in (WEB, WEB6)]
        assert others[0] == others[1]


async def test_status_differs(serve: Serve) -> None:
    async with serve(fault("status_differs", host="www.tinh.vn")) as client:
        assert (await client.get("www.tinh.vn", WEB, tls=client.trusting())).startswith("HTTP/1.1 200 ")
        assert (await client.get("www.tinh.vn", WEB6, tls=client.trusting())).startswith("HTTP/1.1 404 ")


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("certificate_mismatch", "Hostname mismatch"),
        ("certificate_expired", "expired"),
        ("certificate_untrusted", "self-signed|self signed"),
    ],
)
async def test_bad_certificates(serve: Serve, kind: FaultKind, problem: str) -> None:
    async with serve(fault(kind, host="www.tinh.vn", family=IPV6)) as client:
        assert "200" in await client.get("www.tinh.vn", WEB, tls=client.trusting())
        with pytest.raises(ssl.SSLCertVerificationError, match=problem):
            await client.get("www.tinh.vn", WEB6, tls=client.trusting())
        assert "200" in await client.get("tinh.vn", WEB6, tls=client.trusting()), "another name on the same address"


async def test_old_tls(serve_one_site: Serve) -> None:
    async with serve_one_site(fault("old_tls", host="www.tinh.vn", family=IPV6)) as client:
        assert "200" in await client.get("www.tinh.vn", WEB, tls=client.trusting())
        with pytest.raises((ssl.SSLError, ConnectionError)):  # this client begins at TLS 1.2
            await client.get("www.tinh.vn", WEB6, tls=client.trusting())
        byte, _, writer = await client.connect(WEB6, 443)
        assert byte == 0
        await writer.start_tls(observer_context(), server_hostname="www.tinh.vn")
        assert writer.get_extra_info("ssl_object").version() == "TLSv1.1"
        writer.transport.abort()


async def test_no_redirect(serve: Serve) -> None:
    async with serve(fault("no_redirect", host="www.tinh.vn")) as client:
        assert (await client.get("www.tinh.vn")).startswith("HTTP/1.1 200 ")
        assert (await client.get("tinh.vn")).startswith("HTTP/1.1 301 ")


async def test_no_hsts(serve: Serve) -> None:
    async with serve(fault("no_hsts", host="www.tinh.vn")) as client:
        assert "strict-transport" not in (await client.get("www.tinh.vn", tls=client.trusting())).lower()
        assert "strict-transport" in (await client.get("tinh.vn", tls=client.trusting())).lower()


async def test_slow_to_connect(serve_one_site: Serve) -> None:
    async with serve_one_site(fault("slow_to_connect", host="www.tinh.vn", family=IPV6)) as client:
        took = {}
        for address in (WEB, WEB6):
            began = time.monotonic()
            await client.get("www.tinh.vn", address)
            took[address] = time.monotonic() - began
    assert took[WEB6] > 0.4 > took[WEB]


@pytest.mark.parametrize(("kind", "name"), [("no_spf", "tinh.vn"), ("no_dmarc", "_dmarc.tinh.vn")])
async def test_no_mail_policy(serve: Serve, client: Client, kind: FaultKind, name: str) -> None:
    def policies(response: dns.message.Message) -> list[str]:
        return [t.to_text() for rrset in response.answer[:1] for t in rrset if '"v=' in t.to_text()]

    assert len(policies(await client.ask(name, "TXT"))) == 1
    async with serve(fault(kind, zone=ZONE)) as faulty:
        response = await faulty.ask(name, "TXT")
        assert policies(response) == []
        assert bool(response.answer) == (kind == "no_spf"), "the other TXT record stays"


@pytest.mark.parametrize(
    ("kind", "family", "fates"),
    [
        ("silent_web", IPV6, {(WEB, 80): 0, (WEB6, 80): None, (WEB6, 443): None}),
        ("http_only", None, {(WEB, 80): 0, (WEB6, 80): 0, (WEB, 443): 1, (WEB6, 443): 1}),
    ],
)
async def test_web_ports(
    kind: FaultKind, family: Family | None, fates: dict[tuple[str, int], int | None], serve_one_site: Serve
) -> None:
    async with serve_one_site(fault(kind, host="www.tinh.vn", family=family)) as client:
        assert {where: await client.fate(*where, wait=0.3) for where in fates} == fates
        if kind == "http_only":
            assert (await client.get("www.tinh.vn")).startswith("HTTP/1.1 200 ")


def test_single_upstream() -> None:
    world = small_world(fault("single_upstream", prefix=PREFIX))
    paths = [route.as_path for route in routes_seen(world) if route.prefix == PREFIX]
    assert paths == [(64496, 64501, 64510), (64497, 64501, 64510, 64510)]
    assert routes_seen(world)[2] == world.routes[2]


def test_withdrawn() -> None:
    world = small_world(fault("withdrawn", prefix=PREFIX6))
    assert {route.prefix for route in routes_seen(world)} == {PREFIX}


def test_no_route_object() -> None:
    objects = tuple(RouteObjectEntry(prefix=prefix, origin=64510) for prefix in (PREFIX, PREFIX6))
    world = replace(small_world(fault("no_route_object", prefix=PREFIX6)), route_objects=objects)
    printed = route_objects_text(world).decode()
    assert (PREFIX in printed, PREFIX6 in printed) == (True, False)


def test_every_kind_has_a_test() -> None:
    source = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    served = set(get_args(FaultKind)) - {"register_expired", "register_revoked"}  # these serve nothing: files have them
    assert {kind for kind in served if f'"{kind}"' not in source} == set()
