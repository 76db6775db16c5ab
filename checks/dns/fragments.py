"""Whether large UDP responses arrive, or servers avoid them (RFC 9715; RFC 6891 section 6.2.5; DNS flag day 2020)."""

from typing import NamedTuple

import dns.rdatatype

from netaudit.model.common import Failure, Reason, Side, Transport
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.zones import label, replies, where

from ._extras import Fate, answer, fate, ids, no_answer, not_asked, why_not

_LARGE = Purpose.EDNS_LARGE
_ALL_LOST = Failure(
    reason=Reason.TIMEOUT,
    side=Side.PATH,
    detail="no large response of any server arrived here: the loss may be near us",
)


class _Sent(NamedTuple):
    """What came of the offer to send much at once, from one address."""

    server: ServerEvidence
    saw: str
    size: int = 0  # octets of a whole response over UDP
    lost: bool = False
    answered: bool = True


def judge(evidence: ZoneEvidence, *, small: int, max_size: int) -> Outcome:
    """Read the answers to DNSKEY with room for 4096 octets, where the whole answer has more than `small`.

    Truncated ones avoid fragments, as they should; what comes whole and is larger than `max_size` may need them. An
    address whose answer never comes, though it has one over TCP and answers other questions, loses them on the way.
    That counts where another address shows that our own side lets large responses in.
    """
    skipped = not_asked(evidence)
    if skipped is not None:
        return skipped
    whole = max((len(e.response or b"") for e in _whole(evidence)), default=0)
    if not any(fate(server, _LARGE) is not Fate.NOT_ASKED for server in evidence.servers):
        return not_applicable("not_asked") if whole else no_answer(evidence, Purpose.EDNS_PLAIN)
    if whole and whole <= small:
        return not_applicable("small", size=whole)
    seen = [_sent(server, whole, small) for server in evidence.servers]
    rows = tuple(where(sent.server, sent.saw, _good(sent, max_size)) for sent in seen)
    facts = ids(evidence, (_LARGE,))
    lost = tuple(label(sent.server) for sent in seen if sent.lost)
    large = tuple(label(sent.server) for sent in seen if sent.size > max_size)
    if lost and any(sent.size > small for sent in seen):
        return failed("lost", observed=rows, facts=facts, servers=lost, size=whole)
    if lost:
        return could_not_test("not_tested", _ALL_LOST, observed=rows, facts=facts)
    if large:
        size = max(sent.size for sent in seen)
        return warned("large", observed=rows, facts=facts, servers=large, size=size, maximum=max_size)
    answered = sum(sent.answered for sent in seen)
    if not answered:
        return no_answer(evidence, _LARGE)
    return passed("ok", observed=rows, facts=facts, answered=answered, total=len(seen), maximum=max_size)


def _whole(evidence: ZoneEvidence) -> list[Exchange]:
    """Every answer about the zone's keys that was not truncated, over UDP or TCP."""
    found = [e for s in evidence.servers for e in replies(s, evidence.apex, dns.rdatatype.DNSKEY)]
    found += [e for s in evidence.servers if (e := answer(s, _LARGE)) is not None]
    return [e for e in found if not e.truncated]


def _sent(server: ServerEvidence, whole: int, small: int) -> _Sent:
    found = answer(server, _LARGE)
    if found is not None and found.truncated:
        return _Sent(server, f"truncated at {len(found.response or b'')} octets")
    if found is not None:
        size = len(found.response or b"")
        return _Sent(server, f"{size} octets over UDP", size)
    if fate(server, _LARGE) is Fate.SILENT and whole > small and _answers_over_udp(server):
        return _Sent(server, f"lost: {why_not(server, _LARGE)}", lost=True, answered=False)
    return _Sent(server, why_not(server, _LARGE), answered=False)


def _answers_over_udp(server: ServerEvidence) -> bool:
    return any(e.response is not None and e.transport is Transport.UDP for e in server.exchanges)


def _good(sent: _Sent, max_size: int) -> bool | None:
    if sent.lost:
        return False
    return sent.size <= max_size if sent.answered else None
