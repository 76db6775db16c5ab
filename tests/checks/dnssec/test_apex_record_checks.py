"""What a zone says of itself at its apex, case by case, on signed messages: CSYNC and ZONEMD."""

import dataclasses

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Transport
from netaudit.model.evidence import FoundRecords, ZoneEvidence
from netaudit.model.facts import Lookup
from netaudit.model.targets import ListedDigest, ZoneListing
from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import (
    A1,
    A2,
    APEX,
    NS1,
    NS2,
    PARENT_WITH_DS,
    PARENT_WITHOUT_DS,
    QUESTIONS,
    TIMEOUT,
    Question,
    Server,
    evidence,
    failing,
    found,
    pair,
    parent,
    raw,
    serving,
    unsigned,
    zone,
)
from tests.checks.dnssec.situations import FIRST, SECOND
from tests.checks.dnssec.zones import KSK, Zone, key
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, labels, pairs

PASS, FAIL = Status.PASS, Status.FAIL
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
SERIAL = zone().serial
NS3, A3 = f"ns3.{APEX}", "203.0.113.3"
HOSTS = {NS1: (A1,), NS2: (A2,)}
ASKED: tuple[Question, ...] = (*QUESTIONS, *((name, "A", Transport.UDP) for name in (NS1, NS2, NS3)))
SHA384, SHA512 = "ab" * 48, "cd" * 64
PARENT_OF_ITS_OWN = (failing(TIMEOUT),)


def holding(rdtype: str, *records: str, base: Zone | None = None) -> Zone:
    """A zone with these records at its apex, and addresses for its servers."""
    made = base or zone()
    others = {APEX: {rdtype: records}} if records else {}
    return dataclasses.replace(made, hosts={**HOSTS, **made.hosts}, others=others)


def told(
    rdtype: str, *records: str, base: Zone | None = None, served: Zone | None = None, above: Zone = PARENT_WITH_DS
) -> ZoneEvidence:
    """The zone as served, and one look-up of its record."""
    held = holding(rdtype, *records, base=base)
    return replace(
        evidence(*pair(serving(served or held)), above=above, asked=ASKED),
        found=(found(held, APEX, rdtype, above=above),),
    )


def failed_lookup(rdtype: str, failure: Failure = TIMEOUT) -> ZoneEvidence:
    return replace(
        evidence(*pair(serving(zone()))),
        found=(FoundRecords(lookup=Lookup(name=APEX, rdtype=rdtype, failure=failure)),),
    )


def forged(rdtype: str, record: str) -> ZoneEvidence:
    """The record with a signature that does not fit."""
    good = told(rdtype, record)
    held = holding(rdtype, record, base=zone(data_signers=(key("stranger", flags=256).flagged(256),)))
    made = found(held, APEX, rdtype)
    return replace(good, found=(made,))


def csync(*records: str, **changes: object) -> ZoneEvidence:
    return told("CSYNC", *records, **changes)  # type: ignore[arg-type]


def zonemd(*records: str, **changes: object) -> ZoneEvidence:
    return told("ZONEMD", *records, **changes)  # type: ignore[arg-type]


def listing(published: str, computed: str) -> ZoneEvidence:
    """The zone with a ZONEMD, as a transfer showed it with these digests."""
    good = zonemd(f"{SERIAL} 1 1 {SHA384}")
    digests = (ListedDigest(published=published, computed=computed),)
    return replace(good, fact=replace(good.fact, listing=ZoneListing(source=A1, digests=digests)))


SPLIT = evidence(Server(serving(zone(serial=SERIAL))), Server(serving(zone(serial=SERIAL - 1)), NS2, A2))
THREE = holding("CSYNC", "0 1 NS A", base=zone(servers=(NS1, NS2, NS3), hosts={NS3: (A3,)}))
MOVED = holding("CSYNC", "0 3 A", base=zone(hosts={NS2: ("203.0.113.99",)}))

