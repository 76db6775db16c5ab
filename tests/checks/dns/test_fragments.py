"""dns.fragments, case by case: large answers about a zone's keys that arrive, that are held back, that get lost."""

import base64

import dns.flags
import dns.message
import dns.rrset
import pytest
from msgspec.structs import replace

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.exchange import Purpose
from netaudit.model.verdict import Status
from tests.checks.dns.manners import SILENCE, Manner, but, unkind, well_behaved, with_extras
from tests.checks.dnssec.builders import (
    A1,
    A1_V6,
    A2_V6,
    BUDGET,
    NS1,
    NS2,
    evidence,
    failing,
    four,
    pair,
    serving,
    zone,
)
from tests.checks.dnssec.situations import GOOD
from tests.checks.web.harness import Case, hold, hold_texts, judge, labels, pairs

CHECK = "dns.fragments"
FIRST, FIRST_V6, SECOND_V6 = f"{NS1} ({A1})", f"{NS1} ({A1_V6})", f"{NS2} ({A2_V6})"


def filled(octets: int) -> object:
    """An answer with a further key of so many octets."""

    def alter(response: dns.message.Message) -> None:
        key = base64.b64encode(bytes(octets)).decode()
        response.answer.append(dns.rrset.from_text("tinh.example.", 300, "IN", "DNSKEY", f"256 3 253 {key}"))

    return alter


def truncated(response: dns.message.Message) -> None:
    response.answer.clear()
    response.flags |= dns.flags.TC


LARGE = serving(zone(), filled(1_500), only=("DNSKEY",))  # type: ignore[arg-type]
BOTH_FAMILIES = evidence(*four(LARGE, LARGE, LARGE, LARGE))
HELD_BACK, LOST = but(Purpose.EDNS_LARGE, truncated), but(Purpose.EDNS_LARGE, SILENCE)
SENT, FITS = but(Purpose.EDNS_LARGE, filled(1_500)), but(Purpose.EDNS_LARGE, filled(900))  # type: ignore[arg-type]


def met(*manners: Manner) -> ZoneEvidence:
    """First server over IPv4 and IPv6, second server over IPv4 and IPv6."""
    return with_extras(BOTH_FAMILIES, *manners)


def before_the_question(found: ZoneEvidence) -> ZoneEvidence:
    """As scans recorded it that did not ask this question yet."""
    servers = (replace(s, extras=tuple(e for e in s.extras if e.purpose != Purpose.EDNS_LARGE)) for s in found.servers)
    return replace(found, servers=tuple(servers))


CASES = {
    CHECK: [
        Case("held back", met(HELD_BACK), Status.PASS, "ok", {"answered": 4, "total": 4, "maximum": 1_400}),
        Case("one lost by us", met(HELD_BACK, but(Purpose.EDNS_LARGE, BUDGET)), Status.PASS, "ok", {"answered": 1}),
        Case("whole, in one packet", met(FITS), Status.PASS, "ok"),
        Case("sent and arrived", met(HELD_BACK, SENT, HELD_BACK), Status.WARN, "large",
             {"servers": (FIRST_V6,), "maximum": 1_400}),
        Case("allowed by a plan", met(SENT), Status.PASS, "ok", parameters={"max_size": 4_096}),
        Case("lost over IPv6", met(SENT, LOST, SENT, LOST), Status.FAIL, "lost", {"servers": (FIRST_V6, SECOND_V6)}),
        Case("lost at one server", met(SENT, SENT, SENT, LOST), Status.FAIL, "lost", {"servers": (SECOND_V6,)}),
        Case("lost everywhere: it may be our own side", met(LOST), Status.COULD_NOT_TEST, "not_tested"),
        Case("lost, and nothing large came", met(HELD_BACK, LOST), Status.COULD_NOT_TEST, "not_tested"),
        Case("silent at all extras", met(unkind(BUDGET)), Status.COULD_NOT_TEST, "no_answer"),
        Case("zone silent", replace(evidence(*pair(failing())), fact=replace(BOTH_FAMILIES.fact, extras=True)),
             Status.COULD_NOT_TEST, "no_answer"),
        Case("small", with_extras(evidence(*pair(GOOD)), well_behaved), Status.NOT_APPLICABLE, "small"),
        Case("small, and no answer", with_extras(evidence(*pair(GOOD)), LOST), Status.NOT_APPLICABLE, "small"),
        Case("not wanted", BOTH_FAMILIES, Status.NOT_APPLICABLE, "not_asked"),
        Case("not asked yet", before_the_question(met(SENT)), Status.NOT_APPLICABLE, "not_asked"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


def test_every_message_is_written_and_produced() -> None:
    hold_texts(CHECK, CASES[CHECK])


def test_one_lost_packet_is_no_loss_of_fragments() -> None:
    """Put once, the question may have been lost by chance."""
    twice = met(SENT, LOST, SENT, SENT)
    once = (
        replace(s, extras=tuple(e for e in s.extras if not (e.failure is not None and e.at > s.extras[0].at)))
        for s in twice.servers
    )
    assert judge(CHECK, replace(twice, servers=tuple(once))).message == "large"
