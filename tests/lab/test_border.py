"""A proposed configuration of BIRD or FRR run against neighbours of our making: what each of them would be told."""

import os
import shutil
from pathlib import Path

import pytest

from netaudit.lab.border import BorderError, Neighbour, rehearse

pytestmark = pytest.mark.daemons

_HEAD = """
log "{folder}/bird.log" all;
router id 10.255.0.10;
protocol device {{ }}
protocol kernel {{ ipv4 {{ export all; }}; }}
protocol static s4 {{ ipv4; route 203.0.113.0/24 blackhole; }}
protocol static s6 {{ ipv6; route 2001:db8:113::/48 blackhole; }}
template bgp up {{ local as 64510; }}
protocol bgp up1_v4 from up {{ neighbor 198.18.6.1 as 64501; ipv4 {{ import all; export where proto = "s4"; }}; }}
protocol bgp up1_v6 from up {{ neighbor 2001:db8:6::1 as 64501; ipv6 {{ import all; export where proto = "s6"; }}; }}
"""
_HEALTHY = """
protocol bgp up2_v4 from up { neighbor 198.18.7.1 as 64502; ipv4 { import all; export where proto = "s4"; }; }
protocol bgp up2_v6 { local 2001:db8:7::2 as 64510; neighbor 2001:db8:7::1 as 64502;
  ipv6 { import all; export where proto = "s6"; }; }
"""
_FRR = """
frr version 8.4
hostname bien
log file {folder}/frr.log
ip route 203.0.113.0/24 blackhole
ipv6 route 2001:db8:113::/48 blackhole
router bgp 64510
 bgp router-id 10.255.0.10
 no bgp ebgp-requires-policy
 neighbor 198.18.6.1 remote-as 64501
 neighbor 198.18.7.1 remote-as 64502
 neighbor 2001:db8:6::1 remote-as 64501
 neighbor 2001:db8:7::1 remote-as 64502
 address-family ipv4 unicast
  network 203.0.113.0/24
  no neighbor 2001:db8:6::1 activate
  no neighbor 2001:db8:7::1 activate
  neighbor 198.18.6.1 prefix-list own-4 out
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8:113::/48
  neighbor 2001:db8:6::1 activate
  neighbor 2001:db8:6::1 prefix-list own-6 out
  neighbor 2001:db8:7::1 activate
  neighbor 2001:db8:7::1 prefix-list nothing out
 exit-address-family
ip prefix-list own-4 permit 203.0.113.0/24
ipv6 prefix-list own-6 permit 2001:db8:113::/48
ipv6 prefix-list nothing deny any
"""
_V4, _V6 = "203.0.113.0/24", "2001:db8:113::/48"


def told(folder: Path, configuration: str) -> dict[str, Neighbour]:
    path = folder / "bird.conf"
    path.write_text(_HEAD.format(folder=folder) + configuration)
    found = {neighbour.session.name: neighbour for neighbour in rehearse(path).neighbours}
    assert not (folder / "bird.log").exists()
    return found


def paths(neighbour: Neighbour) -> dict[str, tuple[int, ...]]:
    return {route.prefix: route.as_path for route in neighbour.routes}


def test_each_neighbour_is_told_what_the_configuration_exports_to_it(tmp_path: Path) -> None:
    found = told(tmp_path, _HEALTHY)
    assert {name: neighbour.up for name, neighbour in found.items()} == dict.fromkeys(
        ("up1_v4", "up1_v6", "up2_v4", "up2_v6"), True
    )
    assert paths(found["up1_v4"]) == {_V4: (64501, 64510)}
    assert paths(found["up1_v6"]) == {_V6: (64501, 64510)}
    assert paths(found["up2_v4"]) == {_V4: (64502, 64510)}
    assert paths(found["up2_v6"]) == {_V6: (64502, 64510)}


def test_a_family_that_an_uplink_is_not_told_and_a_leak_and_prepending_show(tmp_path: Path) -> None:
    found = told(tmp_path, """
protocol bgp up2_v4 from up { neighbor 198.18.7.1 as 64502; ipv4 { import all; export all; }; }
protocol bgp up2_v6 from up { neighbor 2001:db8:7::1 as 64502; ipv6 { import all; export none; }; }
protocol bgp up3_v4 from up { neighbor 198.18.8.1 as 64503; ipv4 { import none;
  export filter { if proto = "s4" then { bgp_path.prepend(64510); accept; } reject; }; }; }
""")  # fmt: skip
    assert paths(found["up2_v6"]) == {}
    assert found["up2_v6"].up
    assert paths(found["up2_v4"])["0.0.0.0/0"] == (64502, 64510, 64501)  # one operator's route, handed to the other
    assert paths(found["up3_v4"]) == {_V4: (64503, 64510, 64510)}


def test_both_families_in_one_session_and_an_included_file(tmp_path: Path) -> None:
    (tmp_path / "peers.conf").write_text(
        "protocol bgp both from up { neighbor 198.18.9.1 as 64502;\n"
        '  ipv4 { import all; export where proto = "s4"; };\n'
        '  ipv6 { import all; export where proto = "s6"; next hop address 2001:db8:9::2; }; }\n'
    )
    found = told(tmp_path, 'include "peers.conf";\n')
    assert paths(found["both"]) == {_V4: (64502, 64510), _V6: (64502, 64510)}


