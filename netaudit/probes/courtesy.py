"""A network that remembers: no question is put twice, and a dead server is not hammered for every zone."""

import asyncio
import time
from collections import OrderedDict

import msgspec

from netaudit.model.common import Failure, Family, Reason, Transport, family_of
from netaudit.model.exchange import Exchange
from netaudit.model.facts import DatagramFact, DialogueFact, HttpHop, MailFact
from netaudit.net.network import Connection, Network, NetworkError, loader_of
from netaudit.net.paths import PathNetwork, paths_of
from netaudit.net.services import Answers, new_datagram, new_dialogue, services_of

__all__ = ["CourteousNetwork"]

_REMEMBERED = 20_000  # exchanges; about 40 MB of responses
_PATIENCE = 4  # questions that a server may leave unanswered before it counts as silent
_FORGET_AFTER = 120.0  # seconds; RFC 9520 section 3.2 allows one second to five minutes
_MAY_BE_SILENT = {Reason.TIMEOUT, Reason.UNREACHABLE, Reason.REFUSED}

_Key = tuple[str, int, Transport, bytes]


class CourteousNetwork:
    """Wraps a `Network` for one scan; everything in the scan that asks DNS servers goes through it.

    The same question to the same server gets the exchange that is already there, also while it is under
    way. An address that never answered anything and left several questions in a row unanswered is not
    asked over that transport again for two minutes (RFC 9520): the exchange then says so, with `tries=0`.
    A family that the self-check found dead is not tried at all.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._exchanges: OrderedDict[_Key, Exchange] = OrderedDict()
        self._under_way: dict[_Key, asyncio.Future[None]] = {}  # done when over, however it ended
        self._silence: dict[tuple[str, Transport], _Silence] = {}
        self._blind: dict[Family, Failure] = {}

    def shut(self, family: Family, failure: Failure) -> None:
        """Take a family away: the self-check found that our own host cannot use it."""
        self._blind[family] = failure

    async def dns(self, query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53) -> Exchange:
        """See `Network.dns`; an equal question (but for its id) is answered from memory."""
        key = (server, port, transport, query[2:])
        while (over := self._under_way.get(key)) is not None:
            # who stops waiting takes the answer from nobody, and when the asker gives up the next one asks
            await asyncio.shield(over)
        known = self._exchanges.get(key)
        return known or await self._ask_and_remember(key, query)

    async def dns_again(
        self, query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53
    ) -> Exchange:
        """Ask whatever is remembered: for the one later try that a silent server gets."""
        self._exchanges.pop((server, port, transport, query[2:]), None)
        return await self.dns(query, server, transport=transport, port=port)

    async def _ask_and_remember(self, key: _Key, query: bytes) -> Exchange:
        server, port, transport, _ = key
        over = self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            exchange = self._exchanges[key] = await self._ask(query, server, transport, port)
        finally:
            over.set_result(None)
            del self._under_way[key]
        if len(self._exchanges) > _REMEMBERED:
            self._exchanges.popitem(last=False)
        return exchange

    async def dns_unkept(self, query: bytes, server: str, *, transport: Transport) -> Exchange:
        """Ask and remember nothing: for a zone transfer, whose data are not ours to keep."""
        return await self._ask(query, server, transport, 53)

    async def connect(self, address: str, port: int) -> Connection:
        """See `Network.connect`. Raises NetworkError."""
        failure = self._blind.get(family_of(address))
        if failure is not None:
            raise NetworkError(failure, tries=0)
        return await self._network.connect(address, port)

    async def http(self, url: str, address: str) -> HttpHop:
        """See `Network.http`."""
        failure = self._blind.get(family_of(address))
        if failure is not None:
            return HttpHop(url=url, address=address, at=self.now(), failure=failure, tries=0)
        return await self._network.http(url, address)

    async def load(self, url: str, address: str) -> HttpHop:
        """`http` with the whole body."""
        failure = self._blind.get(family_of(address))
        if failure is not None:
            return HttpHop(url=url, address=address, at=self.now(), failure=failure, tries=0)
        return await loader_of(self._network)(url, address)

    async def smtp(self, domain: str, exchanger: str, address: str, port: int = 25) -> MailFact:
        """See `Network.smtp`."""
        family = family_of(address)
        failure = self._blind.get(family)
        if failure is None:
            return await self._network.smtp(domain, exchanger, address, port)
        return MailFact(
            id=f"mail-{domain}-{exchanger}-{address}",
            domain=domain,
            exchanger=exchanger,
            address=address,
            family=family,
            at=self.now(),
            tries=0,
            failure=failure,
        )

    async def dialogue(self, endpoint: str, address: str) -> DialogueFact:
        """See `ServiceNetwork.dialogue`."""
        failure = self._blind.get(family_of(address))
        if failure is not None:
            return new_dialogue(endpoint, address, self.now(), failure)
        return await services_of(self._network).dialogue(endpoint, address)

    async def datagram(self, endpoint: str, address: str, request: bytes, answers: Answers) -> DatagramFact:
        """See `ServiceNetwork.datagram`."""
        failure = self._blind.get(family_of(address))
        if failure is not None:
            return new_datagram(endpoint, address, self.now(), request, failure)
        return await services_of(self._network).datagram(endpoint, address, request, answers)

    @property
    def paths(self) -> PathNetwork:
        """What the network sees of its paths. Whoever looks asks `unavailable` first."""
        return paths_of(self._network)

    def unavailable(self, family: Family) -> Failure | None:
        """Why the family can't be used: our host lacks it, or the self-check found it dead."""
        return self._blind.get(family) or self._network.unavailable(family)

    def now(self) -> float:
        """See `Network.now`."""
        return self._network.now()

    async def aclose(self) -> None:
        """Forget all. Questions under way end with who asks them, and the wrapped network is its owner's to close."""
        self._exchanges.clear()

    async def _ask(self, query: bytes, server: str, transport: Transport, port: int) -> Exchange:
        silence = self._silence.setdefault((server, transport), _Silence())
        refusal = self._known_failure(server, silence)
        if refusal is not None:
            return Exchange.new(
                server=server,
                transport=transport,
                query=query,
                at=self.now(),
                failure=refusal,
                port=port,
                tries=0,
            )
        exchange = await self._network.dns(query, server, transport=transport, port=port)
        silence.heard(exchange)
        return exchange

    def _known_failure(self, server: str, silence: "_Silence") -> Failure | None:
        try:
            family = family_of(server)
        except ValueError:
            return None  # the network says it better
        return self._blind.get(family) or silence.failure()


class _Silence:
    """What is known of one server over one transport: did it ever answer, and how often in a row not."""

    __slots__ = ("_answered", "_failure", "_since", "_unanswered")

    def __init__(self) -> None:
        self._answered = False
        self._unanswered = 0
        self._since = 0.0
        self._failure: Failure | None = None

    def heard(self, exchange: Exchange) -> None:
        """Take note of an exchange that was really made."""
        if exchange.failure is None:
            self._answered = True
            self._unanswered = 0
        elif exchange.failure.reason in _MAY_BE_SILENT:
            self._unanswered += 1
            self._since = time.monotonic()
            self._failure = exchange.failure

    def failure(self) -> Failure | None:
        """Why the server should not be asked now, or None."""
        if self._answered or self._failure is None or self._unanswered < _PATIENCE:
            return None
        if time.monotonic() - self._since > _FORGET_AFTER:
            return None
        detail = f"not asked again: {self._unanswered} earlier questions in this scan got no answer"
        return msgspec.structs.replace(self._failure, detail=f"{detail} ({self._failure.detail})"[:200])
