"""Unbound, BIND and Knot Resolver as declared resolvers: validating, careless, and closed to the scanner."""

from pathlib import Path

import pytest
import yaml

from netaudit.lab.world import Fault, FaultKind, Machine, RecursiveResolver, World, WorldZone
from netaudit.lab.worldfile import world_problems
from netaudit.model.run import Run
from netaudit.store.runfolder import RUN_FILE, read_run
from tests.lab.realise import realised
from tests.lab.scanner import netaudit

pytestmark = [pytest.mark.daemons, pytest.mark.slow, pytest.mark.xdist_group("declared-resolvers")]

PROGRAMS = ("unbound", "bind", "knot")  # in the order in which the lab takes them
MANNERS = ("good", "careless", "closed")
RESOLVERS = {f"{program}-{manner}": manner for manner in MANNERS for program in PROGRAMS}
ADDRESSES = {name: (f"203.0.113.{n}", f"2001:db8:113::{n}") for n, name in enumerate(RESOLVERS, 1)}
INSIDE, ELSEWHERE = ("192.0.2.0/24", "2001:db8:ffff::/48"), ("198.51.100.0/24", "2001:db8:100::/48")
FAULTS: tuple[FaultKind, ...] = ("not_validating", "open_resolver", "resolver_without_ipv6")

GOOD = {
    "resolver.reachable": "pass ok",
    "resolver.validates": "pass ok",
    "resolver.rejects_bogus": "pass ok",
    "resolver.sha1": "manual validated",
    "resolver.one_family_names": "pass ok",
    "resolver.extended_errors": "pass ok",
    "resolver.not_open": "could_not_test inside",
}
CARELESS = {
    "resolver.reachable": "pass ok",
    "resolver.validates": "fail not_validating",
    "resolver.rejects_bogus": "fail accepted",
    "resolver.sha1": "not_applicable not_validating",
    "resolver.one_family_names": "warn no_ipv6",
    "resolver.extended_errors": "not_applicable accepted",
    "resolver.not_open": "fail open",
}
CLOSED = {**dict.fromkeys(GOOD, "not_applicable outside"), "resolver.not_open": "pass ok"}
EXPECTED = {
    "unbound-good": GOOD,
    # told not to validate RSASHA1, as RFC 9905 wants it; Extended DNS Errors for bogus names came after 9.18
    "bind-good": GOOD | {"resolver.sha1": "pass ok", "resolver.extended_errors": "not_applicable none"},
    "knot-good": GOOD,
    **{f"{program}-careless": CARELESS for program in PROGRAMS},
    **{f"{program}-closed": CLOSED for program in PROGRAMS},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A scan of all resolvers over real sockets."""
    folder = tmp_path_factory.mktemp("resolvers")
    world = _world()
    assert world_problems(world) == []
    with realised(world) as lab:
        inventory = {
            "schema": 1, "network": "internet",
            "province": {"id": "tinh", "name": {"vi": "Tỉnh", "en": "Province"}},
            "authorisation": {"text": "a lab", "contact": "lab@tinh.vn"},
            "tiers": [], "units": [], "services": [],
            "scope": {"special_addresses": ["192.0.2.0/24", "203.0.113.0/24", "2001:db8::/32"]},
            "root_hints": {server: list(addresses) for server, addresses in lab.contents.hints.items()},
            "trust_anchors": list(lab.contents.anchors),
            "resolvers": [
                {"id": name, "addresses": list(ADDRESSES[name]), "serves": list(_clients(manner))}
                for name, manner in RESOLVERS.items()
            ],
            "resolver_tests": {
                "signed": ["signed.vn"], "bogus": ["bogus.vn"], "sha1": ["sha1.vn"],
                "ipv6_only": ["v6.vn"], "ipv4_only": ["v4.vn"],
            },
        }  # fmt: skip
        path = folder / "inventory.yaml"
        path.write_text(yaml.safe_dump(inventory, allow_unicode=True))
        done = netaudit(lab, "scan", str(path), "-q", "-o", str(folder / "out"))
    assert (folder / "out" / RUN_FILE).exists(), done.stderr
    return read_run(Path(folder / "out" / RUN_FILE))


@pytest.mark.parametrize("resolver", EXPECTED)
def test_each_is_judged_rightly(run: Run, resolver: str) -> None:
    verdicts = [result.verdict for result in run.results if result.verdict.target.name == resolver]
    seen = {v.check: f"{v.outcome.status} {v.outcome.message}" for v in verdicts}
    assert seen == EXPECTED[resolver], {v.check: v.outcome.observed for v in verdicts}


@pytest.mark.parametrize(("program", "cookies"), [("unbound", 0), ("bind", 2), ("knot", 0)])
def test_cookies_are_seen_where_they_are_given(run: Run, program: str, cookies: int) -> None:
    """Unbound gives them from 1.18 on, and only when it is told to."""
    (rows,) = [
        r.verdict.outcome.observed
        for r in run.results
        if (r.verdict.check, r.verdict.target.name) == ("resolver.reachable", f"{program}-good")
    ]
    assert sum("cookie" in row.saw for row in rows) == cookies, rows
    assert all("EDNS 1232" in row.saw for row in rows)


def _clients(manner: str) -> tuple[str, ...]:
    return INSIDE if manner == "good" else ELSEWHERE


def _world() -> World:
    both = {"ns.vn": "authority"}
    fixed = (
        Machine(id="root", addresses=("192.0.2.1", "2001:db8:2::1")),
        Machine(id="authority", addresses=("192.0.2.2", "2001:db8:2::2")),
        Machine(id="v4", addresses=("192.0.2.4",)),
        Machine(id="v6", addresses=("2001:db8:2::6",)),
    )
    zones = [WorldZone(name=".", servers={"a.root-lab": "root"}), WorldZone(name="vn", servers=both)]
    for name in ("signed.vn", "bogus.vn", "sha1.vn"):
        zones.append(WorldZone(name=name, servers=both, hosts={"@": "authority"}))
    for name in ("v4", "v6"):
        zones.append(WorldZone(name=f"{name}.vn", servers={f"ns.{name}.vn": name}, hosts={"@": "authority"}))
    careless = [name for name, manner in RESOLVERS.items() if manner == "careless"]
    return World(
        schema=1,
        name="resolvers",
        machines=(*fixed, *(Machine(id=name, addresses=ADDRESSES[name]) for name in RESOLVERS)),
        zones=tuple(zones),
        resolvers=tuple(
            RecursiveResolver(
                machine=name, serves=_clients(manner), policy="operator" if name == "bind-good" else "software"
            )
            for name, manner in RESOLVERS.items()
        ),
        faults=(
            Fault(id="bogus", kind="expired_signature", zone="bogus.vn"),
            Fault(id="sha1", kind="old_algorithm", zone="sha1.vn"),
            *(
                Fault(id=f"{name}-{kind.replace('_', '-')}", kind=kind, machine=name)
                for name in careless
                for kind in FAULTS
            ),
        ),
    )
