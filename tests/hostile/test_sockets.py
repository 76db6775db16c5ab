"""Hostile servers at the other end of real sockets: forged replies first, lengths that lie, endless drips."""

import asyncio
import time
from collections.abc import Callable

import dns.message
import pytest

from netaudit.model.common import Reason, Transport
from tests.net.test_internet_sockets import LOOPBACK, QUERY, network, reply_to, tcp_server, udp_server

PATIENCE = 3.0  # seconds: two tries of one second, and some


def _other_class(query: bytes) -> bytes:
    """The right answer but for the class of the question, which is CH."""
    reply = bytearray(reply_to(query))
    position = 12
    while reply[position]:
        position += reply[position] + 1
    reply[position + 4] = 3
    return bytes(reply)


FORGED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda query: b"",
    "one octet": lambda query: b"\0",
    "cut header": lambda query: reply_to(query)[:11],
    "another id": lambda query: bytes((query[0] ^ 0x80,)) + reply_to(query)[1:],
    "the query itself": lambda query: query,
    "another name": lambda query: reply_to(
        dns.message.make_query("evil.", "SOA", id=int.from_bytes(query[:2], "big")).to_wire()
    ),
    "another type": lambda query: reply_to(
        dns.message.make_query("example.", "A", id=int.from_bytes(query[:2], "big")).to_wire()
    ),
    "another class": _other_class,
    "no question, no error": lambda query: reply_to(query)[:4] + b"\0" * 8,
    "two questions": lambda query: reply_to(query)[:4] + b"\0\2" + reply_to(query)[6:],
}


@pytest.mark.parametrize("kind", FORGED)
async def test_a_forged_reply_that_comes_first_ends_nothing(kind: str) -> None:
    """TuDoor (CVE-2023-29483): the right answer still counts, and without one it is silence, not an answer."""
    forge = FORGED[kind]
    async with udp_server(lambda query, _: [forge(query)] * 50 + [reply_to(query)]) as (_, port):
        exchange = await network().dns(QUERY, LOOPBACK, port=port)
    assert exchange.response == reply_to(QUERY) and exchange.tries == 1
    async with udp_server(lambda query, _: [forge(query)]) as (_, port):
        exchange = await network().dns(QUERY, LOOPBACK, port=port)
    assert exchange.failure is not None and exchange.failure.reason is Reason.TIMEOUT


async def _over_tcp(answers: Callable[[bytes], list[bytes]], pause: float = 0.0) -> tuple[Reason | None, bytes | None]:
    """What comes of a server that sends these pieces, and then no more."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        query = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
        for piece in answers(query):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        await reader.read()

    async with tcp_server(serve) as port:
        began, spent = time.monotonic(), time.process_time()
        exchange = await network().dns(QUERY, LOOPBACK, port=port, transport=Transport.TCP)
        assert time.monotonic() - began < PATIENCE
        assert time.process_time() - spent < 1.0
    return (exchange.failure.reason if exchange.failure is not None else None), exchange.response


def _framed(wire: bytes) -> bytes:
    return len(wire).to_bytes(2, "big") + wire


async def test_an_octet_at_a_time_ends_with_the_deadline() -> None:
    found = await _over_tcp(lambda query: [bytes((octet,)) for octet in _framed(reply_to(query))], pause=0.2)
    assert found == (Reason.TIMEOUT, None)


@pytest.mark.parametrize("length", [0xFFFF, 4000])
async def test_a_length_that_is_too_long_ends_with_the_deadline(length: int) -> None:
    found = await _over_tcp(lambda query: [length.to_bytes(2, "big") + reply_to(query)])
    assert found == (Reason.TIMEOUT, None)


@pytest.mark.parametrize("length", [0, 5])
async def test_a_length_that_is_too_short_is_no_answer(length: int) -> None:
    found = await _over_tcp(lambda query: [length.to_bytes(2, "big") + reply_to(query)])
    assert found == (Reason.TIMEOUT, None)


async def test_empty_and_foreign_messages_before_the_answer_are_passed_over() -> None:
    found = await _over_tcp(
        lambda query: [
            _framed(b"") * 1000,
            *(_framed(forge(query)) for forge in FORGED.values()),
            _framed(reply_to(query)),
        ]
    )
    assert found == (None, reply_to(QUERY))


async def test_a_flood_of_foreign_messages_costs_its_bound() -> None:
    junk = _framed(b"\xff" * 60_000)
    found = await _over_tcp(lambda query: [junk] * 200)
    assert found == (Reason.TIMEOUT, None)
