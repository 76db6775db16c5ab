"""The real sockets, against real servers on loopback that answer, lie, stay silent, reset and flood."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import pytest
import trustme

from netaudit.model.common import Reason, Side, Transport
from netaudit.net.internet import InternetNetwork
from netaudit.net.limits import Limits
from netaudit.net.network import NetworkError
from netaudit.net.policy import TargetPolicy

LOOPBACK = "127.0.0.1"
QUERY = dns.message.make_query("example.", "SOA").to_wire()
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def network(**limits: object) -> InternetNetwork:
    quick = {"udp_timeout": 0.3, "tcp_timeout": 1.0, "http_timeout": 3.0, "smtp_timeout": 3.0, "dns_tcp_timeout": 1.0}
    return InternetNetwork(Limits(**{**quick, **limits}), TargetPolicy(allowed=("127.0.0.0/8",)))  # type: ignore[arg-type]


def reply_to(query: bytes) -> bytes:
    return dns.message.make_response(dns.message.from_wire(query)).to_wire()


class UdpServer(asyncio.DatagramProtocol):
    def __init__(self, answers: Callable[[bytes, int], list[bytes]]) -> None:
        self.answers = answers
        self.seen = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # no isinstance: before Python 3.12 the selector loop's transport is none by inheritance
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.seen += 1
        for answer in self.answers(data, self.seen):
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def udp_server(answers: Callable[[bytes, int], list[bytes]]) -> AsyncIterator[tuple[UdpServer, int]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(lambda: UdpServer(answers), local_addr=(LOOPBACK, 0))
    try:
        yield protocol, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
        await asyncio.sleep(0)


@asynccontextmanager
async def tcp_server(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client hung up, as some tests want
        finally:
            writer.close()

    server = await asyncio.start_server(handle, LOOPBACK, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.01)


async def test_a_reply_comes_back_with_its_provenance() -> None:
    async with udp_server(lambda query, _: [reply_to(query)]) as (_, port):
        exchange = await network().dns(QUERY, LOOPBACK, port=port)
    assert exchange.failure is None
    assert exchange.response is not None and exchange.response[:2] == QUERY[:2]
    assert (exchange.query, exchange.tries, exchange.local_address) == (QUERY, 1, LOOPBACK)


async def test_replies_that_do_not_match_are_ignored_until_the_right_one() -> None:
    def liar(query: bytes, _: int) -> list[bytes]:
        forged_id = bytes((query[0] ^ 1,)) + reply_to(query)[1:]
        other_name = reply_to(dns.message.make_query("other.", "SOA", id=int.from_bytes(query[:2], "big")).to_wire())
        return [b"", b"\0" * 5, forged_id, other_name, query, reply_to(query)]

    async with udp_server(liar) as (_, port):
        exchange = await network().dns(QUERY, LOOPBACK, port=port)
    assert exchange.response == reply_to(QUERY)


async def test_a_silent_server_costs_three_tries_and_is_a_timeout_of_the_path() -> None:
    async with udp_server(lambda *_: []) as (server, port):
        exchange = await network().dns(QUERY, LOOPBACK, port=port)
    assert exchange.failure is not None
    assert (exchange.failure.reason, exchange.failure.side) == (Reason.TIMEOUT, Side.PATH)
    assert (exchange.tries, server.seen) == (3, 3)


async def test_a_lost_packet_is_only_another_try() -> None:
    async with udp_server(lambda query, seen: [reply_to(query)] if seen > 1 else []) as (_, port):
        exchange = await network().dns(QUERY, LOOPBACK, port=port)
    assert (exchange.failure, exchange.tries) == (None, 2)


async def test_every_try_comes_from_a_port_of_its_own() -> None:
    """RFC 5452 section 9.2: who can't see our packets must guess the port besides the id."""
    ports: list[int] = []

    class Noting(UdpServer):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            ports.append(addr[1])
            super().datagram_received(data, addr)

    loop = asyncio.get_running_loop()
    answering = Noting(lambda query, seen: [reply_to(query)] if seen > 1 else [])
    transport, _ = await loop.create_datagram_endpoint(lambda: answering, local_addr=(LOOPBACK, 0))
    port = transport.get_extra_info("sockname")[1]
    asking = network()
    await asking.dns(QUERY, LOOPBACK, port=port)  # two tries: the first goes unanswered
    await asyncio.gather(*(asking.dns(QUERY, LOOPBACK, port=port) for _ in range(20)))
    transport.close()
    assert len(ports) == 22 and len(set(ports)) > 18, ports
    assert max(ports) - min(ports) > 1_000, "ports in a row can be guessed"


