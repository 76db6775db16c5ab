"""Runs that look like a province's: units of the sample inventory, results chosen by rule, hostile text on request."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

import msgspec

from netaudit.content import content_path
from netaudit.inventory import load
from netaudit.judge.timeliness import timeliness
from netaudit.model.common import Failure, Family, Reason, Side, Text
from netaudit.model.facts import FamilyCheck, ServerAddress
from netaudit.model.inventory import Service, Unit
from netaudit.model.parity import Parity, ParityRow
from netaudit.model.profile import Basis, CheckInfo, Clause, Confidence, Measure, Profile, Severity
from netaudit.model.reliance import Reliance, Support
from netaudit.model.run import (
    ClauseResult,
    ClauseStatus,
    Coverage,
    PillarSummary,
    RegisterSummary,
    Result,
    Run,
    Totals,
    UnitResult,
    UnitStatus,
    ZoneSummary,
)
from netaudit.model.security import Security
from netaudit.model.verdict import (
    Observation,
    Outcome,
    Status,
    Target,
    TargetKind,
    Verdict,
    could_not_test,
    failed,
    fingerprint,
    not_applicable,
    passed,
    warned,
)
from tests.writers import chains
from tests.writers.datacentres import hostile_datacentre, two_operators

__all__ = ["AT", "CHECKS", "HOSTILE", "hostile_run", "large_run", "province_run", "run_of"]

TODAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC).timestamp()
HOSTILE = (
    "<script>document.title='owned'</script>",
    "\"><img src=x onerror=document.title='owned'>",
    "safe\u202egnp.exe\u202c",
    "\x1b[2J\x1b]0;owned\x07",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "zero\u200bwidth\ufeff\u2066",
    "</style></script><svg/onload=document.title='owned'>",
    "%(percent)s %d",
    "a" * 100_000,
)


def _check(
    identifier: str,
    kind: TargetKind,
    title: Text,
    bad: Text,
    *,
    recheck: str = "dig +dnssec {target} SOA",
    references: tuple[str, ...] = ("RFC 4035 section 5.3.1",),
    explained_by: tuple[str, ...] = (),
) -> CheckInfo:
    return CheckInfo(
        id=identifier,
        target=kind,
        title=title,
        why=Text(
            "Người dân dùng trình phân giải có xác thực hoặc mạng chỉ có IPv6 sẽ không vào được dịch vụ này.",
            "Citizens behind validating resolvers or on IPv6-only networks can't reach this service.",
        ),
        fix=Text(
            "Sửa cấu hình trên máy chủ được nêu, chờ hết TTL rồi kiểm tra lại bằng lệnh bên dưới.",
            "Mend the configuration on the server named, wait for the TTL and check again with the command below.",
        ),
        messages={
            "ok": Text("Đạt trên {total} máy chủ.", "Fine on {total} servers."),
            "bad": bad,
            "gap": Text("Không kiểm tra được: {reason}.", "Could not be tested: {reason}."),
            "none": Text("Không áp dụng.", "Not applicable."),
        },
        recheck=recheck,
        references=references,
        explained_by=explained_by,
        parameters={"minimum": 2},
    )


CHECKS: dict[str, CheckInfo] = {
    info.id: info
    for info in (
        _check(
            "dnssec.signed",
            TargetKind.ZONE,
            Text("Vùng được ký DNSSEC", "The zone is signed with DNSSEC"),
            Text("Vùng {target} chưa được ký.", "The zone {target} is not signed."),
        ),
        _check(
            "dnssec.signature_validity",
            TargetKind.ZONE,
            Text("Mọi chữ ký còn hiệu lực", "Every signature is in force"),
            Text("Chữ ký hết hạn lúc {until} trên: {servers}.", "Signatures expired at {until} on: {servers}."),
        ),
        _check(
            "dnssec.chain_valid",
            TargetKind.ZONE,
            Text("Chuỗi tin cậy liền mạch từ gốc", "The chain of trust is whole from the root down"),
            Text("Chuỗi tin cậy của {target} bị đứt.", "The chain of trust of {target} is broken."),
            explained_by=("dnssec.signed", "dnssec.signature_validity"),
        ),
        _check(
            "dns.tcp",
            TargetKind.ZONE,
            Text("Mọi máy chủ tên miền trả lời qua TCP", "Every name server answers over TCP"),
            Text("Không trả lời qua TCP: {servers}.", "No answer over TCP: {servers}."),
            references=("RFC 7766 section 5", "https://www.vnnic.vn/", "javascript:alert(1)"),
        ),
        _check(
            "ipv6.aaaa",
            TargetKind.HOST,
            Text("Tên máy có địa chỉ IPv6", "The host has an IPv6 address"),
            Text("{target} chưa có bản ghi AAAA.", "{target} has no AAAA record."),
            recheck="dig {target} AAAA",
        ),
        _check(
            "ipv6.web_reachable",
            TargetKind.ENDPOINT,
            Text("Dịch vụ web truy cập được qua IPv6", "The web service is reachable over IPv6"),
            Text("{target} không truy cập được qua IPv6.", "{target} can't be reached over IPv6."),
            recheck="curl -6 -sSI {scheme}://{host}:{port}/",
            explained_by=("ipv6.aaaa",),
        ),
        _check(
            "dual_stack.web_content",
            TargetKind.ENDPOINT,
            Text("Nội dung như nhau qua IPv4 và IPv6", "The same content over IPv4 and IPv6"),
            Text("Nội dung giống nhau {share} phần.", "The contents agree to {share}."),
        ),
        _check(
            "multihome.upstreams_ipv6",
            TargetKind.DATACENTRE,
            Text("Ít nhất hai nhà cung cấp cấp trên qua IPv6", "At least two upstream providers over IPv6"),
            Text("Chỉ thấy {upstreams} qua IPv6.", "Only {upstreams} seen over IPv6."),
        ),
        _check(
            "multihome.upstreams_ipv4",
            TargetKind.DATACENTRE,
            Text("Ít nhất hai nhà cung cấp cấp trên qua IPv4", "At least two upstream providers over IPv4"),
            Text("Chỉ thấy {upstreams} qua IPv4.", "Only {upstreams} seen over IPv4."),
        ),
        _check(
            "mail.starttls",
            TargetKind.MAIL,
            Text("Máy chủ thư có STARTTLS", "The mail servers offer STARTTLS"),
            Text("{target} chưa có STARTTLS.", "{target} offers no STARTTLS."),
        ),
        _check(
            "web.certificate_expiry",
            TargetKind.ENDPOINT,
            Text("Chứng thư TLS còn hạn", "The TLS certificate is in force"),
            Text("Chứng thư của {target} hết hạn {until}.", "The certificate of {target} expired {until}."),
        ),
        _check(
            "certificates.count_matches",
            TargetKind.REGISTER,
            Text("Số chứng thư khớp với số công bố", "The register holds the declared number of certificates"),
            Text("Đếm được {total}.", "Counted {total}."),
        ),
    )
}

_SEVERITY = {
    "dnssec.signed": Severity.HIGH,
    "dnssec.signature_validity": Severity.CRITICAL,
    "dnssec.chain_valid": Severity.HIGH,
    "dns.tcp": Severity.MEDIUM,
    "ipv6.aaaa": Severity.HIGH,
    "ipv6.web_reachable": Severity.HIGH,
    "dual_stack.web_content": Severity.MEDIUM,
    "multihome.upstreams_ipv6": Severity.HIGH,
    "mail.starttls": Severity.LOW,
    "web.certificate_expiry": Severity.MEDIUM,
}
_TIMEOUT = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="3 tries, 2001:db8:113::27")
_CLOSED = Failure(reason=Reason.NOT_FROM_INTERNET, side=Side.OURS)
_AS_OF = date(2020, 1, 1)
_SERVERS = tuple(f"ns{n}.lamdong.gov.vn (2001:db8:113::{n})" for n in range(1, 5))
_ARGUMENTS = {"until": "2026-11-21T00:00:00Z", "servers": _SERVERS, "share": 0.5, "upstreams": ("AS64501",)}


def province_run() -> Run:
    """The sample province with a realistic spread of faults."""
    inventory = load(content_path("inventory.yaml")).inventory
    zones = inventory.zones
    wrong = {
        ("dnssec.signed", zones[4]), ("dnssec.chain_valid", zones[4]), ("dnssec.signature_validity", zones[7]),
        ("dnssec.chain_valid", zones[7]), ("dns.tcp", zones[2]), ("multihome.upstreams_ipv6", "ttth"),
    }  # fmt: skip
    hosts = [h for h in inventory.hosts if h.count(".") > 2]
    for host in (hosts[8], hosts[11]):
        wrong |= {("ipv6.aaaa", host), ("ipv6.web_reachable", f"https://{host}:443")}
    wrong |= {("dual_stack.web_content", f"https://{hosts[9]}:443"), ("mail.starttls", inventory.mail_domains[1])}
    gaps = {("ipv6.web_reachable", f"https://{hosts[13]}:443"), ("dual_stack.web_content", f"https://{hosts[13]}:443")}
    verdicts = [
        Verdict(check=check, target=target, outcome=_outcome(check, target, wrong, gaps))
        for check, target in _questions(zones, inventory.services)
    ]
    run = run_of(inventory.units, inventory.services, verdicts, zones=zones)
    broken = (chains.wrong_ds(), chains.expired(), chains.insecure(), chains.indeterminate())
    run = with_chains(run, dict(zip(zones, (chains.secure(), *broken), strict=False)))
    portal, other = (f"https://{host}:443" for host in (hosts[0], hosts[9]))
    return msgspec.structs.replace(
        run,
        parity={portal: _alike(), other: _apart(), inventory.mail_domains[1]: _mail()},
        datacentres={"ttth": two_operators(AT)},
        reliance=_leaning_on_one(zones),
    )


def _leaning_on_one(zones: tuple[str, ...]) -> Reliance:
    """Nearly all zones are at one hoster, whose zone has servers in it alone; two wait for each other."""
    return Reliance(
        zones=zones,
        services=36,
        supports=(
            _support(("dns-mau.vn",), zones[2:]),
            _support(("ns1.lamdong.gov.vn", "ns2.lamdong.gov.vn"), zones[:2], own=True),
            _support(("luutru-mau.vn",), zones[4:7], down=False),
        ),
        cycles=((f"{zones[3]} (ns1.{zones[4]})", f"{zones[4]} (ns1.{zones[3]})"),),
    )


_SIDES: dict[Family, tuple[str, ...]] = {Family.IPV4: ("203.0.113.10",), Family.IPV6: ("2001:db8:113::10",)}


def _alike() -> Parity:
    rows = (
        ParityRow(what="way", ipv4=("200",), ipv6=("200",), alike=True),
        ParityRow(what="size", ipv4=("582",), ipv6=("591",)),
    )
    samples: dict[Family, tuple[float, ...]] = {
        Family.IPV4: (12.1, 11.9, 14.0, 12.4, 12.2),
        Family.IPV6: (13.0, 12.2, 12.9, 15.1, 12.8),
    }
    return Parity(addresses=_SIDES, rows=rows, samples=samples)


def _apart() -> Parity:
    """Another certificate and no HSTS over IPv6, which is so slow that clients leave it."""
    rows = (
        ParityRow(what="way", ipv4=("301 → 200",), ipv6=("301 → 200",), alike=True),
        ParityRow(what="certificate", ipv4=("CN=www.example",), ipv6=("CN=old.example",), alike=False),
        ParityRow(what="valid_until", ipv4=("2027-02-24",), ipv6=("2026-11-01",), alike=False),
        ParityRow(what="header:strict-transport-security", ipv4=("max-age=31536000; includeSubDomains",), alike=False),
    )
    samples: dict[Family, tuple[float, ...]] = {
        Family.IPV4: (21.0, 22.5, 20.9),
        Family.IPV6: (391.0, 402.7, 1_395.2, 388.8),
    }
    return Parity(addresses=_SIDES, rows=rows, samples=samples, lost={Family.IPV6: 1})


def _mail() -> Parity:
    refused = Failure(reason=Reason.REFUSED, side=Side.TARGET, detail="connection refused")
    rows = (ParityRow(what="banner", ipv4=("mail.example ESMTP",)),)
    return Parity(addresses=_SIDES, rows=rows, failures={"2001:db8:113::10": refused})


def large_run(services: int = 5_000) -> Run:
    """One service a unit, every third one faulty."""
    inventory = load(content_path("inventory.yaml")).inventory
    units = tuple(
        Unit(id=f"u{n}", name=Text(f"Đơn vị số {n}", f"Unit number {n}"), tier="commune") for n in range(services)
    )
    listed = tuple(
        Service(id=f"s{n}", kind="local_site", host=f"xa{n}.lamdong.gov.vn", units=(f"u{n}",)) for n in range(services)
    )
    wrong = {("ipv6.aaaa", s.host) for s in listed[::3]} | {("ipv6.web_reachable", s.endpoint) for s in listed[::3]}
    verdicts = [
        Verdict(check=check, target=target, outcome=_outcome(check, target, wrong, set()))
        for check, target in _questions(inventory.zones, listed)
    ]
    return run_of(units, listed, verdicts, zones=inventory.zones)


def hostile_run() -> Run:
    """Every text that came from a server, a file or a person is an attack."""
    units = tuple(Unit(id=f"u{n}", name=Text(text, text), tier="commune") for n, text in enumerate(HOSTILE))
    services = tuple(
        Service(id=f"s{n}", kind="local_site", host=f"h{n}.example", units=(f"u{n}",), name=Text(text, text), path=text)
        for n, text in enumerate(HOSTILE)
    )
    verdicts = []
    for n, text in enumerate(HOSTILE):
        observed = (Observation(where=text, saw=text, address=text, family=Family.IPV6, ok=False),)
        arguments = {"until": text, "servers": (text, text), "share": 0.5, "upstreams": (text,), "target": text}
        for check, info in CHECKS.items():
            target = Target(kind=info.target, name=text if n % 2 else f"h{n}.example")
            outcome = failed("bad" if n % 3 else text[:200], observed=observed, facts=(text,), **arguments)  # type: ignore[arg-type]
            verdicts.append(Verdict(check=check, target=target, outcome=outcome))
        verdicts.append(
            Verdict(
                check="dns.tcp",
                target=Target(kind=TargetKind.ZONE, name=f"gap{n}.example"),
                outcome=could_not_test("gap", Failure(reason=Reason.TLS, side=Side.PATH, detail=text), reason=text),
            )
        )
    run = run_of(units, services, verdicts, zones=("example",))
    return msgspec.structs.replace(
        with_chains(run, {text: chains.secure(text) for text in HOSTILE}),
        parity={text: _hostile_parity(text) for text in HOSTILE},
        datacentres={text: hostile_datacentre(text) for text in HOSTILE},
        reliance=Reliance(zones=HOSTILE, services=2, supports=(_support(HOSTILE, HOSTILE),), cycles=(HOSTILE,)),
        vantage=HOSTILE[0],
        incomplete_reason=HOSTILE[1],
        complete=False,
        inventory_file=HOSTILE[2],
        tool=HOSTILE[3],
    )


def _support(names: tuple[str, ...], zones: tuple[str, ...], *, down: bool = True, own: bool = False) -> Support:
    gone = zones if down else ()
    return Support(
        kind="server" if own else "zone", names=names, own=own, users=zones, down=gone,
        services=tuple(f"www.{zone}" for zone in gone),
    )  # fmt: skip


def _hostile_parity(text: str) -> Parity:
    failure = Failure(reason=Reason.TLS, side=Side.TARGET, detail=text)
    row = ParityRow(what=text, ipv4=(text, text), ipv6=(text,), alike=False)
    return Parity(
        addresses={Family.IPV4: (text,), Family.IPV6: (text,)},
        failures={text: failure},
        rows=(row, ParityRow(what=f"header:{text}", ipv4=(text,))),
        samples={Family.IPV4: (0.0, 1e9, 5.0), Family.IPV6: (0.0,)},
    )


def with_chains(run: Run, securities: dict[str, Security]) -> Run:
    """The run with chains of trust of some zones, the last link renamed to the zone."""
    links, summaries = {}, {}
    for zone, security in securities.items():
        own = [*security.links[:-1], msgspec.structs.replace(security.links[-1], zone=zone)]
        links.update({link.zone: link for link in own})
        summaries[zone] = ZoneSummary(
            servers=tuple(
                ServerAddress(name=f"ns1.{zone}", address=address, source="glue")
                for address in ("203.0.113.53", "2001:db8:100::53")
            ),
            chain=tuple(link.zone for link in own),
            security=msgspec.structs.replace(security, links=()),
        )
    return msgspec.structs.replace(run, links=links, zone_summaries=summaries)


def run_of(
    units: tuple[Unit, ...], services: tuple[Service, ...], verdicts: list[Verdict], *, zones: tuple[str, ...]
) -> Run:
    """Roll verdicts up into a run; counts are computed, never written down."""
    inventory = load(content_path("inventory.yaml")).inventory
    results = tuple(_results(verdicts, services))
    profiles = _profiles()
    return Run(
        schema=1,
        id="20261124T140000Z-lam-dong",
        tool="netaudit 0.1.0",
        started=AT,
        ended=AT + 42,
        judged_at=AT + 43,
        complete=True,
        network=inventory.network,
        inventory_file="inventory.yaml",
        inventory_sha256="ab" * 32,
        catalogue_sha256="cd" * 32,
        algorithm_registry=date(2025, 11, 30),
        vantage="Đà Lạt",
        families=tuple(FamilyCheck(family=family, available=True, udp=True, tcp=True) for family in Family),
        province=inventory.province,
        contact=inventory.contact,
        authorisation=inventory.authorisation,
        tiers=inventory.tiers,
        units=units,
        services=services,
        zones=zones,
        profiles=profiles,
        checks=CHECKS,
        results=results,
        clauses=tuple(_clause_results(profiles, results)),
        unit_results=tuple(_unit_results(units, results)),
        coverage=tuple(_coverage()),
        pillar_coverage=tuple(_pillar_coverage()),
        registers=(
            RegisterSummary(
                register="ban-co-yeu",
                declared={"organisation": 855, "person": 833},
                counted={"organisation": 855, "person": 833},
                expired=7,
                expiring_30=3,
                expiring_60=5,
                expiring_90=11,
                broken=0,
            ),
        ),
        pillars=tuple(_pillars(results)),
        totals=_totals(results),
        fail_on=Severity.HIGH,
        exit_code=1,
    )


def _questions(zones: Iterable[str], services: tuple[Service, ...]) -> Iterator[tuple[str, Target]]:
    hosts = dict.fromkeys(s.host for s in services if s.scheme != "mail")
    endpoints = dict.fromkeys(s.endpoint for s in services if s.scheme != "mail")
    mails = dict.fromkeys(s.host for s in services if s.scheme == "mail")
    names: dict[TargetKind, Iterable[str]] = {
        TargetKind.ZONE: zones, TargetKind.HOST: hosts, TargetKind.ENDPOINT: endpoints, TargetKind.MAIL: mails,
        TargetKind.DATACENTRE: ["ttth"], TargetKind.REGISTER: ["ban-co-yeu"],
    }  # fmt: skip
    for check, info in CHECKS.items():
        for name in names[info.target]:
            yield check, Target(kind=info.target, name=name)


def _outcome(check: str, target: Target, wrong: set[tuple[str, str]], gaps: set[tuple[str, str]]) -> Outcome:
    observed: tuple[Observation, ...] = (
        Observation(where="ns1.lamdong.gov.vn", saw="NOERROR, AA", address="203.0.113.53", family=Family.IPV4, ok=True),
        Observation(
            where="ns2.lamdong.gov.vn",
            saw="connection refused",
            address="2001:db8:100::53",
            family=Family.IPV6,
            ok=False,
        ),
    )
    if "qlvb." in target.name:
        return could_not_test("gap", _CLOSED)
    if (check, target.name) in gaps:
        return could_not_test("gap", _TIMEOUT)
    if check == "dnssec.signature_validity":
        observed += tuple(
            Observation(
                where=f"ns{n % 4}.hoster.vn", saw=f"{rdtype}: RRSIG expired", address=f"198.51.100.{n}", ok=False
            )
            for rdtype in ("SOA", "NS", "DNSKEY")
            for n in range(4)
        )
    if (check, target.name) in wrong:
        make = warned if check == "mail.starttls" else failed
        return make("bad", observed=observed, facts=("dns-1a2b3c", "dns-4d5e6f"), **_ARGUMENTS)  # type: ignore[arg-type]
    if check == "dnssec.chain_valid" and target.name.startswith("syt."):
        return not_applicable("none")
    return passed("ok", observed=observed[:1], total=2)


def _results(verdicts: list[Verdict], services: tuple[Service, ...]) -> Iterator[Result]:
    by_host: dict[str, dict[str, None]] = {}
    for service in services:
        labels = service.host.split(".")
        for start in range(len(labels) - 2):
            name = ".".join(labels[start:])
            if start == 0 or name.count(".") > 2:
                by_host.setdefault(name, {}).update(dict.fromkeys(service.units))
    clauses = {c.measure.checks[0]: c.id for p in _profiles() for c in p.clauses if c.measure.checks}
    for verdict in verdicts:
        name = verdict.target.name
        host = name.partition("://")[2].rpartition(":")[0] if "://" in name else name
        units = (
            tuple(by_host.get(host, {})) if name.count(".") != 2 or verdict.target.kind is not TargetKind.ZONE else ()
        )
        yield Result(
            id=fingerprint(verdict),
            verdict=verdict,
            severity=_SEVERITY.get(verdict.check, Severity.INFO),
            clauses=(clauses[verdict.check],) if verdict.check in clauses else (),
            units=units,
        )


def _unit_results(units: tuple[Unit, ...], results: tuple[Result, ...]) -> Iterator[UnitResult]:
    for unit in units:
        own = [result for result in results if unit.id in result.units]
        counts = Counter(result.verdict.outcome.status for result in own)
        if counts[Status.FAIL]:
            status = UnitStatus.FAIL if counts[Status.FAIL] > 2 else UnitStatus.PARTLY
        elif counts[Status.COULD_NOT_TEST] and not counts[Status.PASS]:
            status = UnitStatus.COULD_NOT_TEST
        else:
            status = UnitStatus.PASS if counts[Status.PASS] else UnitStatus.NOT_APPLICABLE
        yield UnitResult(
            unit=unit.id, status=status, pillars=tuple(_pillars(own)), results=tuple(result.id for result in own)
        )


def _pillars(results: Iterable[Result]) -> Iterator[PillarSummary]:
    counted: dict[str, Counter[Status]] = {}
    for result in results:
        family = result.verdict.check.partition(".")[0]
        counted.setdefault(family, Counter())[result.verdict.outcome.status] += 1
    for family, counts in counted.items():
        yield PillarSummary(pillar=family, counts=dict(counts))


def _totals(results: tuple[Result, ...]) -> Totals:
    counts = Counter(result.verdict.outcome.status for result in results)
    evaluated = counts[Status.PASS] + counts[Status.FAIL] + counts[Status.WARN]
    severities = Counter(result.severity for result in results if result.verdict.outcome.status is Status.FAIL)
    return Totals(
        counts=dict(counts),
        evaluated=evaluated,
        applicable=evaluated + counts[Status.COULD_NOT_TEST],
        findings=dict(severities),
    )


def _clause(number: int, check: str, basis: Basis, deadline: date | None, text: Text) -> Clause:
    scan = Measure(kind="scan", checks=(check,), kinds=("*",), ratio=1.0)
    return Clause(
        id=f"VN-{number:02}",
        text=text,
        measure=scan if check else Measure(kind="attest", field="plan"),
        severity=Severity.HIGH,
        basis=basis,
        source="38/QĐ-BTTTT 2021-01-14",
        confidence=Confidence.SECONDARY,
        deadline=deadline,
    )


_SITES = Text(
    "Trang thông tin điện tử của các cơ quan chuyên môn hoạt động với IPv6.",
    "Websites of provincial departments work over IPv6.",
)
_ISSUED = Text("Tỉnh đã ban hành kế hoạch chuyển đổi IPv6.", "The province has issued an IPv6 conversion plan.")
_SUPPORT = Text(
    "Cổng thông tin điện tử và dịch vụ công trực tuyến hỗ trợ DNSSEC.",
    "Portals and online public services support DNSSEC.",
)
_WHOLE = Text("Chuỗi tin cậy của mọi vùng liền mạch.", "Every zone's chain of trust is whole.")
_SAME = Text("Dịch vụ cho cùng nội dung qua IPv4 và IPv6.", "Services give the same content over IPv4 and IPv6.")


def _profiles() -> tuple[Profile, ...]:
    ended = Profile(
        id="vn-ipv6-gov-2021",
        version=date(2026, 11, 23),
        name=Text("Chương trình IPv6 For Gov (2021-2025)", "IPv6 For Gov programme (2021-2025)"),
        legal=("38/QĐ-BTTTT 2021-01-14",),
        effective=date(2021, 1, 14),
        ended=date(2025, 12, 31),
        clauses=(
            _clause(1, "ipv6.aaaa", Basis.DERIVED, date(2025, 12, 31), _SITES),
            _clause(2, "", Basis.PROGRAMME, date(2021, 12, 31), _ISSUED),
        ),
    )
    current = Profile(
        id="vn-dns-security",
        version=date(2026, 11, 23),
        name=Text("Đề án DNSSEC .vn và quy định liên quan", ".vn DNSSEC project and related rules"),
        legal=("1524/QĐ-BTTTT 2014-10-23", "32/2017/TT-BTTTT Điều 15 khoản 4"),
        effective=date(2014, 10, 23),
        clauses=(
            _clause(3, "dnssec.signed", Basis.LEGAL, None, _SUPPORT),
            _clause(4, "dnssec.chain_valid", Basis.PRACTICE, date(2026, 6, 30), _WHOLE),
            _clause(5, "dual_stack.web_content", Basis.DERIVED, date(2027, 12, 31), _SAME),
        ),
    )
    return ended, current


_TODAY = date(2026, 11, 24)


def _clause_results(profiles: tuple[Profile, ...], results: tuple[Result, ...]) -> Iterator[ClauseResult]:
    for profile in profiles:
        for clause in profile.clauses:
            own = [r for r in results if r.verdict.check in clause.measure.checks]
            bad = tuple(r.verdict.target.name for r in own if r.verdict.outcome.status is Status.FAIL)
            good = sum(r.verdict.outcome.status is Status.PASS for r in own)
            status = (ClauseStatus.PARTLY if good else ClauseStatus.UNMET) if bad else ClauseStatus.MET
            status = status if own else ClauseStatus.MANUAL
            yield ClauseResult(
                profile=profile.id,
                clause=clause.id,
                status=status,
                severity=clause.severity,
                passed=good,
                failed=len(bad),
                measurable=good + len(bad),
                total=len(own),
                failing=bad,
                needed=len(own),
                overdue=bool(bad) and profile.ended is None and bool(clause.deadline and clause.deadline < _TODAY),
                timeliness=timeliness(status, clause.deadline, profile.ended, _TODAY),
                ended=profile.ended,
            )


def _coverage() -> Iterator[Coverage]:
    expected = {"province": 1, "department": 20, "district": 12, "commune": 147, "party": 5}
    down = {("one_stop", "commune"): 9}
    for kind in ("public_service", "one_stop", "document_axis", "document_management", "local_site"):
        closed = kind == "document_management"
        for tier, number in expected.items():
            if kind == "local_site" and tier != "district":
                continue
            yield Coverage(
                tier=tier, kind=kind, expected=number, listed=number, declared=number,
                present=0 if closed else number, working=0 if closed else number - down.get((kind, tier), 0),
                untested=number if closed else 0, closed=number if closed else 0,
                as_of=None if tier == "party" else _AS_OF,
            )  # fmt: skip


def _pillar_coverage() -> Iterator[Coverage]:
    for pillar in ("dnssec", "ipv6", "dual_stack"):
        for tier, number in {"department": 20, "district": 12, "commune": 147}.items():
            yield Coverage(
                tier=tier, kind=pillar, expected=number, listed=number, declared=number, present=number - 2,
                working=number - 5, untested=1, closed=number, as_of=_AS_OF,
            )  # fmt: skip
