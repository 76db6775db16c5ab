"""NTP packets: what is sent, which replies answer it, and what they say; bytes written out by RFC 5905 section 7.3."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.rules.ntp import NtpReply, answers, client_query, read_reply

ERA = 2_208_988_800  # RFC 5905 figure 4: 1970 in seconds since 1900
NOW = 1_795_000_000.0


def packet(
    received: float, sent: float, *, first: int = 0x24, stratum: int = 2, source: bytes = b"\xc0\0\x02\x01"
) -> bytes:
    stamps = [int((moment + ERA) * (1 << 32)) % (1 << 64) for moment in (received, sent)]
    return struct.pack("!BBbbII4sQ8sQQ", first, stratum, 6, -20, 0x8000, 0x4000, source, 0, b"12345678", *stamps)


def test_a_query_tells_nothing_of_the_client() -> None:
    query = client_query(b"\x01\x02\x03\x04\x05\x06\x07\x08")
    assert query == b"\x23" + bytes(39) + b"\x01\x02\x03\x04\x05\x06\x07\x08"


def test_only_a_reply_with_the_nonce_answers() -> None:
    query, reply = client_query(b"12345678"), packet(NOW, NOW)
    assert answers(query, reply)
    assert answers(query, reply + b"an extension")
    assert not answers(query, reply[:47])
    assert not answers(client_query(b"87654321"), reply)
    assert not answers(query, query), "our own packet"
    assert not answers(query, b"\x25" + reply[1:]), "a broadcast"
    assert not answers(query, b"")


def test_offset_and_delay_leave_out_the_time_that_the_server_took() -> None:
    """Sent at 0, received at 10.1 by its clock, sent at 10.3, received at 0.4: 0.2 s under way, 10 s ahead."""
    reply = read_reply(packet(NOW + 10.1, NOW + 10.3), NOW, 0.4)
    assert reply is not None
    assert (round(reply.offset, 3), round(reply.delay, 3)) == (10.0, 0.2)
    assert (reply.root_delay, reply.root_dispersion, reply.distance) == (0.5, 0.25, 0.5)
    assert (reply.stratum, reply.leap, reply.reference, reply.synchronised) == (2, 0, "192.0.2.1", True)


def test_the_next_era_is_no_leap_back() -> None:
    """On 7 February 2036 the seconds begin at 0 again (RFC 5905 section 6)."""
    turn = float((1 << 32) - ERA)
    before = read_reply(packet(turn + 1, turn + 1), turn - 1, 0.0)
    after = read_reply(packet(turn - 1, turn - 1), turn + 1, 0.0)
    assert before is not None and after is not None
    assert (before.offset, after.offset) == (2.0, -2.0)


@pytest.mark.parametrize(
    ("first", "stratum", "source", "kiss", "synchronised"),
    [
        (0x24, 1, b"GPS\0", "", True),
        (0x24, 15, b"\0\0\0\0", "", True),
        (0x24, 16, b"\0\0\0\0", "", False),
        (0xE4, 2, b"\0\0\0\0", "", False),
        (0x24, 0, b"RATE", "RATE", False),
        (0xE4, 0, b"DENY", "DENY", False),
        (0xE4, 0, b"\0\0\0\0", "", False),
        (0x24, 0, b"\x1b[3m", "?[3m", False),
    ],
)
def test_states(first: int, stratum: int, source: bytes, kiss: str, synchronised: bool) -> None:
    reply = read_reply(packet(NOW, NOW, first=first, stratum=stratum, source=source), NOW, 0.0)
    assert reply is not None
    assert (reply.kiss, reply.synchronised) == (kiss, synchronised)


@given(st.binary(max_size=120), st.floats(0, 4e9), st.floats(0, 60))
def test_nothing_that_a_server_sends_breaks_the_reader(reply: bytes, sent_at: float, elapsed: float) -> None:
    found = read_reply(reply, sent_at, elapsed)
    assert (found is None) is (len(reply) < 48 or reply[0] & 7 != 4)
    if found is not None:
        assert isinstance(found, NtpReply) and found.delay >= 0 and found.reference.isprintable()
