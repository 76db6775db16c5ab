"""How the lab's name servers behave beyond answering: cookies, their own names, and bad manners on request."""

import hashlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from netaudit.authority.content import ZoneContent
from netaudit.authority.server import EDNS_SIZE, DnsServer
from netaudit.rules.edns import COOKIE, NSID, REPORT_CHANNEL, Opt, opt_in

__all__ = ["Manners", "MannerlyServer"]

_OPT_SIZE = 11  # bytes of an OPT record without options
_ORDINARY = (b"\0\0\0\0", b"\x80\0\0\0")  # how a message with such an OPT record ends: flags, no options
_CLIENT_COOKIE = 8
_VERSION_1 = bytes((1, 0, 0, 0))  # RFC 9018 section 4
_BROKEN_QUERY_VERSION = 6  # where an OPT record has its version
_AXFR = b"\0\xfc\0\1"  # type and class of a question for a zone transfer
_TRANSFER_SIZE = 16_000  # bytes of presentation format that go into one message of a transfer

Respond = Callable[[bytes], bytes | None]


@dataclass(frozen=True)
class Manners:
    """What a server does beyond the standard. `resolve` answers about any name of the world, for a recursor."""

    name: str  # its NSID
    broken_edns: bool = False
    large: bool = False  # UDP responses as large as the client offers room for
    losing: bool = False  # and those above what one packet carries get lost
    resolve: Respond | None = None
    agent: str = ""  # for error reports
    transfers: Callable[[dns.name.Name], ZoneContent | None] = lambda name: None

    @property
    def good(self) -> bool:
        """Whether there is nothing to be seen of them in answers to ordinary queries."""
        return not (self.broken_edns or self.large or self.losing) and self.resolve is None and not self.agent


class _Asked(NamedTuple):
    data: bytes
    opt: Opt | None
    datagram: bool


