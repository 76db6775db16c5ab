"""Which machines answered, by the names that they give themselves (RFC 5001). For information: nobody has to."""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.verdict import Outcome, not_applicable, passed
from netaudit.rules.edns import NSID, option_of
from netaudit.rules.zones import label, where

from ._extras import answer, ids, no_answer, not_asked, why_not

_SHOWN = 64  # characters of one identifier


def judge(evidence: ZoneEvidence) -> Outcome:
    """Collect the identifiers; several machines may stand behind one address, one machine behind several."""
    skipped = not_asked(evidence)
    if skipped is not None:
        return skipped
    rows = []
    named: list[str] = []
    answered = 0
    for server in evidence.servers:
        exchange = answer(server, Purpose.NSID)
        name = _identifier(exchange) if exchange is not None else why_not(server, Purpose.NSID)
        rows.append(where(server, name or "no NSID"))
        if exchange is not None:
            answered += 1
            named += [f"{label(server)}: {name}"] if name else []
    observed, facts = tuple(rows), ids(evidence, (Purpose.NSID,))
    if named:
        return passed("ok", observed=observed, facts=facts, identifiers=tuple(named))
    if answered:
        return not_applicable("none", observed=observed, facts=facts)
    return no_answer(evidence, Purpose.NSID)


def _identifier(exchange: Exchange) -> str:
    """The identifier as text where it is printable ASCII, else in hexadecimal."""
    data = option_of(exchange, NSID) or b""
    text = data.decode("ascii", "replace")
    return (text if text.isascii() and text.isprintable() else data.hex())[:_SHOWN]
