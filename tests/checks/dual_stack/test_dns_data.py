"""Whether a name server serves the same zone over both families: data, keys and signatures."""

import dns.message
import dns.rrset
import pytest

from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import (
    A1,
    A1_V6,
    A2,
    NS1,
    NS2,
    TIMEOUT,
    Server,
    dated,
    evidence,
    failing,
    four,
    pair,
    refusing,
    serving,
    unsigned,
    zone,
)
from tests.checks.dnssec.situations import GOOD, KSK_B, NEXT, ZSK_B, colliding, truncated, without_signatures
from tests.checks.dnssec.zones import KSK, ZSK
from tests.checks.web.builders import BLIND_V6, SERVFAIL
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL = Status.PASS, Status.FAIL
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

PLAIN = serving(unsigned())


def other_timers(response: dns.message.Message) -> None:
    """The same serial with another refresh, as a zone edited without a new serial shows."""
    for index, rrset in enumerate(response.answer):
        if rrset.rdtype.name == "SOA":
            response.answer[index] = dns.rrset.from_rdata(rrset.name, rrset.ttl, rrset[0].replace(refresh=60))


CASES: dict[str, list[Case]] = {
    "dual_stack.dns_data": [
        Case("same", evidence(*four(*[GOOD] * 4)), PASS, "ok", {"compared": 2, "total": 2}),
        Case("unsigned", evidence(*four(*[PLAIN] * 4)), PASS, "ok"),
        Case("one silent over IPv6", evidence(*four(GOOD, GOOD, GOOD, failing())), PASS, "ok", {"compared": 1}),
        Case("keys truncated over IPv6, no TCP", evidence(*four(GOOD, serving(zone(), truncated, only=("DNSKEY",)),
            GOOD, GOOD)), PASS, "ok"),
        Case("signed anew at each question", evidence(*four(GOOD, serving(zone()), serving(zone()), GOOD)), PASS, "ok"),
        Case("left-over signatures on both", evidence(*four(*[serving(zone(), colliding)] * 4)), PASS, "ok"),
        Case("serial", evidence(*four(GOOD, GOOD, GOOD, serving(zone(serial=7)))), FAIL, "differs",
            {"servers": (NS2,), "what": ("SOA",)}),
        Case("timers under one serial", evidence(*four(PLAIN, serving(unsigned(), other_timers), PLAIN, PLAIN)), FAIL,
            "differs", {"servers": (NS1,), "what": ("SOA",)}),
        Case("NS", evidence(*four(PLAIN, serving(unsigned(servers=(NS1,))), PLAIN, PLAIN)), FAIL, "differs",
            {"what": ("NS",)}),
        Case("keys", evidence(*four(GOOD, serving(zone(published=(KSK, ZSK, NEXT))), GOOD, GOOD)), FAIL, "differs",
            {"what": ("DNSKEY",)}),
        Case("signatures missing", evidence(*four(GOOD, serving(zone(), without_signatures("NS")), GOOD, GOOD)), FAIL,
            "differs", {"servers": (NS1,), "what": ("RRSIG/NS",)}),
        Case("signatures ended", evidence(*four(GOOD, serving(dated(-9, -1)), GOOD, GOOD)), FAIL, "differs",
            {"what": ("RRSIG/SOA", "RRSIG/NS", "RRSIG/DNSKEY")}),
        Case("signed by another key", evidence(*four(GOOD, serving(zone(published=(KSK, ZSK), data_signers=(NEXT,))),
            GOOD, GOOD)), FAIL, "differs", {"what": ("RRSIG/SOA", "RRSIG/NS")}),
        Case("refused over IPv6", evidence(*four(GOOD, refusing(), GOOD, GOOD)), FAIL, "differs",
            {"what": ("SOA", "NS", "DNSKEY")}),
        Case("providers differ from each other, not by family", evidence(*four(GOOD, GOOD, *[serving(zone(published=(
            KSK_B, ZSK_B), data_signers=(ZSK_B,), key_signers=(KSK_B,)))] * 2)), PASS, "ok"),
        Case("one family each", evidence(Server(GOOD, NS1, A1), Server(GOOD, NS2, A1_V6)), NONE, "single_family"),
        Case("all silent", evidence(*four(*[failing()] * 4)), UNTESTED, "no_answer"),
        Case("silent over IPv6", evidence(*four(GOOD, failing(), GOOD, failing())), UNTESTED, "no_answer"),
        Case("no server known", evidence(failure=SERVFAIL), UNTESTED, "no_answer"),
        Case("scanner without IPv6", evidence(*four(*[GOOD] * 4), vantage=BLIND_V6), UNTESTED, "blind"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED, NONE)


@pytest.mark.parametrize("rdtype", ["SOA", "NS", "DNSKEY"])
def test_a_lost_packet_is_no_difference(rdtype: str) -> None:
    lossy = failing(TIMEOUT, only=(rdtype,), otherwise=GOOD)
    outcome = judge("dual_stack.dns_data", evidence(*four(GOOD, lossy, lossy, GOOD)))
    assert outcome.status is PASS


def test_the_rows_show_data_and_signers() -> None:
    row = judge("dual_stack.dns_data", evidence(*four(*[GOOD] * 4))).observed[1]
    assert (row.where, row.address) == (NS1, A1_V6)
    assert row.saw.startswith(f"SOA serial 2026112401; NS {NS1}, {NS2}; DNSKEY ")
    assert f"RRSIG/SOA by {ZSK.tag}, current" in row.saw


def test_a_pair_over_ipv4_alone_has_nothing_to_compare() -> None:
    outcome = judge("dual_stack.dns_data", evidence(*pair(GOOD)))
    assert (outcome.message, outcome.args["servers"]) == ("single_family", (NS1, NS2))
    assert {row.address for row in outcome.observed} <= {A1, A2}
