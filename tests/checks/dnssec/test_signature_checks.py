"""The DNSSEC checks of keys and signatures in the zone itself, case by case, on messages that are really signed."""

from collections.abc import Sequence

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import (
    A1,
    A2,
    NS1,
    NS2,
    PARENT_WITHOUT_DS,
    TIMEOUT,
    Server,
    dated,
    evidence,
    failing,
    pair,
    parent,
    serving,
    unsigned,
    zone,
)
from tests.checks.dnssec.situations import (
    FIRST,
    GOOD,
    KSK_B,
    LOST_KEYS,
    NEXT,
    NOT_SIGNED,
    PROVIDER_A,
    PROVIDER_B,
    REVOKED,
    ROLLOVERS,
    SECOND,
    STALE,
    colliding,
    corrupt,
    without_signatures,
)
from tests.checks.dnssec.zones import DAY, KSK, NOW, ZSK, Nsec3, Window
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

CASES: dict[str, list[Case]] = {
    "dnssec.signed": [
        *ROLLOVERS,
        Case("all servers", evidence(*pair(GOOD)), PASS, "ok", {"answered": 2, "total": 2}),
        Case("unsigned", evidence(*pair(serving(unsigned()))), FAIL, "unsigned"),
        Case("one server without", evidence(*pair(GOOD, serving(unsigned()))), FAIL, "partly", {"servers": (SECOND,)}),
        Case("no signatures", evidence(*pair(GOOD, serving(zone(), without_signatures()))), FAIL, "no_signatures",
            {"servers": (SECOND,)}),
        Case("only revoked keys", evidence(*pair(serving(zone(published=(REVOKED,))))), FAIL, "no_zone_key",
            {"servers": (FIRST, SECOND)}),
        *NOT_SIGNED[1:],
    ],
    "dnssec.signature_validity": [
        *ROLLOVERS,
        Case("valid", evidence(*pair(GOOD)), PASS, "ok", {"until": "2026-12-18T11:06:40Z", "answered": 2, "total": 2}),
        Case("left-over signature", evidence(*pair(serving(zone(data_signers=(ZSK, NEXT))))), PASS, "ok"),
        Case("expired", evidence(*pair(serving(dated(-10, -1)))), FAIL, "expired",
            {"when": "2026-11-17T11:06:40Z", "servers": (FIRST, SECOND), "rdtypes": ("SOA", "NS", "DNSKEY")}),
        Case("stale secondary", evidence(*pair(GOOD, STALE)), FAIL, "expired",
            {"servers": (SECOND,), "when": "2026-11-15T11:06:40Z"}),
        Case("last second", evidence(*pair(GOOD), now=NOW + 30 * DAY + 0.9), PASS, "ok"),
        Case("a second later", evidence(*pair(GOOD), now=NOW + 30 * DAY + 1), FAIL, "expired"),
        Case("from tomorrow", evidence(*pair(serving(dated(1, 30)))), FAIL, "not_yet",
            {"when": "2026-11-19T11:06:40Z"}),
        Case("across the end of 32 bits", evidence(*pair(serving(zone(window=Window(2**32 - DAY, 2**32 - 1)))),
            now=2**32 - 100.0), PASS, "ok"),
        Case("not made by these keys", evidence(*pair(GOOD, serving(zone(), corrupt, only=("SOA",)))), FAIL, "invalid",
            {"servers": (SECOND,), "rdtypes": ("SOA",)}),
        Case("signed by a key nobody publishes", evidence(*pair(serving(zone(data_signers=(NEXT,))))), FAIL, "invalid",
            {"rdtypes": ("SOA", "NS")}),
        Case("foreign signature, own keys lost", evidence(*pair(GOOD, failing(TIMEOUT, only=("DNSKEY",),
            otherwise=serving(zone(data_signers=(NEXT,)))))), PASS, "ok", {"answered": 1, "total": 2}),
        Case("keys signed by a key without DS", evidence(*pair(serving(zone(key_signers=(ZSK,))))), FAIL, "invalid",
            {"rdtypes": ("DNSKEY",)}),
        Case("the key with the DS signed too long ago", evidence(*pair(serving(zone(key_window=Window(NOW - 9 * DAY,
            NOW - DAY))))), FAIL, "expired", {"rdtypes": ("DNSKEY",)}),
        Case("SOA bare", evidence(*pair(GOOD, serving(zone(), without_signatures("SOA")))), FAIL, "missing",
            {"servers": (SECOND,), "rdtypes": ("SOA",)}),
        Case("one server unsigned", evidence(*pair(GOOD, serving(unsigned()))), FAIL, "missing",
            {"servers": (SECOND,)}),
        Case("too much to verify", evidence(*pair(serving(zone(), colliding))), UNTESTED, "undecided"),
        Case("too much to verify on one server", evidence(*pair(GOOD, serving(zone(), colliding))), PASS, "ok"),
        *NOT_SIGNED,
    ],
    "dnssec.signature_margin": [
        *ROLLOVERS,
        Case("a month", evidence(*pair(GOOD)), PASS, "ok", {"days": 30.0, "when": "2026-12-18T11:06:40Z"}),
        Case("Knot DNS just before it signs again", evidence(*pair(serving(dated(-11, 3.1)))), PASS, "ok"),
        Case("two days", evidence(*pair(serving(dated(-28, 2)))), WARN, "soon", {"days": 2.0, "advised": 3}),
        Case("an hour", evidence(*pair(GOOD, serving(dated(-28, 1 / 24)))), FAIL, "short",
            {"server": SECOND, "days": 0.0, "minimum": 1, "rdtype": "SOA"}),
        Case("by parameter", evidence(*pair(GOOD)), FAIL, "short", {"minimum": 31}, {"min_days": 31}),
        Case("just below the minimum", evidence(*pair(serving(dated(-28, 0.9999)))), FAIL, "short", {"days": 1.0}),
        Case("ended", evidence(*pair(GOOD, STALE)), FAIL, "ended",
            {"server": SECOND, "when": "2026-11-15T11:06:40Z"}),
        Case("keys end first", evidence(*pair(serving(zone(key_window=Window(NOW - DAY, NOW + 2 * DAY))))), WARN,
            "soon",
            {"rdtype": "DNSKEY"}),
        Case("below SOA expire", evidence(*pair(serving(dated(-1, 13)))), WARN, "below_expire",
            {"days": 13.0, "expire": 14.0}, {"compare_expire": True}),
        Case("SOA expire not asked about", evidence(*pair(serving(dated(-1, 13)))), PASS, "ok"),
        Case("no signatures", evidence(*pair(serving(zone(), without_signatures()))), NONE, "no_signatures"),
        *NOT_SIGNED,
    ],
    "dnssec.servers_agree": [
        *[case for case in ROLLOVERS if not case.name.startswith(("one ", "scanner"))],
        Case("both good", evidence(*pair(GOOD)), PASS, "ok", {"answered": 2, "total": 2}),
        Case("both expired", evidence(*pair(serving(dated(-10, -1)))), PASS, "ok"),
        Case("keys expired everywhere, data nowhere",
            evidence(*pair(serving(zone(key_window=Window(NOW - 9 * DAY, NOW - DAY))))), PASS, "ok"),
        Case("stale secondary", evidence(*pair(GOOD, STALE)), FAIL, "validity_differs",
            {"servers": (SECOND,), "states": (f"{SECOND} serial 2026111401: RRSIG expired 2026-11-15T11:06:40Z",)}),
        Case("one without signatures", evidence(*pair(GOOD, serving(zone(), without_signatures("NS")))), FAIL,
            "validity_differs", {"states": (f"{SECOND} serial 2026112401: RRSIG none",)}),
        Case("next key on one server only", evidence(*pair(GOOD, serving(zone(published=(KSK, ZSK, NEXT))))), PASS,
            "ok"),
        Case("key in use missing", evidence(*pair(GOOD, serving(zone(published=(KSK, NEXT), data_signers=(NEXT,))))),
            FAIL, "keys_differ", {"servers": (FIRST, SECOND)}),
        Case("provider without the other's key", evidence(*pair(serving(zone()), PROVIDER_B),
            above=parent(KSK, KSK_B)), FAIL, "keys_differ", {"servers": (FIRST,)}),
        Case("provider without a DS", evidence(*pair(PROVIDER_A, PROVIDER_B), above=parent(KSK)), FAIL, "keys_differ",
            {"servers": (SECOND,)}),
        Case("providers of an island", evidence(*pair(PROVIDER_A, PROVIDER_B), above=PARENT_WITHOUT_DS), PASS, "ok"),
        Case("one unsigned", evidence(*pair(GOOD, serving(unsigned()))), FAIL, "keys_differ", {"servers": (SECOND,)}),
        Case("one server", evidence(Server(GOOD)), NONE, "one_server"),
        Case("one silent", evidence(*pair(GOOD, failing())), UNTESTED, "one_answer"),
        Case("one answer lost", evidence(*pair(GOOD, LOST_KEYS)), UNTESTED, "one_answer"),
        *NOT_SIGNED,
    ],
    "dnssec.nsec3_parameters": [
        Case("as it should be", evidence(*pair(serving(zone(nsec3=Nsec3())))), PASS, "ok", {"iterations": 0}),
        Case("opt-out", evidence(*pair(serving(zone(nsec3=Nsec3(opt_out=True))))), PASS, "ok"),
        Case("iterations", evidence(*pair(GOOD, serving(zone(nsec3=Nsec3(10, "ab12"))))), FAIL, "iterations",
            {"iterations": 10, "maximum": 0, "servers": (SECOND,)}),
        Case("allowed by parameter", evidence(*pair(serving(zone(nsec3=Nsec3(10))))), PASS, "ok",
            parameters={"max_iterations": 10}),
        Case("salt", evidence(*pair(serving(zone(nsec3=Nsec3(0, "ab12"))))), WARN, "salt", {"salt": "ab12"}),
        Case("only in negative answers", evidence(*pair(serving(zone(nsec3=Nsec3(5), parameters=())))), FAIL,
            "iterations", {"iterations": 5}),
        Case("other hash", evidence(*pair(serving(zone(nsec3=Nsec3(algorithm=2))))), FAIL, "algorithm",
            {"servers": (FIRST, SECOND)}),
        Case("parameters not in use", evidence(*pair(serving(zone(parameters=("1 1 100 AB",))))), NONE, "nsec"),
        Case("NSEC", evidence(*pair(GOOD)), NONE, "nsec"),
        Case("denials lost", evidence(*pair(failing(TIMEOUT, only=("NSEC3PARAM", "A"), otherwise=GOOD))), UNTESTED,
            "no_answer"),
        *NOT_SIGNED,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED)
    if check != "dnssec.signed":
        hold_statuses(CASES[check], NONE)


def test_a_stale_secondary_is_named_with_its_dates_in_the_rows() -> None:
    rows = judge("dnssec.signature_validity", evidence(*pair(GOOD, STALE))).observed
    assert [(row.where, row.address, row.ok) for row in rows][:2] == [(NS1, A1, True), (NS2, A2, False)]
    assert rows[1].saw == f"SOA: RRSIG by key {ZSK.tag}, 2026-10-09T11:06:40Z to 2026-11-15T11:06:40Z, expired"


def test_judging_costs_a_bounded_number_of_verifications(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def counted(rrset: dns.rrset.RRset, signatures: Sequence[object], *rest: object) -> bool:
        asked.append(signatures)
        return False

    hostile = evidence(*pair(serving(zone(), colliding)))
    monkeypatch.setattr("netaudit.rules.rrsig.verifies", counted)
    judge("dnssec.signature_validity", hostile)
    assert 0 < len(asked) <= 2 * 3 * 16  # two servers, three RRsets
