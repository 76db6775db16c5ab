"""Whether all name servers serve the same keys and signatures that are as good (RFC 4035 section 2, RFC 8901)."""

import dns.dnssec
import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.rrsig import DNSKEY, is_secure_entry_point, key_text, validity
from netaudit.rules.zones import Answer, label, survey, trouble, where

from ._helpers import SIGNED_TYPES, delegated, keys_of, signed_zone, validity_row


def judge(evidence: ZoneEvidence) -> Outcome:
    """Compare key sets and the validity of signatures; the signatures themselves may differ (multi-signer)."""
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    found = signed.survey
    if found.total < 2:
        return not_applicable("one_server", facts=found.facts)
    if len(found.answers) < 2:
        detail = trouble(found.failure)
        return could_not_test("one_answer", found.failure, observed=found.unseen(), detail=detail)
    rows = [where(a.server, f"DNSKEY {', '.join(sorted(map(key_text, keys_of(a)))) or 'none'}") for a in found.answers]
    answers = [answer for rdtype in SIGNED_TYPES for answer in survey(evidence, rdtype).answers if answer.rrset]
    rows += [validity_row(answer, answer.signatures(), evidence.now) for answer in answers]
    observed = (*rows, *found.unseen())
    facts = tuple(dict.fromkeys((*found.facts, *(answer.exchange.id for answer in answers))))
    odd = _odd_keys(evidence, found.answers, answers)
    if odd:
        return failed("keys_differ", observed=observed, facts=facts, servers=odd)
    good = {a: validity(a.signatures(), evidence.now).state == "current" for a in answers}
    worse = tuple(dict.fromkeys(label(answer.server) for answer, current in good.items() if not current))
    if worse and any(good.values()):
        return failed("validity_differs", observed=observed, facts=facts, servers=worse)
    return passed("ok", observed=observed, facts=facts, answered=len(found.answers), total=found.total)


def _odd_keys(evidence: ZoneEvidence, answers: tuple[Answer, ...], signed: list[Answer]) -> tuple[str, ...]:
    """The servers whose keys a validator could not combine with the others' signatures.

    Providers of one zone (RFC 8901 section 2.1.2) share all zone-signing keys; each may have its own
    key-signing key, and then the parent has a DS for each.
    """
    sets = {label(answer.server): frozenset(keys_of(answer)) for answer in answers}
    everyones = frozenset[DNSKEY]().union(*sets.values())
    data = [answer for answer in signed if answer.exchange.question[1] != dns.rdatatype.DNSKEY]
    signers = {(s.key_tag, int(s.algorithm)) for answer in data for s in answer.signatures()}
    vouched = {(ds.key_tag, int(ds.algorithm)) for ds in delegated(evidence).records}
    needed = {key for key in everyones if _id(key) in signers or not is_secure_entry_point(key)}
    odd = []
    for server, keys in sets.items():
        entries = {_id(key) for key in keys if is_secure_entry_point(key)}
        if keys != everyones and (not needed <= keys or not entries & vouched):
            odd.append(server)
    return tuple(odd)


def _id(key: DNSKEY) -> tuple[int, int]:
    return dns.dnssec.key_id(key), int(key.algorithm)
