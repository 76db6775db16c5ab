"""Whether real validators put up with the zone: its keys, signatures, DS, NSEC3 and servers against their limits."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import dns.rcode
import dns.rdatatype
from dns.rdtypes.ANY.NSEC3 import NSEC3

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, passed, warned
from netaudit.rules.rrsig import RRSIG, key_tag, rsa_key, validity
from netaudit.rules.validator_limits import ADVISED_UDP, LIMITS_DATE, SAFE_UDP, Effect, Limit, Measure, exceeded
from netaudit.rules.zones import authoritative, label, survey

from ._helpers import delegated, keys_of, signed_zone

_MESSAGES = {Effect.FAILS: "fails", Effect.INSECURE: "insecure", Effect.PART: "part"}


class _Count(NamedTuple):
    """How many of something an answer holds, and where that was seen."""

    measure: Measure
    number: int
    where: str
    fact: str


def judge(evidence: ZoneEvidence) -> Outcome:
    """Take the largest count of each kind that any server shows, and name the resolvers whose limit is below it."""
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    worst: dict[Measure, _Count] = {}
    for count in (*_counts(evidence), *_of_parent(evidence)):
        if count.measure not in worst or count.number > worst[count.measure].number:
            worst[count.measure] = count
    sizes = [(len(answer.exchange.response or b""), answer) for answer in signed.survey.answers]
    size, largest = max(sizes, key=lambda pair: pair[0])
    beyond = exceeded({measure: count.number for measure, count in worst.items()})
    broken = {limit.measure for limit in beyond}
    rows = (
        *(Observation(where=c.where, saw=f"{c.measure}: {c.number}", ok=m not in broken) for m, c in worst.items()),
        Observation(where=label(largest.server), saw=f"DNSKEY response: {size} octets", ok=_fits(size)),
        *signed.survey.unseen(),
    )
    facts = tuple(dict.fromkeys((*(count.fact for count in worst.values()), largest.exchange.id)))
    if beyond:
        effect = beyond[0].effect
        outcome = warned if effect is Effect.PART else failed
        named = tuple(_shown(limit, worst) for limit in beyond if limit.effect is effect)
        return outcome(_MESSAGES[effect], observed=rows, facts=facts, limits=named, dated=LIMITS_DATE.isoformat())
    if size > ADVISED_UDP:
        return warned("large", observed=rows, facts=facts, size=size, advised=ADVISED_UDP)
    if not _complete(evidence, worst):
        failure = survey(evidence, dns.rdatatype.NSEC3PARAM).failure
        failure = failure if Measure.DS in worst or _is_root(evidence) else delegated(evidence).failure
        return could_not_test("incomplete", failure, observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts, size=size, dated=LIMITS_DATE.isoformat())


def _counts(evidence: ZoneEvidence) -> Iterator[_Count]:
    for answer in survey(evidence, dns.rdatatype.DNSKEY).answers:
        at, fact = label(answer.server), answer.exchange.id
        keys = keys_of(answer)
        tags = Counter((key_tag(key), int(key.algorithm)) for key in keys)
        numbers = [parsed for key in keys if (parsed := rsa_key(key)) is not None]
        yield _Count(Measure.KEYS, len(keys), at, fact)
        yield _Count(Measure.SAME_TAG, max(tags.values(), default=0), at, fact)
        if numbers:
            yield _Count(Measure.EXPONENT, max(key.exponent.bit_length() for key in numbers), at, fact)
    for answer in survey(evidence, dns.rdatatype.NS).answers:
        yield _Count(Measure.SERVERS, len(answer.rdatas), label(answer.server), answer.exchange.id)
    seen: set[bytes] = set()  # what says the same counts the same
    for server in evidence.servers:
        for exchange in server.exchanges:
            if authoritative(exchange) and exchange.content not in seen:
                seen.add(exchange.content)
                yield from _in_answer(evidence, exchange, label(server))


def _in_answer(evidence: ZoneEvidence, exchange: Exchange, at: str) -> Iterator[_Count]:
    """What one response holds of signatures and, when it is negative, of NSEC3."""
    message = exchange.message
    if message is None:
        return
    for rrset in (*message.answer, *message.authority):
        if rrset.rdtype == dns.rdatatype.RRSIG:
            made = [rdata for rdata in rrset if isinstance(rdata, RRSIG) and rdata.signer == evidence.apex]
            in_date = sum(validity([rdata], evidence.now).state == "current" for rdata in made)
            yield _Count(Measure.SIGNATURES, in_date, at, exchange.id)
    if exchange.rcode == dns.rcode.NXDOMAIN or exchange.answer(*exchange.question) is None:
        found = [rdata for rrset in message.authority for rdata in rrset if isinstance(rdata, NSEC3)]
        yield _Count(Measure.NSEC3, len(found), at, exchange.id)
        yield _Count(Measure.ITERATIONS, max((int(rdata.iterations) for rdata in found), default=0), at, exchange.id)


def _of_parent(evidence: ZoneEvidence) -> Iterator[_Count]:
    """The DS records that one of the parent's servers gives."""
    told = delegated(evidence)
    for exchange in (*told.positive, *told.negative):
        rrset = exchange.answer(evidence.apex, dns.rdatatype.DS)
        yield _Count(Measure.DS, len(rrset or ()), exchange.server, exchange.id)


def _complete(evidence: ZoneEvidence, worst: dict[Measure, _Count]) -> bool:
    """Whether everything was seen at one server at least: a question that all lost may hide what is too much."""
    wanted = {Measure.SIGNATURES, Measure.NSEC3, Measure.SERVERS}
    return wanted | (set() if _is_root(evidence) else {Measure.DS}) <= worst.keys()


def _is_root(evidence: ZoneEvidence) -> bool:
    return evidence.zone == "."


def _shown(limit: Limit, worst: dict[Measure, _Count]) -> str:
    return f"{limit.resolver}: {limit.measure} {worst[limit.measure].number} > {limit.most}"


def _fits(size: int) -> bool | None:
    """Neither good nor bad: it fits the advised size, and resolvers that ask for less come back over TCP."""
    return size <= ADVISED_UDP if not SAFE_UDP < size <= ADVISED_UDP else None
