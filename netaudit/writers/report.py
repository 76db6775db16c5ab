"""A run as its pages need it: looked up, grouped and counted once. Pure; sentences come from `messages`."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from netaudit.model.change import Change, Difference
from netaudit.model.common import Family
from netaudit.model.inventory import Service, Tier, Unit
from netaudit.model.profile import Clause, Profile, Severity
from netaudit.model.run import ClauseResult, Coverage, Result, Run, UnitResult, UnitStatus
from netaudit.model.verdict import Outcome, Sighting, Status, Target, TargetKind, Verdict
from netaudit.rules.gaps import could_not_see
from netaudit.writers import words
from netaudit.writers.calendar import Calendar
from netaudit.writers.causes import Causes
from netaudit.writers.groups import CheckGroup, Gap, gaps_of, groups_of, worst_first
from netaudit.writers.messages import recheck_command, sentence
from netaudit.writers.names import both_ways
from netaudit.writers.sorting import sort_key
from netaudit.writers.wording import Wording

__all__ = ["MAIN_PILLARS", "Report"]

MAIN_PILLARS = ("dnssec", "ipv6", "dual_stack", "multihome")


class Report:
    """The run with its indexes. Groups come worst first, names in Vietnamese order."""

    def __init__(self, run: Run, wording: Wording) -> None:
        self.run = run
        self.wording = wording
        self.units: dict[str, Unit] = {unit.id: unit for unit in run.units}
        self.tiers: dict[str, Tier] = {tier.id: tier for tier in run.tiers}
        self.results: dict[str, Result] = {result.id: result for result in run.results}
        self.unit_results: dict[str, UnitResult] = {result.unit: result for result in run.unit_results}
        self.profiles: dict[str, Profile] = {profile.id: profile for profile in run.profiles}
        self._clauses = {(p.id, c.id): c for p in run.profiles for c in p.clauses}
        self._clauses_by_id = {c.id: c for p in run.profiles for c in p.clauses}

    # -- names and sentences

    @property
    def asked_for(self) -> list[str]:
        """What a scan or judging of a part was limited to; empty: it was of everything."""
        return [f"{option}: {value}" for option, value in self.run.scope.items()]

    def sentence(self, result: Result) -> str:
        """What the result says."""
        return sentence(self.run, result.verdict, self.wording)

    def sighted(self, result: Result, sighting: Sighting) -> str:
        """What one of several vantages concluded."""
        outcome = Outcome(
            status=sighting.status, message=sighting.message, args=sighting.args, failure=sighting.failure
        )
        return sentence(self.run, msgspec.structs.replace(result.verdict, outcome=outcome), self.wording)

    @cached_property
    def taken_over(self) -> dict[Target, float]:
        """The targets whose results are of an earlier scan, and when that began."""
        return self.run.taken_over()

    @cached_property
    def disputed(self) -> list[Result]:
        """Results on which the vantages that could test do not agree."""
        return [result for result in self.run.results if result.verdict.outcome.disputed]

    @cached_property
    def calendar(self) -> Calendar:
        """What ends when."""
        return Calendar(self.run.expiries, self.run.started, self.wording)

    def compared_sentence(self, verdict: Verdict) -> str:
        """What a verdict of the run's comparison says: one of this run or of the one before."""
        return sentence(self._with_former_checks, verdict, self.wording)

    def compared_title(self, check: str) -> str:
        """The title of a check of this run or of the one before."""
        info = self._with_former_checks.checks.get(check)
        return info.title.in_language(self.wording.language) if info is not None else check

    @cached_property
    def _with_former_checks(self) -> Run:
        former = self.run.comparison.checks if self.run.comparison is not None else {}
        return msgspec.structs.replace(self.run, checks={**former, **self.run.checks})

    @cached_property
    def changes(self) -> dict[Difference, list[Change]]:
        """What would change, by what becomes of it, the worst first."""
        grouped: dict[Difference, list[Change]] = {}
        for change in self.run.comparison.changes if self.run.comparison is not None else ():
            grouped.setdefault(change.difference, []).append(change)
        return grouped

    def brief(self, result: Result) -> str:
        """What the result says, with long lists counted: a line or two where the evidence stands elsewhere."""
        return sentence(self.run, result.verdict, self.wording, brief=True)

    def target(self, target: Target) -> str:
        """A target as readers know it: its name, or the kind of service and the tier in words."""
        tier, _, kind = target.name.partition("/")
        if target.kind is not TargetKind.COVERAGE or not kind:
            return both_ways(target.name) if "xn--" in target.name else target.name
        return f"{self.wording.gettext(words.word(words.KINDS, kind))} ({self.tier_name(tier)})"

    def recheck(self, result: Result) -> str:
        """The command that asks again; empty when the check has none."""
        info = self.run.checks.get(result.verdict.check)
        return recheck_command(info, result.verdict) if info is not None else ""

    def check_title(self, check: str) -> str:
        """The title of a check, or its id when the run lacks it."""
        info = self.run.checks.get(check)
        return info.title.in_language(self.wording.language) if info is not None else check

    def unit_name(self, unit: str) -> str:
        """The name of a unit, or its id."""
        known = self.units.get(unit)
        return known.name.in_language(self.wording.language) if known is not None else unit

    def tier_name(self, tier: str) -> str:
        """The name of a tier, or its id."""
        known = self.tiers.get(tier)
        return known.name.in_language(self.wording.language) if known is not None else tier

    def clause(self, profile: str, clause: str) -> Clause | None:
        """A clause of a profile."""
        return self._clauses.get((profile, clause))

    def attested(self, counted: ClauseResult) -> str:
        """Who vouches for a clause: the document, its day and its signer, and the number that it states."""
        attestation = counted.attestation
        if attestation is None:
            return ""
        told = self.wording.gettext("%(document)s, %(day)s, signed by %(signer)s") % {
            "document": attestation.document,
            "day": self.wording.day(attestation.date),
            "signer": attestation.signer,
        }
        return told if attestation.count is None else f"{told} ({self.wording.number(attestation.count)})"

    def clauses_of(self, result: Result) -> list[Clause]:
        """The clauses that ask for a result; a clause may be named alone or as profile/clause."""
        found = map(self._named_clause, result.clauses)
        return [clause for clause in found if clause is not None]

    def _named_clause(self, key: str) -> Clause | None:
        profile, _, clause = key.rpartition("/")
        return self._clauses.get((profile, clause)) or self._clauses_by_id.get(clause)

    # -- the answer

    @cached_property
    def unit_counts(self) -> Counter[UnitStatus]:
        """Units of the inventory by status; one without a result has nothing to test."""
        return Counter(self.unit_status(unit) for unit in self.units)

    def unit_status(self, unit: str) -> UnitStatus:
        """Where a unit stands."""
        result = self.unit_results.get(unit)
        return result.status if result is not None else UnitStatus.NOT_APPLICABLE

    @cached_property
    def pillar_counts(self) -> dict[str, Mapping[Status, int]]:
        """Counts by status for each pillar: the four main ones first, even when empty."""
        counted: dict[str, Mapping[Status, int]] = {pillar: {} for pillar in MAIN_PILLARS}
        counted.update({summary.pillar: summary.counts for summary in self.run.pillars})
        return counted

    @cached_property
    def coverage(self) -> dict[str, dict[str, Coverage]]:
        """Coverage by kind of service, then by tier."""
        return _by_kind(self.run.coverage)

    @cached_property
    def pillar_coverage(self) -> dict[str, dict[str, Coverage]]:
        """Coverage by pillar, then by tier."""
        return _by_kind(self.run.pillar_coverage)

    @cached_property
    def closed_services(self) -> list[str]:
        """The kinds of services that are on a network which can't be tested from the Internet, in words."""
        kinds = dict.fromkeys(service.kind for service in self.run.services if service.network == "tslcd")
        return [self.wording.gettext(words.word(words.KINDS, kind)) for kind in kinds]

    @cached_property
    def coverage_tiers(self) -> list[str]:
        """The tiers that coverage speaks of, in the inventory's order."""
        spoken = dict.fromkeys(row.tier for row in (*self.run.coverage, *self.run.pillar_coverage))
        return [tier for tier in self.tiers if tier in spoken] + [tier for tier in spoken if tier not in self.tiers]

    @cached_property
    def blind_families(self) -> list[Family]:
        """The families that the scanner itself could not use."""
        return [check.family for check in self.run.families if not check.available]

    @cached_property
    def fails(self) -> list[CheckGroup]:
        """Unwaived fails by check: the worst severity first, then by units and targets affected."""
        return self._groups(r for r in self.run.results if r.verdict.outcome.status is Status.FAIL and not r.waived)

    @cached_property
    def warnings(self) -> list[CheckGroup]:
        """Unwaived warnings by check."""
        return self._groups(r for r in self.run.results if r.verdict.outcome.status is Status.WARN and not r.waived)

    @cached_property
    def waived(self) -> list[Result]:
        """Results that a waiver excuses; they stay visible."""
        return [result for result in self.run.results if result.waived]

    @cached_property
    def actions(self) -> list[CheckGroup]:
        """What to do, worst first: fails that no other fail explains. See CheckInfo.explained_by."""
        own = (r for group in self.fails for r in group.results if not self.explained(r))
        return [group for group in self._groups(own) if group.severity is not Severity.INFO]

    def explained(self, result: Result) -> list[Result]:
        """The fails that explain this one. See `Causes`."""
        return self._causes.of(result)

    def following(self, results: Iterable[Result]) -> list[Result]:
        """Those of the results that are fails and go away with another fault."""
        return [r for r in results if r.verdict.outcome.status is Status.FAIL and self.explained(r)]

    @cached_property
    def _causes(self) -> Causes:
        return Causes(self.run)

    @cached_property
    def gaps(self) -> list[Gap]:
        """What the run could not test."""
        return self.gaps_in(self.run.results)

    def gaps_in(self, results: Iterable[Result]) -> list[Gap]:
        """What could not be tested, by side and reason, the largest first."""
        return gaps_of(results)

    # -- parts

    def check_counts(self, check: str) -> Counter[Status]:
        """Results of one check by status."""
        return Counter(result.verdict.outcome.status for result in self.by_check.get(check, ()))

    @cached_property
    def by_check(self) -> dict[str, list[Result]]:
        """Results by check."""
        grouped: dict[str, list[Result]] = defaultdict(list)
        for result in self.run.results:
            grouped[result.verdict.check].append(result)
        return grouped

    def with_status(self, results: Iterable[Result], *statuses: Status) -> list[CheckGroup]:
        """The results of some statuses by check, worst first."""
        return self._groups(r for r in results if r.verdict.outcome.status in statuses)

    def results_of_unit(self, unit: str) -> list[Result]:
        """A unit's results, fails first."""
        ids = self.unit_results[unit].results if unit in self.unit_results else ()
        known = [self.results[identifier] for identifier in ids if identifier in self.results]
        return sorted(known, key=worst_first)

    @cached_property
    def services_of(self) -> dict[str, list[Service]]:
        """Services by unit."""
        grouped: dict[str, list[Service]] = defaultdict(list)
        for service in self.run.services:
            for unit in service.units:
                grouped[unit].append(service)
        return grouped

    @cached_property
    def units_of_tier(self) -> dict[str, list[Unit]]:
        """Units by tier, in the order of the tiers; a tier that is not declared comes last."""
        grouped: dict[str, list[Unit]] = {tier.id: [] for tier in self.run.tiers}
        for unit in sorted(self.run.units, key=lambda u: sort_key(u.name.in_language(self.wording.language))):
            grouped.setdefault(unit.tier, []).append(unit)
        return {tier: units for tier, units in grouped.items() if units}

    def zones_of(self, unit: str) -> list[str]:
        """The zones with a known chain of trust that a unit's results speak of."""
        targets = (result.verdict.target for result in self.results_of_unit(unit))
        found = {target.name for target in targets if target.kind is TargetKind.ZONE}
        return sorted(found & self.run.zone_summaries.keys(), key=lambda zone: (len(zone), zone))

    def unit_pillars(self, unit: str) -> dict[str, Mapping[Status, int]]:
        """A unit's counts by pillar, in the order of the report's pillars."""
        result = self.unit_results.get(unit)
        counted = {summary.pillar: summary.counts for summary in result.pillars} if result is not None else {}
        return {pillar: counted[pillar] for pillar in self.pillar_counts if pillar in counted}

    @cached_property
    def unseen(self) -> dict[str, Counter[str]]:
        """By unit and pillar: results that the scan should have seen and could not."""
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for result in self.run.results:
            if could_not_see(result):
                pillar = result.verdict.check.partition(".")[0]
                for unit in result.units:
                    counted[unit][pillar] += 1
        return counted

    def pillars_of(self, units: Iterable[Unit]) -> list[str]:
        """The pillars in which any of the units has something to test."""
        met = {
            pillar
            for unit in units
            for pillar, counts in self.unit_pillars(unit.id).items()
            if any(count for status, count in counts.items() if status is not Status.NOT_APPLICABLE)
        }
        return [pillar for pillar in self.pillar_counts if pillar in met]

    def by_parent(self, units: Iterable[Unit]) -> list[tuple[str, list[Unit]]]:
        """Units by the unit above them, in the order of its name; those without one first."""
        grouped: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            grouped[unit.parent or ""].append(unit)
        return sorted(grouped.items(), key=lambda item: sort_key(self.unit_name(item[0])))

    @cached_property
    def clause_results(self) -> dict[str, list[ClauseResult]]:
        """Clause results by profile, in the order of the run's profiles."""
        grouped: dict[str, list[ClauseResult]] = {profile.id: [] for profile in self.run.profiles}
        for clause in self.run.clauses:
            grouped.setdefault(clause.profile, []).append(clause)
        return {profile: clauses for profile, clauses in grouped.items() if clauses}

    def _groups(self, results: Iterable[Result]) -> list[CheckGroup]:
        return groups_of(results, self.run.checks)


def _by_kind(rows: Iterable[Coverage]) -> dict[str, dict[str, Coverage]]:
    grouped: dict[str, dict[str, Coverage]] = defaultdict(dict)
    for row in rows:
        grouped[row.kind][row.tier] = row
    return dict(grouped)
