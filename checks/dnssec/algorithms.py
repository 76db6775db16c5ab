"""Whether the signing algorithms are fit for use, and each signs the whole zone (RFC 9904, RFC 9905, RFC 4035 2.2)."""

from collections.abc import Iterable

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, failed, passed, warned
from netaudit.rules.algorithms import ALGORITHMS, REGISTRY_DATE, Use, algorithm_name
from netaudit.rules.rrsig import is_zone_key
from netaudit.rules.zones import Answer, label, survey, where

from ._helpers import keys_of, signed_zone

_UNFIT = (Use.MUST_NOT, None)


def judge(evidence: ZoneEvidence) -> Outcome:
    """Look each algorithm of a zone key up in the registry; then look for one that does not sign DNSKEY and SOA."""
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    found = signed.survey
    numbers = sorted({int(key.algorithm) for key in signed.zone_keys})
    words = {number: ALGORITHMS[number].signing if number in ALGORITHMS else None for number in numbers}
    rows = [where(a.server, _shown(a), all(words[n] not in _UNFIT for n in _algorithms(a))) for a in found.answers]
    observed = (*rows, *found.unseen())
    registry = REGISTRY_DATE.isoformat()
    for message, word in (("forbidden", Use.MUST_NOT), ("unknown", None)):
        bad = _names(number for number in numbers if words[number] is word)
        if bad:
            return failed(message, observed=observed, facts=found.facts, algorithms=bad, registry=registry)
    idle = _idle(evidence)
    if idle:
        return failed("incomplete", observed=observed, facts=found.facts, servers=idle)
    old = _names(number for number in numbers if words[number] is Use.NOT_RECOMMENDED)
    if old:
        return warned("not_recommended", observed=observed, facts=found.facts, algorithms=old, registry=registry)
    return passed("ok", observed=observed, facts=found.facts, algorithms=_names(numbers), registry=registry)


def _idle(evidence: ZoneEvidence) -> tuple[str, ...]:
    """Servers whose DNSKEY or SOA lacks a signature by an algorithm that their own key set announces.

    An RRset without any signature is another check's matter.
    """
    announced = {label(a.server): _algorithms(a) for a in survey(evidence, dns.rdatatype.DNSKEY).answers}
    idle = []
    for rdtype in (dns.rdatatype.DNSKEY, dns.rdatatype.SOA):
        for answer in survey(evidence, rdtype).answers:
            used = {int(signature.algorithm) for signature in answer.signatures()}
            lacking = announced.get(label(answer.server), set()) - used if used else set()
            idle += [f"{label(answer.server)} {dns.rdatatype.to_text(rdtype)}: {n}" for n in _names(sorted(lacking))]
    return tuple(idle)


def _algorithms(answer: Answer) -> set[int]:
    return {int(key.algorithm) for key in keys_of(answer) if is_zone_key(key)}


def _names(numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"{algorithm_name(number)} ({number})" for number in numbers)


def _shown(answer: Answer) -> str:
    return ", ".join(_names(sorted(_algorithms(answer)))) or "no zone key"
