"""The run: everything that writers show. `run.json` is this structure, and writers read nothing else."""

from datetime import date
from enum import StrEnum

import msgspec

from netaudit.model.change import Comparison
from netaudit.model.common import Family, Record, ScanTime
from netaudit.model.expiry import Expiry
from netaudit.model.facts import FamilyCheck, ServerAddress
from netaudit.model.inventory import (
    Attestation,
    Authorisation,
    Contact,
    NetworkKind,
    Province,
    Service,
    Tier,
    Unit,
    Waiver,
)
from netaudit.model.location import Location
from netaudit.model.multihome import DataCentreSummary
from netaudit.model.parity import Parity
from netaudit.model.profile import CheckInfo, Profile, Severity
from netaudit.model.regression import Course
from netaudit.model.reliance import Reliance
from netaudit.model.security import ChainLink, Security
from netaudit.model.verdict import Status, Target, Verdict

__all__ = [
    "ClauseResult", "ClauseStatus", "Coverage", "Part", "PillarSummary", "RegisterSummary", "Result", "Run",
    "Timeliness", "Totals", "TrendPoint", "UnitResult", "UnitStatus", "Vantage", "WaiverState", "WaiverUse",
    "ZoneSummary",
]  # fmt: skip


class ClauseStatus(StrEnum):
    """Where a clause stands."""

    MET = "met"
    PARTLY = "partly"
    UNMET = "unmet"
    NOT_TESTED = "not_tested"  # nothing measurable, or too little to decide
    NOT_APPLICABLE = "not_applicable"  # the inventory has nothing of that kind
    ATTESTED = "attested"
    MANUAL = "manual"  # an attestation is missing: a person must supply it


class Timeliness(StrEnum):
    """Where a clause stands in time. Only `late` is held against anybody."""

    MET = "met"
    ON_TRACK = "on_track"  # not met yet, and the deadline lies ahead; it does not say that the pace suffices
    LATE = "late"  # not met, the deadline is past, and the profile is in force
    UNDECIDED = "undecided"  # the deadline is past, and what was tested does not decide
    CLOSED = "closed"  # not met when the programme ended: nothing of it is overdue
    NO_DEADLINE = "no_deadline"  # not met, and no day is named


class UnitStatus(StrEnum):
    """The roll-up of a unit's results."""

    PASS = "pass"
    PARTLY = "partly"
    FAIL = "fail"
    COULD_NOT_TEST = "could_not_test"
    NOT_APPLICABLE = "not_applicable"


class Result(Record, frozen=True, kw_only=True):
    """A verdict with what the roll-up adds: severity, clauses, units, waiver, fingerprint."""

    id: str  # the fingerprint
    verdict: Verdict
    severity: Severity
    clauses: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    waived: bool = False


class ClauseResult(Record, frozen=True, kw_only=True):
    """A clause, counted. `passed` of `measurable` targets pass; `total` is fixed by the inventory."""

    profile: str
    clause: str
    status: ClauseStatus
    severity: Severity  # as it counts today: at most medium while the deadline lies ahead
    passed: int = 0
    failed: int = 0
    measurable: int = 0
    total: int = 0
    failing: tuple[str, ...] = ()  # targets
    untested: tuple[str, ...] = ()
    needed: int = 0  # so many must pass; what no scan from here reaches asks for none
    overdue: bool = False  # the deadline is past and the profile is in force
    timeliness: Timeliness | None = None  # None: there is nothing of that kind
    ended: date | None = None  # the programme has ended
    attestation: Attestation | None = None  # attested, or not by as many as are asked for: who vouches, and where


class PillarSummary(Record, frozen=True, kw_only=True):
    """Counts of results by status for one pillar (a check family, or a unit's share of it)."""

    pillar: str  # dnssec, dns, ipv6, dual_stack, multihome, path, mail, web, certificates, coverage, resolver
    counts: dict[Status, int]


class UnitResult(Record, frozen=True, kw_only=True):
    """A unit's place in the report."""

    unit: str
    status: UnitStatus
    pillars: tuple[PillarSummary, ...]
    results: tuple[str, ...]  # ids of results


class Coverage(Record, frozen=True, kw_only=True):
    """One tier's coverage: three numbers of units that may differ, and their denominator.

    With a kind of service, a unit has what any of its services of the kind has. With a pillar, DNSSEC, IPv6 or dual
    stack, it has what all of its services have that can be tested from the Internet (docs/inventory.md, Coverage).
    """

    tier: str
    kind: str  # of service; in `Run.pillar_coverage` a pillar
    expected: int  # the declared number; where the inventory lists more, or none is declared, those listed
    as_of: date | None = None  # the first day of the declared number
    listed: int  # units of the tier in the inventory that exist on the day of the scan
    declared: int
    present: int
    working: int
    untested: int
    closed: int = 0  # units with such services on a network that can't be tested from the Internet


class RegisterSummary(Record, frozen=True, kw_only=True):
    """A certificate register, counted against what was declared."""

    register: str
    declared: dict[str, int]
    counted: dict[str, int]
    expired: int
    expiring_30: int  # certificates that end within so many days; those of 30 are among those of 60 and 90
    expiring_60: int = 0
    expiring_90: int
    broken: int


class ZoneSummary(Record, frozen=True, kw_only=True):
    """An audited zone: its servers, and its chain of trust, whose links are in `Run.links`: zones share ancestors."""

    servers: tuple[ServerAddress, ...]
    chain: tuple[str, ...]  # zones, from the trust anchor's to the one that holds the data
    security: Security  # of the zone's SOA, without links


