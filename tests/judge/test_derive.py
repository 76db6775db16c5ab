from datetime import date
from typing import Any

import dns.name
import dns.rdata
import dns.rdatatype
import pytest
from msgspec import structs

from netaudit.dns.validate import Validator
from netaudit.judge.derive import Derived, derive
from netaudit.judge.derive_coverage import coverage_pairs, pages_reached
from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Family, Reason, Side, Text
from netaudit.model.evidence import (
    CoverageEvidence,
    EndpointEvidence,
    HostEvidence,
    MailEvidence,
    ZoneEvidence,
)
from netaudit.model.facts import Fact, JobFact, NameFact, ScanEndFact, ScanFact, WebFact, ZoneFact
from netaudit.model.inventory import Unit
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Status
from tests.judge.builders import NAME, NOW, inventory, site
from tests.judge.conftest import Scan

WWW, FOUR, AXIS = "https://www.p.example:443", "https://four.p.example:443", "tcp://www.p.example:8443"
INSIDE = "https://inside.p.example:443"
CUT = Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail="given up")


def derived(facts: list[Fact]) -> dict[str, Derived]:
    return {str(found.target): found for found in derive(FactBook(facts))}


def without(facts: list[Fact], *names: str) -> list[Fact]:
    """The facts as an interrupted scan leaves them: nothing of these jobs, and no end."""
    gone = tuple(names)
    kept = [f for f in facts if not (isinstance(f, JobFact) and f.job.startswith(gone))]
    return [f for f in kept if not isinstance(f, (ScanEndFact, *_OF_JOB.get(gone[0].partition(":")[0], ())))]


_OF_JOB: dict[str, tuple[type, ...]] = {"zone": (ZoneFact,), "endpoint": (WebFact,), "name": (NameFact,)}


async def test_every_target_of_the_inventory_gets_its_evidence(scan: Scan) -> None:
    found = derived(await scan())
    assert list(found) == [
        "zone:p.example",
        "host:www.p.example", "host:four.p.example", "host:inside.p.example",
        f"endpoint:{WWW}", f"endpoint:{FOUR}", f"endpoint:{AXIS}", f"endpoint:{INSIDE}",
        "mail:p.example",
        "datacentre:dc", "register:reg",
        "coverage:commune/site", "coverage:commune/axis", "coverage:commune/mail", "coverage:commune/documents",
    ]  # fmt: skip
    assert all(each.evidence is not None and each.failure is None for each in found.values())
    assert {each.evidence.now for each in found.values() if each.evidence is not None} == {1.0}


async def test_a_zone_has_its_servers_its_parent_and_those_above(scan: Scan) -> None:
    zone = derived(await scan())["zone:p.example"].evidence
    assert isinstance(zone, ZoneEvidence)
    assert [each.zone for each in zone.ancestors] == [".", "example"]
    assert {(s.server.name, s.server.address) for s in zone.servers} == {
        ("ns1.p.example", "192.0.2.3"), ("ns2.p.example", "2001:db8::4"), ("ns3.p.example", "192.0.2.33"),
    }  # fmt: skip
    assert {server.server.address for server in zone.servers if server.responded} == {"192.0.2.3", "2001:db8::4"}
    assert {exchange.server for exchange in zone.referrals} == {"192.0.2.2"}
    assert {exchange.question[1] for exchange in zone.ds} == {dns.rdatatype.DS}
    assert zone.security.status is SecurityStatus.BOGUS  # the root has a trust anchor and no key
    assert zone.denial is not None
    assert zone.denial.status is SecurityStatus.BOGUS


async def test_a_host_knows_its_addresses_services_and_zones(scan: Scan) -> None:
    found = derived(await scan())
    host = found["host:www.p.example"].evidence
    assert isinstance(host, HostEvidence)
    assert [service.id for service in host.services] == ["www", "www-two", "axis"]
    assert host.a is not None
    assert host.a.addresses == ("192.0.2.80",)
    assert set(host.security) == {"A", "AAAA"}
    assert [zone.zone for zone in host.zones] == [".", "example", "p.example"]
    assert found["host:www.p.example"].families == frozenset(Family)
    assert found["host:four.p.example"].families == frozenset({Family.IPV4})


async def test_an_endpoint_has_its_own_fetches_and_the_plain_ones_belong_to_one(scan: Scan) -> None:
    found = derived(await scan())
    www, axis = found[f"endpoint:{WWW}"].evidence, found[f"endpoint:{AXIS}"].evidence
    assert isinstance(www, EndpointEvidence)
    assert isinstance(axis, EndpointEvidence)
    assert [(f.endpoint, f.address) for f in www.web] == [
        (WWW, "192.0.2.80"), (WWW, "2001:db8::80"),
        ("http://www.p.example:80", "192.0.2.80"), ("http://www.p.example:80", "2001:db8::80"),
    ]  # fmt: skip
    assert len(www.controls) == 1
    assert [service.id for service in www.services] == ["www", "www-two"]
    assert axis.web == ()
    assert {fact.failure.reason for fact in axis.connects if fact.failure is not None} == {Reason.REFUSED}


