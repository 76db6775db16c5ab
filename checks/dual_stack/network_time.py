"""Whether a time server gives the same time over IPv4 and IPv6 (RFC 5905)."""

from netaudit.model.common import Family
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import DatagramFact
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.fetches import endpoint_reach, untested
from netaudit.rules.network_time import is_time, replies, said
from netaudit.rules.ntp import LEAP_UNKNOWN, NtpReply

from ._helpers import BOTH, one_family


def judge(evidence: EndpointEvidence, *, max_difference_ms: int) -> Outcome:
    """Whether both answer as a server that is synchronised, and with one time: our own clock takes no part in that."""
    if not is_time(evidence):
        return not_applicable("other_service")
    if one_family(evidence.host):
        return not_applicable("one_family")
    found = replies(evidence)
    v4, v6 = ([pair for pair in found if pair[0].family is family] for family in BOTH)
    if not v4 or not v6:
        mute = tuple(family for family, seen in zip(BOTH, (v4, v6), strict=True) if not seen)
        blind = tuple(family for family in BOTH if evidence.blind(family) is not None)
        reached = endpoint_reach(evidence, blind or mute, min_tries=1)
        return untested(evidence, blind or mute, reached)
    facts = tuple(fact.id for fact, _ in found)
    rows = tuple(_row(fact, reply) for fact, reply in found)
    if {_state(reply) for _, reply in v4} != {_state(reply) for _, reply in v6}:
        ipv4, ipv6 = (tuple(sorted({_shown(reply) for _, reply in side})) for side in (v4, v6))
        return failed("state_differs", observed=rows, facts=facts, ipv4=ipv4, ipv6=ipv6)
    apart = max((_apart(one, other) for _, one in v4 for _, other in v6 if _usable(one, other)), default=0.0)
    if apart * 1000 > max_difference_ms:
        return failed("time_differs", observed=rows, facts=facts, milliseconds=round(apart * 1000))
    return passed("ok", observed=rows, facts=facts, total=len(found))


def _state(reply: NtpReply) -> tuple[str, bool]:
    return reply.kiss, reply.synchronised


def _shown(reply: NtpReply) -> str:
    """The state by the field that tells it; a stratum that is valid may change from day to day."""
    if reply.kiss:
        return f"kiss code {reply.kiss}"
    valid = reply.synchronised or reply.leap == LEAP_UNKNOWN
    return f"leap {reply.leap}" if valid else f"stratum {reply.stratum}"


def _usable(one: NtpReply, other: NtpReply) -> bool:
    return one.synchronised and other.synchronised


def _apart(one: NtpReply, other: NtpReply) -> float:
    """How far two replies are apart at least: what the ways there leave open is taken off, in seconds."""
    return max(0.0, abs(one.offset - other.offset) - (one.delay + other.delay) / 2)


def _row(fact: DatagramFact, reply: NtpReply) -> Observation:
    return Observation(where=fact.endpoint, saw=said(reply), address=fact.address, family=Family(fact.family))