CASES = {
    "dns.csync": [
        Case("zone silent", evidence(*pair(failing())), UNTESTED, "not_tested", {"failure": "timeout: no answer"}),
        Case("in step", csync(f"{SERIAL} 3 NS A AAAA"), PASS, "in_step", {"types": ("A", "NS", "AAAA")}),
        Case("a server to be added", csync("0 1 NS A", base=THREE), PASS, "pending",
            {"added": (f"NS {NS3}", f"{NS3} A {A3}"), "removed": ()}),
        Case("a server to be removed, when confirmed", csync("0 0 NS", above=parent(KSK, servers={NS1: (A1,),
            NS2: (A2,), NS3: (A3,)})), PASS, "to_confirm", {"added": (), "removed": (f"NS {NS3}",)}),
        Case("an address that changes", csync(f"{SERIAL} 3 A", base=MOVED), PASS, "pending",
            {"added": (f"{NS2} A 203.0.113.99",), "removed": (f"{NS2} A {A2}",)}),
        Case("addresses that it does not name", csync(f"{SERIAL} 3 NS", base=MOVED), PASS, "in_step"),
        Case("serial of no meaning", csync("4294967295 1 NS"), PASS, "in_step"),
        Case("the parent serves the zone too", replace(csync("0 1 NS"), referrals=evidence(*pair(serving(zone())),
            parents=(serving(zone()),)).referrals), PASS, "same_servers"),
        Case("two records", csync("0 1 NS", "0 1 A"), FAIL, "several", {"count": 2}),
        Case("an undefined flag", csync("0 5 NS"), FAIL, "unknown_flags", {"flags": 5}),
        Case("a type that no parent copies", csync("0 1 NS MX"), FAIL, "unknown_types", {"types": ("MX",)}),
        Case("one server behind", replace(SPLIT, found=csync(f"{SERIAL} 3 NS").found), FAIL, "serial_ahead",
            {"serial": SERIAL, "servers": (SECOND,)}),
        Case("all servers behind", csync(f"{SERIAL + 1} 3 NS"), FAIL, "serial_ahead", {"servers": (FIRST, SECOND)}),
        Case("a bogus record", forged("CSYNC", "0 1 NS"), FAIL, "not_secure"),
        Case("outside the chain of trust", csync("0 1 NS", above=PARENT_WITHOUT_DS), FAIL, "not_secure",
            {"reason": "no_ds"}),
        Case("unreadable", replace(csync("0 1 NS"), found=(raw(csync("0 1 NS").found[0], b"\0\1"),)), FAIL,
            "malformed"),
        Case("none", csync(), NONE, "none"),
        Case("unsigned, and not asked", evidence(*pair(serving(unsigned())), above=PARENT_WITHOUT_DS), NONE,
            "unsigned"),
        Case("the parent is silent", replace(evidence(*pair(serving(zone())), parents=PARENT_OF_ITS_OWN),
            found=csync("0 1 NS").found), UNTESTED, "not_tested", {"failure": "timeout: no answer"}),
        Case("the look-up failed", failed_lookup("CSYNC"), UNTESTED, "not_tested"),
        Case("not asked", evidence(*pair(serving(zone()))), UNTESTED, "not_tested"),
    ],
    "dnssec.zonemd": [
        Case("zone silent", evidence(*pair(failing())), UNTESTED, "not_tested", {"failure": "timeout: no answer"}),
        Case("secure", zonemd(f"{SERIAL} 1 1 {SHA384}"), PASS, "ok", {"kinds": ("SIMPLE SHA-384",)}),
        Case("two kinds", zonemd(f"{SERIAL} 1 1 {SHA384}", f"{SERIAL} 1 2 {SHA512}"), PASS, "ok",
            {"kinds": ("SIMPLE SHA-384", "SIMPLE SHA-512")}),
        Case("one kind of nobody's beside a known one", zonemd(f"{SERIAL} 1 1 {SHA384}", f"{SERIAL} 1 250 {SHA384}"),
            PASS, "ok", {"kinds": ("SIMPLE SHA-384",)}),
        Case("unsigned zone", zonemd(f"{SERIAL} 1 1 {SHA384}", base=unsigned(), above=PARENT_WITHOUT_DS), PASS,
            "insecure"),
        Case("status unknown", replace(zonemd(f"{SERIAL} 1 1 {SHA384}"), found=(replace(zonemd(
            f"{SERIAL} 1 1 {SHA384}").found[0], security=None),)), PASS, "undetermined"),
        Case("bogus", forged("ZONEMD", f"{SERIAL} 1 1 {SHA384}"), FAIL, "bogus"),
        Case("verified", listing(f"{SERIAL} 1 1 {SHA384}", f"{SERIAL} 1 1 {SHA384}"), PASS, "verified"),
        Case("another zone than was listed", listing(f"{SERIAL} 1 1 {'ee' * 48}", f"{SERIAL} 1 1 {SHA384}"), PASS,
            "ok"),
        Case("a digest of something else", listing(f"{SERIAL} 1 1 {SHA384}", f"{SERIAL} 1 1 {'ee' * 48}"), FAIL,
            "mismatch", {"source": A1, "kinds": ("SIMPLE SHA-384",)}),
        Case("an old serial", zonemd(f"{SERIAL - 1} 1 1 {SHA384}"), FAIL, "serial",
            {"digests": (str(SERIAL - 1),), "serials": (str(SERIAL),)}),
        Case("twice the same kind", zonemd(f"{SERIAL} 1 1 {SHA384}", f"{SERIAL} 1 1 {'ef' * 48}"), FAIL, "duplicate",
            {"kinds": ("SIMPLE SHA-384",)}),
        Case("a kind of nobody's", zonemd(f"{SERIAL} 240 1 {SHA384}"), FAIL, "unknown_kind", {"kinds": ("240/1",)}),
        Case("a digest of the wrong length", replace(zonemd(f"{SERIAL} 1 1 {SHA384}"), found=(raw(zonemd(
            f"{SERIAL} 1 1 {SHA384}").found[0], SERIAL.to_bytes(4) + b"\1\1" + bytes(20)),)), FAIL, "malformed"),
        Case("none", zonemd(), NONE, "none"),
        Case("changed while asked", zonemd(f"{SERIAL + 1} 1 1 {SHA384}"), UNTESTED, "not_tested"),
        Case("no serial to compare", replace(evidence(*pair(failing())), found=zonemd(f"{SERIAL} 1 1 {SHA384}").found),
            UNTESTED, "no_answer"),
        Case("the look-up failed", failed_lookup("ZONEMD"), UNTESTED, "not_tested"),
        Case("not asked", evidence(*pair(serving(zone()))), UNTESTED, "not_tested"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED, NONE)
