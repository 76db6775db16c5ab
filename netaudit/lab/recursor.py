"""The lab's recursive resolvers: `netaudit.dns` resolves and validates, this answers like a server with bad habits."""

import asyncio
import ipaddress
from collections.abc import Callable
from enum import Enum

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from netaudit.dns.anchors import parse_anchors
from netaudit.dns.query import EDNS_SIZE
from netaudit.dns.resolution import Resolution, ValidatingResolver
from netaudit.lab.authority import Contents
from netaudit.lab.flaws import Flaws
from netaudit.lab.manners import MannerlyServer
from netaudit.lab.world import FaultKind, RecursiveResolver
from netaudit.model.common import Failure, Family, Reason, Side, Transport, family_of
from netaudit.model.exchange import Exchange
from netaudit.model.facts import HttpHop, MailFact
from netaudit.model.security import SecurityStatus
from netaudit.net.network import Connection, NetworkError
from netaudit.rules.algorithms import POLICIES

__all__ = ["Authority", "Fate", "Recursor"]

_PROHIBITED = 18  # RFC 8914 section 4.19

_Key = tuple[dns.name.Name, dns.rdatatype.RdataType, bool]


class Fate(Enum):
    """What becomes of a datagram or connection that no service takes."""

    REFUSED = 1
    UNREACHABLE = 2
    SILENT = 3


Authority = Callable[[str, Transport], MannerlyServer | Fate]
"""Who answers at port 53 of an address of the world."""


class Recursor:
    """Answers its clients, and REFUSED to others; each question is resolved once."""

    def __init__(
        self, resolver: RecursiveResolver, flaws: Flaws, authority: Authority, contents: Contents, moment: float
    ) -> None:
        def has(kind: FaultKind) -> bool:
            return any(flaws.machine(resolver.machine, family, kind) for family in Family)

        self._clients = [ipaddress.ip_network(prefix) for prefix in resolver.serves]
        self._open = has("open_resolver")
        self._explains = not has("no_extended_errors")
        self._validates = not has("not_validating")
        self._policy = POLICIES[resolver.policy]
        self._moment = moment
        families = (Family.IPV4,) if has("resolver_without_ipv6") else tuple(Family)
        self._network = _Inside(authority, families, moment)
        self._hints = contents.hints
        self._anchors = parse_anchors(contents.anchors)
        self._resolved: dict[_Key, asyncio.Task[Resolution]] = {}

    async def respond(self, data: bytes, client: str, *, datagram: bool) -> bytes | None:
        """The response to a query of `client`, an address; None for what is no query."""
        try:
            query = dns.message.from_wire(data)
            question = query.question[0]
        except (dns.exception.DNSException, ValueError, IndexError):
            return None
        response = dns.message.make_response(query, recursion_available=True, our_payload=EDNS_SIZE)
        if not (self._open or self._is_client(client)):
            response.set_rcode(dns.rcode.REFUSED)
            response.flags &= ~dns.flags.RA
            self._explain(response, query, _PROHIBITED)
        elif query.flags & dns.flags.RD:
            checking = self._validates and not query.flags & dns.flags.CD
            self._fill(response, query, await self._resolve(question.name, question.rdtype, checking))
        else:
            response.set_rcode(dns.rcode.REFUSED)
        return _wire(response, min(EDNS_SIZE, max(512, query.payload)) if datagram else 65_535)

    def _is_client(self, address: str) -> bool:
        parsed = ipaddress.ip_address(address)
        return any(parsed.version == network.version and parsed in network for network in self._clients)

    def _fill(self, response: dns.message.Message, query: dns.message.Message, found: Resolution) -> None:
        response.flags |= query.flags & dns.flags.CD
        response.set_rcode(found.rcode)
        if found.rcode == dns.rcode.SERVFAIL:
            self._explain(response, query, found.ede)
            return
        response.answer = list(found.answer)
        response.authority = [rrset for rrset in found.authority if rrset.rdtype != dns.rdatatype.NS]
        secure = found.security is not None and found.security.status is SecurityStatus.SECURE
        if secure and (query.ednsflags & dns.flags.DO or query.flags & dns.flags.AD):
            response.flags |= dns.flags.AD

    def _explain(self, response: dns.message.Message, query: dns.message.Message, code: int | None) -> None:
        if self._explains and code is not None and query.edns >= 0:
            option = dns.edns.EDEOption(dns.edns.EDECode.make(code))
            response.use_edns(0, query.ednsflags & dns.flags.DO, EDNS_SIZE, options=[option])

    async def _resolve(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, checking: bool) -> Resolution:
        key = (name, rdtype, checking)
        task = self._resolved.get(key)
        if task is None:
            task = self._resolved[key] = asyncio.create_task(self._resolve_anew(*key))
        return await asyncio.shield(task)

    async def _resolve_anew(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, checking: bool) -> Resolution:
        resolver = ValidatingResolver(
            self._network, hints=self._hints, anchors=self._anchors, policy=self._policy, validation=checking
        )
        try:
            return await resolver.resolve(name, rdtype, self._moment)
        finally:
            await resolver.aclose()


class _Inside:
    """A `Network` without sockets: the world's name servers, as a machine of the world reaches them."""

    def __init__(self, authority: Authority, families: tuple[Family, ...], moment: float) -> None:
        self._authority = authority
        self._families = families
        self._moment = moment

    async def dns(self, query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53) -> Exchange:
        """Ask a name server of the world."""
        found = self._authority(server, transport)
        response = None
        if not isinstance(found, Fate):
            response = found.respond(query, datagram=transport is Transport.UDP)
        failure = None if response is not None else _unanswered(server)
        return Exchange.new(
            server=server, transport=transport, query=query, at=self._moment, response=response, failure=failure,
            port=port,
        )  # fmt: skip

    async def connect(self, address: str, port: int) -> Connection:
        """A resolver connects to nothing."""
        raise NetworkError(_unanswered(address))

    async def http(self, url: str, address: str) -> HttpHop:
        """A resolver fetches nothing."""
        return HttpHop(url=url, address=address, at=self._moment, failure=_unanswered(address))

    async def smtp(self, domain: str, exchanger: str, address: str, port: int = 25) -> MailFact:
        """A resolver talks to no mail server."""
        return MailFact(
            id=f"mail-{domain}-{exchanger}-{address}", domain=domain, exchanger=exchanger, address=address,
            family=family_of(address), at=self._moment, failure=_unanswered(address),
        )  # fmt: skip

    def unavailable(self, family: Family) -> Failure | None:
        """Whether the resolver lacks a family."""
        return None if family in self._families else Failure(reason=Reason.NO_ROUTE, side=Side.OURS)

    def now(self) -> float:
        """The lab's time."""
        return self._moment

    async def aclose(self) -> None:
        """Nothing is open."""


def _unanswered(address: str) -> Failure:
    return Failure(reason=Reason.TIMEOUT, side=Side.TARGET, detail=f"no answer from {address}")


def _wire(response: dns.message.Message, size: int) -> bytes:
    try:
        return response.to_wire(max_size=size)
    except dns.exception.TooBig:
        response.answer, response.authority, response.additional = [], [], []
        response.flags |= dns.flags.TC
        return response.to_wire(max_size=size)
