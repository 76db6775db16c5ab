"""Messages read by `netaudit.model.wire` say what dnspython says of them, and are refused where it refuses them."""

import struct
from functools import cache
from itertools import islice
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.model import wire
from netaudit.model.exchange import Exchange
from netaudit.model.wire import Unusual, first_question, read_message, records
from netaudit.store.facts import iterate_facts
from tests.fuzz.mutate import mutations
from tests.model.oracle import as_dnspython_reads_it, described

RECORDED = Path(__file__).parent.parent / "recorded"
QUESTION = b"\3www\4Tinh\2vn\0" + struct.pack("!HH", 1, 1)  # from offset 12; "vn" stands at 21
HERE, UP = b"\xc0\x0c", b"\xc0\x10"
TYPES = sorted(int(kind) for kind in dns.rdatatype.RdataType)


def message(*parts: bytes, counts: tuple[int, int, int, int] = (1, 1, 0, 0), flags: int = 0x8400) -> bytes:
    return struct.pack("!6H", 7, flags, *counts) + QUESTION + b"".join(parts)


def record(
    owner: bytes, rdtype: int, data: bytes, *, rdclass: int = 1, ttl: int = 60, length: int | None = None
) -> bytes:
    size = len(data) if length is None else length
    return owner + struct.pack("!HHIH", rdtype, rdclass, ttl, size) + data


def check(octets: bytes) -> None:
    assert described(read_message(octets)) == described(as_dnspython_reads_it(octets)), octets.hex()


def plain(octets: bytes) -> bool:
    """Whether it is read here, and not by dnspython."""
    try:
        wire._plain(octets)
    except Unusual:
        return False
    return True


@cache
def responses() -> tuple[bytes, ...]:
    """The responses of all recordings."""
    facts = (fact for path in sorted(RECORDED.glob("*.zst")) for fact in iterate_facts(path))
    found = (fact.response for fact in facts if isinstance(fact, Exchange) and fact.response is not None)
    return tuple(dict.fromkeys(b"\0\0" + response[2:] for response in found))


def test_recorded_responses_say_what_dnspython_says() -> None:
    for response in responses():
        check(response)
    odd = [response for response in responses() if not plain(response)]
    assert len(odd) < len(responses()) / 100


@given(st.integers(0, 1 << 32))
def test_changed_responses_say_what_dnspython_says(seed: int) -> None:
    for changed in islice(mutations(responses(), seed), 20):
        check(changed)


labels = st.binary(min_size=1, max_size=12).map(lambda label: bytes([len(label)]) + label)
pointers = st.integers(0, 90).map(lambda offset: struct.pack("!H", 0xC000 | offset))
names = st.builds(
    lambda own, end: b"".join(own) + end,
    st.lists(st.sampled_from((b"\3www", b"\3WWW", b"\2vn", b"\1a")) | labels, max_size=3),
    st.sampled_from((b"\0", HERE, UP)) | pointers,
)
data = st.one_of(
    st.binary(max_size=40),
    names,
    st.builds(lambda head, name, tail: head + name + tail, st.binary(max_size=6), names, st.binary(max_size=24)),
    st.builds(lambda one, two, tail: one + two + tail, names, names, st.binary(min_size=20, max_size=20)),
    st.builds(lambda covers, head, rest: struct.pack("!H", covers) + head + rest, st.sampled_from((1, 6, 48)),
              st.binary(min_size=16, max_size=16), names),
    st.lists(st.tuples(st.integers(0, 20), st.binary(max_size=9)), max_size=3).map(
        lambda options: b"".join(struct.pack("!HH", code, len(value)) + value for code, value in options)),
)  # fmt: skip
common = st.sampled_from((1, 2, 5, 6, 12, 15, 16, 28, 33, 41, 43, 46, 47, 48, 50, 257))
rrs = st.builds(
    lambda owner, rdtype, rdclass, ttl, content, lie: record(
        owner, rdtype, content, rdclass=rdclass, ttl=ttl, length=max(0, len(content) + lie)
    ),
    st.sampled_from((b"\0", HERE)) | names,
    common | st.sampled_from(TYPES) | st.integers(0, 65535),
    st.sampled_from((1, 1, 1, 3, 255, 1232)),
    st.sampled_from((0, 60, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)),
    data,
    st.sampled_from((0, 0, 0, 0, 1, -1, 300)),
)


@given(
    st.lists(rrs, max_size=6),
    st.tuples(*[st.integers(0, 3)] * 3),
    st.sampled_from((0x8400, 0x8403, 0x8600, 0xA800, 0x0000, 0xFFFF)),
    st.sampled_from((0, 1, 1, 1, 2)),
    st.binary(max_size=3),
)
def test_messages_of_any_kind_say_what_dnspython_says(
    parts: list[bytes], counts: tuple[int, int, int], flags: int, questions: int, junk: bytes
) -> None:
    octets = message(*parts, junk, counts=(questions, *counts), flags=flags)
    check(octets)
    check(octets[: len(octets) - len(junk) - 1])


@pytest.mark.parametrize("rdtype", TYPES)
def test_names_within_the_data_of_any_type(rdtype: int) -> None:
    """Where a type's data may hold a compressed name, and where that is an error, is known here too."""
    for before in (0, 1, 2, 3, 4, 6, 8, 12, 18):
        for name in (HERE, b"\1a" + HERE, b"\1a\0", b"\0"):
            for after in (b"", name, bytes(20), name + bytes(20), b"\0\1\x40"):
                for section in ((1, 1, 0, 0), (1, 0, 0, 1)):
                    check(message(record(HERE, rdtype, bytes(before) + name + after), counts=section))


