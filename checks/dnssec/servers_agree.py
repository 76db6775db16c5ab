"""Whether all name servers serve the same keys and signatures that are as good (RFC 4035 section 2, RFC 8901)."""

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.rrsig import is_zone_key, key_tag, key_text, matches, utc
from netaudit.rules.zones import Answer, label, survey, where

from ._helpers import Signed, SignedZone, delegated, keys_of, signatures, signed_zone

_BAD = ("expired", "not_yet", "invalid", "none")


def judge(evidence: ZoneEvidence) -> Outcome:
    """Compare key sets and the validity of signatures; the signatures themselves may differ (multi-signer)."""
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    found = signed.survey
    if found.total < 2:
        return not_applicable("one_server", facts=found.facts)
    if len(found.answers) < 2:
        return could_not_test("one_answer", found.failure, observed=found.unseen())
    compared = signatures(evidence)
    odd = _odd_keys(evidence, signed)
    keys = [where(a.server, f"DNSKEY {_shown(a)}", label(a.server) not in odd) for a in found.answers]
    observed = (*keys, *(item.row for item in compared), *found.unseen())
    facts = tuple(dict.fromkeys((*found.facts, *(item.answer.exchange.id for item in compared))))
    if odd:
        return failed("keys_differ", observed=observed, facts=facts, servers=odd)
    worse = _worse(compared)
    if worse:
        servers = tuple(dict.fromkeys(label(item.answer.server) for item in worse))
        serials = _serials(evidence)
        found_there = tuple(f"{server}{serials.get(server, '')}: {_since(worse, server)}" for server in servers)
        return failed("validity_differs", observed=observed, facts=facts, servers=servers, states=found_there)
    return passed("ok", observed=observed, facts=facts, answered=len(found.answers), total=found.total)


def _odd_keys(evidence: ZoneEvidence, signed: SignedZone) -> tuple[str, ...]:
    """The servers whose keys a validator could not combine with what it has from the others.

    Providers of one zone (RFC 8901 section 2.1) share the keys that sign its data; each may have a
    key-signing key of its own, and then the parent has a DS for each. A key that signs nothing yet, or nothing any
    more, may be missing from a server: it does no harm there.
    """
    sets = {label(a.server): frozenset(key for key in keys_of(a) if is_zone_key(key)) for a in signed.survey.answers}
    everyones = frozenset(signed.zone_keys)
    signers = {(s.key_tag, s.algorithm) for a in survey(evidence, dns.rdatatype.SOA).answers for s in a.signatures()}
    at_work = {key for key in everyones if (key_tag(key), key.algorithm) in signers}
    records = delegated(evidence).records
    odd = []
    for server, keys in sets.items():
        trusted = not records or any(matches(ds, key, evidence.apex) for ds in records for key in keys)
        if keys != everyones and not (at_work <= keys and trusted):
            odd.append(server)
    return tuple(odd)


def _worse(found: tuple[Signed, ...]) -> list[Signed]:
    """The RRsets whose signatures are not valid where another server's are."""
    good = {item.rdtype for item in found if item.validity.state == "current"}
    return [item for item in found if item.rdtype in good and item.validity.state in _BAD]


def _since(worse: list[Signed], server: str) -> str:
    """What is wrong at a server, in a few words: the state, and since when for signatures that have ended."""
    found = [item.validity for item in worse if label(item.answer.server) == server]
    ended = [state.expiration for state in found if state.state == "expired"]
    return f"RRSIG expired {utc(min(ended))}" if ended else f"RRSIG {found[0].state.replace('_', ' ')}"


def _serials(evidence: ZoneEvidence) -> dict[str, str]:
    answers = survey(evidence, dns.rdatatype.SOA).answers
    return {label(a.server): f" serial {int(rdata.serial)}" for a in answers for rdata in (a.rrset or ())}


def _shown(answer: Answer) -> str:
    return ", ".join(sorted(map(key_text, keys_of(answer)))) or "none"
