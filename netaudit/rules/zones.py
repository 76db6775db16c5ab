"""What each server of a zone says: answers that count, servers that gave none, and why.

Shared by the judges of zones. An answer counts when it is complete, authoritative and to the question;
everything else leaves its server undetermined, which is never evidence against the zone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, cast

import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rdtypes.ANY.NS
import dns.rdtypes.ANY.RRSIG
import dns.rrset
import dns.wire
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.verdict import Observation, Outcome, could_not_test
from netaudit.rules.names import name_text
from netaudit.rules.once import once

__all__ = [
    "Answer", "RRSIG", "SILENT", "Survey", "addresses_of", "authoritative", "delegations", "label", "name_text",
    "reach", "readable", "replies", "server_names", "signatures", "survey", "trouble", "unlooked", "unreadable",
    "unusable", "where",
]  # fmt: skip

NS = dns.rdtypes.ANY.NS.NS
RRSIG = dns.rdtypes.ANY.RRSIG.RRSIG

_COUNTS = 4  # where the header's four counts begin (RFC 1035 section 4.1.1)

SILENT = frozenset({Reason.TIMEOUT, Reason.REFUSED, Reason.RESET, Reason.UNREACHABLE, Reason.PROHIBITED})
"""Reasons that, over a family that works from here, mean that the address does not serve."""


@dataclass(frozen=True, eq=False)  # an RRset has no hash, and each answer is one of its own
class Answer:
    """One server's authoritative answer; `rrset` is None when it says that there is no such RRset."""

    server: ServerEvidence
    exchange: Exchange
    rrset: dns.rrset.RRset | None

    @cached_property
    def rdatas(self) -> frozenset[dns.rdata.Rdata]:
        """The records of the RRset."""
        return frozenset(cast("Iterable[dns.rdata.Rdata]", self.rrset or ()))

    def signatures(self) -> tuple[RRSIG, ...]:
        """The signatures that the answer carries over its RRset."""
        return self._signatures

    @cached_property
    def _signatures(self) -> tuple[RRSIG, ...]:
        return signatures(self.exchange, *self.exchange.question)


class Survey(NamedTuple):
    """All servers of a zone asked one question: who answered, and who did not and why."""

    answers: tuple[Answer, ...]
    missing: tuple[tuple[ServerEvidence, Failure], ...]
    failure: Failure

    @property
    def total(self) -> int:
        """The number of server addresses that should answer."""
        return len(self.answers) + len(self.missing)

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of the exchanges that count."""
        return tuple(dict.fromkeys(answer.exchange.id for answer in self.answers))

    def unseen(self) -> tuple[Observation, ...]:
        """The servers that gave no answer, as neither good nor bad."""
        return tuple(where(server, trouble(failure)) for server, failure in self.missing)

    def untested(self) -> Outcome:
        """The outcome when no server answered: message `no_answer`."""
        return could_not_test("no_answer", self.failure, observed=self.unseen())


@once
def survey(evidence: ZoneEvidence, rdtype: dns.rdatatype.RdataType, name: dns.name.Name | None = None) -> Survey:
    """Look at every server's answer about `rdtype` of the apex, or of `name`."""
    answers: list[Answer] = []
    missing: list[tuple[ServerEvidence, Failure]] = []
    asked = name or evidence.apex
    for server in evidence.servers:
        exchange = next((e for e in replies(server, asked, rdtype) if authoritative(e) and not unreadable(e)), None)
        if exchange is None:
            missing.append((server, _why_not(evidence, server, asked, rdtype)))
        else:
            answers.append(Answer(server, exchange, exchange.answer(asked, rdtype)))
    return Survey(tuple(answers), tuple(missing), _first_failure(evidence, missing))


