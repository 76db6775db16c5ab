"""OSCAL assessment results: NIST's schema, one run one document, and no finding about what was not measured."""

import json
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from netaudit.model.run import ClauseStatus, Run
from netaudit.model.verdict import Status
from netaudit.writers.oscal import OSCAL_VERSION, run_oscal
from tests.writers.hostile_forms import under_attack
from tests.writers.located import located_run, waived_result
from tests.writers.schema_checks import OSCAL_SCHEMA, faults, pinned


@pytest.fixture(scope="module")
def run() -> Run:
    return located_run()


def written(run: Run, language: str = "vi") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run_oscal(run, language))["assessment-results"]
    return found


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("made", [located_run, under_attack], ids=["province", "hostile"])
def test_it_fits_the_schema_of_its_version(made: Any, language: str) -> None:
    schema = pinned(OSCAL_SCHEMA)
    assert faults(schema, json.loads(run_oscal(made(), language))) == []
    assert f"/{OSCAL_VERSION}/" in schema["$id"]


def test_a_run_without_results_and_clauses_fits_too(run: Run) -> None:
    document = json.loads(run_oscal(replace(run, results=(), clauses=()), "en"))
    assert faults(pinned(OSCAL_SCHEMA), document) == []


def test_the_schema_refuses_what_is_wrong(run: Run) -> None:
    document = written(run)
    del document["import-ap"]
    assert faults(pinned(OSCAL_SCHEMA), {"assessment-results": document}) != []


def test_one_run_is_one_document(run: Run) -> None:
    assert run_oscal(run, "vi") == run_oscal(located_run(), "vi")
    again = replace(run, judged_at=run.judged_at + 1)
    assert written(again)["uuid"] != written(run)["uuid"], "judged again, it is another document"
    assert written(run, "en")["uuid"] != written(run)["uuid"]


def test_no_uuid_stands_for_two_things_and_all_are_of_version_5(run: Run) -> None:
    document = written(run)
    (result,) = document["results"]
    items = result["local-definitions"]["inventory-items"]
    made = [part["uuid"] for part in (document, result, *items, *result["observations"], *result["findings"])]
    assert len(made) == len(set(made))
    assert {UUID(uuid).version for uuid in made} == {5}


def test_the_plan_is_a_note_that_there_is_none(run: Run) -> None:
    document = written(run)
    (note,) = document["back-matter"]["resources"]
    assert document["import-ap"]["href"] == f"#{note['uuid']}"
    assert "rlinks" not in note


def test_a_clause_that_was_not_measured_has_no_finding(run: Run) -> None:
    (result,) = written(run)["results"]
    states = {
        ClauseStatus.MET: "satisfied",
        ClauseStatus.ATTESTED: "satisfied",
        ClauseStatus.PARTLY: "not-satisfied",
        ClauseStatus.UNMET: "not-satisfied",
    }
    expected = [
        (clause.clause, states[clause.status]) for clause in run.clauses if clause.status in states
    ]  # fmt: skip
    assert [(f["target"]["target-id"], f["target"]["status"]["state"]) for f in result["findings"]] == expected
    assert {clause.status for clause in run.clauses} & {ClauseStatus.NOT_TESTED, ClauseStatus.MANUAL}
    reviewed = result["reviewed-controls"]["control-selections"][0]["include-controls"]
    assert {control["control-id"] for control in reviewed} == {clause.clause for clause in run.clauses}


def test_what_could_not_be_tested_is_an_observation_with_a_remark(run: Run) -> None:
    (result,) = written(run, "en")["results"]
    gaps = [o for o in result["observations"] if {"could_not_test"} & {p["value"] for p in o["props"]}]
    assert len(gaps) == sum(r.verdict.outcome.status is Status.COULD_NOT_TEST for r in run.results) > 0
    assert all(o["remarks"].startswith("Could not be tested: ") for o in gaps)


def test_every_reference_leads_somewhere(run: Run) -> None:
    (result,) = written(run)["results"]
    items = {item["uuid"] for item in result["local-definitions"]["inventory-items"]}
    observed = {observation["uuid"] for observation in result["observations"]}
    assert {s["subject-uuid"] for o in result["observations"] for s in o["subjects"]} <= items
    related = {r["observation-uuid"] for f in result["findings"] for r in f.get("related-observations", ())}
    assert related and related <= observed


def test_every_pass_is_there_and_a_waiver_is_told(run: Run) -> None:
    (result,) = written(run)["results"]
    passes = [o for o in result["observations"] if {"pass"} & {p["value"] for p in o["props"]}]
    subjects = sum(len(observation["subjects"]) for observation in passes)
    assert subjects == sum(r.verdict.outcome.status is Status.PASS for r in run.results)
    remarks = [o["remarks"] for o in result["observations"] if "Chánh Văn phòng" in o.get("remarks", "")]
    assert len(remarks) == 1 and waived_result(run).waived
