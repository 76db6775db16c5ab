"""Whether the zone's servers recurse for strangers (RFC 5358), as seen from where the scanner stands."""

from enum import StrEnum

import dns.flags
import dns.rcode

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.verdict import Outcome, failed, not_applicable, passed, warned
from netaudit.rules.zones import label, where

from ._extras import answer, ids, no_answer, not_asked, rcode_text, why_not


class _Seen(StrEnum):
    """What the answer to a question about the root's name servers, with recursion desired, shows."""

    OPEN = "open"
    OFFERED = "offered"  # recursion is available, but this one failed
    CLOSED = "closed"
    ROOT = "root"  # the server has the root zone, so the question says nothing
    UNREADABLE = "unreadable"


def judge(evidence: ZoneEvidence) -> Outcome:
    """A server that answers about a name outside its zones, from a cache or by asking others, is an open resolver."""
    skipped = not_asked(evidence)
    if skipped is not None:
        return skipped
    if evidence.zone == ".":
        return not_applicable("root")
    rows = []
    found: dict[_Seen, list[str]] = {seen: [] for seen in _Seen}
    for server in evidence.servers:
        exchange = answer(server, Purpose.RECURSION)
        if exchange is None:
            rows.append(where(server, why_not(server, Purpose.RECURSION)))
            continue
        seen = _seen(exchange)
        found[seen].append(label(server))
        rows.append(where(server, _text(exchange), _GOOD.get(seen)))
    observed, facts = tuple(rows), ids(evidence, (Purpose.RECURSION,))
    if found[_Seen.OPEN]:
        return failed("open", observed=observed, facts=facts, servers=tuple(found[_Seen.OPEN]))
    if found[_Seen.OFFERED]:
        return warned("offered", observed=observed, facts=facts, servers=tuple(found[_Seen.OFFERED]))
    if found[_Seen.CLOSED]:
        answered = len(found[_Seen.CLOSED])
        return passed("ok", observed=observed, facts=facts, answered=answered, total=len(evidence.servers))
    if found[_Seen.ROOT]:
        return not_applicable("root", observed=observed, facts=facts)
    return no_answer(evidence, Purpose.RECURSION)


_GOOD = {_Seen.OPEN: False, _Seen.OFFERED: False, _Seen.CLOSED: True}


def _seen(exchange: Exchange) -> _Seen:
    message = exchange.message
    if message is None or not exchange.readable:
        return _Seen.UNREADABLE
    available = bool(message.flags & dns.flags.RA)
    if exchange.rcode == dns.rcode.NOERROR and exchange.authoritative:
        return _Seen.ROOT
    if exchange.rcode == dns.rcode.NOERROR and (message.answer or (available and exchange.truncated)):
        return _Seen.OPEN
    return _Seen.OFFERED if available and exchange.rcode in _TRIED else _Seen.CLOSED


_TRIED = (dns.rcode.NOERROR, dns.rcode.NXDOMAIN, dns.rcode.SERVFAIL)


def _text(exchange: Exchange) -> str:
    message = exchange.message
    if message is None:
        return "unreadable"
    flags = [word for word, bit in (("AA", dns.flags.AA), ("RA", dns.flags.RA)) if message.flags & bit]
    records = sum(len(rrset) for rrset in message.answer)
    return " ".join([rcode_text(exchange), *flags, f"with {records} records" if records else "without an answer"])
