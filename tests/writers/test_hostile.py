"""Whatever text a run could hold: it stays text in every form of the report, and none of them is kept from being."""

import json
import re
from pathlib import Path

import html5lib
import pytest
from openpyxl import load_workbook

from netaudit.model.run import Run
from netaudit.store.runfolder import read_run
from netaudit.writers.cells import begins_formula
from netaudit.writers.csv import write_csv
from netaudit.writers.forms import FORMS
from netaudit.writers.html import write_html
from netaudit.writers.json import write_json
from netaudit.writers.markdown import LONGEST, write_markdown
from netaudit.writers.xlsx import write_xlsx
from tests.writers.hostile import ATTACKS, poisoned, text_fields
from tests.writers.test_forms import INVISIBLE, table, tokens
from tests.writers.test_html_report import tags
from tests.writers.test_numbers import small
from tests.writers.whole import whole_run

# Where the run of these tests has nothing, so that no attack can stand there.
EMPTY = {
    "ClauseChange.clause", "ClauseChange.parameters", "ClauseChange.source", "Comparison.checks", "Location.file",
    "Measure.parameters", "Run.locations", "Run.scope",
}  # fmt: skip
INERT = {"html", "head", "meta", "title", "style", "body", "script"}
LINK = re.compile(r"https://[a-z.-]+/|#|(?:\.\./)?(?:[a-z]+/)?[a-z0-9_.-]+\.html(?:#|$)")
ALLOWED = {
    *INERT, "a", "article", "aside", "b", "br", "caption", "circle", "code", "dd", "defs", "desc", "details", "div",
    "dl", "dt", "figcaption", "figure", "footer", "form", "g", "h1", "h2", "h3", "h4", "header", "input", "label", "li",
    "line", "main", "nav", "ol", "option", "p", "path", "pattern", "polyline", "rect", "section", "select", "span",
    "summary", "svg", "symbol", "table", "tbody", "td", "text", "th", "thead", "tr", "tspan", "ul", "use", "marker",
    "polygon", "tfoot", "clippath", "title",
}  # fmt: skip


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    """A run for each attack; of its units two, for the pages of many say the same."""
    run = small(whole_run(), 2)
    return {name: poisoned(run, attack) for name, attack in ATTACKS.items()}


def test_every_field_that_can_hold_text_is_attacked() -> None:
    every, attacked = text_fields(whole_run())
    assert every - attacked == EMPTY
    assert {"Outcome.args", "Observation.saw", "Waiver.reason", "Unit.parent", "Vantage.name"} <= every | {
        "Unit.parent"
    }


@pytest.mark.parametrize("attack", ATTACKS)
def test_pages_are_whole_and_nothing_in_them_acts(tmp_path: Path, runs: dict[str, Run], attack: str) -> None:
    for path in write_html(runs[attack], tmp_path, "vi"):
        page = path.read_text(encoding="utf-8")
        html5lib.HTMLParser(strict=True).parse(page)
        found = tags(path)
        assert {tag for tag, _ in found} <= ALLOWED, path
        assert [tag for tag, _ in found].count("script") == (path.name != "summary.html")
        assert not [
            name for _, given in found for name in given if name.startswith("on") or name in ("style", "srcset")
        ]
        links = [given["href"] for tag, given in found if tag == "a"]
        assert not [link for link in links if not LINK.match(link)]
        assert not INVISIBLE.search(page)
        assert len(page) < 2_000_000


@pytest.mark.parametrize("attack", ATTACKS)
def test_cells_stay_data(tmp_path: Path, runs: dict[str, Run], attack: str) -> None:
    for path in write_csv(runs[attack], tmp_path, "en"):
        cells = [cell for row in table(path) for cell in row]
        assert not [cell for cell in cells if begins_formula(cell) or INVISIBLE.search(cell)]
    book = load_workbook(write_xlsx(runs[attack], tmp_path, "en")[0])
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in texts} == {"s"}
    assert not [cell for cell in texts if cell.hyperlink is not None or INVISIBLE.search(str(cell.value))]


@pytest.mark.parametrize("attack", ATTACKS)
def test_markdown_stays_text(tmp_path: Path, runs: dict[str, Run], attack: str) -> None:
    (path,) = write_markdown(runs[attack], tmp_path, "en")
    text = path.read_text(encoding="utf-8")
    acting = {"link_open", "image", "html_inline", "html_block", "fence", "code_block"}
    assert not acting & {token.type for token in tokens(text)}
    assert len(text.encode()) <= LONGEST
    assert not INVISIBLE.search(text)


@pytest.mark.parametrize("attack", sorted(ATTACKS.keys() - {"long"}))  # with it everywhere, it would be 2 GB
def test_json_gives_back_what_it_was_given(tmp_path: Path, runs: dict[str, Run], attack: str) -> None:
    same = read_run(write_json(runs[attack], tmp_path)) == runs[attack]
    assert same


@pytest.mark.parametrize("form", sorted(FORMS.keys() - {"csv", "xlsx", "md", "pdf"}))  # test_pdf.py
def test_no_attack_keeps_a_form_from_being_written(tmp_path: Path, runs: dict[str, Run], form: str) -> None:
    for attack, run in runs.items():
        for path in FORMS[form](run, tmp_path / attack, "vi"):
            body = path.read_bytes()
            assert body
            if path.suffix in (".json", ".sarif"):
                json.loads(body)
