"""Whether the DNS cookies that name servers give are good ones (RFC 7873, RFC 9018). Giving none is allowed."""

import dns.rcode

from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.verdict import Outcome, failed, not_applicable, passed, warned
from netaudit.rules.edns import COOKIE, opt_of, option_of
from netaudit.rules.zones import label, where

from ._extras import answer, ids, no_answer, not_asked, rcode_text, why_not

_CLIENT = 8  # bytes of the client cookie (RFC 7873 section 4)
_SERVER = range(8, 33)  # bytes of the server cookie
_RFC_9018 = (16, 1)  # its size and its first byte, the version

_NONE = "no cookie"


def judge(evidence: ZoneEvidence) -> Outcome:
    """Look at the cookie that each server gave, and at what it said when it was shown that cookie."""
    skipped = not_asked(evidence)
    if skipped is not None:
        return skipped
    rows, broken, rejecting, good = [], [], [], 0
    answered = 0
    for server in evidence.servers:
        first = answer(server, Purpose.COOKIE)
        if first is None:
            rows.append(where(server, why_not(server, Purpose.COOKIE)))
            continue
        answered += 1
        fault, saw = _cookie(first)
        refusal = "" if fault or saw == _NONE else _refused(server)
        rows.append(where(server, refusal or saw, False if fault or refusal else None if saw == _NONE else True))
        broken += [f"{label(server)}: {saw}"] if fault else []
        rejecting += [f"{label(server)}: {refusal}"] if refusal else []
        good += saw != _NONE
    observed, facts = tuple(rows), ids(evidence, (Purpose.COOKIE, Purpose.COOKIE_AGAIN))
    if broken:
        return failed("broken", observed=observed, facts=facts, problems=tuple(broken))
    if rejecting:
        return warned("rejected", observed=observed, facts=facts, problems=tuple(rejecting))
    if good:
        return passed("ok", observed=observed, facts=facts, supporting=good, answered=answered)
    if answered:
        return not_applicable("unsupported", observed=observed, facts=facts)
    return no_answer(evidence, Purpose.COOKIE)


def _cookie(exchange: Exchange) -> tuple[bool, str]:
    """Whether the cookie in a response is wrong, and what there is to see."""
    opt, cookie = opt_of(exchange), option_of(exchange, COOKIE)
    if exchange.rcode == dns.rcode.FORMERR and opt is not None:
        return True, "FORMERR at a well-formed cookie"
    if cookie is None:
        return False, _NONE
    if cookie[:_CLIENT] != _sent(exchange):
        return True, "not the client cookie that was sent"
    server = cookie[_CLIENT:]
    if len(server) not in _SERVER:
        return True, f"a server cookie of {len(server)} bytes"
    interoperable = (len(server), server[0]) == _RFC_9018
    return False, f"server cookie of {len(server)} bytes" + (", made as RFC 9018 says" if interoperable else "")


def _refused(server: ServerEvidence) -> str:
    """How a server met its own cookie, when it did not take it for a good one."""
    exchange = answer(server, Purpose.COOKIE_AGAIN)
    if exchange is not None and exchange.rcode in (dns.rcode.BADCOOKIE, dns.rcode.FORMERR):
        return f"{rcode_text(exchange)} at its own cookie"
    return ""


def _sent(exchange: Exchange) -> bytes:
    """The client cookie of the query: its last bytes, for the OPT record ends the message and has one option."""
    return exchange.query[-_CLIENT:]
