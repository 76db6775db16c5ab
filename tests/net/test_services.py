"""Dialogues with mail clients' services and datagrams, over real sockets, with servers that behave and that do not."""

import asyncio
import ssl
from functools import partial

import pytest
import trustme

from netaudit.model.common import Failure, Reason, Side
from netaudit.net.network import Network
from netaudit.net.replay import ReplayNetwork
from netaudit.net.services import services_of
from netaudit.rules.ntp import answers, client_query
from tests.dns.memory import MemoryNetwork
from tests.lab_python.client import small_world
from tests.net.test_internet_sockets import LOOPBACK, Handler, network, tcp_server, udp_server


@pytest.fixture(scope="module")
def tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("mail.example").configure_cert(context)
    return context


def server(greeting: bytes, said: dict[bytes, list[bytes]], tls: ssl.SSLContext | None = None) -> Handler:
    """Says its piece to each command (`TAG` is the client's), a further one when asked again; STARTTLS is done."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left = {command: list(pieces) for command, pieces in said.items()}
        writer.write(greeting)
        while line := await reader.readline():
            words = line.split()
            command = words[-1] if words[0].startswith(b"n") else words[0]
            piece = left[command].pop(0) if left.get(command) else b""
            writer.write(piece.replace(b"TAG", words[0]))
            await writer.drain()
            if command == b"STARTTLS" and b"Begin" in piece and tls is not None:
                await writer.start_tls(tls)

    return serve


IMAP = {
    b"CAPABILITY": [
        b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nTAG OK done\r\n",
        b"* OK still here\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n",
    ],
    b"STARTTLS": [b"TAG OK Begin TLS\r\n"],
}
SMTP = {
    b"EHLO": [b"250-mail.example\r\n250 STARTTLS\r\n", b"250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n"],
    b"STARTTLS": [b"220 Begin TLS\r\n"],
}


async def test_imap_before_and_within_tls(tls: ssl.SSLContext) -> None:
    async with tcp_server(server(b"* OK [CAPABILITY IMAP4rev1] mail ready\r\n", IMAP, tls)) as port:
        fact = await network().dialogue(f"imap://mail.example:{port}", LOOPBACK)
    assert (fact.failure, fact.greeting) == (None, "mail ready")
    assert fact.capabilities == ("IMAP4rev1", "STARTTLS", "LOGINDISABLED") and fact.starttls_offered
    assert fact.secured == ("IMAP4rev1", "AUTH=PLAIN")
    assert fact.tls is not None and fact.tls.version == "TLSv1.3" and fact.tls.certificates
    assert (fact.endpoint, fact.address, fact.tries) == (f"imap://mail.example:{port}", LOOPBACK, 1)


async def test_submission_before_and_within_tls(tls: ssl.SSLContext) -> None:
    async with tcp_server(server(b"220 mail.example\r\n", SMTP, tls)) as port:
        fact = await network().dialogue(f"submission://mail.example:{port}", LOOPBACK)
    assert (fact.failure, fact.capabilities, fact.secured) == (None, ("STARTTLS",), ("AUTH PLAIN LOGIN",))


@pytest.mark.parametrize(
    ("scheme", "greeting", "said"),
    [
        ("imaps", b"* OK ready\r\n", {b"CAPABILITY": [IMAP[b"CAPABILITY"][1]]}),
        ("submissions", b"220 mail.example\r\n", {b"EHLO": [SMTP[b"EHLO"][1]]}),
    ],
)
async def test_tls_comes_first(
    tls: ssl.SSLContext, scheme: str, greeting: bytes, said: dict[bytes, list[bytes]]
) -> None:
    async with tcp_server(server(greeting, said), tls) as port:
        fact = await network().dialogue(f"{scheme}://mail.example:{port}", LOOPBACK)
    assert (fact.failure, fact.capabilities, len(fact.secured)) == (None, (), 1 if scheme == "submissions" else 2)
    assert fact.tls is not None and fact.tls.certificates


async def test_no_tls_where_it_should_come_first() -> None:
    async with tcp_server(server(b"* OK ready\r\n", {})) as port:
        fact = await network().dialogue(f"imaps://mail.example:{port}", LOOPBACK)
    assert fact.failure is not None and (fact.failure.reason, fact.failure.side) == (Reason.TLS, Side.TARGET)
    assert fact.tls is not None and fact.tls.failure is not None and fact.greeting == ""


@pytest.mark.parametrize(
    ("greeting", "said", "detail"),
    [
        (b"* BYE not you \x1b[31m\r\n", {}, "BYE not you ?[31m"),
        (b"220 mail.example\r\n", {}, "the greeting is not IMAP"),
        (b"* OK hi\r\n", {b"CAPABILITY": [b"TAG BAD no\r\n"]}, "BAD no"),
        (b"* OK hi\r\n", {b"CAPABILITY": [b"* CAPABILITY " + b"x" * 9_000]}, "a line of more than 1024 bytes"),
        (b"* OK hi\r\n", {b"CAPABILITY": [b"* OK and so on\r\n" * 999]}, "more than 64 lines in one reply"),
        (b"* OK hi\r\n", {b"CAPABILITY": [b"other OK done\r\n"]}, "the reply is not IMAP"),
        (b"* OK hi\r\n", {**IMAP, b"STARTTLS": [b"TAG NO not today\r\n"]}, "NO not today"),
        (
            b"* OK hi\r\n",
            {**IMAP, b"STARTTLS": [b"TAG OK Go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"]},
            "bytes came before the TLS handshake (CVE-2011-0411)",
        ),
    ],
)
async def test_what_is_no_imap_is_the_servers_failure(
    greeting: bytes, said: dict[bytes, list[bytes]], detail: str
) -> None:
    async with tcp_server(server(greeting, said)) as port:
        fact = await network().dialogue(f"imap://mail.example:{port}", LOOPBACK)
    assert fact.failure == Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=detail)


async def test_a_login_without_password_is_told() -> None:
    async with tcp_server(server(b"* PREAUTH come in\r\n", {b"CAPABILITY": [b"TAG OK\r\n"]})) as port:
        fact = await network().dialogue(f"imap://mail.example:{port}", LOOPBACK)
    assert (fact.failure, fact.greeting, fact.capabilities) == (None, "PREAUTH come in", ())


async def test_a_server_that_says_nothing_ends_with_the_deadline() -> None:
    async with tcp_server(server(b"", {})) as port:
        fact = await network(smtp_timeout=0.2).dialogue(f"imap://mail.example:{port}", LOOPBACK)
    assert fact.failure is not None and (fact.failure.reason, fact.tries) == (Reason.TIMEOUT, 2)


async def test_datagrams_are_taken_only_when_they_answer() -> None:
    query = client_query(b"12345678")
    reply = b"\x24" + bytes(23) + b"12345678" + bytes(16)

    async with udp_server(lambda *_: [b"", b"\x24" + bytes(60), query, reply]) as (_, port):
        fact = await network().datagram(f"ntp://gio.example:{port}", LOOPBACK, query, partial(answers, query))
    assert (fact.failure, fact.reply, fact.request, fact.tries) == (None, reply, query, 1)
    assert 0 < fact.elapsed_ms < 300


async def test_the_time_of_a_lost_request_does_not_count() -> None:
    async with udp_server(lambda _, seen: [b"here"] if seen > 1 else []) as (_, port):
        asking = network()
        began = asking.now()
        fact = await asking.datagram(f"udp://app.example:{port}", LOOPBACK, b"?", lambda _: True)
    assert (fact.reply, fact.tries) == (b"here", 2)
    assert fact.elapsed_ms < 250 and fact.at - began > 0.25


async def test_replies_are_bounded_and_a_closed_port_is_a_refusal() -> None:
    async with udp_server(lambda *_: [b"x" * 9_000]) as (_, port):
        fact = await network().datagram(f"udp://app.example:{port}", LOOPBACK, b"", lambda _: True)
    assert fact.reply == b"x" * 2_048
    refused = await network().datagram(f"udp://app.example:{port}", LOOPBACK, b"", lambda _: True)
    assert refused.failure is not None and (refused.failure.reason, refused.reply) == (Reason.REFUSED, None)


async def test_nothing_is_sent_where_the_policy_forbids_it() -> None:
    fact = await network().datagram("ntp://gio.example:123", "192.0.2.1", b"", lambda _: True)
    talk = await network().dialogue("imap://mail.example:143", "192.0.2.1")
    for seen in (fact, talk):
        assert seen.failure is not None and (seen.failure.reason, seen.tries) == (Reason.OUT_OF_SCOPE, 0)


async def test_what_was_recorded_is_replayed(tls: ssl.SSLContext) -> None:
    async with tcp_server(server(b"220 mail.example\r\n", SMTP, tls)) as port:
        talk = await network().dialogue(f"submission://mail.example:{port}", LOOPBACK)
    async with udp_server(lambda *_: [b"here"]) as (_, port):
        fact = await network().datagram(f"udp://app.example:{port}", LOOPBACK, b"?", lambda _: True)
    again: Network = ReplayNetwork([talk, fact])
    services = services_of(again)
    assert await services.dialogue(talk.endpoint, LOOPBACK) == talk
    assert await services.datagram(fact.endpoint, LOOPBACK, b"another", lambda _: True) == fact
    missing = await services.dialogue(talk.endpoint, "192.0.2.1")
    assert missing.failure is not None and missing.failure.reason is Reason.NOT_RECORDED


async def test_a_network_of_name_servers_alone_says_so() -> None:
    services = services_of(MemoryNetwork(small_world()))
    talk = await services.dialogue("imap://mail.example:143", "192.0.2.1")
    fact = await services.datagram("ntp://gio.example:123", "192.0.2.1", b"?", lambda _: True)
    for seen in (talk, fact):
        assert seen.failure is not None and seen.failure.side is Side.OURS and seen.tries == 0
