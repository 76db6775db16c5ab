"""Whether all name servers serve the same version of the zone (RFC 1034 section 4.3.5, RFC 1982)."""

from itertools import groupby

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.rrsig import DNSKEY, key_tag, validity
from netaudit.rules.zones import Answer, label, replies, survey, where

_CIRCLE = 1 << 32

_Signers = tuple[tuple[int, int], ...]  # key tag and algorithm


def judge(evidence: ZoneEvidence) -> Outcome:
    """Compare the serials; who is behind the newest is named. Providers that sign by themselves count by themselves."""
    found = survey(evidence, dns.rdatatype.SOA)
    answers = [answer for answer in found.answers if answer.rrset]
    if not answers:
        return found.untested()
    if found.total < 2:
        return not_applicable("one_server", facts=found.facts)
    serials = {label(answer.server): _serials(evidence, answer) for answer in answers}
    if len(serials) < 2:
        rows = (*(where(a.server, _shown(serials[label(a.server)])) for a in answers), *found.unseen())
        return could_not_test("one_answer", found.failure, observed=rows)
    groups = _by_signer(evidence, answers)
    newest = {
        label(a.server): _newest([s for b in group for s in serials[label(b.server)]])
        for group in groups
        for a in group
    }
    behind = [answer for answer in answers if newest[label(answer.server)] not in serials[label(answer.server)]]
    seen = (where(a.server, _shown(serials[label(a.server)]), a not in behind) for a in answers)
    observed = (*seen, *found.unseen())
    if behind:
        return failed(
            "stale", observed=observed, facts=found.facts,
            newest=newest[label(behind[0].server)],
            behind=tuple(f"{label(a.server)}: {max(serials[label(a.server)])}" for a in behind),
            servers=tuple(sorted({answer.server.server.name for answer in behind})),
        )  # fmt: skip
    if len(groups) > 1:
        return passed("multi_signer", observed=observed, facts=found.facts, signers=len(groups))
    return passed(
        "ok", observed=observed, facts=found.facts,
        serial=newest[label(answers[0].server)], answered=len(answers), total=found.total,
    )  # fmt: skip


def _serials(evidence: ZoneEvidence, answer: Answer) -> list[int]:
    """The serials that a server gave, over UDP and TCP: a zone may change between two questions."""
    asked = (evidence.apex, dns.rdatatype.SOA)
    rrsets = (e.answer(*asked) for e in replies(answer.server, *asked) if e.authoritative and not e.truncated)
    return [int(rdata.serial) for rrset in rrsets for rdata in (rrset or ())]


def _newest(serials: list[int]) -> int:
    """The serial that none of the others is ahead of, in the arithmetic of RFC 1982."""
    newest = serials[0]
    for serial in serials[1:]:
        if 0 < (serial - newest) % _CIRCLE < _CIRCLE // 2:
            newest = serial
    return newest


def _by_signer(evidence: ZoneEvidence, answers: list[Answer]) -> list[list[Answer]]:
    """The servers by the keys that signed their SOA, where several providers sign the zone (RFC 8901), else all as one.

    Several do when every server has the keys of all of them and all signatures are in date. Their
    serials need not agree.
    """
    keys = [_key_ids(answer) for answer in survey(evidence, dns.rdatatype.DNSKEY).answers]
    signers = {label(answer.server): _signers(answer) for answer in answers}
    everyones = {signer for found in signers.values() for signer in found}
    current = all(validity(answer.signatures(), evidence.now).state == "current" for answer in answers)
    if not current or not keys or not all(everyones <= held for held in keys):
        return [answers]
    ordered = sorted(answers, key=lambda answer: signers[label(answer.server)])
    return [list(group) for _, group in groupby(ordered, key=lambda answer: signers[label(answer.server)])]


def _signers(answer: Answer) -> _Signers:
    return tuple(sorted({(s.key_tag, int(s.algorithm)) for s in answer.signatures()}))


def _key_ids(answer: Answer) -> set[tuple[int, int]]:
    return {(key_tag(key), int(key.algorithm)) for key in answer.rdatas if isinstance(key, DNSKEY)}


def _shown(serials: list[int]) -> str:
    return "serial " + ", ".join(map(str, dict.fromkeys(serials)))