async def test_a_mail_domain_has_exchangers_by_preference_and_its_records(scan: Scan) -> None:
    mail = derived(await scan())["mail:p.example"].evidence
    assert isinstance(mail, MailEvidence)
    assert mail.exchangers == ("mx1.p.example", "mx2.p.example")
    assert not mail.null_mx
    assert mail.records == {"spf": ("v=spf1 mx -all",), "dmarc": ("v=DMARC1; p=none",)}
    assert mail.hosts["mx1.p.example"].aaaa is not None
    assert mail.hosts["mx1.p.example"].aaaa.addresses == ("2001:db8::25",)
    assert [(d.exchanger, d.address) for d in mail.dialogues] == [
        ("mx1.p.example", "192.0.2.25"), ("mx1.p.example", "2001:db8::25"), ("mx2.p.example", "192.0.2.26"),
    ]  # fmt: skip
    assert set(mail.security) == {"MX"}


async def test_a_null_mx_is_told_from_none(scan: Scan, script: Any) -> None:
    script.zones["192.0.2.3"][0].delete_rdataset("p.example.", "MX")
    script.zones["192.0.2.3"][0].find_rdataset("p.example.", "MX", create=True).add(
        dns.rdata.from_text("IN", "MX", "0 .")
    )
    mail = derived(await scan())["mail:p.example"].evidence
    assert isinstance(mail, MailEvidence)
    assert (mail.exchangers, mail.null_mx) == ((), True)


async def test_closed_networks_are_targets_whose_look_ups_say_why_not(scan: Scan) -> None:
    found = derived(await scan())
    host, endpoint = found["host:inside.p.example"].evidence, found[f"endpoint:{INSIDE}"].evidence
    assert isinstance(host, HostEvidence)
    assert isinstance(endpoint, EndpointEvidence)
    for lookup in (host.a, host.aaaa, endpoint.host.a):
        assert lookup is not None
        assert lookup.failure is not None
        assert (lookup.failure.reason, lookup.failure.side) == (Reason.NOT_FROM_INTERNET, Side.OURS)
    assert host.security == {}


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        ({"kinds": ("zone",)}, ["zone:p.example"]),
        ({"targets": ("four.*",)}, ["host:four.p.example", f"endpoint:{FOUR}"]),
        ({"kinds": ("mail",)}, ["mail:p.example", "coverage:commune/mail"]),
        ({"kinds": ("axis", "register")}, [
            "host:www.p.example", f"endpoint:{AXIS}", "register:reg", "coverage:commune/axis",
        ]),
        ({"kinds": ("documents", "mail")}, [
            "host:inside.p.example", f"endpoint:{INSIDE}", "mail:p.example",
            "coverage:commune/mail", "coverage:commune/documents",
        ]),
    ],
)  # fmt: skip
async def test_what_was_not_asked_is_no_target(scan: Scan, selection: Any, wanted: list[str]) -> None:
    assert list(derived(await scan(**selection))) == wanted


async def test_a_scan_of_some_units_asks_about_what_serves_them_however_it_ended(scan: Scan) -> None:
    facts = await scan(units=("two",))
    whole = [
        "zone:p.example", "host:www.p.example", "host:inside.p.example", f"endpoint:{WWW}", f"endpoint:{INSIDE}",
        "mail:p.example", "datacentre:dc", "coverage:commune/mail", "coverage:commune/documents",
    ]  # fmt: skip
    assert list(derived(facts)) == whole
    assert list(derived(without(facts, "endpoint:"))) == whole


async def test_what_an_interrupted_scan_did_not_reach_is_a_target_without_evidence(scan: Scan) -> None:
    found = derived(without(await scan(), "endpoint:"))
    www = found[f"endpoint:{WWW}"]
    assert www.evidence is None
    assert www.failure is not None
    assert (www.failure.reason, www.failure.side) == (Reason.CANCELLED, Side.OURS)
    assert found["host:www.p.example"].evidence is not None
    assert f"endpoint:{INSIDE}" in found
    partial = derived(without(await scan(kinds=("zone",)), "zone:"))
    assert list(partial) == ["zone:p.example"]
    assert partial["zone:p.example"].evidence is None


