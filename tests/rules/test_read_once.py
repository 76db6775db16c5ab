"""What is remembered is what would be found again."""

import dns.dnssec
import dns.message
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
from hypothesis import given
from hypothesis import strategies as st

from netaudit.model.common import Transport
from netaudit.model.exchange import Exchange
from netaudit.rules.names import name_text
from netaudit.rules.once import by_content
from netaudit.rules.rrsig import key_tag

QUERY = dns.message.make_query("tinh.vn", "SOA").to_wire()


def exchange(server: str, response: bytes | None) -> Exchange:
    return Exchange.new(server=server, transport=Transport.UDP, query=QUERY, at=0.0, response=response)


def test_responses_that_differ_in_their_id_alone_are_read_once() -> None:
    read: list[str] = []

    @by_content
    def server_of(asked: Exchange) -> str:
        read.append(asked.server)
        return asked.server

    same = [exchange("192.0.2.1", b"\0\1rest"), exchange("192.0.2.2", b"\0\2rest")]
    other = exchange("192.0.2.3", b"\0\1else")
    found = [server_of(asked) for asked in (*same, other, same[1])]
    assert found == [f"192.0.2.{number}" for number in (1, 1, 3, 1)]
    assert read == ["192.0.2.1", "192.0.2.3"]


def test_equal_responses_share_a_message_and_keep_their_ids() -> None:
    response = dns.message.make_response(dns.message.from_wire(QUERY)).to_wire()
    first, second = exchange("192.0.2.1", b"\0\1" + response[2:]), exchange("192.0.2.2", b"\0\2" + response[2:])
    assert first.message is second.message is not None
    assert first.id != second.id and first.response != second.response
    assert exchange("192.0.2.1", None).content == b""


@given(st.integers(0, 0xFFFF), st.integers(0, 255), st.sampled_from((1, 5, 8, 13, 15, 16)), st.binary(max_size=300))
def test_key_tags_are_those_of_dnspython(flags: int, protocol: int, algorithm: int, key: bytes) -> None:
    rdata = dns.rdtypes.ANY.DNSKEY.DNSKEY(dns.rdataclass.IN, dns.rdatatype.DNSKEY, flags, protocol, algorithm, key)  # type: ignore[no-untyped-call]
    assert key_tag(rdata) == dns.dnssec.key_id(rdata)


def test_names_are_written_alike_however_often() -> None:
    for text, written in (("Tinh.VN.", "tinh.vn"), (".", "."), ("a\\.b.vn.", "a\\.b.vn")):
        name = dns.name.from_text(text)
        assert name_text(name) == name_text(name) == written
