"""The summary as PDF: two pages, tagged, the same bytes each time, nothing fetched; and the way out without it."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from netaudit.cli.main import run as netaudit
from netaudit.store.runfolder import RUN_FILE
from netaudit.writers import pdf
from netaudit.writers.json import run_json
from netaudit.writers.pdf import PdfUnavailable, run_pdf, weasyprint
from tests.writers.summaries import RUNS
from tests.writers.synthetic import province_run

# WeasyPrint leaves the colour profile of PDF/A, a file of its own, to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in.*sRGB2014:pytest.PytestUnraisableExceptionWarning")

_AGAIN = (
    "import hashlib, sys; from netaudit.writers.pdf import run_pdf; from tests.writers.synthetic import province_run;"
    "print(hashlib.sha256(run_pdf(province_run(), 'vi')).hexdigest())"
)


@pytest.mark.parametrize(
    ("name", "language"), [("one unit", "en"), ("whole", "vi"), ("whole", "en"), ("crowded", "vi"), ("hostile", "vi")]
)
def test_it_is_two_pages_of_a4_and_asks_for_nothing(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(pdf._NoFetcher, "__call__", lambda _self, url, *_: asked.append(url))
    pages = PdfReader(BytesIO(run_pdf(RUNS[name](), language))).pages
    assert [(round(page.mediabox.width), round(page.mediabox.height)) for page in pages] == [(595, 842)] * 2
    if name != "hostile":  # beside glyphs that no font has, pypdf reads no text
        _hold_ends(pages, language)
    assert asked == []


def _hold_ends(pages: Sequence[PageObject], language: str) -> None:
    told = (("Trang 1 trên tổng số 2", "Page 1 of 2"), ("Người phê duyệt", "Approved by"))
    for page, ends in zip(pages, told, strict=True):
        assert ends[language == "en"] in page.extract_text()


def test_it_says_what_it_is_to_readers_and_archives() -> None:
    run = province_run()
    document = PdfReader(BytesIO(run_pdf(run, "vi")))
    catalogue: Any = document.root_object
    about, outline = document.metadata, document.outline
    assert about is not None and about.title == "Tỉnh Lâm Đồng – Tóm tắt cho lãnh đạo"
    assert about.creation_date == datetime.fromtimestamp(int(run.judged_at), UTC)
    assert catalogue["/Lang"] == "vi" and catalogue["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in catalogue
    assert b"pdfaid" in catalogue["/Metadata"].get_data()
    titles = [str(entry.title) for entry in _flat(outline)]
    assert titles[:2] == ["Tỉnh Lâm Đồng", "Kết quả chính"] and "Phương pháp" in titles
    assert not {"/AA", "/OpenAction", "/AcroForm"} & set(catalogue)


def _flat(outline: Any) -> list[Any]:
    return [entry for part in outline for entry in (_flat(part) if isinstance(part, list) else [part])]


def test_the_same_run_gives_the_same_bytes_in_another_process() -> None:
    here = hashlib.sha256(run_pdf(province_run(), "vi")).hexdigest()
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    there = subprocess.run([sys.executable, "-c", _AGAIN], env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.strip() == here


def test_what_a_text_asks_for_is_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("@page { size: A3 }")
    page = f'<link rel=stylesheet href="{secret.as_uri()}"><img src="http://192.0.2.1/"><p>text'
    document = weasyprint().HTML(string=page, url_fetcher=pdf._NoFetcher()).render()
    assert round(document.pages[0].width) == 794  # CSS pixels: A4, not A3


def test_without_the_extra_a_scan_does_not_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    out = tmp_path / "out"
    assert netaudit(["scan", "-o", str(out), "-f", "html,pdf"]) == 2
    assert "pip install 'netaudit[pdf]'" in capsys.readouterr().err
    assert not out.exists()


def test_without_pango_it_says_which_package_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_name: str) -> None:
        raise OSError("cannot load library 'libpango-1.0-0': not found\nmore")

    monkeypatch.setattr(pdf, "import_module", load)
    with pytest.raises(PdfUnavailable, match=r"apt install libpango-1\.0-0 .*libpango-1\.0-0': not found; or print"):
        weasyprint()


def test_a_judged_run_is_written_again_as_pdf(tmp_path: Path) -> None:
    run = province_run()
    (tmp_path / RUN_FILE).write_bytes(run_json(run))
    assert netaudit(["report", str(tmp_path), "-f", "pdf", "--lang", "en"]) == 0
    assert (tmp_path / "summary.pdf").read_bytes() == run_pdf(run, "en")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.json", "summary.pdf"]