async def test_strangers_are_not_heard() -> None:
    """An answer that is right in all but where it comes from."""
    async with udp_server(lambda *_: []) as (stranger, _):

        def ask_a_friend(query: bytes, _: int) -> list[bytes]:
            stranger.transport.sendto(reply_to(query), asker[-1])
            return []

        class Noting(UdpServer):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                asker.append(addr)
                super().datagram_received(data, addr)

        asker: list[tuple[str, int]] = []
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: Noting(ask_a_friend), local_addr=(LOOPBACK, 0))
        port = transport.get_extra_info("sockname")[1]
        exchange = await network(udp_tries=1).dns(QUERY, LOOPBACK, port=port)
        transport.close()
    assert len(asker) == 1
    assert exchange.failure is not None and exchange.failure.reason is Reason.TIMEOUT


@pytest.mark.parametrize("transport", list(Transport))
async def test_questions_that_are_given_up_leave_no_socket_open(transport: Transport) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with udp_server(lambda *_: []) as (_, udp), tcp_server(hang) as tcp:
        asking, port = network(), udp if transport is Transport.UDP else tcp
        before = len(os.listdir("/proc/self/fd"))
        tasks = [asyncio.create_task(asking.dns(QUERY, LOOPBACK, port=port, transport=transport)) for _ in range(30)]
        await asyncio.sleep(0.1)
        assert len(os.listdir("/proc/self/fd")) > before
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.1)
        assert len(os.listdir("/proc/self/fd")) == before


async def closed_port() -> int:
    async with tcp_server(_hang_up) as port:
        return port


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0)


async def test_a_refusal_is_reported_after_a_second_try() -> None:
    port = await closed_port()
    quick = network(pause=0.01)
    over_tcp = await quick.dns(QUERY, LOOPBACK, port=port, transport=Transport.TCP)
    page = await quick.http(f"https://portal.example:{port}/", LOOPBACK)
    mail = await quick.smtp("example", "mail.example", LOOPBACK, port)
    for fact in (over_tcp, page, mail):
        assert fact.failure is not None
        assert (fact.failure.reason, fact.failure.side, fact.tries) == (Reason.REFUSED, Side.TARGET, 2)
    with pytest.raises(NetworkError) as refused:
        await quick.connect(LOOPBACK, port)
    assert (refused.value.failure.reason, refused.value.tries) == (Reason.REFUSED, 2)
    over_udp = await quick.dns(QUERY, LOOPBACK, port=port)
    assert over_udp.failure is not None
    assert (over_udp.failure.reason, over_udp.tries) == (Reason.REFUSED, 3)


async def test_a_service_that_was_just_starting_is_no_failure() -> None:
    port = await closed_port()

    async def start() -> asyncio.Server:
        await asyncio.sleep(0.1)
        return await asyncio.start_server(lambda _reader, writer: writer.close(), LOOPBACK, port)

    starting = asyncio.create_task(start())
    connection = await network(pause=0.5).connect(LOOPBACK, port)
    assert connection.tries == 2
    await connection.stream.aclose()
    server = await starting
    server.close()
    await server.wait_closed()


async def test_a_failed_handshake_gets_a_second_try() -> None:
    greeted = []

    async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeted.append(await reader.read(1))
        writer.write(b"\x15\x03\x03\x00\x02\x02\x28")  # alert: handshake_failure
        await writer.drain()

    async with tcp_server(no_tls) as port:
        hop = await network().http(f"https://portal.example:{port}/", LOOPBACK)
    assert hop.failure is not None
    assert (hop.failure.reason, hop.tries, len(greeted)) == (Reason.TLS_ALERT, 2, 2)


async def test_dns_over_tcp_reassembles_and_skips_what_does_not_match() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        query = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
        forged = b"\0\0" + reply_to(query)[2:]
        for answer in (forged, reply_to(query)):
            wire = len(answer).to_bytes(2, "big") + answer
            for position in range(len(wire)):
                writer.write(wire[position : position + 1])
                await writer.drain()

    async with tcp_server(serve) as port:
        exchange = await network().dns(QUERY, LOOPBACK, port=port, transport=Transport.TCP)
    assert exchange.response == reply_to(QUERY)


async def test_tcp_that_closes_or_hangs_is_told_apart() -> None:
    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    reasons = []
    for handler in (close, hang):
        async with tcp_server(handler) as port:
            exchange = await network(dns_tcp_timeout=0.3).dns(QUERY, LOOPBACK, port=port, transport=Transport.TCP)
            assert exchange.failure is not None
            reasons.append((exchange.failure.reason, exchange.tries))
    assert reasons == [(Reason.RESET, 2), (Reason.TIMEOUT, 2)]


async def test_special_addresses_are_refused_unless_allowed() -> None:
    strict = InternetNetwork(Limits())
    for address in ("127.0.0.1", "::1", "10.1.2.3", "::ffff:192.0.2.1", "2002::1", "0.0.0.0"):
        exchange = await strict.dns(QUERY, address)
        assert exchange.failure is not None and exchange.failure.reason is Reason.OUT_OF_SCOPE, address
        with pytest.raises(NetworkError):
            await strict.connect(address, 80)
    odd = await strict.dns(QUERY, "not an address\x1b[2J")
    assert odd.failure is not None and odd.failure.reason is Reason.MALFORMED


