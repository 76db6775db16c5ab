"""Whether all servers ask the parent for the same keys, in CDS and CDNSKEY alike (RFC 7344 section 4, RFC 9975)."""

from collections import Counter

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, failed, passed, warned
from netaudit.rules.zones import Answer, Survey, label, where

from ._cds import DELETE, Signals, cdnskeys_of, cds_of, digest_fits, reference, references, shown, signals


def judge(evidence: ZoneEvidence) -> Outcome:
    """Compare the keys referred to: between servers, then between the two types on each server.

    Which digest types there are may differ (RFC 9975 section 3.1), so may the signatures.
    """
    found = signals(evidence)
    if found.outcome is not None:
        return found.outcome
    answers = (*found.cds.answers, *found.cdnskey.answers)
    odd = tuple(dict.fromkeys((*_odd(found.cds), *_odd(found.cdnskey))))
    unequal = _unequal(evidence, found)
    bad = {*odd, *unequal}
    rows = (*(where(a.server, shown(a), label(a.server) not in bad) for a in answers), *found.cds.unseen())
    if found.malformed:
        return failed("malformed", observed=rows, facts=found.facts, problems=found.malformed)
    if odd:
        return failed("servers_differ", observed=rows, facts=found.facts, servers=odd)
    if unequal:
        return failed("types_differ", observed=rows, facts=found.facts, servers=unequal)
    present = [kind for kind, told in _kinds(found).items() if any(answer.rrset for answer in told.answers)]
    if len(present) < len(_kinds(found)) and all(told.answers for told in _kinds(found).values()):
        return warned("one_type", observed=rows, facts=found.facts, present=present[0])
    answered = len({label(answer.server) for answer in answers})
    return passed("ok", observed=rows, facts=found.facts, answered=answered, total=found.cds.total)


def _kinds(found: Signals) -> dict[str, Survey]:
    return {"CDS": found.cds, "CDNSKEY": found.cdnskey}


def _odd(told: Survey) -> tuple[str, ...]:
    """The servers that refer to other keys than most do; of equal numbers the first named counts as most."""
    common = _digest_types(told)
    sets = {label(answer.server): _identities(answer, common) for answer in told.answers}
    if len(set(sets.values())) < 2:
        return ()
    usual = Counter(sets.values()).most_common(1)[0][0]
    return tuple(server for server, keys in sets.items() if keys != usual)


def _digest_types(told: Survey) -> frozenset[int]:
    """The digest types that every server with CDS has."""
    sets = [frozenset(int(cds.digest_type) for cds in cds_of(answer)) for answer in told.answers if answer.rrset]
    return frozenset.intersection(*sets) if sets else frozenset()


def _identities(answer: Answer, digest_types: frozenset[int]) -> frozenset[object]:
    """The keys that an answer refers to, with what can be compared: the very keys, or digests that all have."""
    digests = (cds for cds in cds_of(answer) if int(cds.digest_type) in digest_types)
    return frozenset((*references(answer), *digests, *cdnskeys_of(answer)))


def _unequal(evidence: ZoneEvidence, found: Signals) -> tuple[str, ...]:
    """The servers whose CDS and CDNSKEY do not match, where they publish both."""
    keys = {label(answer.server): answer for answer in found.cdnskey.answers if answer.rrset}
    pairs = [(answer, keys.get(label(answer.server))) for answer in found.cds.answers if answer.rrset]
    return tuple(label(cds.server) for cds, key in pairs if key is not None and not _match(evidence, cds, key))


def _match(evidence: ZoneEvidence, cds: Answer, cdnskey: Answer) -> bool:
    if references(cds) != references(cdnskey):
        return False
    return all(
        any(digest_fits(evidence, wanted, key) for key in cdnskeys_of(cdnskey) if reference(key) != DELETE)
        for wanted in cds_of(cds)
        if reference(wanted) != DELETE
    )
