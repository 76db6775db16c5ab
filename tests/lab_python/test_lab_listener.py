"""The two sockets: routing by simulated destination, web and mail dialogues, and patience with garbage."""

import asyncio
import gc
import os
import random
import ssl
import struct
from contextlib import suppress

import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.lab.authority import zone_contents
from netaudit.lab.dns_server import DnsServers
from netaudit.lab.proxy import parse_datagram
from netaudit.lab.run import running_lab
from netaudit.model.common import Family
from tests.lab_python.client import FIRST, MAIL, MAIL6, ROOT, WEB, WEB6, Client, close, proxy_header, small_world

QUERY = dns.message.make_query("tinh.vn", "SOA").to_wire()
UNKNOWN = ("198.51.100.200", "2001:db8:bad::1")


async def test_where_nothing_listens(client: Client) -> None:
    for address in UNKNOWN:
        assert await client.fate(address, 443) == 2
        assert await client.udp(QUERY, address) == b"\2"
    assert await client.fate(WEB, 53) == 1
    assert await client.fate(WEB, 25) == 1
    assert await client.fate(ROOT, 443) == 1
    assert await client.fate(WEB, 8443) == 1
    assert await client.udp(QUERY, WEB) == b"\1"
    assert await client.udp(QUERY, FIRST, port=5353) == b"\1"


async def test_extensions_of_the_header_are_skipped(client: Client) -> None:
    header = proxy_header(FIRST, 53, datagram=True, extension=b"\x04\0\x05hello")
    reply = await client.raw_udp(header + QUERY, 5)
    assert reply is not None
    assert dns.message.from_wire(reply[1:]).answer


async def test_several_queries_in_one_connection(client: Client) -> None:
    _, reader, writer = await client.connect(FIRST, 53)
    for name in ("tinh.vn", "www.tinh.vn"):
        query = dns.message.make_query(name, "A")
        wire = query.to_wire()
        writer.write(struct.pack("!H", len(wire)) + wire)
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        assert query.is_response(dns.message.from_wire(await reader.readexactly(length)))
    await close(writer)


async def test_web_pages(client: Client) -> None:
    tls = client.trusting()
    for address in (WEB, WEB6):
        redirect = await client.get("www.tinh.vn", address, path="/a?b=c")
        assert redirect.startswith("HTTP/1.1 301 ")
        assert "location: https://www.tinh.vn/a?b=c\r\n" in redirect
        page = await client.get("www.tinh.vn", address, path="/a?b=c", tls=tls)
        assert page.startswith("HTTP/1.1 200 OK\r\n")
        assert "strict-transport-security: max-age=31536000" in page
        assert "<title>Cổng &lt;thử&gt;</title>" in page
    assert (await client.get("www.tinh.vn", path="/hong?x", tls=tls)).startswith("HTTP/1.1 503 ")
    assert (await client.get("khac.example")).startswith("HTTP/1.1 404 ")
    head = await client.get("tinh.vn", tls=tls, head=True)
    assert head.startswith("HTTP/1.1 200 ")
    assert head.endswith("\r\n\r\n")


async def test_an_unknown_server_name_gets_the_first_certificate(client: Client) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        await client.get("khac.example", tls=client.trusting())


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: tinh.vn\r\nContent-Length: 0\r\n\r\n", b"405"),
        (b"GET http://tinh.vn/ HTTP/1.1\r\nHost: tinh.vn\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", b"4"),
    ],
)
async def test_bad_requests(client: Client, request_bytes: bytes, status: bytes) -> None:
    _, reader, writer = await client.connect(WEB, 80)
    writer.write(request_bytes)
    assert (await reader.readline()).startswith(b"HTTP/1.1 " + status)
    await close(writer)


@pytest.mark.parametrize("address", [MAIL, MAIL6])
async def test_a_mail_dialogue(client: Client, address: str) -> None:
    byte, reader, writer = await client.connect(address, 25)
    assert byte == 0
    assert (await reader.readline()).startswith(b"220 mail.tinh.vn ESMTP")
    writer.write(b"EHLO client.example\r\n")
    assert await reader.readuntil(b"250 PIPELINING\r\n") == (
        b"250-mail.tinh.vn\r\n250-STARTTLS\r\n250-8BITMIME\r\n250 PIPELINING\r\n"
    )
    writer.write(b"STARTTLS\r\n")
    assert (await reader.readline()).startswith(b"220 ")
    await writer.start_tls(client.trusting(), server_hostname="mail.tinh.vn")
    writer.write(b"EHLO client.example\r\n")
    assert b"STARTTLS" not in await reader.readuntil(b"250 PIPELINING\r\n")
    writer.write(b"MAIL FROM:<a@example>\r\nQUIT\r\n")
    assert (await reader.readline()).startswith(b"502 ")
    assert (await reader.readline()).startswith(b"221 ")
    await close(writer)


async def test_commands_sent_ahead_of_the_handshake_are_forgotten(client: Client) -> None:
    _, reader, writer = await client.connect(MAIL, 25)
    await reader.readline()
    writer.write(b"STARTTLS\r\nNOOP\r\n")  # CVE-2011-0411
    await reader.readline()
    await writer.start_tls(client.trusting(), server_hostname="mail.tinh.vn")
    writer.write(b"QUIT\r\n")
    assert (await reader.readline()).startswith(b"221 ")
    await close(writer)


