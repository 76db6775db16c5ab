"""Which step of a key rollover a zone is in, and the next safe one (RFC 6781 section 4.1, RFC 7583)."""

from collections.abc import Iterable, Iterator

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Argument, Observation, Outcome, not_applicable, passed, warned
from netaudit.rules.algorithms import algorithm_name
from netaudit.rules.rrsig import DNSKEY, DS, ds_text, key_text, matches, utc

from ._cds import removal, shown, signals, wanted
from ._helpers import Delegated, delegated, signed_zone
from ._rollover import Rollover, in_cache_until, rollover, unchanged_since

_DAY = 86_400.0
_DNSKEY, _DS, _SOA, _NS = (dns.rdatatype.RdataType[t] for t in ("DNSKEY", "DS", "SOA", "NS"))
_UNSAFE = ("revoked_anchored", "used_too_early", "going_insecure", "stuck")

_State = tuple[str, dict[str, Argument]]
"""A message with its arguments."""


def judge(evidence: ZoneEvidence, *, patience_days: float) -> Outcome:
    """Tell the state that matters most; all of them are among what was observed.

    One look can't tell a key that comes from one that goes, so a message may give both readings. "Not before" is
    counted from now: what was published earlier may go on earlier. A parent that has not followed a CDS for
    `patience_days`, as the signature over it shows, does not follow by itself. Signers may date a signature back
    by two weeks (PowerDNS does), so it should be more than that.
    """
    if evidence.zone == ".":
        return not_applicable("root")
    signed, parent = signed_zone(evidence), delegated(evidence)
    if signed.outcome is not None:
        return signed.outcome
    if not parent.positive and not parent.negative:
        return parent.untested()
    found = rollover(evidence)
    states = sorted(_states(evidence, parent, found, patience_days), key=lambda state: state[0] not in _UNSAFE)
    rows = tuple(_rows(evidence, found, [message for message, _ in states]))
    facts = tuple(dict.fromkeys((*signed.survey.facts, *parent.facts, *signals(evidence).facts)))
    if states:
        message, args = states[0]
        return (warned if message in _UNSAFE else passed)(message, observed=rows, facts=facts, **args)
    if not parent.positive:
        return not_applicable("no_ds", observed=rows, facts=facts)
    return passed("steady", observed=rows, facts=facts, keys=_texts(found.published))


def _states(evidence: ZoneEvidence, parent: Delegated, found: Rollover, patience_days: float) -> Iterator[_State]:
    """Every state that the zone is in, what matters most first."""
    yield from _between_zone_and_parent(evidence, parent, patience_days)
    yield from _revoked(evidence, parent, found)
    if found.several_signers:
        yield "multi_signer", {"keys": _texts(found.workers)}
        return
    if found.scattered:
        yield "used_too_early", {"servers": found.scattered}
    if len(found.algorithms) > 1:
        yield from _of_algorithms(evidence, found)
    else:
        yield from _of_entries(evidence, found)
    if found.unmatched and found.anchored:
        yield "double_ds", {"ds": tuple(map(ds_text, found.unmatched)), "when": _not_before(evidence, _DS)}
    if len(found.workers) > len(found.algorithms) and len(found.entries) == len(found.algorithms):
        yield "zsk_double_signature", {"keys": _texts(found.workers), "when": _not_before(evidence, _SOA, _NS)}
    if found.idle:
        yield "pre_published", {"keys": _texts(found.idle), "when": _not_before(evidence, _DNSKEY)}


