"""Whether the DS at the parent leads to a key that signs the zone's keys (RFC 4035 sections 2.4 and 5.2)."""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.rrsig import DS, computable, ds_text, is_zone_key, key_text, matches, verifies
from netaudit.rules.zones import Answer, label, where

from ._helpers import Delegated, delegated, keys_of, signed_zone

_RANK = ("no_match", "not_signing", "ok")
_SHA1 = 1


def judge(evidence: ZoneEvidence) -> Outcome:
    """At every server one DS must match a zone key that signs the DNSKEY RRset, dates aside.

    Beside a better digest SHA-1 does not count: validators ignore it (RFC 4509 section 3).
    """
    if evidence.zone == ".":
        return not_applicable("root")
    parent = delegated(evidence)
    if not parent.positive:
        return not_applicable("no_ds", facts=parent.facts) if parent.negative else parent.untested()
    if not parent.records:
        return failed("malformed", facts=parent.facts, ds=parent.texts)
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return _without_keys(signed.outcome, parent)
    facts = (*parent.facts, *signed.survey.facts)
    known = [ds for ds in parent.records if computable(ds)]
    if not known:
        return not_applicable("unsupported", facts=facts, ds=_texts(parent.records))
    answers = [answer for answer in signed.survey.answers if answer.rrset]
    states = {(label(a.server), ds): _state(evidence, a, ds) for a in answers for ds in known}
    rows = (*(_row(a, ds, states[label(a.server), ds]) for a in answers for ds in known), *signed.survey.unseen())
    counting = [ds for ds in known if int(ds.digest_type) != _SHA1] or known
    best = {label(a.server): max((states[label(a.server), ds] for ds in counting), key=_RANK.index) for a in answers}
    for state in _RANK[:2]:
        bad = tuple(server for server, found in best.items() if found == state)
        if bad:
            keys = tuple(key_text(key) for key in signed.keys)
            return failed(state, observed=rows, facts=facts, servers=bad, ds=_texts(known), keys=keys)
    idle = [ds for ds in known if not any(states[server, ds] == "ok" for server in best)]
    if idle:
        return warned("extra_ds", observed=rows, facts=facts, ds=_texts(idle))
    return passed("ok", observed=rows, facts=facts, ds=_texts(known))


def _state(evidence: ZoneEvidence, answer: Answer, ds: DS) -> str:
    fitting = [key for key in keys_of(answer) if is_zone_key(key) and matches(ds, key, evidence.apex)]
    if not fitting or answer.rrset is None:
        return "no_match"
    signs = any(verifies(answer.rrset, answer.signatures(), key, evidence.apex) for key in fitting[:4])
    return "ok" if signs else "not_signing"


def _without_keys(outcome: Outcome, parent: Delegated) -> Outcome:
    """The zone has a DS: serving no keys is no way out."""
    if outcome.failure is not None:
        return could_not_test("no_answer", outcome.failure, observed=outcome.observed)
    return failed("no_dnskey", facts=(*parent.facts, *outcome.facts), ds=_texts(parent.records))


def _row(answer: Answer, ds: DS, state: str) -> Observation:
    return where(answer.server, f"DS {ds_text(ds)}: {state.replace('_', ' ')}", state == "ok")


def _texts(records: list[DS] | tuple[DS, ...]) -> tuple[str, ...]:
    return tuple(ds_text(ds) for ds in records)
