from datetime import UTC, datetime, time

import pytest
from msgspec.structs import replace

from netaudit.engine.blackout import active_window
from netaudit.engine.plan import Selection, plan_jobs, target_kinds_of
from netaudit.model.common import Text
from netaudit.model.inventory import (
    Blackout,
    DataCentre,
    Inventory,
    NetworkKind,
    Province,
    Register,
    Service,
    Source,
    SourceKind,
    Tier,
    Unit,
)
from netaudit.model.verdict import TargetKind

NAME = Text(vi="Tên", en="Name")


def service(id: str, host: str, **other: object) -> Service:
    return Service(**{"id": id, "kind": "portal", "host": host, "units": ("u",), **other})  # type: ignore[arg-type]


@pytest.fixture
def inventory() -> Inventory:
    return Inventory(
        schema=1,
        network=NetworkKind.LAB,
        province=Province(id="p", name=NAME),
        tiers=(Tier(id="t", name=NAME),),
        units=(Unit(id="u", name=NAME, tier="t"),),
        services=(
            service("a", "www.p.example"),
            service("b", "www.p.example", kind="one_stop", path="/one-stop"),
            service("c", "plain.p.example", scheme="http"),
            service("d", "plain.p.example"),
            service("e", "p.example", kind="mail", scheme="mail"),
            service("f", "axis.p.example", kind="document_axis", scheme="tcp", port=8443),
            service("g", "closed.p.example", network="tslcd"),
        ),
        zones=("p.example", "p.example", "q.example"),
        datacentres=(DataCentre(id="dc", name=NAME, asns=(64500,), prefixes=("192.0.2.0/24",)),),
        registers=(Register(id="reg", file="reg.csv", declared={"person": 1}),),
    )


def test_shared_hosts_are_measured_once_and_closed_networks_not_at_all(inventory: Inventory) -> None:
    names = [job.name for job in plan_jobs(inventory)]
    assert len(names) == len(set(names))
    assert set(names) == {
        "zone:p.example", "zone:q.example",
        "name:www.p.example", "name:plain.p.example", "name:p.example", "name:axis.p.example",
        "endpoint:https://www.p.example:443", "endpoint:http://plain.p.example:80",
        "endpoint:https://plain.p.example:443", "endpoint:tcp://axis.p.example:8443",
        "mail:p.example", "routes:dc", "vrps:dc", "route_objects:dc", "registrations:dc", "sessions:dc", "register:reg",
        "origins:addresses",
    }  # fmt: skip


def test_estimates_count_what_is_sent(inventory: Inventory) -> None:
    jobs = {job.name: job for job in plan_jobs(inventory)}
    assert jobs["zone:p.example"].queries > 0
    # HTTPS, TLSA and CAA are looked up for what is served over TLS
    assert jobs["name:www.p.example"].queries > jobs["name:axis.p.example"].queries
    # plain HTTP is fetched along with HTTPS, unless it is a service of its own
    assert (
        jobs["endpoint:https://www.p.example:443"].connections
        > jobs["endpoint:https://plain.p.example:443"].connections
    )
    assert jobs["routes:dc"].queries == jobs["routes:dc"].connections == 0
    assert jobs["routes:dc"].offline


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(targets=("q.*",)), {"zone:q.example", "origins:addresses"}),
        (Selection(kinds=("zone",)), {"zone:p.example", "zone:q.example", "origins:addresses"}),
        (Selection(kinds=("mail",)), {"name:p.example", "mail:p.example", "origins:addresses"}),
        (
            Selection(kinds=("zone", "mail"), targets=("p.example",)),
            {"zone:p.example", "name:p.example", "mail:p.example", "origins:addresses"},
        ),
        (
            Selection(target_kinds=frozenset({TargetKind.DATACENTRE})),
            {"routes:dc", "vrps:dc", "route_objects:dc", "registrations:dc", "sessions:dc"},
        ),
        (Selection(targets=("nothing",)), set()),
        (Selection(units=("v",)), {"zone:q.example", "name:v.q.example", "endpoint:https://v.q.example:443"}),
        (Selection(units=("v", "w")), {"zone:q.example", "name:v.q.example", "endpoint:https://v.q.example:443"}),
        (Selection(units=("v",), kinds=("zone",)), {"zone:q.example"}),
    ],
)
def test_selections(inventory: Inventory, selection: Selection, expected: set[str]) -> None:
    other = service("h", "v.q.example", units=("v",))
    if selection.units:
        inventory = replace(inventory, services=(*inventory.services, other))
    assert {job.name for job in plan_jobs(inventory, selection)} == expected


