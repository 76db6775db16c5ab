"""A network on which a zone or a delegation is live that is not yet: proposals answered over any other network.

What a proposal does not decide is asked of the network below: whether a server that is there already answers at
all, how it treats odd questions, and everything but DNS.
"""

from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from netaudit.authority.content import ZoneContent
from netaudit.authority.server import DnsServer, Responder, wire_name
from netaudit.model.common import Failure, Family, Transport
from netaudit.model.exchange import Exchange
from netaudit.model.facts import DatagramFact, DialogueFact, HttpHop, MailFact
from netaudit.net.network import Connection, Network, loader_of
from netaudit.net.paths import PathNetwork, paths_of
from netaudit.net.services import Answers, services_of

__all__ = ["ProposedDelegation", "ProposedNetwork", "ProposedZone"]

_DS = dns.rdatatype.DS
_NOT_IN_ZONES = {dns.rdatatype.ANY, dns.rdatatype.AXFR, dns.rdatatype.IXFR, dns.rdatatype.OPT}
_SOFTWARE = {dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS}  # what no zone's content changes
_UDP_SIZE = 1232
_Question = tuple[dns.name.Name, dns.rdatatype.RdataType]


@dataclass(frozen=True)
class ProposedZone:
    """A zone's content with the addresses that will serve it; `existing` of them serve the zone now."""

    content: ZoneContent
    addresses: frozenset[str]
    existing: frozenset[str]


@dataclass(frozen=True)
class ProposedDelegation:
    """What the parent's servers will say of `zone`. `ns` and `ds` None: what they say now; `ds` empty: none.

    `soa` is the parent's, for answers that there is no DS; `addresses` those of the zone's servers to be. What
    the parent has not signed yet comes without a signature: nobody but the parent can make it.
    """

    zone: dns.name.Name
    servers: frozenset[str]  # addresses of the parent's
    ns: dns.rrset.RRset | None
    ds: dns.rrset.RRset | None
    soa: dns.rrset.RRset | None
    glue: tuple[dns.rrset.RRset, ...] = ()
    addresses: frozenset[str] = frozenset()


class ProposedNetwork:
    """A `Network` over `base` with a zone, its delegation or both as proposed; several are nested, parents innermost.

    `base` is its owner's to close.
    """

    def __init__(
        self,
        base: Network,
        delegation: ProposedDelegation,
        served: ProposedZone | None = None,
    ) -> None:
        self._base = base
        self._zone = zone = delegation.zone
        self._served = served
        self._delegation = delegation
        zones = {} if served is None else {wire_name(zone.canonicalize()): Responder(served.content)}
        self._servers = {edns: DnsServer(zones, edns=edns) for edns in (True, False)}

    async def dns(self, query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53) -> Exchange:
        """See `Network.dns`; questions about the proposed zone are answered as if it were live."""
        asked = _plain(query)
        if asked is None or port != 53 or not asked[0].is_subdomain(self._zone):
            return await self._base.dns(query, server, transport=transport, port=port)
        of_parent = asked == (self._zone, _DS)
        at_parent = server in self._delegation.servers
        if self._served is not None and server in self._served.addresses and not (of_parent and at_parent):
            return await self._from_zone(self._served, query, server, transport, asked)
        if at_parent:
            return await self._from_parent(self._delegation, query, server, transport, of_parent)
        return await self._base.dns(query, server, transport=transport, port=port)

    async def connect(self, address: str, port: int) -> Connection:
        """See `Network.connect`. Raises NetworkError."""
        return await self._base.connect(address, port)

    async def http(self, url: str, address: str) -> HttpHop:
        """See `Network.http`."""
        return await self._base.http(url, address)

    async def load(self, url: str, address: str) -> HttpHop:
        """`http` with the whole body."""
        return await loader_of(self._base)(url, address)

    async def smtp(self, domain: str, exchanger: str, address: str, port: int = 25) -> MailFact:
        """See `Network.smtp`."""
        return await self._base.smtp(domain, exchanger, address, port)

    async def dialogue(self, endpoint: str, address: str) -> DialogueFact:
        """See `ServiceNetwork.dialogue`."""
        return await services_of(self._base).dialogue(endpoint, address)

    async def datagram(self, endpoint: str, address: str, request: bytes, answers: Answers) -> DatagramFact:
        """See `ServiceNetwork.datagram`."""
        return await services_of(self._base).datagram(endpoint, address, request, answers)

    @property
    def paths(self) -> PathNetwork:
        """What the network below sees of its paths."""
        return paths_of(self._base)

    def unavailable(self, family: Family) -> Failure | None:
        """See `Network.unavailable`."""
        return self._base.unavailable(family)

    def now(self) -> float:
        """See `Network.now`."""
        return self._base.now()

    async def aclose(self) -> None:
        """Return at once: the network below is its owner's to close."""

    async def _from_zone(
        self, served: ProposedZone, query: bytes, server: str, transport: Transport, asked: _Question
    ) -> Exchange:
        """The answer from the zone's content; of a server that is there now only where it answers: files mend none."""
        now: Exchange | None = None
        understands_edns = True
        if server in served.existing:
            now = await self._base.dns(query, server, transport=transport)
            if now.message is None or now.rcode in _SOFTWARE or _of_child(served, now, asked):
                return now
            understands_edns = now.message.edns >= 0
        response = self._servers[understands_edns].respond(query, datagram=transport is Transport.UDP)
        assert response is not None  # `_plain` took nothing that a server is silent to
        return self._answered(query, server, transport, response, now)

    async def _from_parent(
        self, delegation: ProposedDelegation, query: bytes, server: str, transport: Transport, of_parent: bool
    ) -> Exchange:
        """What the parent's server says, changed as the delegation will change it."""
        now = await self._base.dns(query, server, transport=transport)
        message = now.message
        if message is None or message.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return now
        if of_parent:
            response = None if delegation.ds is None else _ds_answer(query, delegation)
        elif delegation.ns is None and delegation.ds is None:
            response = None
        elif (delegation.ns is None or server in delegation.addresses) and _has_child(now, delegation.zone):
            response = None  # it serves the zone itself, and will
        else:
            response = _referral(query, delegation, message)
        return now if response is None else self._answered(query, server, transport, _wire(response, transport), now)

    def _answered(
        self, query: bytes, server: str, transport: Transport, response: bytes, now: Exchange | None
    ) -> Exchange:
        return Exchange.new(
            server=server,
            transport=transport,
            query=query,
            at=self._base.now() if now is None else now.at,
            response=response,
            elapsed_ms=0.0 if now is None else now.elapsed_ms,
            local_address=None if now is None else now.local_address,
            tries=1 if now is None else now.tries,
        )