class MannerlyServer:
    """A server of zones with cookies (RFC 7873), NSID (RFC 5001) and the manners given."""

    def __init__(self, server: DnsServer, manners: Manners) -> None:
        self._server = server
        self._manners = manners
        self._plain = manners.good

    def respond(self, data: bytes, *, datagram: bool) -> bytes | None:
        """See `DnsServer.respond`."""
        if self._plain and data[-4:] in _ORDINARY:  # nearly all queries
            return self._server.respond(data, datagram=datagram)
        return self._respond(_Asked(data, opt_in(data), datagram))

    def stream(self, data: bytes) -> list[bytes]:
        """What is sent over a connection for one query: the messages of a transfer, a response, or nothing."""
        response = self.respond(data, datagram=False)
        return self._transfer(data) or ([] if response is None else [response])

    def _respond(self, asked: _Asked) -> bytes | None:
        transfer = [] if asked.datagram else self._transfer(asked.data)
        if transfer:
            return transfer[0]
        if self._manners.broken_edns and asked.opt is not None:
            return self._careless(asked, asked.opt)
        response = self._server.respond(asked.data, datagram=asked.datagram)
        if response is not None and asked.datagram and asked.opt is not None and asked.opt.size > EDNS_SIZE:
            response = self._large(response, asked.data, asked.opt.size)
        if response is not None and response[3] & 0x0F == dns.rcode.REFUSED:
            response = self._resolved(asked.data) or response
        return response if response is None or asked.opt is None else self._with_options(response, asked, asked.opt)

    def _large(self, response: bytes, data: bytes, room: int) -> bytes | None:
        """A truncated response as other servers send it: whole, when the client has room; None: it gets lost."""
        if not (self._manners.large or self._manners.losing) or not response[2] & (dns.flags.TC >> 8):
            return response
        whole = self._server.respond(data, datagram=False)
        if whole is None or len(whole) > room:
            return response
        return None if self._manners.losing else whole

    def _resolved(self, data: bytes) -> bytes | None:
        """The answer of a recursor: RA for AA."""
        resolve = self._manners.resolve
        if resolve is None or not data[2] & (dns.flags.RD >> 8):
            return None
        found = resolve(data)
        if found is None:
            return None
        flags = int.from_bytes(found[2:4], "big") & ~dns.flags.AA | dns.flags.RA
        return found[:2] + int(flags).to_bytes(2, "big") + found[4:]

    def _careless(self, asked: _Asked, opt: Opt) -> bytes | None:
        """Take any version for the first, and send version, flags and options back."""
        start = len(asked.data) - _OPT_SIZE - sum(4 + len(value) for _, value in opt.options)
        version = start + _BROKEN_QUERY_VERSION
        data = asked.data[:version] + b"\0" + asked.data[version + 1 :]
        response = self._server.respond(data, datagram=asked.datagram)
        if response is None or len(response) < _OPT_SIZE or opt_in(response) is None:
            return response
        options = b"".join(struct.pack("!HH", code, len(value)) + value for code, value in opt.options)
        tail = struct.pack("!BBHH", 0, opt.version, opt.flags, len(options)) + options
        return response[: -_OPT_SIZE + 5] + tail

    def _with_options(self, response: bytes, asked: _Asked, opt: Opt) -> bytes:
        """Add the options that were asked for to the OPT record that ends a response, where there is one."""
        given = b"".join(struct.pack("!HH", code, len(value)) + value for code, value in self._options(opt))
        if not given or response[-4:] not in _ORDINARY or opt_in(response) is None:
            return response
        whole = response[:-2] + len(given).to_bytes(2, "big") + given
        return whole if not asked.datagram or len(whole) <= max(512, opt.size) else response

    def _options(self, opt: Opt) -> Iterator[tuple[int, bytes]]:
        if self._manners.agent:
            yield REPORT_CHANNEL, dns.name.from_text(self._manners.agent).to_wire() or b""
        for code, value in opt.options:
            if code == NSID:
                yield NSID, self._manners.name.encode()
            elif code == COOKIE and len(value) >= _CLIENT_COOKIE:
                client = value[:_CLIENT_COOKIE]
                made = hashlib.blake2s(client, digest_size=8, key=self._manners.name.encode()[:32]).digest()
                yield COOKIE, client + _VERSION_1 + bytes(4) + made

    def _transfer(self, data: bytes) -> list[bytes]:
        """A zone in as many messages as it needs (RFC 5936 section 2.2); none when no transfer is wanted or granted."""
        if _AXFR not in data:
            return []
        try:
            query = dns.message.from_wire(data)
            name, rdtype = query.question[0].name, query.question[0].rdtype
        except Exception:  # whatever is wrong with a query, the server itself says it
            return []
        zone = self._manners.transfers(name) if rdtype == dns.rdatatype.AXFR else None
        return [] if zone is None else [_message(query, rrsets) for rrsets in _portions(zone)]


def _message(query: dns.message.Message, rrsets: list[dns.rrset.RRset]) -> bytes:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    response.answer += rrsets
    return response.to_wire(max_size=65_535)


def _portions(zone: ZoneContent) -> Iterator[list[dns.rrset.RRset]]:
    """The RRsets of a zone, each message's together: the SOA first and last."""
    soa = zone.get(zone.apex, dns.rdatatype.SOA)
    assert soa is not None
    portion, size = [soa], 0
    for rrset in _behind_soa(zone):
        size += len(rrset.to_text())
        if size > _TRANSFER_SIZE:
            yield portion
            portion, size = [], 0
        portion.append(rrset)
    yield [*portion, soa]


def _behind_soa(zone: ZoneContent) -> Iterator[dns.rrset.RRset]:
    for name, rrsets in zone.rrsets.items():
        for rdtype, rrset in rrsets.items():
            if (name, rdtype) != (zone.apex, dns.rdatatype.SOA):
                yield rrset
            signature = zone.signature(name, rdtype)
            if signature is not None:
                yield signature
