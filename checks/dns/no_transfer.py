"""Whether the zone's servers give the whole zone to anybody who asks (RFC 5936 section 5).

Of its data only names, types and the names that records lead to are kept.
"""

import dns.rcode

from netaudit.model.common import Reason
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.verdict import Outcome, not_applicable, passed, warned
from netaudit.rules.zones import label, where

from ._extras import answer, asked, ids, no_answer, not_asked, rcode_text, why_not

_ANSWERS = slice(6, 8)  # where the header counts the records of the answer (RFC 1035 section 4.1.1)


def judge(evidence: ZoneEvidence) -> Outcome:
    """A response to AXFR without an error and with records is the beginning of a transfer.

    The root zone is published, so that its servers may give it away.
    """
    skipped = not_asked(evidence)
    if skipped is not None:
        return skipped
    if evidence.zone == ".":
        return not_applicable("root")
    rows = []
    granting: list[str] = []
    told = 0
    for server in evidence.servers:
        exchange = answer(server, Purpose.AXFR)
        if exchange is None:
            closed = _hung_up(server)
            told += closed
            rows.append(where(server, why_not(server, Purpose.AXFR), closed or None))
            continue
        told += 1
        records = _records(exchange)
        granting += [label(server)] if records else []
        saw = f"gives the zone ({records} records in the first message)" if records else rcode_text(exchange)
        rows.append(where(server, saw, not records))
    observed, facts = tuple(rows), ids(evidence, (Purpose.AXFR,))
    if granting:
        return warned("open", observed=observed, facts=facts, servers=tuple(granting))
    if told:
        return passed("ok", observed=observed, facts=facts, answered=told, total=len(evidence.servers))
    return no_answer(evidence, Purpose.AXFR)


def _records(exchange: Exchange) -> int:
    """How many records of the zone the first message held."""
    response = exchange.response or b""
    return int.from_bytes(response[_ANSWERS], "big") if exchange.rcode == dns.rcode.NOERROR else 0


def _hung_up(server: ServerEvidence) -> bool:
    """Whether the server closed the connection instead of an answer, as some do to refuse."""
    found = asked(server, Purpose.AXFR)
    return any(exchange.failure is not None and exchange.failure.reason is Reason.RESET for exchange in found)
