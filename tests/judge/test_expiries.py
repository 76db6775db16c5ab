"""The calendar of what ends when, from evidence of every kind."""

from datetime import UTC, date, datetime
from typing import Any

from netaudit.judge.derive import Derived
from netaudit.judge.expiries import expiries_of_run
from netaudit.model.common import Text
from netaudit.model.evidence import CertificateTrust, DataCentreEvidence, EndpointEvidence, Evidence, RegisterEvidence
from netaudit.model.facts import CertificateRow, RegisterFact, Vrp, VrpsFact
from netaudit.model.inventory import Authorisation, DataCentre, Register, Waiver
from netaudit.model.verdict import Target, TargetKind
from netaudit.rules.calendar import day_of
from tests.checks.dnssec import builders as dnssec
from tests.judge.builders import NOW, inventory

DAY = 86_400.0


def trust(fingerprint: str, days: float) -> CertificateTrust:
    return CertificateTrust(
        trusted=True, name_matches=True, not_before=NOW - DAY, not_after=NOW + days * DAY, subject="www.p.example",
        issuer="CA", names=(), key="EC 256", fingerprint=fingerprint,
    )  # fmt: skip


def endpoint(name: str, **found: CertificateTrust) -> Derived:
    host = None
    made = EndpointEvidence(now=NOW, vantage=None, endpoint=name, services=(), host=host, trust=found)  # type: ignore[arg-type]
    return derived(TargetKind.ENDPOINT, name, made)


def derived(kind: TargetKind, name: str, evidence: Evidence) -> Derived:
    return Derived(Target(kind=kind, name=name), evidence)


def told(*targets: Derived, **more: Any) -> list[tuple[str, str, float, tuple[str, ...], int]]:
    found = expiries_of_run(targets, inventory(**more), NOW)
    return [(e.kind, e.subject, round((e.at - NOW) / DAY, 1), e.affected, e.count) for e in found]


def test_one_certificate_of_several_services_stands_once_and_by_time() -> None:
    assert told(
        endpoint("https://a:443", f1=trust("aa", 40)),
        endpoint("https://b:443", f2=trust("aa", 40), f3=trust("bb", -2)),
        endpoint("https://c:443", f4=trust("cc", 4_000)),
    ) == [
        ("certificate", "www.p.example", -2.0, ("https://b:443",), 1),
        ("certificate", "www.p.example", 40.0, ("https://a:443", "https://b:443"), 1),
    ]


def test_of_a_zone_the_signature_that_ends_first_counts() -> None:
    fresh, stale = dnssec.serving(dnssec.dated(-5, 20)), dnssec.serving(dnssec.dated(-9, 4))
    zone = dnssec.evidence(*dnssec.pair(fresh, stale))
    (found,) = expiries_of_run([derived(TargetKind.ZONE, zone.zone, zone)], inventory(), zone.now)
    assert (found.kind, found.subject, found.renews) == ("signature", zone.zone, True)
    assert round((found.at - zone.now) / DAY, 1) == 4.0
    bare = dnssec.evidence(*dnssec.pair(dnssec.serving(dnssec.unsigned())))
    assert expiries_of_run([derived(TargetKind.ZONE, bare.zone, bare)], inventory(), bare.now) == ()


def test_roas_of_our_own_origin_alone_the_longest_of_each() -> None:
    centre = DataCentre(id="dc", name=Text("a", "a"), asns=(64510,), prefixes=("203.0.113.0/24",))
    vrps = tuple(
        Vrp(prefix="203.0.113.0/24", max_length=24, asn=asn, expires=NOW + days * DAY)
        for asn, days in ((64510, 3), (64510, 9), (64666, 1))
    )
    fact = VrpsFact(id="v", datacentre="dc", source="v.json", data_time=NOW, vrps=vrps)
    evidence = DataCentreEvidence(now=NOW, vantage=None, datacentre=centre, routes=(), vrps=(fact,))
    assert told(derived(TargetKind.DATACENTRE, "dc", evidence)) == [("roa", "203.0.113.0/24 AS64510", 9.0, ("dc",), 1)]


def test_a_register_is_told_by_months_and_names_nobody() -> None:
    found = told(register(*(NOW + days * DAY + 1 for days in (-900, -10, 40, 41, 5_000, -1e9, 1e12))))
    assert [(kind, days, count) for kind, _, days, _, count in found] == [
        ("register", -10.0, 3), ("register", 40.0, 2),
    ]  # fmt: skip
    assert "secret" not in str(found)


def test_the_months_of_a_register_are_those_of_viet_nam() -> None:
    ends = [
        datetime.fromisoformat(f"{end}Z").timestamp()
        for end in ("2026-12-31T16:59", "2026-12-31T17:00", "2027-01-09T00:00:01")
    ]
    found = expiries_of_run([register(*ends)], inventory(), NOW)
    assert [(e.at, e.count) for e in found] == [(ends[0], 1), (ends[1], 2)]


def test_what_ends_with_a_day_stands_under_that_day() -> None:
    """A register's 31/12 is neither 1 January nor another month, and a waiver's last day is the one it names."""
    last = date(2026, 12, 31)
    given = Waiver(id="w", check="c", target="t", reason="r", owner="one", approver="a", expires=last)
    midnight = datetime(2026, 12, 31, tzinfo=UTC).timestamp()
    found = expiries_of_run([register(midnight)], inventory(waivers=(given,)), NOW)
    assert {(e.kind, day_of(e.at)) for e in found} == {("register", last), ("waiver", last)}


def register(*ends: float) -> Derived:
    rows = tuple(
        CertificateRow(
            line=line, pseudonym=f"secret-{line}", holder="person", serial=str(line), not_before=0.0, not_after=at
        )
        for line, at in enumerate(ends, 1)
    )
    fact = RegisterFact(id="r", register="ca", source="ca.csv", at=NOW, rows=rows)
    declared = Register(id="ca", file="ca.csv", declared={})
    evidence = RegisterEvidence(now=NOW, vantage=None, register=declared, fact=fact)
    return derived(TargetKind.REGISTER, "ca", evidence)


def test_the_permission_to_scan_ends_with_its_last_day() -> None:
    last = datetime.fromtimestamp(NOW, UTC).date()
    (found,) = told(authorisation=Authorisation(text="allowed", reference="01/KH", valid_until=last))
    assert (found[0], found[1]) == ("authorisation", "01/KH")
    assert 0 < found[2] <= 1
    assert told(authorisation=Authorisation(text="allowed", valid_until=date(2040, 1, 1))) == []
