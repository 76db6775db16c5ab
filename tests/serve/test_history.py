"""Runs of a history beside those of folders."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from netaudit.judge.trends import trend_point
from netaudit.model.run import Run
from netaudit.serve.app import create_app
from netaudit.serve.guard import Access
from netaudit.serve.shelf import FolderShelf
from netaudit.serve.stored import HistoryShelf, Shelves
from netaudit.store.history import History


@pytest.fixture
def history(tmp_path: Path, run: Run, older: Run, other: Run) -> Iterator[History]:
    with History.open(str(tmp_path / "history.sqlite")) as made:
        for each in (older, other, run):
            made.add(each, trend_point(each))
        yield made


def client_of(history: History, folder: Path) -> httpx.AsyncClient:
    shelf = Shelves([FolderShelf(folder), HistoryShelf(history)])
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=create_app(shelf, Access())), base_url="http://localhost"
    )


async def test_runs_of_both_are_listed_once(history: History, library: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "run.json").write_bytes(msgspec.json.encode(run))
    async with client_of(history, library) as client, client_of(history, tmp_path / "folder") as half:
        whole = (await client.get("/api/v1/runs")).json()["items"]
        assert [each["report"] for each in whole] == ["tonight", "last night", "khanh-hoa"]
        parts = (await half.get("/api/v1/runs")).json()["items"]
        assert [(each["id"], each["report"]) for each in parts] == [
            (each["id"], "folder" if each["id"] == run.id else None) for each in whole
        ]
        for full, stored in zip(whole, parts, strict=True):
            assert {**full, "report": None} == {**stored, "report": None}, "both tell the same of a run"


async def test_a_run_that_is_only_in_the_history_is_told_of_whole(
    history: History, library: Path, tmp_path: Path, other: Run
) -> None:
    async with client_of(history, tmp_path) as stored, client_of(history, library) as folders:
        for rest in ("", "/findings", "/units", "/clauses", "/expiries"):
            path = f"/api/v1/runs/{other.id}{rest}"
            one, two = (await stored.get(path)).json(), (await folders.get(path)).json()
            assert {**one, "report": 0} == {**two, "report": 0}
        assert (await stored.get("/metrics")).text == (await folders.get("/metrics")).text
        assert "Khánh Hòa" in (await stored.get("/")).text
        assert (await stored.get(f"/reports/{other.id}/")).status_code == 404


async def test_a_run_whose_document_was_pruned_is_listed_and_can_not_be_opened(
    history: History, tmp_path: Path, run: Run, older: Run
) -> None:
    history.prune(before=run.started + 1, documents_only=True)
    gone = [entry.id for entry in history.runs() if not entry.kept]
    assert older.id in gone
    async with client_of(history, tmp_path) as client:
        listed = {each["id"]: each for each in (await client.get("/api/v1/runs")).json()["items"]}
        assert listed[older.id]["totals"] == msgspec.json.decode(msgspec.json.encode(older.totals))
        assert (await client.get(f"/api/v1/runs/{older.id}")).status_code == 200
        assert (await client.get(f"/api/v1/runs/{older.id}/findings")).status_code == 404


def spoil(folder: Path) -> None:
    for path in folder.glob("history.sqlite*"):
        path.write_bytes(b"no database" * 1_000)


async def test_a_history_that_can_not_be_read_is_said_to_be_so(history: History, tmp_path: Path) -> None:
    spoil(tmp_path)
    async with client_of(history, tmp_path) as client:
        for place in ("/api/v1/runs", "/metrics", "/", "/api/v1/runs/x/units"):
            answer = await client.get(place)
            assert answer.status_code == 503 and answer.json()["title"] == "Service Unavailable"
            assert str(tmp_path) not in answer.text