def _between_zone_and_parent(evidence: ZoneEvidence, parent: Delegated, patience_days: float) -> Iterator[_State]:
    """What the zone asks for by CDS, where the parent has not done it. Any digest type of a key will do."""
    if signals(evidence).outcome is not None:
        return
    if removal(evidence):
        yield "going_insecure", {}
        return
    asked_for, present = wanted(evidence), parent.records
    if not asked_for or _keys_of(asked_for) == _keys_of(present):
        return
    told: dict[str, Argument] = {"wanted": tuple(map(ds_text, asked_for))}
    since = unchanged_since(evidence, signals(evidence).cds.answers or signals(evidence).cdnskey.answers)
    days = int((evidence.now - since) / _DAY) if since is not None else 0
    if days >= patience_days:
        yield "stuck", {**told, "days": days}
    elif not parent.positive:
        yield "bootstrap", told
    else:
        yield "waiting_for_parent", {**told, "present": tuple(map(ds_text, present))}


def _revoked(evidence: ZoneEvidence, parent: Delegated, found: Rollover) -> Iterator[_State]:
    anchored = [key for key in found.revoked if any(matches(ds, key, evidence.apex) for ds in parent.records)]
    if anchored:
        yield "revoked_anchored", {"keys": _texts(anchored)}
    elif found.revoked:
        yield "revoked", {"keys": _texts(found.revoked)}


def _of_algorithms(evidence: ZoneEvidence, found: Rollover) -> Iterator[_State]:
    """Two algorithms: both have a DS, or one of them (RFC 6781 section 4.1.4)."""
    anchored = {int(key.algorithm) for key in found.anchored}
    if not anchored:
        return
    told: dict[str, Argument] = {"algorithms": _names(found.algorithms)}
    if anchored == found.algorithms:
        yield "algorithm_both", {**told, "when": _not_before(evidence, _DS)}
    else:
        rest = _names(found.algorithms - anchored)
        yield "algorithm_one", {**told, "without": rest, "when": _not_before(evidence, _DNSKEY, _SOA, _NS)}


def _of_entries(evidence: ZoneEvidence, found: Rollover) -> Iterator[_State]:
    """Several keys that sign the keys (RFC 6781 section 4.1.2, double signature and double RRset)."""
    if len(found.entries) < 2 or not found.anchored:
        return
    without = [key for key in found.entries if key not in found.anchored]
    if without:
        yield "ksk_double_signature", {"keys": _texts(without), "when": _not_before(evidence, _DNSKEY)}
    else:
        yield "ksk_double_rrset", {"keys": _texts(found.entries), "when": _not_before(evidence, _DS)}


def _rows(evidence: ZoneEvidence, found: Rollover, states: list[str]) -> Iterator[Observation]:
    yield Observation(where=evidence.zone, saw=f"state: {', '.join(states) or 'steady'}".replace("_", " "))
    for key in found.published:
        roles = (
            ("DS at the parent", key in found.anchored),
            ("signs DNSKEY", key in found.key_signers),
            ("signs data", key in found.data_signers),
        )
        saw = ", ".join(role for role, plays in roles if plays) or "signs nothing, no DS"
        yield Observation(where=evidence.zone, saw=f"DNSKEY {key_text(key)}: {saw}")
    for key in found.revoked:
        yield Observation(where=evidence.zone, saw=f"DNSKEY {key_text(key)}: revoked")
    for ds in found.unmatched:
        yield Observation(where=evidence.zone, saw=f"DS {ds_text(ds)}: no such key")
    for answer in (*signals(evidence).cds.answers[:1], *signals(evidence).cdnskey.answers[:1]):
        if answer.rrset:
            yield Observation(where=evidence.zone, saw=shown(answer))


def _keys_of(records: Iterable[DS]) -> set[tuple[int, int]]:
    return {(ds.key_tag, int(ds.algorithm)) for ds in records}


def _not_before(evidence: ZoneEvidence, *rdtypes: dns.rdatatype.RdataType) -> str:
    return utc(in_cache_until(evidence, *rdtypes))


def _texts(keys: Iterable[DNSKEY]) -> tuple[str, ...]:
    return tuple(map(key_text, keys))


def _names(algorithms: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"{algorithm_name(number)} ({number})" for number in sorted(algorithms))
