"""multihome.session_design, case by case, and of what real routers showed."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.inventory import Uplink
from netaudit.model.routing import Session, SessionsFact
from netaudit.model.verdict import Status
from netaudit.probes.evidence_files import evidence_probe
from tests.checks.multihome.builders import OURS, UP1, UP2, UP3, UPLINKS, centre
from tests.checks.web.builders import DAY, NOW
from tests.checks.web.harness import Case, hold, hold_texts, judge, labels, pairs

CHECK = "multihome.session_design"
PASS, FAIL = Status.PASS, Status.FAIL
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
V4, V6 = Family.IPV4, Family.IPV6

_RECORDED = Path(__file__).parents[2] / "routing" / "recorded"
_MISSING = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="bgp.json: No such file")


def session(
    peer: int,
    address: str,
    *families: Family,
    hold_s: float | None = 30.0,
    bfd: bool | None = False,
    state: str = "Established",
    routes: int | None = 5,
    local: int = OURS,
) -> Session:
    counts = {} if routes is None else dict.fromkeys(families, routes)
    return Session(
        local_asn=local, peer_asn=peer, peer_address=address, families=families, state=state,
        hold_time_s=hold_s, bfd=bfd, received=counts,
    )  # fmt: skip


A4, A6 = session(UP1, "192.0.2.1", V4), session(UP1, "2001:db8::1", V6)
B4, B6 = session(UP2, "192.0.2.5", V4), session(UP2, "2001:db8::5", V6)
GOOD = (A4, A6, B4, B6)
B_MIXED = session(UP2, "192.0.2.5", V4, V6, hold_s=90.0)


def shown(
    *sessions: Session, age_days: float | None = 1.0, failure: Failure | None = None, source: str = "bgp.json"
) -> SessionsFact:
    at = None if age_days is None else NOW - age_days * DAY
    return SessionsFact(
        id=f"sessions-dc-{source}", datacentre="dc", source=source, data_time=at, sessions=sessions, failure=failure
    )


def dc(
    *files: SessionsFact, asns: tuple[int, ...] = (OURS,), uplinks: tuple[Uplink, ...] = UPLINKS
) -> DataCentreEvidence:
    return replace(centre(asns=asns, uplinks=uplinks), sessions=files)


CASES = {
    CHECK: [
        Case("each its own", dc(shown(*GOOD)), PASS, "ok", {"total": 4, "limit": 30, "sources": ("bgp.json",)}),
        Case("two routers", dc(shown(A4, A6), shown(B4, B6, source="b.json")), PASS, "ok", {"total": 4}),
        Case("BFD makes up for a long hold time", dc(shown(A4, A6, B6, replace(B4, hold_time_s=180.0, bfd=True))),
            PASS, "ok"),
        Case("IPv4 negotiated and unused over IPv6", dc(shown(A4, B4, B6, replace(A6, families=(V4, V6),
            received={V4: 0, V6: 5}, sent={V4: 0, V6: 1}))), PASS, "ok"),
        Case("inside the AS anything goes", dc(shown(*GOOD, session(OURS, "192.0.2.9", V4, V6, hold_s=180.0))),
            PASS, "ok", {"total": 4}),
        Case("an exchange's peers are no uplinks", dc(shown(*GOOD, session(UP3, "192.0.2.9", V4, hold_s=180.0))),
            PASS, "ok", {"total": 4}),
        Case("of another router's AS", dc(shown(*GOOD, session(UP1, "192.0.2.77", V4, hold_s=180.0, local=64999))),
            PASS, "ok", {"total": 4}),
        Case("no uplink declared", dc(shown(A4, session(UP3, "192.0.2.9", V4, hold_s=180.0)), uplinks=()),
            FAIL, "slow", {"sessions": ("AS64503 192.0.2.9",)}),
        Case("IPv6 in the IPv4 session", dc(shown(A4, A6, B_MIXED)), FAIL, "carried", {
            "sessions": ("AS64502 (B) 192.0.2.5",), "families": ("IPv6",)}),
        Case("a short hold time does not help", dc(shown(A4, A6, replace(B_MIXED, hold_time_s=9.0))), FAIL, "carried"),
        Case("BFD over IPv4 does not see IPv6", dc(shown(A4, A6, replace(B_MIXED, bfd=True))),
            FAIL, "carried_watched", {"families": ("IPv6",)}),
        Case("nor does a session of its own beside it", dc(shown(A4, A6, B_MIXED, B6)), FAIL, "carried"),
        Case("IPv4 in the IPv6 session", dc(shown(A4, A6, session(UP2, "2001:db8::5", V4, V6))), FAIL, "carried", {
            "families": ("IPv4",)}),
        Case("the router counts no routes", dc(shown(A4, A6, session(UP2, "192.0.2.5", V4, V6, routes=None))),
            FAIL, "carried"),
        Case("long hold time", dc(shown(A4, A6, B6, replace(B4, hold_time_s=90.0))), FAIL, "slow", {
            "sessions": ("AS64502 (B) 192.0.2.5",), "limit": 30}),
        Case("a hold time of zero never ends", dc(shown(A4, A6, B6, replace(B4, hold_time_s=0.0))), FAIL, "slow"),
        Case("90 s by parameter", dc(shown(A4, A6, B6, replace(B4, hold_time_s=90.0))), PASS, "ok",
            parameters={"max_hold_seconds": 90}),
        Case("down", dc(shown(A4, A6, B6, replace(B4, state="Active", hold_time_s=None))), FAIL, "down", {
            "sessions": ("AS64502 (B) 192.0.2.5",), "total": 4}),
        Case("down before all else", dc(shown(replace(A4, state="Idle (Admin)"), A6, B_MIXED)), FAIL, "down"),
        Case("BFD is not told", dc(shown(A4, A6, B6, replace(B4, hold_time_s=90.0, bfd=None))), UNTESTED, "not_told", {
            "sessions": ("AS64502 (B) 192.0.2.5",)}),
        Case("a short hold time needs no BFD", dc(shown(A4, A6, B6, replace(B4, bfd=None))), PASS, "ok"),
        Case("neither is told", dc(shown(A4, A6, B6, replace(B4, hold_time_s=None))), UNTESTED, "not_told"),
        Case("no session for IPv6", dc(shown(A4, A6, B4)), UNTESTED, "missing", {"uplinks": ("AS64502 (B) IPv6",)}),
        Case("another router's file", dc(shown(session(UP1, "192.0.2.1", V4, local=64999))), UNTESTED, "missing"),
        Case("declared for IPv4 alone", dc(shown(A4, A6, B4), uplinks=(UPLINKS[0], replace(UPLINKS[1],
            families=(V4,)))), PASS, "ok", {"total": 3}),
        Case("no ASN", dc(shown(*GOOD), asns=()), NONE, "none_declared"),
        Case("no file", dc(), UNTESTED, "not_tested", {"sources": ("SESSIONS.json",)}),
        Case("unreadable", dc(shown(*GOOD, failure=_MISSING)), UNTESTED, "not_tested", {
            "failure": "no data: bgp.json: No such file"}),
        Case("undated", dc(shown(*GOOD, age_days=None)), UNTESTED, "not_tested"),
        Case("old", dc(shown(*GOOD, age_days=31.5)), UNTESTED, "too_old", {"days": 31, "limit": 30}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


def test_every_message_is_written_and_produced() -> None:
    hold_texts(CHECK, CASES[CHECK])


@pytest.mark.parametrize(
    ("world", "message"),
    [
        ("healthy", "ok"),
        ("shared-transit", "ok"),
        ("ipv6-on-one-uplink", "missing"),
        ("ipv6-in-ipv4-session", "carried"),
        ("uplink-cut", "down"),
    ],
)
@pytest.mark.parametrize("maker", ["frr.neighbors.json", "bird.protocols.txt"])
def test_what_real_routers_show_of_each_world(tmp_path: Path, world: str, message: str, maker: str) -> None:
    """The province's own router, of two makers. A session without routes that BFD or a peer ended is down in both."""
    path = tmp_path / maker
    path.write_text("2026-11-26T10:30:00Z\n" + (_RECORDED / world / f"province-{maker}").read_text())
    declared = centre(prefixes=("203.0.113.0/24", "2001:db8:113::/48")).datacentre
    probe = evidence_probe("sessions", declared, [path])
    asyncio.run(probe.run())
    (fact,) = probe.facts(None)
    assert isinstance(fact, SessionsFact) and fact.data_time is not None
    evidence = replace(dc(fact), now=fact.data_time + DAY)
    outcome = judge(CHECK, evidence)
    assert outcome.message == message
    if message == "carried":
        assert outcome.args["families"] == ("IPv6",)
        assert [row.ok for row in outcome.observed] == [False, False]
