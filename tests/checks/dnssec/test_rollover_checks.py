"""The checks of CDS, CDNSKEY and key rollovers, case by case, on signed messages."""

import dataclasses
from typing import Any

import dns.message
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.model.common import Transport
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Status
from netaudit.rules.rrsig import utc
from tests.checks.dnssec.builders import (
    A1,
    A2,
    APEX,
    NS1,
    NS2,
    PARENT_WITHOUT_DS,
    QUESTIONS,
    Behaviour,
    Question,
    Reply,
    evidence,
    failing,
    pair,
    parent,
    refusing,
    serving,
    unsigned,
    zone,
)
from tests.checks.dnssec.situations import KSK_B, NEXT, NOT_SIGNED, REVOKED, RSA_KSK, RSA_ZSK, ZSK_B, corrupt
from tests.checks.dnssec.zones import DAY, KSK, NOW, ZSK, Key, Window, Zone, key
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

FIRST, SECOND = f"{NS1} ({A1})", f"{NS2} ({A2})"
ASKED = (*QUESTIONS, (APEX, "CDS", Transport.UDP), (APEX, "CDNSKEY", Transport.UDP))
NEXT_KSK, STRANGER = key("next-ksk"), key("stranger")
AN_HOUR_ON = utc(NOW + 3600)  # the TTL of everything

DELETE_CDS, DELETE_CDNSKEY = ("0 0 0 00",), ("0 3 0 AA==",)


def requesting(*keys: Key, digests: tuple[str, ...] = ("SHA256",), **changes: object) -> Zone:
    """A zone that asks for DS of these keys, in both ways."""
    cds = tuple(one.cds(APEX, digest) for one in keys for digest in digests)
    return zone(**{"cds": cds, "cdnskey": tuple(one.cdnskey for one in keys), **changes})


def of(*behaviours: Behaviour, above: Zone | None = None, **how: object) -> ZoneEvidence:
    """The zone at two servers that were asked for CDS and CDNSKEY too."""
    return evidence(*pair(*behaviours), above=above or parent(KSK), asked=ASKED, **how)  # type: ignore[arg-type]


def at(*zones: Zone, above: Zone | None = None) -> ZoneEvidence:
    return of(*map(serving, zones), above=above)


def cut_digest(response: dns.message.Message) -> None:
    """Shorten every CDS digest: no reader accepts it."""
    for index, rrset in enumerate(response.answer):
        if rrset.rdtype == dns.rdatatype.CDS:
            wires = [(record.to_wire() or b"")[:-5] for record in rrset]
            broken = [dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.CDS, wire) for wire in wires]
            response.answer[index] = dns.rrset.from_rdata(rrset.name, rrset.ttl, *broken)


def losing(*lost: str) -> Behaviour:
    return failing(only=lost, otherwise=serving(requesting(KSK)))


def corrupting(*only: str) -> Behaviour:
    return serving(requesting(KSK), corrupt, only=only)


def older(days: float) -> Window:
    return Window(NOW - days * DAY, NOW + 30 * DAY)


def tags(*keys: Key, digest: int = 2) -> tuple[str, ...]:
    """The DS of these keys, as checks name and sort them."""
    ordered = sorted(keys, key=lambda one: one.tag)
    return tuple(f"{one.tag} {int(one.dnskey.algorithm)} {digest}" for one in ordered)


def shown(one: Key) -> str:
    return f"{one.tag} {int(one.dnskey.algorithm)} {int(one.dnskey.flags)}"


STEADY = requesting(KSK)
DOUBLE: dict[str, Any] = {"published": (KSK, NEXT_KSK, ZSK), "key_signers": (KSK, NEXT_KSK)}
PROVIDERS = (
    requesting(KSK, KSK_B, published=(KSK, ZSK, ZSK_B), serial=7),
    requesting(KSK, KSK_B, published=(KSK_B, ZSK_B, ZSK), data_signers=(ZSK_B,), key_signers=(KSK_B,), serial=9),
)
ALGORITHMS: dict[str, Any] = {
    "published": (KSK, ZSK, RSA_KSK, RSA_ZSK), "data_signers": (ZSK, RSA_ZSK), "key_signers": (KSK, RSA_KSK),
}  # fmt: skip
NOTHING_TO_JUDGE = [
    Case("none", of(serving(zone())), NONE, "none"),
    Case("not asked", evidence(*pair(serving(zone()))), UNTESTED, "no_answer"),
    Case("refused", of(refusing()), UNTESTED, "no_answer"),
    Case("silent", of(failing()), UNTESTED, "no_answer"),
    Case("both lost on the way", of(losing("CDS", "CDNSKEY")), UNTESTED, "no_answer"),
    Case("unsigned", of(serving(unsigned()), above=PARENT_WITHOUT_DS), NONE, "unsigned"),
]

