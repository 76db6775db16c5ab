"""A network that has already happened: answers from recorded facts, and nothing else."""

from collections.abc import Iterable

import dns.name
import dns.rdatatype

from netaudit.model.common import Failure, Family, Reason, Side, Transport, family_of
from netaudit.model.exchange import Exchange
from netaudit.model.facts import DatagramFact, DialogueFact, Fact, HttpHop, MailFact, SelfFact, WebFact
from netaudit.net.network import Connection, NetworkError
from netaudit.net.services import Answers, new_datagram, new_dialogue

__all__ = ["ReplayNetwork"]

_NOT_RECORDED = Failure(
    reason=Reason.NOT_RECORDED, side=Side.OURS, detail="this was never asked when the facts were recorded"
)
_Key = tuple[str, Transport, dns.name.Name, dns.rdatatype.RdataType]


class ReplayNetwork:
    """A `Network` of recorded facts: the same question to the same server gets the recorded answer.

    Questions are compared by server, transport, name and type; the message id of the recorded answer
    is the recorded query's. What was never asked fails with reason `not_recorded`, side `ours`.
    """

    def __init__(self, facts: Iterable[Fact], now: float | None = None) -> None:
        self._dns: dict[_Key, Exchange] = {}
        self._http: dict[tuple[str, str], HttpHop] = {}
        self._mail: dict[tuple[str, str], MailFact] = {}
        self._dialogues: dict[tuple[str, str], DialogueFact] = {}
        self._datagrams: dict[tuple[str, str], DatagramFact] = {}
        self._unavailable: dict[Family, Failure] = {}
        self._now = now or 0.0
        for fact in facts:
            self._add(fact)

    def _add(self, fact: Fact) -> None:
        if isinstance(fact, Exchange):
            self._dns[(fact.server, fact.transport, *fact.question)] = fact
            self._now = max(self._now, fact.at)
        elif isinstance(fact, WebFact):
            for hop in fact.hops:
                self._http[hop.url, hop.address] = hop
        elif isinstance(fact, MailFact):
            self._mail[fact.exchanger, fact.address] = fact
        elif isinstance(fact, DialogueFact):
            self._dialogues[fact.endpoint, fact.address] = fact
        elif isinstance(fact, DatagramFact):
            self._datagrams[fact.endpoint, fact.address] = fact
        elif isinstance(fact, SelfFact):
            for check in fact.families:
                if not check.available and check.failure is not None:
                    self._unavailable[check.family] = check.failure

    async def dns(self, query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53) -> Exchange:
        """Return the recorded exchange of the same question."""
        asked = Exchange.new(server=server, transport=transport, query=query, at=self._now, failure=_NOT_RECORDED)
        return self._dns.get((server, transport, *asked.question), asked)

    async def connect(self, address: str, port: int) -> Connection:
        """Raise NetworkError: streams can't be replayed."""
        raise NetworkError(_NOT_RECORDED)

    async def http(self, url: str, address: str) -> HttpHop:
        """Return the recorded hop."""
        missing = HttpHop(url=url, address=address, at=self._now, failure=_NOT_RECORDED)
        return self._http.get((url, address), missing)

    async def smtp(self, domain: str, exchanger: str, address: str, port: int = 25) -> MailFact:
        """Return the recorded dialogue."""
        missing = MailFact(
            id=f"mail-{domain}-{exchanger}-{address}",
            domain=domain,
            exchanger=exchanger,
            address=address,
            family=family_of(address),
            at=self._now,
            failure=_NOT_RECORDED,
        )
        return self._mail.get((exchanger, address), missing)

    async def dialogue(self, endpoint: str, address: str) -> DialogueFact:
        """Return the recorded dialogue."""
        missing = new_dialogue(endpoint, address, self._now, _NOT_RECORDED)
        return self._dialogues.get((endpoint, address), missing)

    async def datagram(self, endpoint: str, address: str, request: bytes, answers: Answers) -> DatagramFact:
        """Return the recorded exchange with that address, whatever its request was: NTP's differs every time."""
        missing = new_datagram(endpoint, address, self._now, request, _NOT_RECORDED)
        return self._datagrams.get((endpoint, address), missing)

    def unavailable(self, family: Family) -> Failure | None:
        """Tell what the recording host lacked."""
        return self._unavailable.get(family)

    def now(self) -> float:
        """The time of the last recorded exchange, or the one given."""
        return self._now

    async def aclose(self) -> None:
        """Return at once: nothing is open."""
        return
