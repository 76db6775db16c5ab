"""Whether the DS at the parent leads to a key that signs the zone's keys (RFC 4035 sections 2.4 and 5.2)."""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.rrsig import DS, ds_text, is_zone_key, key_text, matches, verifies
from netaudit.rules.zones import Answer, label, trouble, where

from ._helpers import Delegated, delegated, keys_of, signed_zone

_RANK = ("no_match", "not_signing", "ok")


def judge(evidence: ZoneEvidence) -> Outcome:
    """At every server one DS must match a zone key that signs the DNSKEY RRset, dates aside."""
    if evidence.zone == ".":
        return not_applicable("root")
    parent = delegated(evidence)
    if not parent.positive:
        return not_applicable("no_ds", facts=parent.facts) if parent.negative else parent.untested()
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return _without_keys(signed.outcome, parent)
    usable = [ds for ds in parent.records if matches(ds, signed.keys[0], evidence.apex) is not None]
    facts = (*parent.facts, *signed.survey.facts)
    if not usable:
        return not_applicable("unsupported", facts=facts, ds=_texts(parent.records))
    states = {(a, ds): _state(evidence, a, ds) for a in signed.survey.answers if a.rrset for ds in usable}
    best = {a: max((s for (b, _), s in states.items() if b is a), key=_RANK.index) for a, _ in states}
    rows = (*(_row(a, ds, s) for (a, ds), s in states.items()), *signed.survey.unseen())
    for state in _RANK[:2]:
        bad = tuple(label(answer.server) for answer, found in best.items() if found == state)
        if bad:
            keys = tuple(key_text(key) for key in signed.keys)
            return failed(state, observed=rows, facts=facts, servers=bad, ds=_texts(usable), keys=keys)
    extra = [ds for ds in usable if not any(s == "ok" for (_, other), s in states.items() if other is ds)]
    if extra:
        return warned("extra_ds", observed=rows, facts=facts, ds=_texts(extra))
    return passed("ok", observed=rows, facts=facts, ds=_texts(usable))


def _state(evidence: ZoneEvidence, answer: Answer, ds: DS) -> str:
    fitting = [key for key in keys_of(answer) if is_zone_key(key) and matches(ds, key, evidence.apex)]
    if not fitting or answer.rrset is None:
        return "no_match"
    signs = any(verifies(answer.rrset, answer.signatures(), key, evidence.apex) for key in fitting[:4])
    return "ok" if signs else "not_signing"


def _without_keys(outcome: Outcome, parent: Delegated) -> Outcome:
    """The zone has a DS: serving no keys is no way out."""
    if outcome.failure is not None:
        return could_not_test("no_answer", outcome.failure, observed=outcome.observed, detail=trouble(outcome.failure))
    return failed("no_dnskey", facts=(*parent.facts, *outcome.facts), ds=_texts(parent.records))


def _row(answer: Answer, ds: DS, state: str) -> Observation:
    return where(answer.server, f"DS {ds_text(ds)}: {state.replace('_', ' ')}", state == "ok")


def _texts(records: list[DS] | tuple[DS, ...]) -> tuple[str, ...]:
    return tuple(ds_text(ds) for ds in records)
