"""SARIF: the schema, and each rule and limit by which GitHub accepts or refuses a file."""

import gzip
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from msgspec.structs import replace

from netaudit.content import content_path
from netaudit.model.profile import Severity
from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status, Target, TargetKind
from netaudit.rules.gaps import could_not_see
from netaudit.writers import sarif
from netaudit.writers.sarif import run_sarif
from tests.writers.hostile_forms import under_attack
from tests.writers.located import FILE, located_run, waived_result
from tests.writers.schema_checks import store_faults
from tests.writers.synthetic import large_run

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@pytest.fixture(scope="module")
def run() -> Run:
    return located_run()


@pytest.fixture(scope="module")
def log(run: Run) -> dict[str, Any]:
    return written(run)


def written(run: Run, language: str = "en") -> dict[str, Any]:
    (only,) = json.loads(run_sarif(run, language))["runs"]
    found: dict[str, Any] = only
    return found


def results(log: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each result with its rule."""
    rules = log["tool"]["driver"]["rules"]
    for result in log["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        yield result, rule


def findings(run: Run) -> list[Result]:
    return [r for r in run.results if r.verdict.outcome.status in (Status.FAIL, Status.WARN)]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("made", [located_run, under_attack], ids=["province", "hostile"])
def test_it_fits_the_schema(made: Any, language: str) -> None:
    document = json.loads(run_sarif(made(), language))
    assert store_faults(SCHEMA, document) == []
    assert document["$schema"] == SCHEMA
    assert document["version"] == "2.1.0"


def test_the_schema_refuses_what_is_wrong(log: dict[str, Any]) -> None:
    broken = {"version": "2.1.0", "runs": [{**log, "results": [{**log["results"][0], "level": "bad"}]}]}
    assert store_faults(SCHEMA, broken) != []


def test_every_finding_is_a_result_and_nothing_else_is(run: Run, log: dict[str, Any]) -> None:
    assert sorted(r["partialFingerprints"]["netauditFingerprint/v1"] for r in log["results"]) == sorted(
        result.id for result in findings(run)
    )


def test_every_result_has_a_place_in_the_repository(log: dict[str, Any]) -> None:
    """Without one GitHub refuses the whole file; an absolute path would be a file of another machine."""
    for result, _ in results(log):
        (location,) = result["locations"]
        place = location["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        assert unquote(uri) == FILE
        assert uri.isascii() and " " not in uri and not uri.startswith("/") and not urlsplit(uri).scheme
        assert place["artifactLocation"]["uriBaseId"] in log["originalUriBaseIds"]
        assert place["region"]["startLine"] >= 1


def test_the_line_is_that_of_the_target(run: Run, log: dict[str, Any]) -> None:
    lines = content_path("inventory.yaml").read_text(encoding="utf-8").splitlines()
    for result, _ in results(log):
        (location,) = result["locations"]
        (logical,) = location["logicalLocations"]
        kind, _, name = logical["fullyQualifiedName"].partition(":")
        assert logical["name"] == name
        named = name.partition("://")[2].rpartition(":")[0] or name
        line = lines[location["physicalLocation"]["region"]["startLine"] - 1 :][:4]  # an entry may take several lines
        assert kind == "coverage" or any(named in text for text in line), (name, line)


def test_levels_and_scores_follow_severity(run: Run, log: dict[str, Any]) -> None:
    """A level by result; the score belongs to the rule, and is that of its worst result that nobody waived."""
    level = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
    bands = {"critical": (9.1, 10.0), "high": (7.0, 8.9), "medium": (4.0, 6.9), "low": (0.1, 3.9)}
    worst: dict[str, Severity] = {}
    by_id = {result.id: result for result in run.results}
    for result, rule in results(log):
        found = by_id[result["partialFingerprints"]["netauditFingerprint/v1"]]
        assert result["level"] == level[found.severity]
        if not found.waived:
            known = worst.setdefault(rule["id"], found.severity)
            worst[rule["id"]] = min(known, found.severity, key=lambda severity: severity.rank)
    for rule in log["tool"]["driver"]["rules"]:
        if rule["id"] in worst and worst[rule["id"]] is not Severity.INFO:
            least, most = bands[worst[rule["id"]]]
            assert least <= float(rule["properties"]["security-severity"]) <= most
            assert "security" in rule["properties"]["tags"], "the score counts only with this tag"
    assert {result["level"] for result in log["results"]} >= {"error", "warning"}


def test_a_warning_is_no_error(run: Run) -> None:
    """What departs from a SHOULD alone is at most of level warning, whatever a profile says."""
    first = findings(run)[0]
    warned = replace(
        first,
        waived=False,
        severity=Severity.CRITICAL,
        verdict=replace(first.verdict, outcome=replace(first.verdict.outcome, status=Status.WARN)),
    )
    (result,) = written(replace(run, results=(warned,)))["results"]
    assert result["level"] == "warning"


def test_a_waiver_is_a_suppression_with_its_reason(run: Run, log: dict[str, Any]) -> None:
    waived = waived_result(run)
    suppressed = [r for r in log["results"] if "suppressions" in r]
    assert [r["partialFingerprints"]["netauditFingerprint/v1"] for r in suppressed] == [waived.id]
    (suppression,) = suppressed[0]["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    for part in ("Chờ thay thiết bị, đã có kinh phí", "stttt", "Chánh Văn phòng", "2027-03-31"):
        assert part in suppression["justification"]


def test_rules_have_the_texts_that_are_required(log: dict[str, Any]) -> None:
    rules = log["tool"]["driver"]["rules"]
    ids = [rule["id"] for rule in rules]
    assert len(ids) == len(set(ids))
    for rule in rules:
        assert 0 < len(rule["id"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1_024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1_024
        assert rule["help"]["text"].strip()
        assert rule["helpUri"].startswith("https://")
        assert rule["properties"]["precision"] == "very-high"
    hostile = written(under_attack())["tool"]["driver"]["rules"]
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in hostile)


def test_what_is_known_again_is_known_by_its_fingerprint(run: Run, log: dict[str, Any]) -> None:
    """GitHub looks at primaryLocationLineHash alone: without it an edit of the inventory would make new alerts."""
    moved = {
        target: replace(location, line=location.line + 7) for target, location in run.locations.items()
    }  # fmt: skip
    later = written(replace(run, locations=moved, id="another run"))
    assert [r["partialFingerprints"] for r in later["results"]] == [r["partialFingerprints"] for r in log["results"]]
    assert all(r["partialFingerprints"]["primaryLocationLineHash"] for r in log["results"])


def test_what_could_not_be_tested_is_a_notification(run: Run, log: dict[str, Any]) -> None:
    (invocation,) = log["invocations"]
    gaps = [result for result in run.results if could_not_see(result)]
    told = invocation["toolExecutionNotifications"]
    assert gaps and len(told) == len(gaps)
    assert {t["level"] for t in told} == {"warning"}
    assert invocation["executionSuccessful"] is True
    stopped = written(replace(run, complete=False, incomplete_reason="deadline"))["invocations"][0]
    assert stopped["executionSuccessful"] is False
    assert "deadline" in stopped["toolExecutionNotifications"][0]["message"]["text"]


def test_provinces_do_not_take_each_others_place(run: Run, log: dict[str, Any]) -> None:
    other = written(replace(run, province=replace(run.province, id="da-nang")))
    category, _, last = log["automationDetails"]["id"].rpartition("/")
    assert category == f"netaudit/{run.province.id}" and last == run.id
    assert other["automationDetails"]["id"].startswith("netaudit/da-nang/")


def test_the_worst_come_first_and_the_rest_is_counted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """5,000 results are shown and more than 25,000 refused."""
    assert sarif.MOST_RESULTS == 25_000
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    cut = written(run)
    worst = sorted(r.severity.rank for r in findings(run) if not r.waived)[:2]
    assert [Severity(r["properties"]["severity"]).rank for r in cut["results"]] == worst
    assert {rule["id"] for rule in cut["tool"]["driver"]["rules"]} == {r["ruleId"] for r in cut["results"]}
    left = len(findings(run)) - 2
    assert f"… (+{left})" in [n["message"]["text"] for n in cut["invocations"][0]["toolExecutionNotifications"]]


def test_a_large_province_stays_within_the_limits() -> None:
    run = large_run(1_000)
    content = run_sarif(run, "vi")
    (log,) = json.loads(content)["runs"]
    assert len(gzip.compress(content)) < 10_000_000
    assert 200 < len(log["results"]) <= 25_000
    assert len(log["tool"]["driver"]["rules"]) <= 25_000
    assert max(len(rule["properties"]["tags"]) for rule in log["tool"]["driver"]["rules"]) <= 20
    assert max(len(result["locations"]) for result in log["results"]) <= 1_000


def test_equal_runs_give_equal_octets(run: Run) -> None:
    assert run_sarif(run, "vi") == run_sarif(located_run(), "vi")


@pytest.mark.parametrize("path", ["/etc/passwd", "../../x", "C:\\x\\inventory.yaml", "a\x1b]0;b\n.yaml", "", ".."])
def test_a_path_of_elsewhere_stays_in_the_repository(run: Run, path: str) -> None:
    target = findings(run)[0].verdict.target
    location = replace(run.locations[str(target)], file=path)
    log = written(replace(run, locations=dict.fromkeys(run.locations, location)))
    for result in log["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri and not uri.startswith("/") and ".." not in uri.split("/") and uri.isascii()
        assert not urlsplit(uri).scheme and "%1B" not in uri and "%0A" not in uri


def test_an_older_run_points_at_its_inventory(run: Run) -> None:
    zone = Target(kind=TargetKind.ZONE, name="lamdong.gov.vn")
    assert str(zone) in run.locations
    log = written(replace(run, locations={}, inventory_file="inventory.yaml"))
    places = {json.dumps(r["locations"][0]["physicalLocation"], sort_keys=True) for r in log["results"]}
    assert len(places) == 1 and '"inventory.yaml"' in places.pop()