TARGET = 2  # NS, whose data is a name
CHAIN = len(message()) + 12  # where the data of the first record begins, when its owner is a pointer


def chain(hops: int) -> bytes:
    """NS records each of whose targets is a pointer to that of the one before: the last takes `hops` hops."""
    places = [12, *(CHAIN + 14 * number for number in range(hops))]
    parts = [record(HERE, TARGET, struct.pack("!H", 0xC000 | place)) for place in places[:hops]]
    return message(*parts, counts=(1, hops, 0, 0))


LONG = b"\x3f" + b"x" * 63
HOSTILE = {
    "a pointer to itself": message(record(b"\xc0\x1f", 1, bytes(4))),
    "a loop of two pointers": message(record(HERE, TARGET, struct.pack("!H", 0xC000 | CHAIN + 2) + b"\xc0\x29")),
    "a pointer forward": message(record(HERE, TARGET, b"\xc0\x60"), bytes(80)),
    "a pointer into the header": message(record(b"\xc0\x02", 1, bytes(4))),
    "a pointer that leads back over itself": message(record(b"\1a\xc0\x1d", 1, bytes(4))),
    "a label type of old": message(record(b"\x41a\0", 1, bytes(4))),
    "a name of 256 octets": message(record(LONG * 3 + b"\x3e" + b"y" * 62 + b"\0", 1, bytes(4))),
    "a name too long by its pointer": message(record(LONG * 3 + b"\x32" + b"y" * 50 + HERE, 1, bytes(4))),
    "data longer than the message": message(record(HERE, 1, bytes(4), length=5)),
    "data shorter than the type": message(record(HERE, 1, bytes(3))),
    "data longer than the name in it": message(record(HERE, TARGET, HERE + b"\0")),
    "a name that leaves its data": message(record(HERE, TARGET, b"\3www\4Tinh\2vn\0", length=5)),
    "more records than there are": message(record(HERE, 1, bytes(4)), counts=(1, 9, 0, 0)),
    "no question": struct.pack("!6H", 7, 0x8405, 0, 0, 0, 0),
    "half a header": bytes(11),
    "half a question": message()[:20],
    "two OPT records": message(record(b"\0", 41, b"", rdclass=1232) * 2, counts=(1, 0, 0, 2)),
    "an OPT record in the answer": message(record(b"\0", 41, b"", rdclass=1232)),
    "an OPT record with a name": message(record(HERE, 41, b"", rdclass=1232), counts=(1, 0, 0, 1)),
    "an option that is cut off": message(record(b"\0", 41, b"\0\x0a\0\x09x", rdclass=1232), counts=(1, 0, 0, 1)),
    "options by the thousand": message(record(b"\0", 41, b"\0\x0a\0\0" * 9000, rdclass=1232), counts=(1, 0, 0, 1)),
    "TSIG": message(record(b"\0", 250, b"\0" + bytes(16), rdclass=255), counts=(1, 0, 0, 1)),
    "a DS digest that is cut off": message(record(HERE, 43, b"\0\1\x0d\2" + bytes(7))),
    "an update": message(record(HERE, 1, bytes(4)), flags=0xA800),
    "seventeen hops": chain(17),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_odd_is_left_to_dnspython(name: str) -> None:
    assert not plain(HOSTILE[name]) or name in ("no question", "a pointer into the header", "options by the thousand")
    check(HOSTILE[name])


def test_a_name_takes_as_many_hops_as_dnspython_allows() -> None:
    assert plain(chain(16))
    check(chain(16))


def test_equal_rrsets_are_one() -> None:
    """Whatever stands around them; not so when a letter's case or a TTL differs."""
    soa = HERE + HERE + bytes(20)
    answer = read_message(message(record(HERE, 6, soa)))
    absence = read_message(message(record(b"\3www\4Tinh\2vn\0", 6, soa), counts=(1, 0, 1, 0), flags=0x8403))
    assert answer is not None and absence is not None
    assert answer.answer[0] is absence.authority[0]
    for other in (record(b"\3WWW" + UP, 6, soa), record(HERE, 6, soa, ttl=61)):
        different = read_message(message(other))
        assert different is not None and different.answer[0] is not answer.answer[0]


def test_walking_stops_where_the_message_does() -> None:
    walk = records(message(record(HERE, 16, b"\1a"), record(HERE, 1, bytes(4), length=9), counts=(1, 2, 0, 0)))
    first = next(walk)
    assert (first.section, first.owner, first.rdtype, first.ttl) == (1, b"\3www\4Tinh\2vn\0", 16, 60)
    with pytest.raises(Unusual):
        next(walk)


def test_the_first_question() -> None:
    assert first_question(message()) == (dns.name.from_text("www.tinh.vn"), dns.rdatatype.A)
    for bad in (b"", bytes(11), bytes(12), message()[:14], message()[:-1]):
        with pytest.raises(ValueError):
            first_question(bad)


def test_a_message_can_be_searched_as_any_of_dnspython() -> None:
    read = read_message(message(record(HERE, 1, bytes(4))))
    assert read is not None and not read.flags & dns.flags.TC
    assert (
        read.get_rrset(read.answer, dns.name.from_text("www.tinh.vn"), dns.rdataclass.IN, dns.rdatatype.A)
        is read.answer[0]
    )
