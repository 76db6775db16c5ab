"""What netaudit.prom says, read back by another's parser, and what is built upon its names."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import msgspec
import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from netaudit.content import content_path
from netaudit.model.expiry import Expiry
from netaudit.model.inventory import Province
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.writers.prometheus import METRICS, METRICS_FILE, exposition, write_prometheus
from netaudit.writers.safe import one_line
from tests.writers.synthetic import AT, HOSTILE, hostile_run, province_run

DASHBOARD = content_path("reports") / "monitoring" / "grafana.json"
ALERTS = content_path("reports") / "monitoring" / "alerts.yaml"
DAY = 86_400.0
ENDS = (
    Expiry(kind="signature", at=AT + 2 * DAY, subject="lamdong.gov.vn", affected=("lamdong.gov.vn",), renews=True),
    Expiry(kind="certificate", at=AT + 9 * DAY, subject="CN=a", affected=("https://a.vn:443", "https://b.vn:443")),
    Expiry(kind="certificate", at=AT + 3 * DAY, subject="CN=b", affected=("https://b.vn:443",)),
    Expiry(kind="roa", at=AT + DAY, subject="203.0.113.0/24 AS64510", affected=("ttth",), renews=True),
    Expiry(kind="waiver", at=AT + 30 * DAY, subject="mt-01", affected=("https://a.vn:443",)),
    Expiry(kind="authorisation", at=AT + 60 * DAY, subject="CV 1", affected=("lam-dong",)),
    Expiry(kind="register", at=AT + DAY, subject="ban-co-yeu", affected=("ban-co-yeu",), count=3),
)


@pytest.fixture(scope="module")
def run() -> Run:
    return msgspec.structs.replace(province_run(), expiries=ENDS)


@pytest.fixture(scope="module")
def metrics(run: Run) -> dict[str, Metric]:
    return parsed(exposition([run]))


def parsed(text: str) -> dict[str, Metric]:
    families = list(text_string_to_metric_families(text))
    assert len({family.name for family in families}) == len(families), "a family stands in two places"
    return {family.name: family for family in families}


def values(metric: Metric, *labels: str) -> dict[tuple[str, ...], float]:
    found = {tuple(sample.labels[label] for label in labels): sample.value for sample in metric.samples}
    assert len(found) == len(metric.samples), f"{metric.name} says one thing twice"
    return found


def test_every_metric_is_told_with_its_help_and_type(metrics: dict[str, Metric]) -> None:
    assert list(metrics) == list(METRICS)
    assert {name: metric.documentation for name, metric in metrics.items()} == METRICS
    assert {metric.type for metric in metrics.values()} == {"gauge"}


def test_the_scan_itself(run: Run, metrics: dict[str, Metric]) -> None:
    assert values(metrics["netaudit_run_timestamp_seconds"], "organisation") == {("lam-dong",): run.ended}
    assert values(metrics["netaudit_run_duration_seconds"], "organisation") == {("lam-dong",): 42}
    assert values(metrics["netaudit_run_complete"], "organisation") == {("lam-dong",): 1}
    half = parsed(exposition([msgspec.structs.replace(run, complete=False)]))
    assert values(half["netaudit_run_complete"], "organisation") == {("lam-dong",): 0}


def test_counts_are_those_of_the_run(run: Run, metrics: dict[str, Metric]) -> None:
    pillars = values(metrics["netaudit_pillar_results"], "pillar", "status")
    assert pillars == {(p.pillar, s.value): p.counts.get(s, 0) for p in run.pillars for s in Status}
    assert sum(pillars.values()) == len(run.results)
    clauses = Counter((clause.profile, clause.status.value) for clause in run.clauses)
    told = values(metrics["netaudit_clauses"], "profile", "status")
    assert {key: value for key, value in told.items() if value} == clauses
    units = values(metrics["netaudit_units"], "status")
    assert sum(units.values()) == len(run.unit_results)
    gaps = values(metrics["netaudit_untested"], "side", "reason")
    assert sum(gaps.values()) == run.totals.counts[Status.COULD_NOT_TEST]


def test_results_by_profile_follow_the_clauses_that_ask_for_them(run: Run) -> None:
    first, second, third = run.results[:3]
    status = first.verdict.outcome.status
    same = msgspec.structs.replace(first.verdict, check="dns.tcp")
    results = (
        msgspec.structs.replace(first, clauses=("one/A", "one/B", "two/A")),
        msgspec.structs.replace(second, verdict=same, clauses=("two/B",)),
        msgspec.structs.replace(third, clauses=()),
    )
    profiles = tuple(msgspec.structs.replace(run.profiles[0], id=id) for id in ("one", "two"))
    told = parsed(exposition([msgspec.structs.replace(run, profiles=profiles, results=results)]))
    counted = values(told["netaudit_results"], "profile", "status")
    assert {key: value for key, value in counted.items() if value} == {("one", status): 1, ("two", status): 2}


def test_a_target_has_a_series_only_while_something_of_it_fails(run: Run, metrics: dict[str, Metric]) -> None:
    failing = Counter(
        (r.verdict.target.kind.value, r.verdict.target.name, r.severity.value)
        for r in run.results
        if r.verdict.outcome.status is Status.FAIL
    )
    assert values(metrics["netaudit_target_failures"], "kind", "target", "severity") == failing
    waived = tuple(msgspec.structs.replace(result, waived=True) for result in run.results)
    quiet = parsed(exposition([msgspec.structs.replace(run, results=waived)]))
    assert "netaudit_target_failures" not in quiet
    assert set(values(quiet["netaudit_unit_failures"], "unit").values()) == {0}


def test_ends(metrics: dict[str, Metric]) -> None:
    def ends(what: str, *labels: str) -> dict[tuple[str, ...], float]:
        return values(metrics[f"netaudit_{what}_expiry_timestamp_seconds"], *labels)

    assert ends("rrsig", "zone") == {("lamdong.gov.vn",): AT + 2 * DAY}
    first = {("https://a.vn:443",): AT + 9 * DAY, ("https://b.vn:443",): AT + 3 * DAY}
    assert ends("certificate", "target") == first
    assert ends("roa", "roa") == {("203.0.113.0/24 AS64510",): AT + DAY}
    assert ends("waiver", "waiver") == {("mt-01",): AT + 30 * DAY}
    assert ends("authorisation", "organisation") == {("lam-dong",): AT + 60 * DAY}
    within = values(metrics["netaudit_register_certificates_ending"], "days")
    assert within == {("0",): 7, ("30",): 3, ("60",): 5, ("90",): 11}


def test_several_provinces_stand_in_one_exposition(run: Run) -> None:
    other = msgspec.structs.replace(run, province=Province(id="khanh-hoa", name=run.province.name))
    both = parsed(exposition([run, other]))
    assert set(values(both["netaudit_run_complete"], "organisation")) == {("lam-dong",), ("khanh-hoa",)}


def test_hostile_text_stays_within_its_label() -> None:
    run = hostile_run()
    told = parsed(exposition([run]))
    failed = [r for r in run.results if r.verdict.outcome.status is Status.FAIL]
    targets = {(one_line(r.verdict.target.name, 300),) for r in failed}
    assert targets == {(s.labels["target"],) for s in told["netaudit_target_failures"].samples}
    assert sum(s.value for s in told["netaudit_target_failures"].samples) == len(failed)
    assert all(len(line) < 1_000 for line in exposition([run]).splitlines())
    assert any('"' in text for text in HOSTILE), "a quote must be among what is escaped"


@pytest.mark.parametrize("text", ['a"b', "a\\", "a\\nb", 'a\\"b', "a{b}=1,c", "nhà"])
def test_a_label_reads_back_as_it_was(run: Run, text: str) -> None:
    end = Expiry(kind="roa", at=AT, subject=text, affected=("x",))
    told = parsed(exposition([msgspec.structs.replace(run, expiries=(end,))]))
    assert values(told["netaudit_roa_expiry_timestamp_seconds"], "roa") == {(text,): AT}


def test_the_file_is_the_collectors_to_read_and_stands_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / METRICS_FILE).write_text("half")
    assert write_prometheus(run, tmp_path, "vi") == [tmp_path / METRICS_FILE]
    assert [path.name for path in tmp_path.iterdir()] == [METRICS_FILE]
    assert (tmp_path / METRICS_FILE).read_text(encoding="utf-8") == exposition([run])
    assert (tmp_path / METRICS_FILE).stat().st_mode & 0o777 == 0o640


def queries() -> dict[str, str]:
    """Every query of the dashboard and of the alert rules, by what it is for."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    found = {f"panel {p['title']}": t["expr"] for p in dashboard["panels"] for t in p["targets"]}
    rules = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]
    return {**found, **{f"alert {rule['alert']}": rule["expr"] for rule in rules}}


