"""The checks of the active extras, case by case, on the answers of servers that behave and of servers that do not."""

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.exchange import Purpose
from netaudit.model.verdict import Status
from tests.checks.dns.manners import (
    HANGS_UP,
    SERVER_COOKIE,
    SILENCE,
    Alter,
    Manner,
    Reply,
    but,
    unkind,
    well_behaved,
    with_extras,
    with_flags,
    with_option,
    with_rcode,
)
from tests.checks.dnssec.builders import (
    A1,
    A2,
    BUDGET,
    NS1,
    NS2,
    REFUSED,
    evidence,
    failing,
    pair,
    refusing,
    serving,
    zone,
)
from tests.checks.dnssec.situations import GOOD
from tests.checks.dnssec.zones import NOW
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

FIRST, SECOND = f"{NS1} ({A1})", f"{NS2} ({A2})"
ORDINARY = evidence(*pair(GOOD))
SILENT_ZONE = replace(evidence(*pair(failing())), fact=replace(ORDINARY.fact, extras=True))
ROOT_NS = dns.rrset.from_text(".", 300, "IN", "NS", "a.root-servers.net.")


def met(*manners: Manner) -> ZoneEvidence:
    return with_extras(ORDINARY, *manners)


def plain(response: dns.message.Message) -> None:
    response.use_edns(False)


def no_answer(response: dns.message.Message) -> None:
    response.answer.clear()


def large(response: dns.message.Message) -> None:
    """Full of data for 512 bytes, and not truncated."""
    response.flags &= ~dns.flags.TC
    response.answer.append(dns.rrset.from_text("tinh.example.", 1, "IN", "TXT", *(f'"{n}{"x" * 200}"' for n in "abc")))


def without_do(response: dns.message.Message) -> None:
    response.use_edns(0, 0, 1232)


def as_if_known(response: dns.message.Message) -> None:
    """An answer, as if version 100 were known."""
    response.set_rcode(dns.rcode.NOERROR)
    response.answer.append(dns.rrset.from_text("tinh.example.", 1, "IN", "SOA", "a. b. 1 2 3 4 5"))
    response.use_edns(100)


