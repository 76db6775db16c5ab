"""Whether a recursive resolver leaves strangers unserved (RFC 5358). Only a stranger can see it."""

import dns.flags
import dns.name
import dns.rcode

from netaudit.model.common import Failure, Reason, Side, Transport
from netaudit.model.evidence import ResolverAddress, ResolverEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, passed
from netaudit.rules.zones import trouble

from ._helpers import ERRORS, Standing, own_address, root_facts, row, standing, told

_INSIDE = Failure(reason=Reason.NOT_FROM_INSIDE, side=Side.OURS)
_UNKNOWN = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="whether the scanner is a client is not known")


def judge(evidence: ResolverEvidence) -> Outcome:
    """An answer to a stranger is proof; a refusal too. Silence is none: the packet may have been lost."""
    return told(evidence, (), _judged(evidence))


def _judged(evidence: ResolverEvidence) -> Outcome:
    rows: list[Observation] = []
    open_at: list[str] = []
    closed = 0
    failure: Failure | None = None
    for address in evidence.addresses:
        place = standing(evidence, address)
        if place is not Standing.OUTSIDE:
            why = _INSIDE if place is Standing.INSIDE else _seen(address)[2] or _UNKNOWN
            rows.append(row(address, f"asked from {own_address(evidence, address) or 'an unknown address'}: {place}"))
            failure = failure or why
            continue
        served, saw, silent = _seen(address)
        rows.append(row(address, saw, None if served is None else not served))
        open_at += [address.address] if served else []
        closed += served is False
        failure = failure or silent
    observed, facts = tuple(rows), root_facts(evidence, Transport.UDP)
    if open_at:
        return failed("open", observed=observed, facts=facts, addresses=tuple(open_at))
    if closed:
        return passed("ok", observed=observed, facts=facts, closed=closed, total=len(evidence.addresses))
    message = "inside" if failure is _INSIDE else "undecided"
    return could_not_test(message, failure or _UNKNOWN, observed=observed, facts=facts)


def _seen(address: ResolverAddress) -> tuple[bool | None, str, Failure | None]:
    """Whether the address served us, what was seen, and the failure where nothing was."""
    exchange = address.ask(dns.name.root)
    if exchange is None:
        return None, "not asked", None
    if exchange.failure is not None:
        return None, trouble(exchange.failure), exchange.failure
    message = exchange.message
    if message is None or not exchange.readable:
        return None, "unreadable", Failure(reason=Reason.MALFORMED, side=Side.TARGET)
    offered, rcode = bool(message.flags & dns.flags.RA), message.rcode()
    saw = f"{dns.rcode.to_text(rcode)} RA" if offered else dns.rcode.to_text(rcode)
    if not offered or rcode == dns.rcode.REFUSED:
        return False, saw, None
    return (True, saw, None) if rcode == dns.rcode.NOERROR else (None, saw, ERRORS)