@pytest.mark.parametrize(("place", "query"), queries().items(), ids=list(queries()))
def test_a_query_asks_for_metrics_and_labels_that_exist(metrics: dict[str, Metric], place: str, query: str) -> None:
    names = re.findall(r"netaudit_\w+", query)
    assert names and set(names) <= METRICS.keys()
    for name, matchers in re.findall(r"(netaudit_\w+)\{([^}]*)\}", query):
        known: dict[str, set[str]] = {}
        for sample in metrics[name].samples:
            for label, text in sample.labels.items():
                known.setdefault(label, set()).add(text)
        for label, text in re.findall(r'(\w+)=~?"([^"]*)"', matchers):
            assert label in known
            assert text == "$organisation" or set(text.split("|")) <= known[label], f"{place} never matches {text}"


def test_the_dashboard_shows_every_metric() -> None:
    shown = set(re.findall(r"netaudit_\w+", DASHBOARD.read_text(encoding="utf-8")))
    assert shown - {"netaudit"} == set(METRICS)
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    assert all(p["gridPos"]["x"] + p["gridPos"]["w"] <= 24 for p in dashboard["panels"])


def promtool(*arguments: str, given: str = "") -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed")
    done = subprocess.run([program, *arguments], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr.strip(), done.stdout + done.stderr


def test_prometheus_itself_finds_nothing_wrong(run: Run) -> None:
    promtool("check", "metrics", given=exposition([run]))
    promtool("check", "metrics", given=exposition([hostile_run()]))


def test_prometheus_itself_reads_every_query(tmp_path: Path) -> None:
    rules = [
        {"record": f"q{number}", "expr": query.replace("$organisation", ".*")}
        for number, query in enumerate(queries().values())
    ]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}))
    promtool("check", "rules", str(path))