def _plain(query: bytes) -> _Question | None:
    """The question of a query that a zone's content answers; None for all that a server's software decides."""
    try:
        message = dns.message.from_wire(query)
    except (dns.exception.DNSException, ValueError):
        return None
    ordinary = message.edns == 0 and not message.options and message.ednsflags in (0, dns.flags.DO)
    if (
        message.opcode() != dns.opcode.QUERY
        or len(message.question) != 1
        or not ordinary
        or message.payload < _UDP_SIZE
    ):
        return None
    question = message.question[0]
    if question.rdclass != dns.rdataclass.IN or question.rdtype in _NOT_IN_ZONES:
        return None
    return question.name, question.rdtype


def _of_child(served: ProposedZone, now: Exchange, asked: _Question) -> bool:
    """Whether a server answered from a zone below a delegation of the proposed one, which it serves too."""
    name, rdtype = asked
    cut = served.content.cut_above(name.canonicalize())
    return cut is not None and not (cut == name and rdtype == _DS) and now.authoritative


def _has_child(now: Exchange, zone: dns.name.Name) -> bool:
    """Whether a server of the parent answers from the zone itself: with authority, and not by the SOA of one above."""
    message = now.message
    if message is None or not now.authoritative:
        return False
    return all(r.name.is_subdomain(zone) for r in message.authority if r.rdtype == dns.rdatatype.SOA)


def _ds_answer(query: bytes, delegation: ProposedDelegation) -> dns.message.Message:
    response = _response(query)
    response.flags |= dns.flags.AA
    if delegation.ds:
        response.answer.append(delegation.ds)
    elif delegation.soa is not None:
        response.authority.append(delegation.soa)
    return response


def _referral(query: bytes, delegation: ProposedDelegation, now: dns.message.Message) -> dns.message.Message:
    """A referral with what is proposed, and what the parent says now where nothing is."""
    response = _response(query)
    if delegation.ns is not None:
        response.authority.append(delegation.ns)
        response.additional += list(delegation.glue)
    else:
        response.authority += [rrset for rrset in now.authority if rrset.rdtype == dns.rdatatype.NS]
        response.additional += now.additional
    if delegation.ds is None:  # with its signature, or the proof that there is none
        response.authority += [rrset for rrset in now.authority if dns.rdatatype.NS not in (rrset.rdtype, rrset.covers)]
    elif delegation.ds:
        response.authority.append(delegation.ds)
    return response


def _response(query: bytes) -> dns.message.Message:
    message = dns.message.from_wire(query)
    response = dns.message.make_response(message, our_payload=_UDP_SIZE)
    if message.ednsflags & dns.flags.DO:
        response.want_dnssec()
    return response


def _wire(response: dns.message.Message, transport: Transport) -> bytes:
    """The bytes of a response; over UDP it is truncated where it is too long."""
    wire = response.to_wire(max_size=65_535)
    if transport is Transport.TCP or len(wire) <= _UDP_SIZE:
        return wire
    for section in (response.answer, response.authority, response.additional):
        section.clear()
    response.flags |= dns.flags.TC
    return response.to_wire()