def resolving(*flags: int, answers: bool = True, rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> Manner:
    def alter(response: dns.message.Message) -> None:
        response.set_rcode(rcode)
        for flag in flags:
            response.flags |= flag
        response.answer += [ROOT_NS] if answers else []

    return but(Purpose.RECURSION, alter)


def granting(response: dns.message.Message) -> None:
    response.set_rcode(dns.rcode.NOERROR)
    response.answer.append(dns.rrset.from_text("tinh.example.", 1, "IN", "SOA", "a. b. 1 2 3 4 5"))


def reserved(response: dns.message.Message) -> None:
    response.use_edns(0, 0x0080)


def cookie(data: bytes) -> Manner:
    return but(Purpose.COOKIE, with_option(10, data))


def own_cookie(server: bytes) -> Alter:
    """The client's cookie sent back, with this one of the server."""

    def alter(response: dns.message.Message) -> None:
        sent = (response.options[0].to_wire() or b"")[:8]
        with_option(10, sent + server)(response)

    return alter


def version(alter: object) -> Manner:
    return but(Purpose.EDNS_VERSION, alter)  # type: ignore[arg-type]


BOTH = (FIRST, SECOND)
GARBAGE = unkind(b"\0\0\x84\0" + bytes(8))
NOT_TESTED = [
    Case("not wanted", ORDINARY, NONE, "not_asked"),
    Case("not wanted, and the zone is silent", evidence(*pair(failing())), NONE, "not_asked"),
    Case("zone silent", SILENT_ZONE, UNTESTED, "no_answer"),
    Case("job cut short", met(unkind(BUDGET)), UNTESTED, "no_answer"),
]

CASES: dict[str, list[Case]] = {
    "dns.edns_compliance": [
        *NOT_TESTED,
        Case("well-behaved", met(well_behaved), PASS, "ok", {"answered": 2, "total": 2}),
        Case("one server's extras lost", met(well_behaved, unkind(BUDGET)), PASS, "ok", {"answered": 1}),
        Case("one answer lost", met(version(BUDGET)), PASS, "ok", {"answered": 2}),
        Case("one refuses everything", with_extras(evidence(*pair(GOOD, refusing())), well_behaved,
            unkind(b"\0\0\x80\5" + bytes(8))), PASS, "ok", {"answered": 1}),
        Case("knows no EDNS", with_extras(evidence(*pair(serving(zone(), plain))), unkind(SILENCE)), NONE, "no_edns"),
        Case("silent at versions", met(well_behaved, version(SILENCE)), FAIL, "broken",
            {"servers": (SECOND,), "problems": (f"{SECOND}: version=timeout",)}),
        Case("silent at all", met(unkind(SILENCE)), FAIL, "broken"),
        Case("FORMERR at versions", met(version(with_rcode(dns.rcode.FORMERR))), FAIL, "broken",
            {"problems": tuple(f"{one}: version=formerr" for one in BOTH)}),
        Case("takes any version", met(version(as_if_known)), FAIL, "broken",
            {"problems": tuple(f"{one}: version=status version=badversion" for one in BOTH)}),
        Case("BADVERS without OPT", met(version(b"\0\0\x80\1" + bytes(8))), FAIL, "broken",
            {"problems": tuple(f"{one}: version=formerr version=noopt" for one in BOTH)}),
        Case("SERVFAIL without EDNS", met(but(Purpose.EDNS_PLAIN, with_rcode(dns.rcode.SERVFAIL))), FAIL, "broken",
            {"problems": tuple(f"{one}: plain=servfail" for one in BOTH)}),
        Case("OPT that nobody asked for", met(but(Purpose.EDNS_PLAIN, without_do)), FAIL, "broken",
            {"problems": tuple(f"{one}: plain=opt" for one in BOTH)}),
        Case("no answer to options", met(but(Purpose.EDNS_OPTION, no_answer)), FAIL, "broken",
            {"problems": tuple(f"{one}: option=nosoa" for one in BOTH)}),
        Case("drops OPT at flags", met(but(Purpose.EDNS_FLAGS, plain)), FAIL, "broken",
            {"problems": tuple(f"{one}: flags=noopt" for one in BOTH)}),
        Case("more than there is room for", met(but(Purpose.EDNS_BUFSIZE, large)), FAIL, "broken",
            {"problems": tuple(f"{one}: bufsize=toobig" for one in BOTH)}),
        Case("DO not sent back", met(but(Purpose.EDNS_BUFSIZE, without_do)), FAIL, "broken",
            {"problems": tuple(f"{one}: bufsize=nodo" for one in BOTH)}),
        Case("garbage", met(GARBAGE), FAIL, "broken"),
        Case("options sent back", met(but(Purpose.EDNS_OPTION, with_option(100, b""))), WARN, "imperfect",
            {"problems": tuple(f"{one}: option=echoed" for one in BOTH)}),
        Case("flags sent back", met(but(Purpose.EDNS_FLAGS, reserved)), WARN, "imperfect",
            {"problems": tuple(f"{one}: flags=mbz" for one in BOTH)}),
    ],
    "dns.cookies": [
        *NOT_TESTED,
        Case("silent at extras", met(unkind(SILENCE)), UNTESTED, "no_answer"),
        Case("well-behaved", met(well_behaved), PASS, "ok", {"supporting": 2, "answered": 2}),
        Case("one has none", met(well_behaved, but(Purpose.COOKIE, without_do)), PASS, "ok",
            {"supporting": 1, "answered": 2}),
        Case("other kinds are allowed", met(but(Purpose.COOKIE, own_cookie(bytes(32)))), PASS, "ok"),
        Case("second answer lost", met(but(Purpose.COOKIE_AGAIN, SILENCE)), PASS, "ok"),
        Case("none", met(but(Purpose.COOKIE, without_do)), NONE, "unsupported"),
        Case("no EDNS", met(but(Purpose.COOKIE, plain)), NONE, "unsupported"),
        Case("another client's", met(cookie(b"12345678" + SERVER_COOKIE)), FAIL, "broken"),
        Case("echo", met(well_behaved, but(Purpose.COOKIE, own_cookie(b""))), FAIL, "broken",
            {"problems": (f"{SECOND}: a server cookie of 0 bytes",)}),
        Case("too short", met(but(Purpose.COOKIE, own_cookie(bytes(4)))), FAIL, "broken"),
        Case("too long", met(but(Purpose.COOKIE, own_cookie(bytes(33)))), FAIL, "broken"),
        Case("FORMERR", met(but(Purpose.COOKIE, with_rcode(dns.rcode.FORMERR))), FAIL, "broken"),
        Case("its own is no good", met(well_behaved, but(Purpose.COOKIE_AGAIN, with_rcode(dns.rcode.BADCOOKIE))), WARN,
            "rejected", {"problems": (f"{SECOND}: BADCOOKIE at its own cookie",)}),
    ],
    "dns.nsid": [
        *NOT_TESTED,
        Case("silent at extras", met(unkind(SILENCE)), UNTESTED, "no_answer"),
        Case("well-behaved", met(well_behaved), PASS, "ok",
            {"identifiers": (f"{FIRST}: node-7", f"{SECOND}: node-7")}),
        Case("not printable", met(but(Purpose.NSID, with_option(3, b"\0\xff"))), PASS, "ok",
            {"identifiers": (f"{FIRST}: 00ff", f"{SECOND}: 00ff")}),
        Case("one has none", met(well_behaved, but(Purpose.NSID, without_do)), PASS, "ok",
            {"identifiers": (f"{FIRST}: node-7",)}),
        Case("none", met(but(Purpose.NSID, without_do)), NONE, "none"),
    ],
    "dns.no_recursion": [
        *NOT_TESTED,
        Case("silent at extras", met(unkind(SILENCE)), UNTESTED, "no_answer"),
        Case("garbage", met(GARBAGE), UNTESTED, "no_answer"),
        Case("well-behaved", met(well_behaved), PASS, "ok", {"answered": 2, "total": 2}),
        Case("silent at that question", met(well_behaved, but(Purpose.RECURSION, SILENCE)), PASS, "ok",
            {"answered": 1}),
        Case("refers to the root", met(resolving(answers=False)), PASS, "ok"),
        Case("refuses with RA", met(but(Purpose.RECURSION, with_flags(dns.flags.RA))), PASS, "ok"),
        Case("open", met(well_behaved, resolving(dns.flags.RA)), FAIL, "open", {"servers": (SECOND,)}),
        Case("from its cache", met(resolving()), FAIL, "open"),
        Case("open, and truncated", met(resolving(dns.flags.RA, dns.flags.TC, answers=False)), FAIL, "open"),
        Case("tries and fails", met(resolving(dns.flags.RA, answers=False, rcode=dns.rcode.SERVFAIL)), WARN, "offered",
            {"servers": BOTH}),
        Case("has the root zone", met(resolving(dns.flags.AA)), NONE, "root"),
        Case("is the root", with_extras(evidence(*pair(GOOD), name="."), well_behaved), NONE, "root"),
    ],
    "dns.no_transfer": [
        *NOT_TESTED,
        Case("well-behaved", met(well_behaved), PASS, "ok", {"answered": 2, "total": 2}),
        Case("hangs up", met(unkind(HANGS_UP)), PASS, "ok"),
        Case("empty", met(but(Purpose.AXFR, with_rcode(dns.rcode.NOERROR))), PASS, "ok"),
        Case("no TCP", met(unkind(REFUSED)), UNTESTED, "no_answer"),
        Case("no answer", met(unkind(SILENCE)), UNTESTED, "no_answer"),
        Case("open", met(well_behaved, but(Purpose.AXFR, granting)), WARN, "open", {"servers": (SECOND,)}),
        Case("is the root", with_extras(evidence(*pair(GOOD), name="."), well_behaved), NONE, "root"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, UNTESTED, NONE)


def test_what_a_transfer_gave_is_told_by_its_count_alone() -> None:
    outcome = judge("dns.no_transfer", met(but(Purpose.AXFR, granting)))
    assert {row.saw for row in outcome.observed} == {"gives the zone (1 records in the first message)"}
    kept = [e for s in met(but(Purpose.AXFR, granting)).servers for e in s.extras if e.purpose == Purpose.AXFR]
    assert all(exchange.response is not None and exchange.response[12:] == exchange.query[12:] for exchange in kept)


def test_one_lost_packet_is_no_silence() -> None:
    """A question that was put only once and got no answer says nothing against a server."""
    met_twice = met(version(SILENCE))
    met_once = tuple(
        replace(server, extras=tuple(e for e in server.extras if e.failure is None or e.at == NOW))
        for server in met_twice.servers
    )
    outcome = judge("dns.edns_compliance", replace(met_twice, servers=met_once))
    assert outcome.status is PASS
    assert {row.saw for row in outcome.observed} == {"version: timeout: no reply"}


def noisy(places: list[tuple[float, int]], cut: float) -> Manner:
    """Well-behaved, but for bytes that are changed, and an end that is missing."""

    def manner(purpose: Purpose, query: dns.message.Message) -> Reply:
        reply = well_behaved(purpose, query)
        assert isinstance(reply, bytes)
        changed = bytearray(reply)
        for place, value in places:
            changed[2 + int(place * (len(changed) - 2))] = value
        return bytes(changed[: max(2, int(cut * len(changed)))])

    return manner


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=6), st.floats(0, 1))
def test_whatever_servers_send_comes_to_an_outcome(places: list[tuple[float, int]], cut: float) -> None:
    found = met(noisy(places, cut), well_behaved)
    for check in CASES:
        outcome = judge(check, found)
        assert (outcome.failure is not None) == (outcome.status is UNTESTED)
        assert outcome.message in {case.message for case in CASES[check]}


@pytest.mark.parametrize("purpose", Purpose)
def test_one_lost_packet_never_makes_a_check_fail(purpose: Purpose) -> None:
    """Put twice where it is worth it, a question still may be lost: by a cut-off of ours it says nothing."""
    outcomes = [judge(check, met(well_behaved, but(purpose, BUDGET))) for check in CASES]
    assert {outcome.status for outcome in outcomes} == {PASS}
