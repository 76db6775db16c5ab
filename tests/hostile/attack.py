"""An attack: what the servers say, the question that walks into it, its bounds, and its outcome."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

import dns.name
import dns.rdatatype

from netaudit.dns.anchors import DS
from netaudit.dns.resolver import Resolver
from netaudit.dns.signatures import DNSKEY
from netaudit.dns.validate import Validator
from netaudit.model.common import Reason
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact, Lookup
from netaudit.model.security import Security
from netaudit.net.network import Network
from netaudit.rules.algorithms import SOFTWARE
from netaudit.rules.signed_data import is_good

__all__ = ["ATTACKS", "Attack", "Cost", "Measured", "Scene", "attack", "measure"]

Question = tuple[dns.name.Name, dns.rdatatype.RdataType]


class HostileInternet(Network, Protocol):
    """A `Network` that counts: queries, and the CPU that it took to make up the answers."""

    asked: int
    seconds: float


class Scene(NamedTuple):
    """The evidence to be judged, or servers to be asked; then `hints` say where to begin."""

    question: Question
    anchors: Mapping[dns.name.Name, tuple[DS, ...]]
    exchanges: Sequence[Exchange] = ()
    internet: HostileInternet | None = None
    hints: Mapping[str, Sequence[str]] = {}


class Cost(NamedTuple):
    """What an attack cost, or may cost: CPU in seconds, queries sent, signatures verified."""

    seconds: float
    queries: int
    verifications: int


class Attack(NamedTuple):
    """One line of the table. `outcomes` are pairs of status and reason word; `failures` of the look-up."""

    name: str
    kind: str
    what: str
    build: Callable[[], Scene]
    outcomes: frozenset[str]
    failures: frozenset[Reason]
    bound: Cost


class Measured(NamedTuple):
    """What became of it."""

    security: Security
    lookup: Lookup | None
    cost: Cost

    @property
    def outcome(self) -> str:
        return f"{self.security.status} {self.security.reason}"


NOW = 1_790_000_000
ATTACKS: dict[str, Attack] = {}


def attack(
    kind: str, *outcomes: str, failures: Sequence[Reason] = (), seconds: float = 1.0, queries: int = 0, sigs: int = 40
) -> Callable[[Callable[[], Scene]], Callable[[], Scene]]:
    """Register an attack; its name is the function's, its docstring says what it does.

    `outcomes`: "STATUS REASON", one of which must come out; `sigs`: how many signatures may be verified.
    """

    def registered(build: Callable[[], Scene]) -> Callable[[], Scene]:
        name = build.__name__.replace("_", "-")
        assert name not in ATTACKS and build.__doc__, name
        what = " ".join(build.__doc__.split())
        cost = Cost(seconds, queries, sigs)
        ATTACKS[name] = Attack(name, kind, what, build, frozenset(outcomes), frozenset(failures), cost)
        return build

    return registered


async def measure(found: Attack) -> Measured:
    """Build the scene, which costs nothing here, and then look and judge as a scan does."""
    scene = found.build()
    verified = [0]

    def counting(data: bytes, signature: bytes, key: DNSKEY) -> bool:
        verified[0] += 1
        return is_good(data, signature, key)

    policy = SOFTWARE._replace(verifiers=dict.fromkeys(SOFTWARE.algorithms, counting))
    began = time.process_time()
    lookup, exchanges = await _looked_up(scene)
    security = Validator(exchanges, scene.anchors, NOW, policy=policy).status(*scene.question)
    spent = time.process_time() - began
    if scene.internet is None:
        return Measured(security, lookup, Cost(spent, 0, verified[0]))
    return Measured(security, lookup, Cost(spent - scene.internet.seconds, scene.internet.asked, verified[0]))


async def _looked_up(scene: Scene) -> tuple[Lookup | None, Sequence[Exchange]]:
    if scene.internet is None:
        return None, scene.exchanges
    facts: list[Fact] = []
    resolver = Resolver(scene.internet, scene.hints, record=facts.append)
    look: Awaitable[Lookup] = resolver.lookup(*scene.question)
    try:
        lookup = await look
    finally:
        await resolver.aclose()
    return lookup, [fact for fact in facts if isinstance(fact, Exchange)]