async def test_a_header_that_is_none_closes_the_connection(client: Client) -> None:
    for garbage in (b"GET / HTTP/1.1\r\n\r\n\r\n", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff", bytes(16)):
        reader, writer = await client.raw_tcp()
        writer.write(garbage)
        with suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 5) == b""
        await close(writer)
    assert (await client.ask("tinh.vn", "SOA")).answer


async def test_a_client_that_breaks_off_harms_nobody(client: Client) -> None:
    for port in (443, 80):
        _, _, writer = await client.connect(WEB, port)
        writer.write(b"\x16\x03\x01")
        writer.transport.abort()
    _, _, writer = await client.connect(FIRST, 53)
    writer.write(b"\xff\xff half a message")
    writer.transport.abort()
    await asyncio.sleep(0.05)
    assert "200" in await client.get("tinh.vn", tls=client.trusting())


async def test_random_bytes_never_end_the_lab() -> None:
    """Random payloads behind a good header, and random bytes instead of one, over UDP and TCP."""
    world = small_world()
    async with running_lab(world) as lab:
        client = Client(lab)
        payloads = _random_payloads()
        for payload in payloads:
            await client.raw_udp(payload, 0.001)
            await client.raw_udp(proxy_header(FIRST, 53, datagram=True) + payload, 0.001)
        for payload in payloads[:30]:
            for address, port in ((FIRST, 53), (WEB, 80), (WEB, 443), (MAIL, 25)):
                _, _, writer = await client.connect(address, port)
                writer.write(payload)
                writer.transport.abort()
        assert (await client.ask("tinh.vn", "SOA")).answer
        assert "200" in await client.get("tinh.vn", tls=client.trusting())


def _random_payloads() -> list[bytes]:
    chance = random.Random(20261124)
    return [chance.randbytes(chance.randrange(1, 400)) for _ in range(60)]


SERVERS = DnsServers(zone_contents(small_world(), 1_790_000_000.0).zones)


@given(st.binary(max_size=600))
def test_no_message_makes_the_server_raise(data: bytes) -> None:
    server = SERVERS.of("first", Family.IPV4)
    assert server is not None
    for datagram in (True, False):
        reply = server.respond(data, datagram=datagram)
        assert reply is None or (reply[:2] == data[:2] and reply[2] & 0x80)


@given(st.binary(max_size=40), st.integers(0, len(QUERY)), st.integers(0, 8))
def test_no_broken_query_makes_the_server_raise(noise: bytes, at: int, cut: int) -> None:
    server = SERVERS.of("first", Family.IPV4)
    assert server is not None
    broken = QUERY[:at] + noise + QUERY[at + cut :]
    reply = server.respond(broken, datagram=True)
    if reply is not None:
        assert dns.message.from_wire(reply, ignore_trailing=True).id == int.from_bytes(broken[:2], "big")


@given(
    st.lists(st.sampled_from([b"www", b"rong", b"*", b"tinh", b"con", b"ky", b"b", b"c", b"\0.", b"x" * 63])),
    st.integers(0, 300),
)
def test_every_question_about_the_zone_gets_a_readable_answer(labels: list[bytes], rdtype: int) -> None:
    name = b"".join(bytes((len(label),)) + label for label in labels[:3]) + b"\4tinh\2vn\0"
    query = struct.pack("!HHHHHH", 7, 0, 1, 0, 0, 1) + name + struct.pack("!HH", rdtype, 1)
    query += struct.pack("!BHHBBHH", 0, 41, 1232, 0, 0, 0x8000, 0)
    server = SERVERS.of("first", Family.IPV4)
    assert server is not None
    reply = server.respond(query, datagram=True)
    assert reply is not None
    response = dns.message.from_wire(reply)
    assert len(reply) <= 1232
    assert response.id == 7


@given(st.binary(max_size=80))
def test_no_header_makes_the_parser_raise_anything_else(data: bytes) -> None:
    prefix = b"\r\n\r\n\0\r\nQUIT\n\x21"
    for attempt in (data, prefix + data):
        try:
            destination, payload = parse_datagram(attempt)
        except ValueError:
            continue
        assert 0 <= destination.port < 65_536
        assert attempt.endswith(payload)


async def test_the_end_leaves_nothing_open() -> None:
    before = _descriptors()
    async with running_lab(small_world()) as lab:
        client = Client(lab)
        held = [await client.connect(address, port) for address, port in ((FIRST, 53), (WEB, 80), (MAIL, 25))]
        assert (await client.ask("tinh.vn", "SOA")).answer
    for byte, reader, writer in held:
        assert byte == 0
        with suppress(ConnectionResetError):
            while await asyncio.wait_for(reader.read(), 2):
                pass
        await close(writer)
    del held
    gc.collect()
    await asyncio.sleep(0)
    assert _descriptors() == before


def _descriptors() -> int:
    return len(os.listdir("/dev/fd"))
