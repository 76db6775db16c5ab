"""An Internet in memory whose servers do what an attacker tells them, behind the `Network` protocol."""

import time
from collections.abc import Callable
from typing import NamedTuple

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from dns.message import Message, from_wire
from dns.name import root
from dns.rcode import NOERROR
from dns.rdatatype import DS

from netaudit.model.common import Failure, Family, Reason, Side, Transport
from netaudit.model.exchange import Exchange
from netaudit.model.facts import HttpHop, MailFact
from netaudit.net.network import Connection, NetworkError
from tests.hostile.attack import NOW, Scene
from tests.hostile.zones import rrset

__all__ = ["HINTS", "Asked", "Internet", "Says", "attacked", "denied", "given", "referred"]

ROOT, EVIL = "192.0.2.1", "192.0.2.66"
HINTS = {"root": (ROOT,)}
EVIL_ZONE = dns.name.from_text("evil")
_NOBODY = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply")


class Asked(NamedTuple):
    """A question as the attacker sees it."""

    name: dns.name.Name
    rdtype: dns.rdatatype.RdataType
    transport: Transport
    query: dns.message.Message


Says = Callable[[Asked], dns.message.Message | bytes | None]


class Internet:
    """The root refers everything below `evil` to the attacker, and says of all else that it does not exist."""

    def __init__(self, says: Says) -> None:
        self._says = says
        self.asked = 0
        self.seconds = 0.0  # of CPU, the attacker's own

    async def dns(self, query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53) -> Exchange:
        """See `Network.dns`."""
        self.asked += 1
        began = time.process_time()
        message = from_wire(query)
        asked = Asked(message.question[0].name, message.question[0].rdtype, transport, message)
        said = self._root(asked) if server == ROOT else self._says(asked)
        wire = said.to_wire(max_size=65_535) if isinstance(said, Message) else said
        failure = _NOBODY if wire is None else None
        self.seconds += time.process_time() - began
        return Exchange.new(server=server, transport=transport, query=query, at=NOW, response=wire, failure=failure)

    def _root(self, asked: Asked) -> Message:
        if not asked.name.is_subdomain(EVIL_ZONE):
            return denied(asked, root)
        if asked.name == EVIL_ZONE and asked.rdtype == DS:
            return denied(asked, root, NOERROR)
        return referred(asked, EVIL_ZONE, "ns.evil.", glue={"ns.evil.": EVIL})

    async def connect(self, address: str, port: int) -> Connection:
        """There is nothing but DNS here."""
        raise NetworkError(_NOBODY)

    async def http(self, url: str, address: str) -> HttpHop:
        """There is nothing but DNS here."""
        return HttpHop(url=url, address=address, at=NOW, failure=_NOBODY)

    async def smtp(self, domain: str, exchanger: str, address: str, port: int = 25) -> MailFact:
        """There is nothing but DNS here."""
        raise NetworkError(_NOBODY)

    def unavailable(self, family: Family) -> Failure | None:
        """Both families are there."""
        return None

    def now(self) -> float:
        """The clock stands still."""
        return float(NOW)

    async def aclose(self) -> None:
        """Nothing is open."""


def attacked(says: Says, name: str = "www.evil", rdtype: str = "A") -> Scene:
    """The question that walks into what the attacker says. Nothing there is signed, nor is the root."""
    question = dns.name.from_text(name), dns.rdatatype.from_text(rdtype)
    return Scene(question, {}, internet=Internet(says), hints=HINTS)


def given(asked: Asked, rdtype: str, *texts: str, owner: dns.name.Name | None = None) -> dns.message.Message:
    """An authoritative answer."""
    message = dns.message.make_response(asked.query, our_payload=65_000)
    message.flags |= dns.flags.AA
    message.answer.append(rrset(owner or asked.name, rdtype, *texts))
    return message


def denied(
    asked: Asked, zone: dns.name.Name = EVIL_ZONE, rcode: dns.rcode.Rcode = dns.rcode.NXDOMAIN
) -> dns.message.Message:
    """The name does not exist, or with NOERROR the type."""
    message = dns.message.make_response(asked.query)
    message.flags |= dns.flags.AA
    message.set_rcode(rcode)
    message.authority.append(rrset(zone, "SOA", "ns.evil. host.evil. 1 2 3 4 5"))
    return message


def referred(
    asked: Asked, zone: dns.name.Name, *servers: str, glue: dict[str, str] | None = None
) -> dns.message.Message:
    """A referral to a zone and its servers."""
    message = dns.message.make_response(asked.query, our_payload=65_000)
    message.authority.append(rrset(zone, "NS", *servers))
    for server, address in (glue or {}).items():
        message.additional.append(rrset(server, "A", address))
    return message