def test_sources_are_asked_about_each_data_centre_and_origins_of_what_may_tell(inventory: Inventory) -> None:
    sources = (
        Source(kind=SourceKind.RIPESTAT, url="https://stat.example"),
        Source(kind=SourceKind.RTR, host="rpki.example"),
        Source(kind=SourceKind.RIS_WHOIS, host="ris.example"),
    )
    (centre,) = inventory.datacentres
    asked = replace(inventory, sources=sources)
    jobs = {job.name: job for job in plan_jobs(asked) if job.name.startswith(("source:", "origins:"))}
    assert set(jobs) == {"source:dc:ripestat:stat.example", "source:dc:rtr:rpki.example:323", "origins:addresses"}
    prefixes, asns = len(centre.prefixes), len(centre.asns)
    assert jobs["source:dc:ripestat:stat.example"].connections == prefixes + 1 + prefixes * asns
    assert jobs["source:dc:rtr:rpki.example:323"].connections == 1
    assert jobs["origins:addresses"].connections > 0
    assert not any(job.offline for job in jobs.values())
    alone = {job.name: job for job in plan_jobs(asked, Selection(sources=False))}
    assert not [name for name in alone if name.startswith("source:")]
    assert alone["origins:addresses"].connections == 0
    # without a data centre there is no table to read
    bare = replace(inventory, datacentres=())
    assert "origins:addresses" not in {job.name for job in plan_jobs(bare)}
    assert "origins:addresses" in {job.name for job in plan_jobs(replace(bare, sources=sources))}
    assert "origins:addresses" not in {job.name for job in plan_jobs(replace(bare, sources=sources[1:2]))}


def test_check_globs_become_target_kinds() -> None:
    checks = {"dnssec.signed": TargetKind.ZONE, "dnssec.name_secure": TargetKind.HOST, "web.https": TargetKind.ENDPOINT}
    assert target_kinds_of(checks, ["dnssec.*"]) == {TargetKind.ZONE, TargetKind.HOST}
    assert target_kinds_of(checks, ["web.https"]) == {TargetKind.ENDPOINT}


@pytest.mark.parametrize(
    ("start", "end", "clock", "within"),
    [
        ("08:00", "17:00", "08:00", True),
        ("08:00", "17:00", "17:00", False),
        ("22:00", "05:00", "23:30", True),
        ("22:00", "05:00", "04:59", True),
        ("22:00", "05:00", "05:00", False),
        ("22:00", "05:00", "12:00", False),
    ],
)
def test_windows_are_in_their_own_time_zone(start: str, end: str, clock: str, within: bool) -> None:
    window = Blackout(start=time.fromisoformat(start), end=time.fromisoformat(end), zone="Asia/Ho_Chi_Minh")
    hour, minute = map(int, clock.split(":"))
    utc = datetime(2026, 3, 2, hour, minute, tzinfo=UTC).timestamp() - 7 * 3600  # Viet Nam is UTC+7 all year
    assert (active_window([window], utc) is window) is within


def test_an_unknown_time_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="Mars/Olympus"):
        active_window([Blackout(start=time(1), end=time(2), zone="Mars/Olympus")], 0.0)
