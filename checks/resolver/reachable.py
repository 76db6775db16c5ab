"""Whether a recursive resolver answers its clients at every address, over UDP and TCP (RFC 7766 section 5)."""

import dns.flags
import dns.name
import dns.rcode

from netaudit.model.common import Failure, Reason, Side, Transport
from netaudit.model.evidence import ResolverAddress, ResolverEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.edns import COOKIE, opt_of, option_of
from netaudit.rules.zones import reach, trouble

from ._helpers import Standing, root_facts, row, standing, told


def judge(evidence: ResolverEvidence) -> Outcome:
    """Silence and refusal count where the inventory says that we are a client; to strangers both are good manners."""
    return told(evidence, (), _judged(evidence))


def _judged(evidence: ResolverEvidence) -> Outcome:
    rows: list[Observation] = []
    silent: list[str] = []
    no_tcp: list[str] = []
    no_recursion: list[str] = []
    answered, outside = 0, 0
    failure: Failure | None = None
    for address in evidence.addresses:
        udp, tcp = (address.ask(dns.name.root, transport) for transport in (Transport.UDP, Transport.TCP))
        place = standing(evidence, address)
        if _serves(udp):
            over_tcp, saw_tcp = reach([tcp] if tcp is not None else [])
            ok = False if over_tcp is False else None if over_tcp is None else True
            rows.append(row(address, f"{_text(udp)}; TCP {saw_tcp}", ok))
            no_tcp += [address.address] if over_tcp is False else []
            answered += ok is True
            failure = failure or (tcp.failure if tcp is not None and over_tcp is None else None)
            continue
        reached, saw = reach([udp] if udp is not None else [])
        rows.append(
            row(address, _text(udp) or saw, False if place is Standing.INSIDE and reached is not None else None)
        )
        if place is Standing.OUTSIDE:
            outside += 1
        elif place is Standing.INSIDE and reached is not None:
            (no_recursion if reached else silent).append(address.address)
        else:
            failure = failure or _failure(address, udp)
    observed, facts = tuple(rows), root_facts(evidence, Transport.UDP, Transport.TCP)
    if silent:
        return failed("silent", observed=observed, facts=facts, addresses=tuple(silent), total=len(evidence.addresses))
    if no_recursion:
        return failed("no_recursion", observed=observed, facts=facts, addresses=tuple(no_recursion))
    if no_tcp:
        return failed("no_tcp", observed=observed, facts=facts, addresses=tuple(no_tcp))
    if failure is not None:
        return could_not_test("no_answer", failure, observed=observed, facts=facts)
    if not answered and outside:
        return not_applicable("outside", observed=observed, facts=facts)
    return passed("ok", observed=observed, facts=facts, answered=answered)


def _serves(exchange: Exchange | None) -> bool:
    """Whether the resolver offered recursion: RA, and no refusal."""
    message = None if exchange is None or not exchange.readable else exchange.message
    return message is not None and bool(message.flags & dns.flags.RA) and message.rcode() != dns.rcode.REFUSED


def _text(exchange: Exchange | None) -> str:
    """Response code and flags of an answer, whether it has a cookie, and its EDNS buffer size."""
    message = None if exchange is None else exchange.message
    if exchange is None or message is None:
        return ""
    opt = opt_of(exchange)
    words = [dns.rcode.to_text(message.rcode()), "RA" if message.flags & dns.flags.RA else "no RA"]
    words += ["AD"] if message.flags & dns.flags.AD else []
    words += ["cookie"] if option_of(exchange, COOKIE) else []
    return " ".join([*words, f"EDNS {opt.size}" if opt is not None else "no EDNS"])


def _failure(address: ResolverAddress, exchange: Exchange | None) -> Failure:
    if exchange is None:
        return Failure(reason=Reason.NOT_RECORDED, side=Side.OURS)
    if exchange.failure is not None:
        return exchange.failure
    detail = f"{address.address}: {_text(exchange) or trouble(Failure(reason=Reason.MALFORMED, side=Side.TARGET))}"
    return Failure(reason=Reason.NOT_SERVED, side=Side.TARGET, detail=detail)
