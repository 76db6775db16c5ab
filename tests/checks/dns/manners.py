"""How servers meet the active extras: a well-behaved one, and changes to single answers of it."""

from collections.abc import Callable
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from msgspec.structs import replace

from netaudit.dns.query import Edns, edns_query
from netaudit.model.common import Failure, Reason, Side, Transport
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange, Purpose
from netaudit.probes.extras import extra_queries, without_data
from netaudit.rules.edns import COOKIE
from tests.checks.dnssec.builders import APEX, zone
from tests.checks.dnssec.zones import NOW

Reply = bytes | Failure | None  # None: it was not asked
Manner = Callable[[Purpose, dns.message.Message], Reply]
Alter = Callable[[dns.message.Message], Any]

SILENCE = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply")
HANGS_UP = Failure(reason=Reason.RESET, side=Side.TARGET, detail="closed")
SERVER_COOKIE = bytes((1, 0, 0, 0)) + bytes(range(12))
ONCE = frozenset({Purpose.AXFR, Purpose.COOKIE_AGAIN})  # what is not put anew when it got no answer

_ZONE = zone()
_REFUSED = (Purpose.RECURSION, Purpose.AXFR)


def well_behaved(purpose: Purpose, query: dns.message.Message) -> Reply:
    """The answer that the standards want."""
    return _wire(_response(purpose, query), query)


def but(purpose: Purpose, alter: Alter | Reply) -> Manner:
    """Well-behaved, but for the answer to one question: changed, or replaced."""

    def manner(asked: Purpose, query: dns.message.Message) -> Reply:
        if asked is not purpose:
            return well_behaved(asked, query)
        if not callable(alter):
            return query.id.to_bytes(2, "big") + alter[2:] if isinstance(alter, bytes) else alter
        response = _response(asked, query)
        alter(response)
        return response.to_wire(max_size=65_535)

    return manner


def unkind(reply: Reply) -> Manner:
    """The same fate for all questions."""
    return lambda purpose, query: reply


def with_extras(ordinary: ZoneEvidence, *manners: Manner) -> ZoneEvidence:
    """The evidence of a scan with the active extras; the last manner is that of all servers that follow."""
    given = [*manners, *(manners[-1] for _ in ordinary.servers)]
    servers = (_met(server, manner) for server, manner in zip(ordinary.servers, given, strict=False))
    return replace(ordinary, servers=tuple(servers), fact=replace(ordinary.fact, extras=True))


def with_option(code: int, data: bytes) -> Alter:
    """Put an option into the response."""
    return lambda response: response.use_edns(0, options=[dns.edns.GenericOption(dns.edns.OptionType(code), data)])


def with_rcode(rcode: dns.rcode.Rcode) -> Alter:
    return lambda response: response.set_rcode(rcode)


def with_flags(flags: int) -> Alter:
    return lambda response: setattr(response, "flags", response.flags | flags)


def _met(server: ServerEvidence, manner: Manner) -> ServerEvidence:
    queries = {**extra_queries(dns.name.from_text(APEX))}
    queries[Purpose.AXFR] = edns_query(dns.name.from_text(APEX), dns.rdatatype.AXFR, None)
    shown = bytes(8) + SERVER_COOKIE
    soa = dns.rdatatype.SOA
    queries[Purpose.COOKIE_AGAIN] = edns_query(dns.name.from_text(APEX), soa, Edns(options=((COOKIE, shown),)))
    extras: list[Exchange] = []
    for purpose, query in queries.items():
        reply = manner(purpose, dns.message.from_wire(query))
        times = 2 if isinstance(reply, Failure) and purpose not in ONCE else 1
        extras += [_exchange(server, purpose, query, reply, again) for again in range(times) if reply is not None]
    return replace(server, extras=tuple(extras))


def _exchange(server: ServerEvidence, purpose: Purpose, query: bytes, reply: bytes | Failure, again: int) -> Exchange:
    made = Exchange.new(
        server=server.server.address,
        transport=Transport.TCP if purpose is Purpose.AXFR else Transport.UDP,
        query=query,
        at=NOW + again,
        response=reply if isinstance(reply, bytes) else None,
        failure=reply if isinstance(reply, Failure) else None,
        purpose=purpose,
    )
    return without_data(made) if purpose is Purpose.AXFR else made


def _response(purpose: Purpose, query: dns.message.Message) -> dns.message.Message:
    if purpose in _REFUSED:
        refusal = dns.message.make_response(query)
        refusal.set_rcode(dns.rcode.REFUSED)
        return refusal
    response = _ZONE.respond(query)
    if query.edns >= 0:
        response.use_edns(0, query.ednsflags & dns.flags.DO, 1232, options=_options(query))
    if query.edns > 0:
        for section in response.sections:
            section.clear() if section is not response.question else None
        response.set_rcode(dns.rcode.BADVERS)
    return response


def _options(query: dns.message.Message) -> list[dns.edns.Option]:
    given: list[dns.edns.Option] = []
    for option in query.options:
        if option.otype == dns.edns.OptionType.NSID:
            given.append(dns.edns.GenericOption(option.otype, b"node-7"))
        if option.otype == dns.edns.OptionType.COOKIE:
            given.append(dns.edns.GenericOption(option.otype, (option.to_wire() or b"")[:8] + SERVER_COOKIE))
    return given


def _wire(response: dns.message.Message, query: dns.message.Message) -> bytes:
    """In wire format, truncated where the query offers no room."""
    whole = response.to_wire(max_size=65_535)
    if len(whole) <= max(query.payload, 512) or response.question[0].rdtype == dns.rdatatype.AXFR:
        return whole
    short = dns.message.make_response(query)
    short.use_edns(0, query.ednsflags & dns.flags.DO, 1232)
    short.flags |= dns.flags.AA | dns.flags.TC
    return short.to_wire()
