"""Every number of the sample's report, as the scan wrote it, is counted again from its run.json."""

from pathlib import Path

import pytest

from netaudit.model.run import Run
from netaudit.writers.html import write_html
from tests.writers.figures import Texts
from tests.writers.test_numbers import small, wrong_parts

pytestmark = pytest.mark.slow


def test_the_report_of_the_scan(sample_folder: Path, run: Run) -> None:
    """The index, all zones and data centres; of units, checks and services every fifteenth."""
    assert wrong(run, sample_folder, "vi", 15) == []


def test_the_report_in_english(tmp_path: Path, run: Run) -> None:
    few = small(run, 3)
    write_html(few, tmp_path, "en")
    assert wrong(few, tmp_path, "en", 40) == []


def wrong(run: Run, out: Path, language: str, step: int) -> list[str]:
    texts = Texts(run, language)
    pages = [out / "index.html", *out.glob("zone/*.html"), *out.glob("datacentre/*.html")]
    for folder in ("unit", "checks", "service"):
        pages += sorted((out / folder).glob("*.html"))[::step]
    assert len(pages) > 12
    return [part for path in pages for part in wrong_parts(run, path, str(path.relative_to(out)), texts)]