CASES: dict[str, list[Case]] = {
    "dnssec.cds_consistent": [
        *NOTHING_TO_JUDGE,
        Case("steady", at(STEADY), PASS, "ok", {"answered": 2, "total": 2}),
        Case("other digest types at one server", at(requesting(KSK, digests=("SHA256", "SHA384")), STEADY), PASS, "ok"),
        Case("providers ask for the keys of all", at(*PROVIDERS, above=parent(KSK, KSK_B)), PASS, "ok"),
        Case("removal", at(zone(cds=DELETE_CDS, cdnskey=DELETE_CDNSKEY)), PASS, "ok"),
        Case("one server silent", of(serving(STEADY), failing()), PASS, "ok", {"answered": 1, "total": 2}),
        Case("CDNSKEY lost on the way", of(losing("CDNSKEY")), PASS, "ok"),
        Case("one server is behind", at(requesting(NEXT_KSK), STEADY), FAIL, "servers_differ", {"servers": (SECOND,)}),
        Case("one server has none", at(STEADY, zone()), FAIL, "servers_differ", {"servers": (SECOND,)}),
        Case("one server asks for removal", at(STEADY, zone(cds=DELETE_CDS, cdnskey=DELETE_CDNSKEY)), FAIL,
            "servers_differ"),
        Case("same key tag, another digest", at(zone(cds=(KSK.cds(APEX),)), zone(cds=(f"{KSK.tag} 13 2 {'AB' * 32}",))),
            FAIL, "servers_differ"),
        Case("each provider asks for its own key", at(requesting(KSK, published=PROVIDERS[0].published),
            dataclasses.replace(PROVIDERS[1], cds=(KSK_B.cds(APEX),), cdnskey=(KSK_B.cdnskey,)),
            above=parent(KSK, KSK_B)), FAIL, "servers_differ"),
        Case("the two types differ", at(requesting(KSK, cdnskey=(NEXT_KSK.cdnskey,))), FAIL, "types_differ",
            {"servers": (FIRST, SECOND)}),
        Case("a digest of no key", at(zone(cds=(f"{KSK.tag} 13 2 {'AB' * 32}",), cdnskey=(KSK.cdnskey,))), FAIL,
            "types_differ"),
        Case("removal in one type", at(zone(cds=DELETE_CDS, cdnskey=(KSK.cdnskey,))), FAIL, "types_differ"),
        Case("unreadable", of(serving(STEADY), serving(STEADY, cut_digest)), FAIL, "malformed"),
        Case("CDS alone", at(zone(cds=(KSK.cds(APEX),))), WARN, "one_type", {"present": "CDS"}),
        Case("CDNSKEY alone", at(zone(cdnskey=(KSK.cdnskey,))), WARN, "one_type", {"present": "CDNSKEY"}),
    ],
    "dnssec.cds_valid": [
        *NOTHING_TO_JUDGE,
        Case("root", of(serving(STEADY), name="."), NONE, "root"),
        Case("steady", at(STEADY), PASS, "ok", {"cds": tags(KSK)}),
        Case("CDNSKEY alone", at(zone(cdnskey=(KSK.cdnskey,))), PASS, "ok", {"cds": tags(KSK)}),
        Case("first DS, signed by a key of the zone", at(STEADY, above=PARENT_WITHOUT_DS), PASS, "ok"),
        Case("providers", at(*PROVIDERS, above=parent(KSK, KSK_B)), PASS, "ok"),
        Case("the successor already signs", at(requesting(NEXT_KSK, **DOUBLE)), PASS, "ok"),
        Case("digest we can't compute", at(zone(cds=(f"{KSK.tag} 13 6 {'AB' * 32}",))), PASS, "ok"),
        Case("a key to come", at(requesting(KSK, NEXT_KSK)), PASS, "standby", {"coming": tags(NEXT_KSK)}),
        Case("removal", at(zone(cds=DELETE_CDS, cdnskey=DELETE_CDNSKEY)), PASS, "delete"),
        Case("removal beside a request", at(zone(cds=(*DELETE_CDS, KSK.cds(APEX)))), FAIL, "delete_form"),
        Case("removal with another digest", at(zone(cds=("0 0 0 01",))), FAIL, "delete_form"),
        Case("removal with a key", at(zone(cdnskey=("0 3 0 AQID",))), FAIL, "delete_form",
            {"servers": (FIRST, SECOND)}),
        Case("signed by the ZSK", at(requesting(KSK, cds_signers=(ZSK,))), FAIL, "signature",
            {"problems": (f"{FIRST}: invalid", f"{SECOND}: invalid")}),
        Case("not signed", at(requesting(KSK, cds_signers=())), FAIL, "signature"),
        Case("signed by the successor alone", at(requesting(NEXT_KSK, cds_signers=(NEXT_KSK,), **DOUBLE)), FAIL,
            "signature"),
        Case("expired", at(requesting(KSK, cds_window=Window(NOW - 9 * DAY, NOW - DAY))), FAIL, "signature",
            {"problems": (f"{FIRST}: expired", f"{SECOND}: expired")}),
        Case("wrong at one server", of(serving(STEADY), corrupting("CDS")), FAIL, "signature",
            {"problems": (f"{SECOND}: invalid",)}),
        Case("SHA-1", at(requesting(KSK, digests=("SHA1",))), FAIL, "forbidden", {"cds": tags(KSK, digest=1)}),
        Case("for a stranger", at(requesting(STRANGER)), FAIL, "would_break", {"cds": tags(STRANGER)}),
        Case("for a key that does not sign the keys", at(requesting(ZSK)), FAIL, "would_break"),
        Case("unreadable", of(serving(STEADY, cut_digest)), FAIL, "malformed"),
        Case("parent silent", of(serving(STEADY), parents=(failing(),)), UNTESTED, "no_parent_answer"),
        Case("keys of one server lost: nothing against its signatures", of(serving(STEADY), failing(only=("DNSKEY",),
            otherwise=corrupting("CDS"))), PASS, "ok"),
    ],
    "dnssec.rollover_state": [
        *NOT_SIGNED,
        Case("root", of(serving(zone()), name="."), NONE, "root"),
        Case("nothing under way", at(zone()), PASS, "steady", {"keys": (shown(KSK), shown(ZSK))}),
        Case("CDS as the DS", at(STEADY), PASS, "steady"),
        Case("CDS of another digest type", at(requesting(KSK, digests=("SHA256", "SHA384"))), PASS, "steady"),
        Case("CDS lost", of(losing("CDS", "CDNSKEY")), PASS, "steady"),
        Case("not asked for CDS", evidence(*pair(serving(zone()))), PASS, "steady"),
        Case("no DS, none asked for", at(zone(), above=PARENT_WITHOUT_DS), NONE, "no_ds"),
        Case("pre-published ZSK", at(zone(published=(KSK, ZSK, NEXT))), PASS, "pre_published",
            {"keys": (shown(NEXT),), "when": AN_HOUR_ON}),
        Case("pre-published KSK", at(zone(published=(KSK, NEXT_KSK, ZSK))), PASS, "pre_published",
            {"keys": (shown(NEXT_KSK),)}),
        Case("two ZSK sign", at(zone(published=(KSK, ZSK, NEXT), data_signers=(ZSK, NEXT))), PASS,
            "zsk_double_signature"),
        Case("double signature", at(zone(**DOUBLE)), PASS, "ksk_double_signature",
            {"keys": (shown(NEXT_KSK),), "when": AN_HOUR_ON}),
        Case("double RRset", at(zone(**DOUBLE), above=parent(KSK, NEXT_KSK)), PASS, "ksk_double_rrset"),
        Case("the ZSK signs the keys too", at(zone(key_signers=(KSK, ZSK))), PASS, "steady"),
        Case("DS for a key to come", at(zone(), above=parent(KSK, NEXT_KSK)), PASS, "double_ds",
            {"ds": tags(NEXT_KSK)}),
        Case("algorithm: new one without DS", at(zone(**ALGORITHMS)), PASS, "algorithm_one",
            {"without": ("RSASHA256 (8)",)}),
        Case("algorithm: both with DS", at(zone(**ALGORITHMS), above=parent(KSK, RSA_KSK)), PASS, "algorithm_both"),
        Case("multi-signer", at(*PROVIDERS, above=parent(KSK, KSK_B)), PASS, "multi_signer"),
        Case("revoked", at(zone(published=(KSK, ZSK, REVOKED))), PASS, "revoked", {"keys": (shown(REVOKED),)}),
        Case("the parent is asked for one more", at(requesting(KSK, NEXT_KSK, **DOUBLE)), PASS, "waiting_for_parent",
            {"wanted": tags(KSK, NEXT_KSK), "present": tags(KSK)}),
        Case("the parent is asked to drop one", at(requesting(NEXT_KSK, **DOUBLE), above=parent(KSK, NEXT_KSK)), PASS,
            "waiting_for_parent"),
        Case("a first DS", at(STEADY, above=PARENT_WITHOUT_DS), PASS, "bootstrap", {"wanted": tags(KSK)}),
        Case("the parent does not follow", at(requesting(KSK, NEXT_KSK, cds_window=older(25), **DOUBLE)), WARN, "stuck",
            {"days": 25}),
        Case("nor at first", at(requesting(KSK, cds_window=older(25)), above=PARENT_WITHOUT_DS), WARN, "stuck"),
        Case("patience by parameter", at(requesting(KSK, NEXT_KSK, cds_window=older(25), **DOUBLE)), PASS,
            "waiting_for_parent", parameters={"patience_days": 30.0}),
        Case("removal", at(zone(cds=DELETE_CDS, cdnskey=DELETE_CDNSKEY)), WARN, "going_insecure"),
        Case("signs before it is everywhere", at(zone(published=(KSK, ZSK, NEXT), data_signers=(NEXT, ZSK)), zone()),
            WARN, "used_too_early", {"servers": (SECOND,)}),
        Case("revoked, and its DS stays", at(zone(published=(KSK, ZSK, REVOKED)), above=parent(KSK, REVOKED)), WARN,
            "revoked_anchored"),
        Case("what signed until yesterday", at(zone(window=Window(NOW - 9 * DAY, NOW - DAY))), PASS, "steady"),
        Case("signatures over data lost", of(losing("SOA", "NS")), PASS, "steady"),
        Case("parent silent", of(serving(zone()), parents=(failing(),)), UNTESTED, "no_parent_answer"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, UNTESTED, NONE, WARN if check != "dnssec.cds_valid" else FAIL)


def test_all_states_are_among_what_was_observed() -> None:
    """One is told; the others are there for the engineer."""
    moving = requesting(KSK, NEXT_KSK, published=(KSK, NEXT_KSK, ZSK, NEXT), key_signers=(KSK, NEXT_KSK))
    outcome = judge("dnssec.rollover_state", at(moving))
    assert outcome.message == "waiting_for_parent"
    assert outcome.observed[0].saw == "state: waiting for parent, ksk double signature, pre published"
    assert {row.saw for row in outcome.observed} >= {
        f"DNSKEY {shown(KSK)}: DS at the parent, signs DNSKEY",
        f"DNSKEY {shown(NEXT_KSK)}: signs DNSKEY",
        f"DNSKEY {shown(ZSK)}: signs data",
        f"DNSKEY {shown(NEXT)}: signs nothing, no DS",
    }


def changed(behaviour: Behaviour, places: list[tuple[float, int]]) -> Behaviour:
    """A server whose responses are changed on the wire, but for the id that makes them responses."""

    def noisy(query: dns.message.Message, question: Question) -> Reply:
        reply = behaviour(query, question)
        assert isinstance(reply, bytes)
        wire = bytearray(reply)
        for place, value in places:
            wire[2 + int(place * (len(wire) - 2))] = value
        return bytes(wire)

    return noisy


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=6))
def test_whatever_servers_send_comes_to_an_outcome(places: list[tuple[float, int]]) -> None:
    good = serving(requesting(KSK, NEXT_KSK, **DOUBLE))
    found = of(good, changed(good, places))
    for check in CASES:
        outcome = judge(check, found)
        assert (outcome.failure is not None) == (outcome.status is UNTESTED)
        assert outcome.message in {case.message for case in CASES[check]}


@pytest.mark.parametrize("lost", ["SOA", "DNSKEY", "CDS", "CDNSKEY"])
def test_one_lost_packet_makes_no_finding(lost: str) -> None:
    outcomes = [judge(check, of(serving(STEADY), losing(lost))) for check in CASES]
    assert {outcome.status for outcome in outcomes} == {PASS}
