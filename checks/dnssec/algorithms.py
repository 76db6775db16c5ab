"""Whether the signing algorithms are fit for use, and each signs the whole zone (RFC 9904, RFC 9905, RFC 4035 2.2)."""

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, failed, passed, warned
from netaudit.rules.algorithms import ALGORITHMS, REGISTRY_DATE, Use, algorithm_name
from netaudit.rules.rrsig import is_zone_key
from netaudit.rules.zones import label, survey, where

from ._helpers import keys_of, signed_zone


def judge(evidence: ZoneEvidence) -> Outcome:
    """Look each DNSKEY algorithm up in the registry; then look for one that does not sign DNSKEY and SOA."""
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    found = signed.survey
    numbers = {int(key.algorithm) for key in signed.keys}
    rows = (*(where(a.server, _shown({int(k.algorithm) for k in keys_of(a)})) for a in found.answers), *found.unseen())
    words = {number: ALGORITHMS[number].signing if number in ALGORITHMS else None for number in numbers}
    registry = REGISTRY_DATE.isoformat()
    for message, word in (("forbidden", Use.MUST_NOT), ("unknown", None)):
        bad = sorted(number for number in numbers if words[number] is word)
        if bad:
            names = _names(bad)
            return failed(message, observed=rows, facts=found.facts, algorithms=names, registry=registry)
    idle = _idle(evidence)
    if idle:
        return failed("incomplete", observed=rows, facts=found.facts, servers=idle)
    discouraged = sorted(number for number in numbers if words[number] is Use.NOT_RECOMMENDED)
    if discouraged:
        names = _names(discouraged)
        return warned("not_recommended", observed=rows, facts=found.facts, algorithms=names, registry=registry)
    return passed("ok", observed=rows, facts=found.facts, algorithms=_names(sorted(numbers)), registry=registry)


def _idle(evidence: ZoneEvidence) -> tuple[str, ...]:
    """Servers whose DNSKEY or SOA lacks a signature by an algorithm that the key set announces."""
    announced = {}
    for answer in survey(evidence, dns.rdatatype.DNSKEY).answers:
        announced[label(answer.server)] = {int(key.algorithm) for key in keys_of(answer) if is_zone_key(key)}
    idle = []
    for rdtype in (dns.rdatatype.DNSKEY, dns.rdatatype.SOA):
        for answer in survey(evidence, rdtype).answers:
            used = {int(signature.algorithm) for signature in answer.signatures()}
            lacking = announced.get(label(answer.server), set()) - used if used else set()
            idle += [f"{label(answer.server)} {dns.rdatatype.to_text(rdtype)}: {n}" for n in _names(sorted(lacking))]
    return tuple(idle)


def _names(numbers: list[int]) -> tuple[str, ...]:
    return tuple(f"{algorithm_name(number)} ({number})" for number in numbers)


def _shown(numbers: set[int]) -> str:
    return ", ".join(_names(sorted(numbers))) or "no DNSKEY"
