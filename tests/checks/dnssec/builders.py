"""Evidence about a zone, from the wire messages of its servers and its parent's; security as the validator says."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from msgspec.structs import replace

from netaudit.dns.query import make_query
from netaudit.dns.validate import Validator
from netaudit.judge.derive_denials import denials
from netaudit.judge.derive_surroundings import surroundings
from netaudit.model.common import Failure, Reason, Side, Transport, family_of
from netaudit.model.evidence import FoundRecords, ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Delegation, Lookup, SelfFact, ServerAddress, ZoneFact
from netaudit.model.security import Security
from tests.checks.dnssec.zones import KSK, NOW, Cut, Key, Window, Zone, key

APEX, PARENT = "tinh.example", "example"
APEX_NAME = dns.name.from_text(APEX)
MISSING = f"netaudit-nonexistent.{APEX}"
NS1, NS2 = f"ns1.{APEX}", f"ns2.{APEX}"
A1, A2, A1_V6, A2_V6 = "203.0.113.1", "203.0.113.2", "2001:db8::1", "2001:db8::2"
PARENT_1, PARENT_2 = "192.0.2.1", "192.0.2.2"

TIMEOUT = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no answer")
REFUSED = Failure(reason=Reason.REFUSED, side=Side.TARGET, detail="connection refused")
BUDGET = Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail="the job's time is up")

QUESTIONS = (
    (APEX, "SOA", Transport.UDP), (APEX, "SOA", Transport.TCP), (APEX, "NS", Transport.UDP),
    (APEX, "DNSKEY", Transport.UDP), (APEX, "NSEC3PARAM", Transport.UDP), (MISSING, "A", Transport.UDP),
)  # fmt: skip
_PARENT_QUESTIONS = ((APEX, "NS", Transport.UDP), (APEX, "DS", Transport.UDP))

Question = tuple[str, str, Transport]
Reply = bytes | Failure | None  # None: it was not asked
Behaviour = Callable[[dns.message.Message, Question], Reply]
Alter = Callable[[dns.message.Message], None]


class Server(NamedTuple):
    """An address of a name server and what it does; `tries` are those of a question that got no answer."""

    behaviour: Behaviour
    name: str = NS1
    address: str = A1
    tries: int = 2
    source: str = "glue"


def zone(**changes: object) -> Zone:
    """The zone under test: a KSK, a ZSK, NSEC, signatures from yesterday for 31 days."""
    return dataclasses.replace(Zone(name=APEX), **changes)  # type: ignore[arg-type]


def unsigned(**changes: object) -> Zone:
    return zone(published=(), data_signers=(), key_signers=(), **changes)


def dated(begin_days: float, end_days: float, **changes: object) -> Zone:
    """The zone with signatures that begin and end so many days from now."""
    return zone(window=Window(NOW + begin_days * 86_400, NOW + end_days * 86_400), **changes)


def parent(
    *ds: object, servers: Mapping[str, tuple[str, ...]] | None = None, at: str = APEX, **changes: object
) -> Zone:
    """The parent with these DS for the zone; a key gives its own DS."""
    records = tuple(item.ds(APEX) if isinstance(item, Key) else item for item in ds)
    own = key("parent")
    cut = Cut(dict(servers or {NS1: (A1,), NS2: (A2,)}), records)  # type: ignore[arg-type]
    made = Zone(
        name=PARENT, servers=(f"a.{PARENT}",), published=(own,), data_signers=(own,), key_signers=(own,),
        cuts={at: cut},
    )  # fmt: skip
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


PARENT_WITH_DS = parent(KSK)
PARENT_WITHOUT_DS = parent()


def serving(served: Zone, *alterations: Alter, only: Iterable[str] = (), tcp: bool = True) -> Behaviour:
    """A server of the zone; each alteration changes its responses, to the types in `only` if there are some."""

    def behaviour(query: dns.message.Message, question: Question) -> Reply:
        if question[2] is Transport.TCP and not tcp:
            return REFUSED
        if not alterations or (only and question[1] not in only):
            return served.reply(query)
        response = served.respond(query)
        for alter in alterations:
            alter(response)
        return response.to_wire(max_size=65_535)

    return behaviour


def failing(failure: Failure = TIMEOUT, *, only: Iterable[str] = (), otherwise: Behaviour | None = None) -> Behaviour:
    """A server that gives no response, to the types in `only` if there are some."""

    def behaviour(query: dns.message.Message, question: Question) -> Reply:
        if only and question[1] not in only and otherwise is not None:
            return otherwise(query, question)
        return failure

    return behaviour


def refusing(rcode: dns.rcode.Rcode = dns.rcode.REFUSED) -> Behaviour:
    def behaviour(query: dns.message.Message, question: Question) -> Reply:
        response = dns.message.make_response(query)
        response.set_rcode(rcode)
        return response.to_wire(max_size=65_535)

    return behaviour


def saying(reply: Reply) -> Behaviour:
    """A server that says the same to everything, but for the message id."""

    def behaviour(query: dns.message.Message, question: Question) -> Reply:
        return query.id.to_bytes(2, "big") + reply[2:] if isinstance(reply, bytes) else reply

    return behaviour


def silent_once(query: dns.message.Message, question: Question) -> Reply:
    """A server that was asked once and gave no answer, as when the one packet was lost."""
    return TIMEOUT if question == (APEX, "SOA", Transport.UDP) else None


def pair(first: Behaviour, second: Behaviour | None = None) -> tuple[Server, Server]:
    """Two servers over IPv4; without a second behaviour both do the same."""
    return Server(first), Server(second or first, NS2, A2)


def four(*behaviours: Behaviour) -> tuple[Server, ...]:
    """Both servers over both families: first IPv4, first IPv6, second IPv4, second IPv6."""
    places = ((NS1, A1), (NS1, A1_V6), (NS2, A2), (NS2, A2_V6))
    return tuple(Server(b, name, address) for b, (name, address) in zip(behaviours, places, strict=True))


def evidence(
    *servers: Server,
    above: Zone = PARENT_WITH_DS,
    parents: tuple[Behaviour, ...] | None = None,
    vantage: SelfFact | None = None,
    unresolved: dict[str, Failure] | None = None,
    failure: Failure | None = None,
    ancestors: tuple[ZoneEvidence, ...] = (),
    now: float = NOW,
    name: str = APEX,
    asked: tuple[Question, ...] = QUESTIONS,
) -> ZoneEvidence:
    """The zone as these servers and its parent's show it. `parents`: what each of the parent's servers does."""
    told = [(s, tuple(_ask(asked, s.behaviour, s.address, s.tries))) for s in servers]
    told_above = zip((PARENT_1, PARENT_2), (serving(above),) if parents is None else parents, strict=False)
    from_parents = [e for address, told_it in told_above for e in _ask(_PARENT_QUESTIONS, told_it, address, 2)]
    keys = _ask(((PARENT, "DNSKEY", Transport.UDP),), serving(above), PARENT_1, 2)
    exchanges = [*(e for _, found in told for e in found), *from_parents, *keys]
    anchors = {above.apex: (above.published[0].ds(PARENT),)}
    referrals = tuple(e for e in from_parents if e.question[1] == dns.rdatatype.NS)
    ds = tuple(e for e in from_parents if e.question[1] == dns.rdatatype.DS)
    validator = Validator(exchanges, anchors, now)
    fact = ZoneFact(
        id=f"zone-{name}",
        zone=name,
        chain=(".", PARENT, name),
        servers=tuple(ServerAddress(name=s.name, address=s.address, source=s.source) for s in servers),
        delegation=Delegation(parent=PARENT, referrals=_ids(referrals), ds=_ids(ds)),
        answers=tuple(e.id for _, found in told for e in found),
        unresolved=unresolved or {},
        failure=failure,
    )
    return ZoneEvidence(
        now=now,
        vantage=vantage,
        zone=name,
        fact=fact,
        servers=tuple(
            ServerEvidence(
                server=ServerAddress(name=s.name, address=s.address, source=s.source),
                family=family_of(s.address),
                exchanges=found,
            )
            for s, found in told
        ),
        referrals=referrals,
        ds=ds,
        security=_status(validator, APEX, "SOA"),
        denial=_status(validator, MISSING, "A") if any(question[0] == MISSING for question in asked) else None,
        denials=denials(validator, APEX_NAME, [found for _, found in told]),
        ancestors=ancestors,
        surroundings=surroundings(exchanges, frozenset(fact.answers)),
    )


def states(served: Zone, *asked: tuple[str, str], above: Zone = PARENT_WITH_DS) -> dict[tuple[str, str], Security]:
    """The security status of names and types that one server of the zone was asked about."""
    questions = ((APEX, "DNSKEY", Transport.UDP), *((name, rdtype, Transport.UDP) for name, rdtype in asked))
    from_parent = ((PARENT, "DNSKEY", Transport.UDP), *_PARENT_QUESTIONS)
    exchanges = [*_ask(questions, serving(served), A1, 1), *_ask(from_parent, serving(above), PARENT_1, 1)]
    validator = Validator(exchanges, {above.apex: (above.published[0].ds(PARENT),)}, NOW)
    return {question: _status(validator, *question) for question in asked}


def found(served: Zone, name: str, rdtype: str, *, above: Zone = PARENT_WITH_DS) -> FoundRecords:
    """A look-up at one server of the zone, with the security status of its answer."""
    questions: tuple[Question, ...] = ((APEX, "DNSKEY", Transport.UDP), (name, rdtype, Transport.UDP))
    from_parent = ((PARENT, "DNSKEY", Transport.UDP), *_PARENT_QUESTIONS)
    told = list(_ask(questions, serving(served), A1, 1))
    validator = Validator(
        [*told, *_ask(from_parent, serving(above), PARENT_1, 1)], {above.apex: (above.published[0].ds(PARENT),)}, NOW
    )
    lookup = Lookup(name=name, rdtype=rdtype, facts=(told[1].id,))
    return FoundRecords(lookup=lookup, exchange=told[1], security=_status(validator, name, rdtype))


def raw(item: FoundRecords, data: bytes) -> FoundRecords:
    """A look-up whose answer holds nothing but a record of these data, whatever they are."""
    assert item.exchange is not None
    assert item.exchange.response is not None
    message = dns.message.from_wire(item.exchange.response)
    rdata = dns.rdata.GenericRdata(dns.rdataclass.IN, item.exchange.question[1], data)
    message.answer = [dns.rrset.from_rdata(item.owner, 300, rdata)]
    exchange = Exchange.new(
        server=A1, transport=Transport.UDP, query=item.exchange.query, at=NOW,
        response=message.to_wire(max_size=65_535),
    )  # fmt: skip
    return replace(item, exchange=exchange)


def _ask(asked: Iterable[Question], behaviour: Behaviour, address: str, tries: int) -> Iterator[Exchange]:
    for question in asked:
        name, rdtype, transport = question
        query = make_query(dns.name.from_text(name), dns.rdatatype.from_text(rdtype))
        reply = behaviour(dns.message.from_wire(query), question)
        if reply is None:
            continue
        failure = reply if isinstance(reply, Failure) else None
        yield Exchange.new(
            server=address, transport=transport, query=query, at=NOW,
            response=reply if isinstance(reply, bytes) else None, failure=failure, tries=tries if failure else 1,
        )  # fmt: skip


def _status(validator: Validator, name: str, rdtype: str) -> Security:
    return validator.status(dns.name.from_text(name), dns.rdatatype.from_text(rdtype))


def _ids(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    return tuple(exchange.id for exchange in exchanges)
