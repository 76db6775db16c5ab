"""Every number on every page is counted again from run.json, in both languages."""

from pathlib import Path

import pytest

from netaudit.model.run import Run
from netaudit.store.runfolder import read_run
from netaudit.writers.html import write_html
from netaudit.writers.json import write_json
from tests.writers.figures import Texts, parts
from tests.writers.recount import recount_page
from tests.writers.whole import whole_run


def wrong_numbers(run: Run, out: Path, language: str) -> list[str]:
    """Write the report; return each part of it whose numbers are not those of run.json."""
    write_json(run, out)
    again = read_run(out / "run.json")
    texts = Texts(again, language)
    wrong = []
    for path in write_html(again, out, language):
        name = str(path.relative_to(out))
        if name == "summary.html":
            continue  # counted in test_summary_page.py
        for part in parts(path.read_text(encoding="utf-8"), recount_page(again, name), texts):
            if part.shown != part.expected:
                wrong.append(
                    f"{name} {part.name}\n  shows {part.shown}\n  not   {part.expected}\n  in {part.text[:30]}"
                )
    return wrong


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_number_is_that_of_run_json(tmp_path: Path, language: str) -> None:
    assert wrong_numbers(whole_run(), tmp_path, language) == []