def test_what_can_not_be_rehearsed_is_said(tmp_path: Path) -> None:
    found = told(tmp_path, """
protocol bgp link_local from up { neighbor fe80::1%eth0 as 64502; ipv6 { import all; export all; }; }
protocol bgp unused from up { disabled; neighbor 198.18.9.1 as 64504; ipv4 { import all; export all; }; }
""")  # fmt: skip
    assert (found["link_local"].up, found["link_local"].routes) == (False, ())
    assert "global address" in found["link_local"].problem
    assert (found["unused"].up, found["unused"].problem) == (False, "it is disabled")
    assert found["up1_v4"].up


def test_a_configuration_that_bird_refuses_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bird.conf"
    path.write_text(_HEAD.format(folder=tmp_path) + "protocol bgp broken { neighbour 1; }\n")
    with pytest.raises(BorderError, match=r"bird\.conf:11:\d+ syntax error"):
        rehearse(path)
    with pytest.raises(BorderError, match="is no file"):
        rehearse(tmp_path / "missing.conf")


@pytest.mark.parametrize("configuration", [_HEAD, _FRR], ids=["bird", "frr"])
def test_an_ordinary_user_can_do_it(configuration: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)  # so that it takes a user namespace, as for an ordinary user
    path = tmp_path / "router.conf"
    path.write_text(configuration.format(folder=tmp_path))
    try:
        found = rehearse(path)
    except BorderError as error:
        pytest.skip(f"user namespaces are forbidden here: {error}")
    assert all(neighbour.up for neighbour in found.neighbours)


def test_missing_tools_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool, path=None: None if tool == "bird" else tool)
    with pytest.raises(BorderError, match="bird not found: on Debian, apt install bird2"):
        rehearse(tmp_path / "bird.conf")


def test_a_configuration_of_frr(tmp_path: Path) -> None:
    path = tmp_path / "frr.conf"
    path.write_text(_FRR.format(folder=tmp_path))
    found = {neighbour.session.address: neighbour for neighbour in rehearse(path).neighbours}
    assert paths(found["198.18.6.1"]) == {_V4: (64501, 64510)}
    assert paths(found["198.18.7.1"])[_V4] == (64502, 64510)
    assert paths(found["198.18.7.1"])["0.0.0.0/0"] == (64502, 64510, 64501)  # no filter: a leak
    assert paths(found["2001:db8:6::1"]) == {_V6: (64501, 64510)}
    assert (found["2001:db8:7::1"].up, paths(found["2001:db8:7::1"])) == (True, {})
    assert not (tmp_path / "frr.log").exists()


def test_a_neighbour_without_an_activated_family_is_told_nothing(tmp_path: Path) -> None:
    path = tmp_path / "frr.conf"
    path.write_text(
        _FRR.format(folder=tmp_path)
        .replace("  neighbor 2001:db8:7::1 activate\n", "")
        .replace("  neighbor 2001:db8:7::1 prefix-list nothing out\n", "")
    )
    found = {neighbour.session.address: neighbour for neighbour in rehearse(path).neighbours}
    bare = found["2001:db8:7::1"]
    assert (bare.up, bare.session.disabled, bare.problem) == (False, True, "no address family is activated")
    assert paths(found["2001:db8:6::1"]) == {_V6: (64501, 64510)}


def test_a_line_that_frr_refuses_is_told(tmp_path: Path) -> None:
    path = tmp_path / "frr.conf"
    path.write_text("router bgp 64510\n nachbar 198.18.6.1 remote-as 64501\n")
    with pytest.raises(BorderError, match=r"frr\.conf:2: .*nachbar"):
        rehearse(path)


@pytest.mark.parametrize(
    "place",
    ["/proc/sys/net/ipv4/ip_default_ttl", "/run/netaudit-test.log", "{folder}/bird.log"],
    ids=["proc", "run", "own"],
)
def test_what_a_configuration_would_write_is_not_written(tmp_path: Path, place: str) -> None:
    """Inside an include, where log statements are not rewritten: the file can't be opened, and BIRD does not start."""
    target = Path(place.format(folder=tmp_path))
    before = target.read_bytes() if target.exists() else None
    (tmp_path / "log.conf").write_text(f'log "{target}" all;\n')
    path = tmp_path / "bird.conf"
    path.write_text(f'include "log.conf";\n{_HEAD.format(folder=tmp_path)}')
    with pytest.raises(BorderError, match="BIRD did not start"):
        rehearse(path)
    assert (target.read_bytes() if target.exists() else None) == before


def test_a_log_after_another_statement_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "bird.conf"
    path.write_text(
        _HEAD.format(folder=tmp_path).replace("protocol device", f'log "{tmp_path}/x" all; protocol device')
    )
    assert all(neighbour.up for neighbour in rehearse(path).neighbours)
    assert not (tmp_path / "x").exists()
