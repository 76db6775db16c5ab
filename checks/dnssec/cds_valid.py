"""Whether the parent may act on the zone's CDS and CDNSKEY (RFC 7344 section 4.1, RFC 8078 section 4)."""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.algorithms import DIGESTS, Use
from netaudit.rules.rrsig import DS, Verifier, ds_text, is_zone_key, matches, verifies
from netaudit.rules.zones import Answer, label, where

from ._cds import DELETE, deletes, records_of, reference, removal, shown, signals, wanted
from ._helpers import Delegated, delegated, entry_keys, keys_of, signed_zone


def judge(evidence: ZoneEvidence) -> Outcome:
    """The rules of RFC 7344 section 4.1 about signer and continuity, at every server.

    The signer is a key that is in the DNSKEY and in the DS RRset; while there is no DS, a key of the zone. After
    the change one DS must still match a key that signs the DNSKEY RRset. Beside it there may be CDS for keys to
    come (RFC 8078 section 3.1).
    """
    if evidence.zone == ".":
        return not_applicable("root")
    found, parent = signals(evidence), delegated(evidence)
    if found.outcome is not None:
        return found.outcome
    facts = (*found.facts, *parent.facts)
    if found.malformed:
        return failed("malformed", facts=facts, problems=found.malformed)
    if not parent.positive and not parent.negative:
        return parent.untested()
    answers = [answer for answer in (*found.cds.answers, *found.cdnskey.answers) if answer.rrset]
    states = [(answer, _signature(evidence, parent, answer)) for answer in answers]
    rows = tuple(where(a.server, f"{shown(a)}; signature: {state}", _GOOD.get(state, False)) for a, state in states)
    badly_formed = tuple(dict.fromkeys(label(answer.server) for answer in answers if _ill_formed(answer)))
    if badly_formed:
        return failed("delete_form", observed=rows, facts=facts, servers=badly_formed)
    wrong = tuple(f"{label(answer.server)}: {state}" for answer, state in states if state not in _GOOD)
    if wrong:
        return failed("signature", observed=rows, facts=facts, problems=tuple(dict.fromkeys(wrong)))
    return _of_content(evidence, rows, facts)


_GOOD = {"current": True, "undecided": None}


def _of_content(evidence: ZoneEvidence, rows: tuple[Observation, ...], facts: tuple[str, ...]) -> Outcome:
    """What would become of the delegation."""
    if removal(evidence):
        return passed("delete", observed=rows, facts=facts)
    records = wanted(evidence)
    texts = tuple(map(ds_text, records))
    forbidden = tuple(ds_text(ds) for ds in records if _is_forbidden(ds))
    if forbidden:
        return failed("forbidden", observed=rows, facts=facts, cds=forbidden)
    if not _continues(evidence, records):
        return failed("would_break", observed=rows, facts=facts, cds=texts)
    keys = signed_zone(evidence).zone_keys
    coming = tuple(ds_text(ds) for ds in records if all(matches(ds, key, evidence.apex) is False for key in keys))
    if coming:
        return passed("standby", observed=rows, facts=facts, cds=texts, coming=coming)
    return passed("ok", observed=rows, facts=facts, cds=texts)


def _signature(evidence: ZoneEvidence, parent: Delegated, answer: Answer) -> str:
    """How the signatures stand that the parent would accept, in the words of `rules.rrsig.Validity`."""
    for known in signed_zone(evidence).survey.answers:
        if known.server is answer.server and answer.rrset is not None:
            keys = entry_keys(known, parent.records, evidence.apex)
            return Verifier(evidence.apex, evidence.now).judge(answer.rrset, answer.signatures(), keys).state
    return "undecided"  # without the server's keys nothing is said against its signatures


def _ill_formed(answer: Answer) -> bool:
    """Whether a request to remove all DS is not in the form of RFC 8078, or not alone."""
    records = records_of(answer)
    asking = [record for record in records if reference(record) == DELETE]
    return bool(asking) and (len(records) > 1 or not deletes(asking[0]))


def _is_forbidden(ds: DS) -> bool:
    known = DIGESTS.get(int(ds.digest_type))
    return known is not None and known.delegation is Use.MUST_NOT


def _continues(evidence: ZoneEvidence, records: tuple[DS, ...]) -> bool:
    """Whether at every server one of the DS matches a key that signs the DNSKEY RRset; what can't be computed may."""
    answers = [answer for answer in signed_zone(evidence).survey.answers if answer.rrset]
    return all(any(_leads(evidence, ds, answer) for ds in records) for answer in answers)


def _leads(evidence: ZoneEvidence, ds: DS, answer: Answer) -> bool:
    fitting = [(key, matches(ds, key, evidence.apex)) for key in keys_of(answer) if is_zone_key(key)]
    if any(fits is None for _, fits in fitting):
        return True
    signed = answer.rrset
    return signed is not None and any(
        verifies(signed, answer.signatures(), key, evidence.apex) for key, fits in fitting if fits
    )
