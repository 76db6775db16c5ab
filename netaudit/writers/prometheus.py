"""A run as metrics, in the text format of Prometheus (0.0.4): for the textfile collector of node_exporter.

The collector takes no time stamps, so the time of the scan is a value: alert on its age. Series are bounded by the
inventory: there is none for each check of each target. A target has one only while something of it fails.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from netaudit.model.common import Reason, Side
from netaudit.model.expiry import Expiry
from netaudit.model.profile import Severity
from netaudit.model.run import ClauseStatus, Run, UnitStatus
from netaudit.model.verdict import Status
from netaudit.writers.files import make_folder, write_whole
from netaudit.writers.safe import one_line

__all__ = ["CONTENT_TYPE", "METRICS", "METRICS_FILE", "exposition", "write_prometheus"]

METRICS_FILE = "netaudit.prom"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_MODE = 0o640  # the collector is another user: a folder with the set-group-id bit lends the file to its group
_LONGEST_VALUE = 300  # characters of a label's value

METRICS: dict[str, str] = {
    "netaudit_build_info": "Which netaudit judged the newest scan; always 1.",
    "netaudit_run_timestamp_seconds": "When the scan ended, in seconds since 1970-01-01T00:00:00Z.",
    "netaudit_run_duration_seconds": "How long the scan took.",
    "netaudit_run_complete": "Whether the scan came to its end: 1, or 0.",
    "netaudit_family_available": "Whether the scanner itself could use the address family: 1, or 0.",
    "netaudit_results": "Results by profile; one that several profiles ask for is counted in each.",
    "netaudit_pillar_results": "Results by pillar; each is counted once, so that their sum is all of them.",
    "netaudit_findings": "Failures that no waiver covers, by severity.",
    "netaudit_untested": "Results that could not be tested, by whose side it was on and why.",
    "netaudit_units": "Units by how their results roll up.",
    "netaudit_unit_failures": "Failures of a unit that no waiver covers.",
    "netaudit_target_failures": "Failures of a target that no waiver covers; no series without one.",
    "netaudit_clauses": "Clauses of a profile by where they stand.",
    "netaudit_clauses_overdue": "Clauses that are not met and whose deadline is past.",
    "netaudit_coverage_units": "Units of a tier by how far their service of a kind is: declared, present, working.",
    "netaudit_pillar_coverage_units": "Units of a tier by how far all their services have a pillar, such as dnssec.",
    "netaudit_register_certificates": "Certificates counted in a register.",
    "netaudit_register_certificates_ending": "Certificates of a register that end within so many days; 0: have ended.",
    "netaudit_rrsig_expiry_timestamp_seconds": "When the first signature of the zone ends that a server gives out.",
    "netaudit_certificate_expiry_timestamp_seconds": "When the first certificate ends that the target shows.",
    "netaudit_roa_expiry_timestamp_seconds": "When the ROA ends, unless its holder's machine renews it.",
    "netaudit_waiver_expiry_timestamp_seconds": "When the waiver ends, and its findings count again.",
    "netaudit_authorisation_expiry_timestamp_seconds": "When the permission to scan ends.",
}
"""Every metric, in order, with what it says. All are gauges."""

Labels = tuple[tuple[str, str], ...]


def write_prometheus(run: Run, out: Path, _language: str) -> list[Path]:
    """Write `netaudit.prom` below `out`, whole or not at all, and return its path. Raises OSError."""
    make_folder(out)
    path = out / METRICS_FILE
    write_whole(path, exposition([run]).encode("utf-8"), _MODE)
    return [path]


def exposition(runs: Iterable[Run]) -> str:
    """The metrics of runs, which are of one province each: families together, as the format demands."""
    families = {name: _Family(name, text) for name, text in METRICS.items()}
    for run in runs:
        for name, labels, value in _samples(run):
            families[name].add({"organisation": run.province.id, **labels}, value)
    return "".join(line + "\n" for family in families.values() for line in family.lines())


@dataclass
class _Family:
    """A metric with its samples. Those whose labels are alike, once cut to a bearable length, become one."""

    name: str
    text: str
    samples: dict[Labels, float] = field(default_factory=dict)

    def add(self, labels: dict[str, str], value: float) -> None:
        key = tuple((name, one_line(text, _LONGEST_VALUE)) for name, text in labels.items())
        merge: Callable[[float, float], float] = min if self.name.endswith("_timestamp_seconds") else _sum
        self.samples[key] = merge(self.samples[key], value) if key in self.samples else value

    def lines(self) -> Iterator[str]:
        if not self.samples:
            return
        yield f"# HELP {self.name} {self.text}"
        yield f"# TYPE {self.name} gauge"
        for labels, value in sorted(self.samples.items()):
            written = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
            yield f"{self.name}{{{written}}} {_number(value)}"


def _samples(run: Run) -> Iterator[tuple[str, dict[str, str], float]]:
    """Every sample of a run: the metric, its labels but the province, its value."""
    yield "netaudit_build_info", {"version": run.tool.removeprefix("netaudit ")}, 1
    yield "netaudit_run_timestamp_seconds", {}, run.ended
    yield "netaudit_run_duration_seconds", {}, run.ended - run.started
    yield "netaudit_run_complete", {}, run.complete
    for family in run.families:
        yield "netaudit_family_available", {"family": family.family}, family.available
    yield from _results(run)
    yield from _clauses(run)
    for coverage in run.coverage:
        labels = {"tier": coverage.tier, "kind": coverage.kind}
        for state in ("expected", "listed", "declared", "present", "working", "untested"):
            yield "netaudit_coverage_units", {**labels, "state": state}, getattr(coverage, state)
    for coverage in run.pillar_coverage:
        labels = {"tier": coverage.tier, "pillar": coverage.kind}
        for state in ("expected", "listed", "declared", "present", "working", "untested"):
            yield "netaudit_pillar_coverage_units", {**labels, "state": state}, getattr(coverage, state)
    for register in run.registers:
        for holder, count in register.counted.items():
            yield "netaudit_register_certificates", {"register": register.register, "holder": holder}, count
        within = {"0": register.expired, "30": register.expiring_30, "60": register.expiring_60}
        for days, count in {**within, "90": register.expiring_90}.items():
            yield "netaudit_register_certificates_ending", {"register": register.register, "days": days}, count
    for expiry in run.expiries:
        for name, labels in _ending(expiry):
            yield name, labels, expiry.at


def _results(run: Run) -> Iterator[tuple[str, dict[str, str], float]]:
    by_profile: Counter[tuple[str, Status]] = Counter()
    by_gap: Counter[tuple[Side, Reason]] = Counter()
    by_unit: Counter[str] = Counter()
    for result in run.results:
        outcome, target = result.verdict.outcome, result.verdict.target
        asking = {clause.partition("/")[0] for clause in result.clauses}  # PROFILE/CLAUSE
        by_profile.update((profile, outcome.status) for profile in asking)
        if outcome.failure is not None:
            by_gap[outcome.failure.side, outcome.failure.reason] += 1
        if outcome.status is Status.FAIL and not result.waived:
            by_unit.update(result.units)
            labels = {"kind": target.kind, "target": target.name, "severity": result.severity}
            yield "netaudit_target_failures", labels, 1
    for profile in run.profiles:
        for status in Status:
            yield "netaudit_results", {"profile": profile.id, "status": status}, by_profile[profile.id, status]
    for pillar in run.pillars:
        for status in Status:
            labels = {"pillar": pillar.pillar, "status": status}
            yield "netaudit_pillar_results", labels, pillar.counts.get(status, 0)
    for severity in Severity:  # a rule that waits for a finding needs the zero before it
        yield "netaudit_findings", {"severity": severity}, run.totals.findings.get(severity, 0)
    for (side, reason), count in by_gap.items():
        yield "netaudit_untested", {"side": side, "reason": reason}, count
    units = Counter(result.status for result in run.unit_results)
    for unit_status in UnitStatus:
        yield "netaudit_units", {"status": unit_status}, units[unit_status]
    for unit in run.units:
        yield "netaudit_unit_failures", {"unit": unit.id}, by_unit[unit.id]


def _clauses(run: Run) -> Iterator[tuple[str, dict[str, str], float]]:
    counts = Counter((clause.profile, clause.status) for clause in run.clauses)
    overdue = Counter(clause.profile for clause in run.clauses if clause.overdue)
    for profile in run.profiles:
        yield "netaudit_clauses_overdue", {"profile": profile.id}, overdue[profile.id]
        for status in ClauseStatus:
            yield "netaudit_clauses", {"profile": profile.id, "status": status}, counts[profile.id, status]


def _ending(expiry: Expiry) -> Iterator[tuple[str, dict[str, str]]]:
    """The metrics that tell of something that ends. A register's certificates are counted, not dated."""
    match expiry.kind:
        case "signature":
            yield "netaudit_rrsig_expiry_timestamp_seconds", {"zone": expiry.subject}
        case "certificate":
            for target in expiry.affected:
                yield "netaudit_certificate_expiry_timestamp_seconds", {"target": target}
        case "roa":
            yield "netaudit_roa_expiry_timestamp_seconds", {"roa": expiry.subject}
        case "waiver":
            yield "netaudit_waiver_expiry_timestamp_seconds", {"waiver": expiry.subject}
        case "authorisation":
            yield "netaudit_authorisation_expiry_timestamp_seconds", {}
        case "register":
            return


def _sum(one: float, other: float) -> float:
    return one + other


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    """A whole number without a point: what the format's own libraries write would read 1.0."""
    return str(int(value)) if math.isfinite(value) and value == int(value) else repr(float(value))
