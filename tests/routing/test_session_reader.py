"""BGP sessions as FRR, GoBGP and BIRD print them: those of real routers, and damage."""

import json
from pathlib import Path
from typing import Any

import pytest

from netaudit.model.common import Family
from netaudit.model.routing import Session
from netaudit.routing.session_list import SessionListing
from netaudit.routing.sessions import SessionsError, read_sessions

RECORDED = Path(__file__).parent / "recorded"
V4, V6 = Family.IPV4, Family.IPV6
MAKERS = ("frr.neighbors.json", "bird.protocols.txt")
WORLDS = ("healthy", "ipv6-on-one-uplink", "ipv6-in-ipv4-session", "shared-transit", "uplink-cut")

Design = set[tuple[int, str, tuple[Family, ...], bool, float | None]]


def design(found: SessionListing) -> Design:
    """What the province's two routers, one of each maker, must agree about."""
    return {
        (s.peer_asn, s.peer_address, s.families, s.state == "Established", s.hold_time_s)
        for s in found.sessions
        if s.local_asn == 64510
    }


@pytest.mark.parametrize("world", WORLDS)
def test_two_makers_show_the_same_sessions(world: str) -> None:
    frr, bird = (read_sessions(RECORDED / world / f"province-{maker}") for maker in MAKERS)
    assert design(frr) == design(bird) and frr.sessions
    assert (frr.format, bird.format, frr.router, bird.router) == ("frr", "bird", "10.255.0.6", "")
    assert all(s.received == b.received and s.sent == b.sent for s, b in zip(_sorted(frr), _sorted(bird), strict=True))


def test_the_dangerous_design_is_seen() -> None:
    for maker in MAKERS:
        found = read_sessions(RECORDED / f"ipv6-in-ipv4-session/province-{maker}").sessions
        assert {(s.peer_address, s.families, s.hold_time_s) for s in found} == {
            ("198.18.6.1", (V4, V6), 90.0), ("198.18.7.1", (V4, V6), 90.0),
        }  # fmt: skip
        assert {s.received[V6] for s in found} == {5}


def test_a_cut_uplink_is_seen() -> None:
    for maker in MAKERS:
        found = read_sessions(RECORDED / f"uplink-cut/province-{maker}").sessions
        assert {s.peer_asn for s in found if s.state != "Established"} == {64502}
        assert all(s.hold_time_s is None and not s.received for s in found if s.state != "Established")


def test_bfd(tmp_path: Path) -> None:
    """FRR shows it with each neighbour, BIRD in another command, GoBGP nowhere."""
    folder = RECORDED / "uplink-cut"
    up = {("198.18.6.1", True), ("2001:db8:ffff:6::1", True)}
    down = {("198.18.7.1", False), ("2001:db8:ffff:7::1", False)}
    frr = read_sessions(folder / "province-frr.neighbors.json")
    assert {(s.peer_address, s.bfd) for s in frr.sessions} == up | down
    protocols = (folder / "province-bird.protocols.txt").read_text()
    assert {s.bfd for s in read_sessions(folder / "province-bird.protocols.txt").sessions} == {None}
    both = tmp_path / "bird.txt"
    both.write_text(protocols + (folder / "province-bird.bfd.txt").read_text())
    assert {(s.peer_address, s.bfd) for s in read_sessions(both).sessions} == up | down
    both.write_text(protocols + "There is no BFD protocol running.\n")
    assert {s.bfd for s in read_sessions(both).sessions} == {False}
    assert {s.bfd for s in read_sessions(RECORDED / "healthy/gobgp.neighbor.json").sessions} == {None}


def test_gobgp() -> None:
    found = read_sessions(RECORDED / "healthy/gobgp.neighbor.json")
    assert (found.format, found.router, found.data_time) == ("gobgp", "", 1795688893)
    assert {(s.local_asn, s.state, s.hold_time_s) for s in found.sessions} == {(64511, "Established", 30.0)}
    assert {(s.peer_asn, s.peer_address, s.families) for s in found.sessions if s.peer_asn == 64501} == {
        (64501, "198.18.40.1", (V4,)), (64501, "2001:db8:ffff:40::1", (V6,)),
    }  # fmt: skip
    assert all(s.received == dict.fromkeys(s.families, 6) for s in found.sessions)


