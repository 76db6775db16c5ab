"""The JSON interface, beside the runs that it tells of."""

from pathlib import Path

import httpx
import msgspec
import pytest
from jsonschema import Draft202012Validator
from prometheus_client.parser import text_string_to_metric_families

from netaudit.model.profile import Severity
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.serve.api import OPERATIONS
from netaudit.serve.guard import Access
from tests.serve.conftest import client_of


async def whole(client: httpx.AsyncClient, path: str, **parameters: object) -> list[dict[str, object]]:
    """A list, fetched part by part."""
    found: list[dict[str, object]] = []
    offset: int | None = 0
    while offset is not None:
        page = (await client.get(path, params={**parameters, "offset": offset, "limit": 7})).raise_for_status().json()  # type: ignore[dict-item]
        assert page["offset"] == offset
        found += page["items"]
        offset = page["next"]
    assert len(found) == page["total"]
    return found


def sent(value: object) -> object:
    return msgspec.json.decode(msgspec.json.encode(value))


async def test_runs_come_newest_first(client: httpx.AsyncClient, run: Run, older: Run, other: Run) -> None:
    assert [item["id"] for item in await whole(client, "/api/v1/runs")] == [run.id, older.id, other.id]
    assert [item["id"] for item in await whole(client, "/api/v1/runs", province="khanh-hoa")] == [other.id]
    assert await whole(client, "/api/v1/runs", province="nowhere") == []


async def test_a_run_in_brief(client: httpx.AsyncClient, run: Run, older: Run) -> None:
    told = (await client.get(f"/api/v1/runs/{run.id}")).json()
    assert told["totals"] == sent(run.totals)
    assert (told["started"], told["province"], told["report"]) == (run.started, "lam-dong", "tonight")
    assert (await client.get(f"/api/v1/runs/{older.id}")).json()["complete"] is False


async def test_findings_are_the_results_that_fail_or_warn(client: httpx.AsyncClient, run: Run) -> None:
    path = f"/api/v1/runs/{run.id}/findings"
    bad = [r for r in run.results if r.verdict.outcome.status in (Status.FAIL, Status.WARN)]
    assert [item["id"] for item in await whole(client, path)] == [r.id for r in bad]
    gaps = [r.id for r in run.results if r.verdict.outcome.status is Status.COULD_NOT_TEST]
    assert [item["id"] for item in await whole(client, path, status="could_not_test")] == gaps and gaps
    high = [r.id for r in bad if r.severity in (Severity.HIGH, Severity.LOW)]
    assert [item["id"] for item in await whole(client, path, severity=["high", "low"])] == high and len(high) < len(bad)
    unit = bad[0].units[0]
    of_unit = [r.id for r in bad if unit in r.units]
    assert [item["id"] for item in await whole(client, path, unit=unit)] == of_unit and len(of_unit) < len(bad)


async def test_sentences_are_in_the_language_that_was_asked_for(client: httpx.AsyncClient, run: Run) -> None:
    path = f"/api/v1/runs/{run.id}/findings"
    vietnamese = [item["sentence"] for item in await whole(client, path)]
    english = [item["sentence"] for item in await whole(client, path, lang="en")]
    assert any("chưa" in str(text) for text in vietnamese) and not any("chưa" in str(text) for text in english)


async def test_units_clauses_and_ends(client: httpx.AsyncClient, run: Run) -> None:
    units = await whole(client, f"/api/v1/runs/{run.id}/units")
    assert [unit["id"] for unit in units] == [unit.id for unit in run.units]
    failing = {id for r in run.results if r.verdict.outcome.status is Status.FAIL for id in r.units}
    assert {unit["id"] for unit in units if unit["findings"]} == failing
    assert await whole(client, f"/api/v1/runs/{run.id}/clauses") == sent(run.clauses)
    assert await whole(client, f"/api/v1/runs/{run.id}/expiries") == sent(run.expiries)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=501", "limit=", "limit=1.5", "limit=abc", "limit=1&limit=2", "offset=-1", "status=broken",
        "status=", "severity=HIGH", "lang=fr", "lang=vi&lang=en", "unit=%00", "unit=a/b", "colour=red", "Status=fail",
        "&".join(["status=fail"] * 9), "unit=" + "a" * 129,
    ],
)  # fmt: skip
async def test_a_query_that_is_not_understood_is_refused(client: httpx.AsyncClient, run: Run, query: str) -> None:
    answer = await client.get(f"/api/v1/runs/{run.id}/findings?{query}")
    assert answer.status_code == 400
    assert answer.json()["title"] == "Bad Request" and answer.json()["detail"]


@pytest.mark.parametrize("rest", ["", "/findings", "/units", "/clauses", "/expiries"])
@pytest.mark.parametrize("id", ["none", "..", "%2e%2e", "20261124T140000Z-lam-dong%00"])
async def test_a_run_that_is_not_there(client: httpx.AsyncClient, id: str, rest: str) -> None:
    assert (await client.get(f"/api/v1/runs/{id}{rest}")).status_code == 404


async def test_an_answer_is_not_sent_twice(client: httpx.AsyncClient) -> None:
    first = await client.get("/api/v1/runs")
    again = await client.get("/api/v1/runs", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get("/api/v1/runs?limit=1", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


async def test_what_changes_on_disk_is_seen_at_once(tmp_path: Path, run: Run, older: Run) -> None:
    (tmp_path / "run.json").write_bytes(msgspec.json.encode(older))
    async with client_of(tmp_path, Access()) as client:
        assert [item["id"] for item in await whole(client, "/api/v1/runs")] == [older.id]
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "run.json").write_bytes(msgspec.json.encode(run))
        assert [item["id"] for item in await whole(client, "/api/v1/runs")] == [run.id, older.id]
        (tmp_path / "run.json").unlink()
        assert [item["id"] for item in await whole(client, "/api/v1/runs")] == [run.id]
        (tmp_path / "new" / "run.json").write_text("{}")
        assert await whole(client, "/api/v1/runs") == []


async def test_metrics_tell_of_the_newest_run_of_each_province(client: httpx.AsyncClient, run: Run, other: Run) -> None:
    families = {f.name: f for f in text_string_to_metric_families((await client.get("/metrics")).text)}
    ended = {s.labels["organisation"]: s.value for s in families["netaudit_run_timestamp_seconds"].samples}
    assert ended == {"lam-dong": run.ended, "khanh-hoa": other.ended}


async def test_what_is_only_proposed_is_no_metric(tmp_path: Path, run: Run, older: Run) -> None:
    for each in (msgspec.structs.replace(run, proposed="a zone"), older):
        (tmp_path / each.id).mkdir()
        (tmp_path / each.id / "run.json").write_bytes(msgspec.json.encode(each))
    async with client_of(tmp_path, Access()) as client:
        families = {f.name: f for f in text_string_to_metric_families((await client.get("/metrics")).text)}
    assert [s.value for s in families["netaudit_run_timestamp_seconds"].samples] == [older.ended]


async def test_answers_are_as_the_description_says(client: httpx.AsyncClient, run: Run) -> None:
    document = (await client.get("/openapi.json")).json()
    for operation in OPERATIONS:
        answer = await client.get(operation.path.replace("{run}", run.id))
        schema = {"$ref": f"#/components/schemas/{operation.returns.__name__}", "components": document["components"]}
        Draft202012Validator(schema).validate(answer.json())
        described = document["paths"][operation.path]["get"]["responses"]["200"]["content"]["application/json"]
        assert described == {"schema": {"$ref": schema["$ref"]}}
    assert set(document["paths"]) == {*(operation.path for operation in OPERATIONS), "/metrics"}