@pytest.mark.parametrize(
    ("job", "target"),
    [
        ("zone:p.example", "zone:p.example"),
        (f"endpoint:{WWW}", f"endpoint:{WWW}"),
        ("mail:p.example", "mail:p.example"),
        ("name:p.example", "mail:p.example"),  # its MX are looked up there
        ("name:www.p.example", "host:www.p.example"),
        ("routes:dc", "datacentre:dc"),
        ("register:reg", "register:reg"),
    ],
)
async def test_a_job_that_was_cut_short_leaves_nothing_to_judge(scan: Scan, job: str, target: str) -> None:
    facts = [
        structs.replace(fact, failure=CUT) if isinstance(fact, JobFact) and fact.job == job else fact
        for fact in await scan()
    ]
    found = derived(facts)[target]
    assert (found.evidence, found.failure) == (None, CUT)


async def test_coverage_counts_units_and_measures_hosts_once(scan: Scan) -> None:
    found = derived(await scan())

    def states(name: str) -> dict[str, tuple[bool, bool | None, bool | None, Status]]:
        evidence = found[f"coverage:commune/{name}"].evidence
        assert isinstance(evidence, CoverageEvidence)
        assert evidence.tier.expected == 3
        return {unit.unit.id: (unit.declared, unit.present, unit.working, unit.status) for unit in evidence.units}

    assert states("site") == {"one": (True, True, True, Status.PASS), "two": (True, True, True, Status.PASS)}
    assert states("axis") == {"one": (True, True, False, Status.FAIL), "two": (False, False, False, Status.FAIL)}
    assert states("mail") == {"one": (True, True, True, Status.PASS), "two": (True, True, True, Status.PASS)}
    closed = (True, None, None, Status.COULD_NOT_TEST)
    assert states("documents") == {"one": closed, "two": closed}


async def test_a_unit_with_one_working_service_of_two_is_covered(scan: Scan) -> None:
    """Unit one has www and four; www alone answers once four is cut short."""
    facts = [
        structs.replace(fact, failure=CUT) if isinstance(fact, JobFact) and "four" in fact.job else fact
        for fact in await scan()
    ]
    evidence = derived(facts)["coverage:commune/site"].evidence
    assert isinstance(evidence, CoverageEvidence)
    assert [unit.working for unit in evidence.units] == [True, True]


@pytest.mark.parametrize(("status", "working"), [(403, True), (404, False), (410, False)])
async def test_a_page_that_is_not_there_is_no_working_service(scan: Scan, status: int, working: bool) -> None:
    def answered(fact: Fact) -> Fact:
        if not isinstance(fact, WebFact):
            return fact
        hops = tuple(structs.replace(hop, status=status) if hop.status is not None else hop for hop in fact.hops)
        return structs.replace(fact, hops=hops)

    found = derived([answered(fact) for fact in await scan()])
    evidence = found["coverage:commune/site"].evidence
    assert isinstance(evidence, CoverageEvidence)
    assert [(unit.present, unit.working) for unit in evidence.units] == [(True, working)] * 2
    sites = [each.evidence for each in found.values() if isinstance(each.evidence, EndpointEvidence)]
    assert {reach.ok for site in sites for reach in pages_reached(site) if site.web} == {working}


def test_units_count_on_the_days_they_exist() -> None:
    listed = inventory(site("a", "old", "new", "one"))
    units = (
        *listed.units,
        Unit(id="old", name=NAME, tier="province", valid_to=date(2025, 6, 30)),
        Unit(id="new", name=Text("Mới", "New"), tier="province", valid_from=date(2027, 1, 1)),
    )
    assert list(coverage_pairs(structs.replace(listed, units=units), NOW)) == [("commune", "site")]


async def test_trust_anchors_that_can_t_be_read_are_an_error(scan: Scan) -> None:
    facts = [
        structs.replace(fact, trust_anchors=("nonsense",)) if isinstance(fact, ScanFact) else fact
        for fact in await scan()
    ]
    with pytest.raises(ValueError, match="not a DS record"):
        derived(facts)


def test_facts_without_a_first_line_are_an_error() -> None:
    with pytest.raises(LookupError):
        derived([])


async def test_a_fault_of_ours_costs_its_own_target_alone(scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Validator.status

    def faulty(self: Validator, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Any:
        if name.to_text().startswith("four."):
            raise IndexError("off by one")
        return known(self, name, rdtype)

    monkeypatch.setattr(Validator, "status", faulty)
    found = derived(await scan())
    failed = {name for name, each in found.items() if each.evidence is None}
    assert failed == {"host:four.p.example", f"endpoint:{FOUR}", "coverage:commune/site"}
    failure = found["host:four.p.example"].failure
    assert failure is not None
    assert (failure.reason, failure.side) == (Reason.BUG, Side.BUG)
    assert failure.detail.startswith("IndexError: off by one (test_derive.py:")