def test_gobgp_negotiates_what_both_sides_announce(tmp_path: Path) -> None:
    families = [{"config": {"family": {"afi": afi, "safi": safi}}} for afi, safi in ((1, 1), (2, 1), (1, 128))]

    def neighbour(*capabilities: str, state: int = 6) -> dict[str, Any]:
        offered = [{"type_url": "t/apipb.MultiProtocolCapability", "value": value} for value in capabilities]
        return {
            "conf": {"local_asn": 64510, "peer_asn": 64501, "neighbor_address": "192.0.2.1"},
            "state": {"session_state": state, "remote_cap": offered},
            "afi_safis": families,
        }

    path = tmp_path / "gobgp.json"
    both = neighbour("CgQIARAB", "CgQIAhAB")
    path.write_text(
        json.dumps([neighbour("CgQIAhAB"), both, neighbour(), neighbour("CgQIARCAAQ=="), neighbour(state=3)])
    )
    found = read_sessions(path).sessions
    assert [s.families for s in found] == [(V6,), (V4, V6), (V4,), (), (V4, V6)]
    assert [s.state for s in found] == ["Established"] * 4 + ["Active"]
    assert found[0].hold_time_s == 0, "GoBGP leaves a zero out, and a hold time of zero never ends"


def test_frr_knows_its_own_time_and_the_first_line_goes_before_it(tmp_path: Path) -> None:
    source = RECORDED / "healthy/province-frr.neighbors.json"
    assert read_sessions(source).data_time == 1795688896 + 7
    path = tmp_path / "frr.json"
    path.write_text("2026-11-26T10:30:00+00:00\n" + source.read_text())
    assert read_sessions(path) == read_sessions(source)._replace(data_time=1795689000)


def test_frr_that_is_shut_down_or_speaks_of_a_role(tmp_path: Path) -> None:
    shut = {"remoteAs": 64501, "localAs": 64510, "bgpState": "Idle", "adminShutDown": True, "remoteRole": "provider"}
    path = tmp_path / "frr.json"
    path.write_text(json.dumps({"vrfId": 0, "vrfName": "default", "192.0.2.1": shut}))
    (found,) = read_sessions(path).sessions
    assert (found.state, found.remote_role, found.local_role, found.families) == ("Idle (Admin)", "provider", "", ())


FRR = {"192.0.2.1": {"remoteAs": 64501, "localAs": 64510, "bgpState": "Established"}}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "this is no output of BIRD's `show protocols all`"),
        ("BIRD 2.0.12 ready.\n", "this is no output of BIRD's `show protocols all`"),
        (
            "Name       Proto      Table      State  Since         Info\nup1 BGP --- up x\n",
            "an entry without 'BGP state'",
        ),
        ("\x00" * 40, "the file ends within a line"),
        ('{"192.0.2.1": {"remoteAs": 1}}', "an entry without 'bgpState'"),
        (json.dumps(FRR).replace("64501", '"x"'), "no AS number: 'x'"),
        (json.dumps(FRR).replace("64501", "1" + "0" * 5000), "Exceeds the limit"),
        (json.dumps(FRR)[:-2], "Expecting"),
        (json.dumps(FRR) + "[", "'{' expected, '[' found"),
        (json.dumps(FRR | {"192.0.2.2": {"bgpState": "Idle", "peerBfdInfo": 7}}), "an entry without"),
        ('[{"conf": {"peer_asn": 1}, "state": {"session_state": 9}}]', "no state of a session: 9"),
        ("[" * 100_000, "nested too deeply"),
        ("[7]", "a value of the wrong type"),
    ],
)
def test_damage_gives_one_clear_error(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "sessions"
    path.write_text(text)
    with pytest.raises(SessionsError) as caught:
        read_sessions(path)
    assert problem in str(caught.value) and str(caught.value).startswith("sessions: at byte ")
    assert str(caught.value).isprintable() and len(str(caught.value)) < 220


def test_what_came_before_the_damage_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "sessions"
    path.write_text(json.dumps(FRR)[:-1] + ', "192.0.2.2": {}}')
    with pytest.raises(SessionsError) as caught:
        read_sessions(path)
    assert [s.peer_address for s in caught.value.partial.sessions] == ["192.0.2.1"]


@pytest.mark.parametrize("maker", MAKERS)
def test_every_truncation_is_told(tmp_path: Path, maker: str) -> None:
    whole = (RECORDED / f"healthy/province-{maker}").read_bytes().rstrip()
    path = tmp_path / maker
    for share in range(1, 30):
        path.write_bytes(whole[: len(whole) * share // 30].rstrip(b"\n"))
        with pytest.raises(SessionsError):
            read_sessions(path)


def _sorted(found: SessionListing) -> list[Session]:
    return sorted(found.sessions, key=lambda s: s.peer_address)
