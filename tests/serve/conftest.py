"""A shelf of runs on disk, with much in it that must not be served, and clients of the application over it."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from netaudit.model.common import Text
from netaudit.model.inventory import Province
from netaudit.model.run import Run
from netaudit.serve.app import create_app
from netaudit.serve.guard import Access
from netaudit.serve.shelf import FolderShelf
from netaudit.writers.html import write_html
from tests.writers.synthetic import province_run

SECRET = "private and outside"


@pytest.fixture(scope="session")
def run() -> Run:
    return province_run()


@pytest.fixture(scope="session")
def older(run: Run) -> Run:
    return msgspec.structs.replace(
        run, id="20261123T140000Z-lam-dong", started=run.started - 86_400, ended=run.ended - 86_400, complete=False
    )


@pytest.fixture(scope="session")
def other(run: Run) -> Run:
    province = Province(id="khanh-hoa", name=Text("Tỉnh Khánh Hòa", "Khánh Hòa province"))
    return msgspec.structs.replace(
        run, id="20261122T140000Z-khanh-hoa", started=run.started - 172_800, province=province
    )


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, run: Run, older: Run, other: Run) -> Path:
    """Three runs, of which one has a report; beside them what a folder may hold by mistake or ill will."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.html").write_text(SECRET)
    private = msgspec.structs.replace(run, id="20261125T140000Z-private")
    (outside / "run.json").write_bytes(msgspec.json.encode(private))
    root = tmp_path_factory.mktemp("library")
    for name, each in (("tonight", run), ("last night", older), ("khanh-hoa", other)):
        (root / name).mkdir()
        (root / name / "run.json").write_bytes(msgspec.json.encode(each))
    report = root / "tonight"
    write_html(run, report, "vi")
    (report / "lab-keys.json").write_text(SECRET)
    (report / "facts.jsonl.zst").write_text(SECRET)
    (report / ".hidden.html").write_text(SECRET)
    (report / "plain.html").write_text("<script>alert(1)</script>")
    (report / "lax.html").write_text(
        '<meta http-equiv="Content-Security-Policy" content="default-src *; script-src &#39;unsafe-inline&#39;">'
    )
    (report / "link.html").symlink_to(outside / "secret.html")
    (report / "way").symlink_to(outside)
    os.mkfifo(report / "pipe.html")
    (report / "folder.html").mkdir()
    (root / "away").symlink_to(outside)
    (root / "latest").symlink_to(report)
    (root / "broken").mkdir()
    (root / "broken" / "run.json").write_text('{"schema": 1')
    return root


@pytest.fixture
async def client(library: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(library, Access()) as made:
        yield made


def client_of(folder: Path, access: Access) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(FolderShelf(folder), access))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8053")
