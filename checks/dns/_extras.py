"""What the judges of the active extras share: whether they were asked, and what became of one question."""

from collections.abc import Iterable
from enum import StrEnum

import dns.rcode
import dns.rdatatype

from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.verdict import Outcome, could_not_test, not_applicable
from netaudit.rules.zones import SILENT, survey, trouble, unusable

_TIMES = 2  # a question that got no answer was put anew, after the others


class Fate(StrEnum):
    """What became of an extra question at one server."""

    NOT_ASKED = "not asked"
    ANSWERED = "answered"
    SILENT = "no answer"  # though put twice to a server that answers other questions
    LOST = "lost"  # no answer, and no evidence against the server either


def not_asked(evidence: ZoneEvidence) -> Outcome | None:
    """The outcome of a scan without the active extras: message `not_asked`."""
    return None if evidence.fact.extras else not_applicable("not_asked")


def asked(server: ServerEvidence, purpose: Purpose) -> tuple[Exchange, ...]:
    """The exchanges with that purpose, in the order asked."""
    return tuple(exchange for exchange in server.extras if exchange.purpose == purpose)


def answer(server: ServerEvidence, purpose: Purpose) -> Exchange | None:
    """The first that was answered."""
    return next((exchange for exchange in asked(server, purpose) if exchange.response is not None), None)


def fate(server: ServerEvidence, purpose: Purpose) -> Fate:
    """What became of the question."""
    found = asked(server, purpose)
    if any(exchange.response is not None for exchange in found):
        return Fate.ANSWERED
    silent = [exchange for exchange in found if exchange.failure is not None and exchange.failure.reason in SILENT]
    if len(silent) >= _TIMES and server.responded:
        return Fate.SILENT
    return Fate.LOST if found else Fate.NOT_ASKED


def no_answer(evidence: ZoneEvidence, *purposes: Purpose) -> Outcome:
    """The outcome when no server answered these questions, and the reason of one: message `no_answer`."""
    failure = unusable(e for server in evidence.servers for purpose in purposes for e in asked(server, purpose))
    if failure is None:
        return survey(evidence, dns.rdatatype.SOA).untested()
    return could_not_test("no_answer", failure)


def why_not(server: ServerEvidence, purpose: Purpose) -> str:
    """Why there is no answer, for the table of what was observed."""
    failures = [exchange.failure for exchange in asked(server, purpose) if exchange.failure is not None]
    return trouble(failures[0]) if failures else str(Fate.NOT_ASKED)


def rcode_text(exchange: Exchange) -> str:
    """The response code by its mnemonic; `unreadable` when there is none."""
    if exchange.rcode is None:
        return "unreadable"
    return dns.rcode.to_text(dns.rcode.Rcode.make(exchange.rcode))


def ids(evidence: ZoneEvidence, purposes: Iterable[Purpose]) -> tuple[str, ...]:
    """The exchanges that a verdict rests on."""
    wanted = frozenset(purposes)
    return tuple(dict.fromkeys(e.id for server in evidence.servers for e in server.extras if e.purpose in wanted))
