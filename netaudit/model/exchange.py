"""One DNS question put to one server, and what came back: raw bytes first, views second."""

import hashlib
from enum import StrEnum
from functools import cached_property, lru_cache

import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from netaudit.model.common import Failure, Family, Record, Timestamp, Transport, family_of
from netaudit.model.wire import HEADER, first_question, read_message

__all__ = ["Exchange", "Purpose"]

_QR, _AA, _TC = 0x80, 0x04, 0x02  # in the third octet
_REMEMBERED = 32_768  # messages, and questions: those of about 1,500 zones


class Purpose(StrEnum):
    """What an out-of-the-way question was for: the active extras (docs/guide.md), asked only when wanted."""

    EDNS_PLAIN = "edns_plain"  # SOA without EDNS (RFC 8906 section 8.1.1)
    EDNS_VERSION = "edns_version"  # an EDNS version that nobody has (8.2.2)
    EDNS_OPTION = "edns_option"  # an option that nobody knows (8.2.3)
    EDNS_FLAGS = "edns_flags"  # a reserved flag (8.2.4)
    EDNS_BUFSIZE = "edns_bufsize"  # DNSKEY with room for 512 bytes (8.2.7)
    EDNS_LARGE = "edns_large"  # DNSKEY with room for 4096 bytes, more than one packet has (RFC 9715)
    COOKIE = "cookie"  # a client cookie (RFC 7873)
    COOKIE_AGAIN = "cookie_again"  # the server's cookie shown to it
    NSID = "nsid"  # the server's own name (RFC 5001)
    RECURSION = "recursion"  # a name outside the zone, with RD
    RESOLVER = "resolver"  # any question to a recursive resolver: what it answers is nobody's authoritative word
    AXFR = "axfr"  # a zone transfer; of the response only header and question are kept


class Exchange(Record, frozen=True, kw_only=True, tag_field="kind", tag="dns", dict=True):
    """A DNS query and its response as wire bytes (RFC 1035), with server, transport and time.

    `response` is None exactly when `failure` is set. `id` names the exchange as a fact; make
    exchanges with `Exchange.new`, which derives it from the content.
    """

    id: str
    server: str
    transport: Transport
    query: bytes
    at: Timestamp
    response: bytes | None = None
    failure: Failure | None = None
    port: int = 53
    elapsed_ms: float = 0.0
    local_address: str | None = None
    tries: int = 1
    purpose: str = ""  # a `Purpose`: what an out-of-the-way question was for; it is evidence of nothing else

    @classmethod
    def new(
        cls,
        *,
        server: str,
        transport: Transport,
        query: bytes,
        at: float,
        response: bytes | None = None,
        failure: Failure | None = None,
        port: int = 53,
        elapsed_ms: float = 0.0,
        local_address: str | None = None,
        tries: int = 1,
        purpose: str = "",
    ) -> "Exchange":
        """Build an exchange whose id is a digest of who was asked what, when, and the answer."""
        digest = hashlib.blake2s(digest_size=6)
        for part in (server.encode(), transport.encode(), query, repr(at).encode(), response or b""):
            digest.update(len(part).to_bytes(4, "big") + part)
        return cls(
            id=f"dns-{digest.hexdigest()}",
            server=server,
            transport=transport,
            query=query,
            at=at,
            response=response,
            failure=failure,
            port=port,
            elapsed_ms=elapsed_ms,
            local_address=local_address,
            tries=tries,
            purpose=purpose,
        )

    @property
    def content(self) -> bytes:
        """The response but for its id: equal contents say the same. Empty without a response."""
        return b"" if self.response is None else self.response[2:]

    @property
    def family(self) -> Family:
        """The family of the server's address."""
        return family_of(self.server)

    @cached_property
    def question(self) -> tuple[dns.name.Name, dns.rdatatype.RdataType]:
        """The name and type that were asked."""
        return _question(self.query[2:])

    @cached_property
    def message(self) -> dns.message.Message | None:
        """The response, parsed tolerantly: a malformed record is left out and listed in `.errors`.

        None when there was no response or not even its header and question could be read. Responses that
        are equal but for their id share one message, whose id is 0: it is to be read and never changed.
        """
        return None if self.response is None else _parsed(self.content)

    @cached_property
    def readable(self) -> bool:
        """Whether a response came back and is one to the question; a response without a question has an error code."""
        message = self.message
        if message is None or not self._has(_QR):
            return False
        asked = [(entry.name, entry.rdtype) for entry in message.question if entry.rdclass == dns.rdataclass.IN]
        if len(asked) < len(message.question):
            return False  # we ask about the Internet only
        return asked == [self.question] or (not asked and self.rcode != dns.rcode.NOERROR)

    @cached_property
    def conclusive(self) -> bool:
        """Whether a readable response is a complete authoritative answer, positive or negative."""
        return (
            self.authoritative
            and not self.truncated
            and self.readable
            and self.rcode in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
        )

    @cached_property
    def rcode(self) -> int | None:
        """The response code with its EDNS extension (RFC 6891), or None without a readable response."""
        return None if self.message is None else int(self.message.rcode())

    @property
    def authoritative(self) -> bool:
        """Whether the response carries the AA flag."""
        return self._has(_AA) and self.message is not None

    @property
    def truncated(self) -> bool:
        """Whether the response carries the TC flag."""
        return self._has(_TC) and self.message is not None

    def answer(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.rrset.RRset | None:
        """The RRset of `name` and `rdtype`, class IN, in the answer section, or None."""
        if self.message is None:
            return None
        for rrset in self.message.answer:
            if rrset.rdtype != rdtype or rrset.rdclass != dns.rdataclass.IN:
                continue
            if rrset.name is name or rrset.name == name:
                return rrset
        return None

    def _has(self, flag: int) -> bool:
        """Whether a bit of the header's third octet is set; most responses need no parsing for that."""
        return self.response is not None and len(self.response) >= HEADER and bool(self.response[2] & flag)


@lru_cache(_REMEMBERED)
def _parsed(content: bytes) -> dns.message.Message | None:
    """The message that follows an id: the servers of a zone mostly give the same bytes."""
    return read_message(b"\0\0" + content)


@lru_cache(_REMEMBERED)
def _question(content: bytes) -> tuple[dns.name.Name, dns.rdatatype.RdataType]:
    """The question of a query without its id. Raises ValueError when it has none."""
    return first_question(b"\0\0" + content)