def test_an_alert_goes_off_when_scans_stay_away_and_not_before(tmp_path: Path) -> None:
    def at(hours: int, alerts: list[dict[str, object]]) -> dict[str, object]:
        return {"eval_time": f"{hours}h", "alertname": "NetauditScanMissing", "exp_alerts": alerts}

    alert: dict[str, object] = {
        "exp_labels": {"organisation": "x", "severity": "warning"},
        "exp_annotations": {"summary": "No scan of x for 1d 3h 0m 0s", "summary_vi": "Đã 1d 3h 0m 0s chưa kiểm tra x"},
    }
    series = [{"series": 'netaudit_run_timestamp_seconds{organisation="x"}', "values": "0x40"}]
    test = {"interval": "1h", "input_series": series, "alert_rule_test": [at(26, []), at(27, [alert])]}
    path = tmp_path / "test.yaml"
    told = {"rule_files": [str(ALERTS)], "evaluation_interval": "1h", "tests": [test]}
    path.write_text(yaml.safe_dump(told, allow_unicode=True))
    promtool("test", "rules", str(path))


def test_the_documentation_lists_every_metric_with_what_it_says() -> None:
    text = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(netaudit_\w+)` \| .* \| (.*) \|$", text, re.MULTILINE))
    assert listed == METRICS