class Totals(Record, frozen=True, kw_only=True):
    """Counts over all results. Compliance = passed / evaluated; coverage = evaluated / applicable."""

    counts: dict[Status, int]
    evaluated: int  # pass + fail + warn
    applicable: int  # evaluated + could_not_test
    findings: dict[Severity, int]  # unwaived fails by severity


class WaiverState(StrEnum):
    """What became of a waiver."""

    USED = "used"
    EXPIRING = "expiring"  # in force for less than 30 days more
    EXPIRED = "expired"  # its findings count again
    UNUSED = "unused"  # in force, and nothing that it covers is found


class WaiverUse(Record, frozen=True, kw_only=True):
    """A waiver of the inventory, and the results that it covers, or would cover had it not expired."""

    waiver: Waiver
    state: WaiverState
    results: tuple[str, ...] = ()  # ids


class Vantage(Record, frozen=True, kw_only=True):
    """A place that was scanned from, and how far it could see."""

    name: str
    place: str = ""
    asn: int | None = None
    run: str  # the id of its own scan
    started: ScanTime
    complete: bool
    families: tuple[FamilyCheck, ...] = ()


class Part(Record, frozen=True, kw_only=True):
    """One of the scans that a run is put together from; its targets are judged as of when it began."""

    run: str  # its id
    started: ScanTime
    complete: bool
    targets: tuple[Target, ...]


class TrendPoint(Record, frozen=True, kw_only=True):
    """One scan of a province in the numbers whose course is shown. Points of other profiles are not comparable."""

    run: str  # its id
    started: ScanTime
    complete: bool
    profiles: tuple[str, ...]  # as ID@VERSION
    totals: Totals
    pillars: tuple[PillarSummary, ...]
    units: dict[UnitStatus, int]
    clauses: dict[str, dict[ClauseStatus, int]]  # by profile


class Run(Record, frozen=True, kw_only=True):
    """A judged scan."""

    schema: int
    id: str
    tool: str
    started: ScanTime
    ended: ScanTime
    judged_at: ScanTime
    complete: bool
    incomplete_reason: str = ""
    network: NetworkKind
    inventory_file: str
    inventory_sha256: str
    catalogue_sha256: str
    algorithm_registry: date | None = None  # of which day the registry of DNSSEC algorithms is that judged
    vantage: str
    vantages: tuple[Vantage, ...] = ()  # of a run from several; the first one's time is the run's
    quorum: int | None = None  # so many of them had to see a failure, if somebody said how many
    proposed: str = ""  # what was taken for live that is not: a zone file, a delegation
    scope: dict[str, str] = {}  # what was asked for, by option; empty: the whole inventory and all checks
    left_out: tuple[Target, ...] = ()  # of the inventory, and not asked about
    families: tuple[FamilyCheck, ...]  # of several vantages, the best for each family
    province: Province
    contact: Contact | None = None
    authorisation: Authorisation | None = None
    classification: str = ""  # who may read the report, in the inventory's own words
    tiers: tuple[Tier, ...]
    units: tuple[Unit, ...]
    services: tuple[Service, ...]
    zones: tuple[str, ...]
    profiles: tuple[Profile, ...]
    checks: dict[str, CheckInfo]  # the checks that ran, with their texts
    results: tuple[Result, ...]
    clauses: tuple[ClauseResult, ...]
    unit_results: tuple[UnitResult, ...]
    coverage: tuple[Coverage, ...]
    pillar_coverage: tuple[Coverage, ...] = ()  # with DNSSEC, IPv6 and dual stack; none of a scan of a part
    registers: tuple[RegisterSummary, ...]
    pillars: tuple[PillarSummary, ...]
    totals: Totals
    fail_on: Severity | None
    exit_code: int
    links: dict[str, ChainLink] = {}  # zone -> its link of every chain it is part of
    zone_summaries: dict[str, ZoneSummary] = {}  # by audited zone
    comparison: Comparison | None = None  # of what is `proposed` with what is live
    reliance: Reliance = Reliance()  # what the zones rest on together
    waivers: tuple[WaiverUse, ...] = ()
    expiries: tuple[Expiry, ...] = ()  # by time: what ends within 400 days, and what has ended
    parity: dict[str, Parity] = {}  # by endpoint or mail domain: IPv4 beside IPv6
    datacentres: dict[str, DataCentreSummary] = {}  # by id
    parts: tuple[Part, ...] = ()  # newest first, of a run that measured again only what had to be; else empty
    locations: dict[str, Location] = {}  # by target, as text
    trend: tuple[TrendPoint, ...] = ()  # oldest first, this run last; empty without an earlier one
    courses: dict[str, Course] = {}  # by id of a result that fails or warns: since when; empty without a history

    @property
    def chosen_checks(self) -> frozenset[str] | None:
        """The checks that were chosen; None for all."""
        return frozenset(self.scope["checks"].split()) if "checks" in self.scope else None

    def taken_over(self) -> dict[Target, float]:
        """The targets that this scan did not measure, and when the scan began that their results are from."""
        return {target: part.started for part in self.parts[1:] for target in part.targets}

    @property
    def seen_from(self) -> str:
        """The vantage; the names of several together, for what they saw jointly is a view of its own."""
        return " + ".join(vantage.name for vantage in self.vantages) or self.vantage

    def security(self, zone: str) -> Security | None:
        """The security status of an audited zone's SOA with its chain of trust; None: not known."""
        summary = self.zone_summaries.get(zone)
        if summary is None:
            return None
        links = tuple(self.links[name] for name in summary.chain if name in self.links)
        return msgspec.structs.replace(summary.security, links=links)

    def blind(self, family: Family) -> bool:
        """Whether the scanner itself could not see this family."""
        return any(check.family is family and not check.available for check in self.families)
