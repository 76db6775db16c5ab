"""Whether name servers treat what they do not know of EDNS as the standard says (RFC 6891, RFC 8906 section 8.2)."""

from collections.abc import Callable, Iterator

import dns.rcode
import dns.rdatatype

from netaudit.model.common import Transport
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.verdict import Outcome, failed, not_applicable, passed, warned
from netaudit.rules.edns import opt_of, option_of
from netaudit.rules.zones import authoritative, label, replies, where

from ._extras import Fate, answer, fate, ids, no_answer, not_asked, rcode_text, why_not

_SMALL = 512  # bytes that were offered
_UNKNOWN = 100  # the option that was sent
_MILD = frozenset({"soa", "echoed", "mbz"})  # the other words are for what a MUST forbids


def judge(evidence: ZoneEvidence) -> Outcome:
    """Read the answers of servers that answer the ordinary question with EDNS; what is wrong is one word for each.

    The words are those of ISC's compliance tests: noopt, opt, badversion, nodo, toobig, nosoa, a response code,
    timeout (no answer, though put twice); and for what breaks no MUST: soa, echoed, mbz.
    """
    skipped = not_asked(evidence)
    if skipped is not None:
        return skipped
    rows = []
    broken: dict[str, str] = {}
    mild: dict[str, str] = {}
    tested = speaking = 0
    for server in evidence.servers:
        if not _speaks_edns(server, evidence):
            rows.append(where(server, "gives no ordinary answer with EDNS"))
            continue
        speaking += 1
        words = {question: list(_words(server, purpose, read)) for question, (purpose, read) in _QUESTIONS.items()}
        known = sum(fate(server, purpose) in (Fate.ANSWERED, Fate.SILENT) for purpose, _ in _QUESTIONS.values())
        tested += bool(known)
        wrong = [(f"{question}={word}", word) for question, found in words.items() for word in found]
        broken |= _about(server, [text for text, word in wrong if word not in _MILD])
        mild |= _about(server, [text for text, word in wrong if word in _MILD])
        lost = [f"{q}: {why_not(server, p)}" for q, (p, _) in _QUESTIONS.items() if fate(server, p) is Fate.LOST]
        good = False if wrong else True if known else None
        rows.append(where(server, ", ".join([*(text for text, _ in wrong), *lost]) or "ok", good))
    observed, facts = tuple(rows), ids(evidence, (purpose for purpose, _ in _QUESTIONS.values()))
    if broken:
        return failed("broken", observed=observed, facts=facts, servers=tuple(broken), problems=tuple(broken.values()))
    if mild:
        return warned("imperfect", observed=observed, facts=facts, servers=tuple(mild), problems=tuple(mild.values()))
    if tested:
        return passed("ok", observed=observed, facts=facts, answered=tested, total=len(evidence.servers))
    if not speaking and any(server.responded for server in evidence.servers):
        return not_applicable("no_edns", observed=observed, facts=facts)
    return no_answer(evidence, Purpose.EDNS_PLAIN)


def _speaks_edns(server: ServerEvidence, evidence: ZoneEvidence) -> bool:
    """Whether the server answers for the zone, with an OPT record: the rest says nothing about one that does not."""
    ordinary = replies(server, evidence.apex, dns.rdatatype.SOA)
    return any(authoritative(exchange) and opt_of(exchange) is not None for exchange in ordinary)


def _about(server: ServerEvidence, words: list[str]) -> dict[str, str]:
    return {label(server): f"{label(server)}: {' '.join(words)}"} if words else {}


def _words(server: ServerEvidence, purpose: Purpose, read: Callable[[Exchange], Iterator[str]]) -> Iterator[str]:
    """What is wrong with the answer to one question; nothing is said of one that was lost."""
    exchange = answer(server, purpose)
    if exchange is not None:
        yield from read(exchange)
    elif fate(server, purpose) is Fate.SILENT:
        yield "timeout"


def _plain(exchange: Exchange) -> Iterator[str]:
    """Without EDNS: the SOA, and no OPT record (RFC 6891 section 7)."""
    yield from _answers(exchange)
    if opt_of(exchange) is not None:
        yield "opt"


def _version(exchange: Exchange) -> Iterator[str]:
    """Version 100: BADVERS with the version that the server has, and no answer (RFC 6891 section 6.1.3)."""
    opt = opt_of(exchange)
    if exchange.rcode != dns.rcode.BADVERS:
        yield "status" if exchange.rcode == dns.rcode.NOERROR else rcode_text(exchange).lower()
    if opt is None:
        yield "noopt"
    elif opt.version:
        yield "badversion"
    if _has_soa(exchange):
        yield "soa"


def _option(exchange: Exchange) -> Iterator[str]:
    """Option 100: ignored, and not sent back (RFC 6891 section 6.1.2)."""
    yield from _answers_with_opt(exchange)
    if option_of(exchange, _UNKNOWN) is not None:
        yield "echoed"


def _flags(exchange: Exchange) -> Iterator[str]:
    """A reserved flag: ignored, and zero in the response (RFC 6891 section 6.1.4)."""
    yield from _answers_with_opt(exchange)
    opt = opt_of(exchange)
    if opt is not None and opt.reserved:
        yield "mbz"


def _bufsize(exchange: Exchange) -> Iterator[str]:
    """DNSKEY with DO and room for 512 bytes: no more than that, and DO sent back (RFC 3225 section 3)."""
    opt = opt_of(exchange)
    if exchange.rcode != dns.rcode.NOERROR:
        yield rcode_text(exchange).lower()
    elif opt is None:
        yield "noopt"
    elif not opt.dnssec:
        yield "nodo"
    if exchange.transport is Transport.UDP and len(exchange.response or b"") > _SMALL:
        yield "toobig"


_QUESTIONS: dict[str, tuple[Purpose, Callable[[Exchange], Iterator[str]]]] = {
    "plain": (Purpose.EDNS_PLAIN, _plain),
    "version": (Purpose.EDNS_VERSION, _version),
    "option": (Purpose.EDNS_OPTION, _option),
    "flags": (Purpose.EDNS_FLAGS, _flags),
    "bufsize": (Purpose.EDNS_BUFSIZE, _bufsize),
}


def _answers(exchange: Exchange) -> Iterator[str]:
    if exchange.rcode != dns.rcode.NOERROR:
        yield rcode_text(exchange).lower()
    elif not _has_soa(exchange) and not exchange.truncated:
        yield "nosoa"


def _answers_with_opt(exchange: Exchange) -> Iterator[str]:
    yield from _answers(exchange)
    if opt_of(exchange) is None:
        yield "noopt"


def _has_soa(exchange: Exchange) -> bool:
    return exchange.answer(*exchange.question) is not None