def replies(server: ServerEvidence, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Iterator[Exchange]:
    """The server's readable responses to a question, over UDP and TCP, in the order asked."""
    return (exchange for exchange in server.about(name, rdtype) if exchange.readable)


def readable(exchange: Exchange) -> bool:
    """Whether a response came back and is one to the question."""
    return exchange.readable


def authoritative(exchange: Exchange) -> bool:
    """Whether a readable response is a complete authoritative answer, positive or negative."""
    return exchange.conclusive


def unreadable(exchange: Exchange) -> str:
    """What is wrong with a record of the type asked, or a signature, that could not be read; mostly empty.

    Such records are missing from `exchange.message`: without them the answer says something else than
    the server did.
    """
    message = exchange.message
    if message is None or not message.errors or exchange.response is None:
        return ""
    parser = dns.wire.Parser(exchange.response)
    try:
        parser.seek(_COUNTS)
        questions, answers, _, _ = parser.get_struct("!HHHH")
        for _ in range(questions):
            _skip_name(parser)
            parser.get_struct("!HH")
        for _ in range(answers):
            _skip_name(parser)
            rdtype, rdclass, _, length = parser.get_struct("!HHIH")
            end = parser.current + length
            if rdtype in (exchange.question[1], dns.rdatatype.RRSIG):
                with parser.restrict_to(length):
                    dns.rdata.from_wire_parser(rdclass, rdtype, parser)
            parser.seek(end)
    except Exception as error:  # a stranger's bytes: dnspython raises a dozen kinds of exception over them
        return f"{type(error).__name__}: {error}"[:120]
    return ""


def _skip_name(parser: dns.wire.Parser) -> None:
    parser.seek(parser.current + dns.name.from_wire(parser.wire, parser.current)[1])


def signatures(exchange: Exchange, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> tuple[RRSIG, ...]:
    """The RRSIG records over an RRset in the answer section."""
    found = exchange.message.answer if exchange.message is not None else []
    return tuple(
        rdata
        for rrset in found
        if rrset.rdtype == dns.rdatatype.RRSIG and rrset.covers == rdtype and (rrset.name is name or rrset.name == name)
        for rdata in rrset
        if isinstance(rdata, RRSIG)
    )


def delegations(evidence: ZoneEvidence) -> tuple[Exchange, ...]:
    """The parent's servers' referrals to the zone; a server that serves the zone too gives none."""
    return tuple(
        exchange
        for exchange in evidence.referrals
        if readable(exchange)
        and not exchange.authoritative
        and not exchange.truncated
        and server_names(exchange, evidence.apex)
    )


def server_names(exchange: Exchange, apex: dns.name.Name) -> frozenset[str]:
    """The name servers of the zone that a response names, in its answer or, as a referral, in its authority section."""
    message = exchange.message
    sections = (message.answer, message.authority) if message is not None else ()
    return frozenset(
        name_text(rdata.target)
        for section in sections
        for rrset in section
        if rrset.rdtype == dns.rdatatype.NS and rrset.name == apex
        for rdata in rrset
        if isinstance(rdata, NS)
    )


def addresses_of(rrset: dns.rrset.RRset | None) -> tuple[str, ...]:
    """The addresses of an A or AAAA RRset."""
    return tuple(rdata.address for rdata in rrset or () if isinstance(rdata, (A, AAAA)))


def unlooked(evidence: ZoneEvidence) -> frozenset[str]:
    """The zone's servers whose addresses could not be looked up, so that nobody knows whether they have any."""
    return frozenset(
        name
        for name, failure in evidence.fact.unresolved.items()
        if failure.side is not Side.TARGET or failure.reason is not Reason.NO_ADDRESS
    )


def where(server: ServerEvidence, saw: str, ok: bool | None = None) -> Observation:
    """An observation about one server address."""
    return Observation(where=server.server.name, saw=saw, address=server.server.address, family=server.family, ok=ok)


def label(server: ServerEvidence) -> str:
    """A server address as sentences name it."""
    return f"{server.server.name} ({server.server.address})"


def trouble(failure: Failure) -> str:
    """A failure in a few technical words."""
    reason = failure.reason.replace("_", " ")
    return f"{reason}: {failure.detail}" if failure.detail else reason


def unusable(exchanges: Iterable[Exchange]) -> Failure | None:
    """Why none of these exchanges is an answer that counts: what the server said, else why it said nothing."""
    asked = list(exchanges)
    for exchange in asked:
        if exchange.response is not None:
            return _useless(exchange)
    return next((exchange.failure for exchange in asked if exchange.failure is not None), None)


def _why_not(
    evidence: ZoneEvidence, server: ServerEvidence, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> Failure:
    """Why a server gave no answer that counts."""
    asked = list(server.about(name, rdtype))
    if not any(exchange.response is not None for exchange in asked):
        blind = evidence.blind(server.family)
        if blind is not None:
            return blind
        asked += [exchange for exchange in server.exchanges if exchange.response is None]
    missing = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=f"{dns.rdatatype.to_text(rdtype)} was not asked")
    return unusable(asked) or missing


def _useless(exchange: Exchange) -> Failure:
    if not readable(exchange):
        return Failure(reason=Reason.MALFORMED, side=Side.TARGET, detail="the response can't be read")
    if exchange.truncated:
        detail = "truncated over UDP, and no answer over TCP"
        return Failure(reason=Reason.TOO_LARGE, side=Side.PATH, detail=detail)
    if authoritative(exchange):
        return Failure(reason=Reason.MALFORMED, side=Side.TARGET, detail=unreadable(exchange))
    rcode = exchange.rcode or 0
    said = dns.rcode.to_text(dns.rcode.Rcode.make(rcode)) if rcode else "NOERROR without AA"
    return Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=said)


def _first_failure(evidence: ZoneEvidence, missing: list[tuple[ServerEvidence, Failure]]) -> Failure:
    """The one failure that stands for all: our own blindness first, for it explains the most."""
    blind = [failure for family in Family if (failure := evidence.blind(family)) is not None]
    known = [failure for _, failure in missing]
    if len(blind) == len(Family):
        return blind[0]
    ours = [failure for failure in known if failure.side in (Side.OURS, Side.BUDGET, Side.BUG)]
    for failure in (*ours, *known, evidence.fact.failure):
        if failure is not None:
            return failure
    return Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no address of a name server was asked")


def reach(exchanges: Iterable[Exchange]) -> tuple[bool | None, str]:
    """Whether an address serves, and how it showed: any response will do; silence counts after two tries.

    None: nothing was sent, or what was sent failed for a reason that is not the address's.
    """
    asked = list(exchanges)
    if any(exchange.response is not None for exchange in asked):
        return True, "answered"
    silent = [e for e in asked if e.failure is not None and e.failure.reason in SILENT]
    tries = sum(exchange.tries for exchange in silent)
    if tries >= 2 and silent[0].failure is not None:
        return False, f"{trouble(silent[0].failure)} ({tries} tries)"
    failure = next((exchange.failure for exchange in asked if exchange.failure is not None), None)
    return None, trouble(failure) if failure is not None else "not asked"