def page(body: bytes, status: str = "200 OK", headers: str = "") -> Handler:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)
        await writer.drain()

    return serve


async def test_http_goes_to_the_address_and_names_the_host() -> None:
    seen = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 301 Moved\r\nLocation: https://x.example/\r\nContent-Length: 0\r\n\r\n")

    async with tcp_server(serve) as port:
        hop = await network().http(f"http://portal.example:{port}/tin-tuc?a=1", LOOPBACK)
    assert hop.failure is None
    assert (hop.status, dict(hop.headers)["location"]) == (301, "https://x.example/")
    assert seen.startswith(b"GET /tin-tuc?a=1 HTTP/1.1\r\n") and b"portal.example" in seen and b"netaudit/" in seen


async def test_https_takes_any_certificate_and_keeps_the_chain() -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("other.example").configure_cert(context)
    async with tcp_server(page(b"<html>"), context) as port:
        hop = await network().http(f"https://portal.example:{port}/", LOOPBACK)
    assert hop.failure is None and hop.status == 200 and hop.body == b"<html>"
    assert hop.tls is not None and hop.tls.version == "TLSv1.3" and hop.tls.server_name == "portal.example"
    assert len(hop.tls.certificates) >= 1 and hop.tls.certificates[0][:1] == b"\x30"


async def test_https_that_is_no_tls_is_a_tls_failure_with_the_handshake_noted() -> None:
    async with tcp_server(page(b"plain")) as port:
        hop = await network().http(f"https://portal.example:{port}/", LOOPBACK)
    assert hop.failure is not None and hop.status is None
    assert hop.failure.reason in {Reason.TLS, Reason.RESET, Reason.TIMEOUT}  # TIMEOUT: it waits for a whole request
    assert hop.tls is not None and hop.tls.failure is not None


async def test_a_page_without_end_costs_its_bound() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with tcp_server(flood) as port:
        hop = await network(body_bytes=1000, body_read_bytes=500_000).http(f"http://a.example:{port}/", LOOPBACK)
    assert hop.failure is None and len(hop.body) == 1000 and 500_000 < hop.body_size < 2_000_000


@pytest.mark.parametrize(
    "answer", [b"", b"\x00\xff" * 40, b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000]
)
async def test_http_nonsense_is_the_targets_failure_and_nothing_escapes(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async with tcp_server(serve) as port:
        hop = await network().http(f"http://a.example:{port}/", LOOPBACK)
    assert hop.failure is not None and hop.failure.side is Side.TARGET and hop.tries == 2


async def test_http_drip_ends_with_its_deadline() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"H")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with tcp_server(drip) as port:
        hop = await network(http_timeout=0.4).http(f"http://a.example:{port}/", LOOPBACK)
    assert hop.failure is not None and hop.failure.reason in {Reason.TIMEOUT, Reason.PROTOCOL}
    assert hop.elapsed_ms < 2000


def smtp_server(tls: ssl.SSLContext, capabilities: bytes) -> Handler:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220-mail.example hello\r\n220 ready\r\n")
        while line := await reader.readline():
            verb = line.split()[0].upper()
            if verb == b"EHLO":
                writer.write(capabilities)
            elif verb == b"STARTTLS":
                writer.write(b"220 go ahead\r\n")
                await writer.drain()
                await writer.start_tls(tls)
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            else:
                raise AssertionError(f"the scanner sent {line!r}")

    return serve


async def test_smtp_starttls_is_recorded_and_no_mail_is_sent() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("mail.example").configure_cert(context)
    handler = smtp_server(context, b"250-mail.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n")
    async with tcp_server(handler) as port:
        fact = await network().smtp("example", "mail.example", LOOPBACK, port)
    assert fact.failure is None
    assert fact.banner == "mail.example hello" and fact.capabilities == ("SIZE 1000", "STARTTLS")
    assert fact.starttls_offered and fact.tls is not None and fact.tls.certificates


async def test_smtp_without_starttls_and_with_a_refusal() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    async with tcp_server(smtp_server(context, b"250 mail.example\r\n")) as port:
        fact = await network().smtp("example", "mail.example", LOOPBACK, port)
    assert (fact.failure, fact.starttls_offered, fact.tls) == (None, False, None)

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 go away \x1b[31m\r\n")
        await writer.drain()
        await reader.read()

    async with tcp_server(refuse) as port:
        fact = await network().smtp("example", "mail.example", LOOPBACK, port)
    assert fact.failure is not None and fact.failure.reason is Reason.PROTOCOL
    assert fact.failure.detail == "554 go away ?[31m"


@pytest.mark.parametrize("flood", [b"x" * 1_000_000, b"220-a\r\n" * 100_000])
async def test_smtp_floods_are_bounded(flood: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(flood)
        await writer.drain()

    async with tcp_server(serve) as port:
        fact = await network().smtp("example", "mail.example", LOOPBACK, port)
    assert fact.failure is not None and fact.failure.side is Side.TARGET
