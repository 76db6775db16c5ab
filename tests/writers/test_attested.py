"""A clause that persons vouch for names its document, its day and its signer, wherever it is shown."""

from datetime import date
from pathlib import Path

import msgspec
import openpyxl
import pytest

from netaudit.model.inventory import Attestation
from netaudit.model.run import ClauseStatus, Run
from netaudit.writers.csv import CLAUSE_COLUMNS, write_csv
from netaudit.writers.html import write_html
from netaudit.writers.markdown import run_markdown
from netaudit.writers.report import Report
from netaudit.writers.wording import Wording
from netaudit.writers.xlsx import write_xlsx
from tests.writers.test_forms import rows, table

DOCUMENT, SIGNER = "Kế hoạch 01/KH-UBND", "Chủ tịch UBND tỉnh"


@pytest.fixture
def vouched(province: Run) -> Run:
    """The province's clauses, the first of them attested; without results, which take their time to write."""
    attestation = Attestation(field="f", document=DOCUMENT, date=date(2021, 3, 15), signer=SIGNER, count=1024)
    first, *others = province.clauses
    attested = msgspec.structs.replace(first, status=ClauseStatus.ATTESTED, attestation=attestation)
    return msgspec.structs.replace(province, clauses=(attested, *others), results=(), unit_results=(), units=())


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("vi", "Kế hoạch 01/KH-UBND, ngày 15/03/2021, người ký: Chủ tịch UBND tỉnh (1.024)"),
        ("en", "Kế hoạch 01/KH-UBND, 15 Mar 2021, signed by Chủ tịch UBND tỉnh (1,024)"),
    ],
)
def test_the_page_and_markdown_name_all_three(vouched: Run, tmp_path: Path, language: str, told: str) -> None:
    assert Report(vouched, Wording(language)).attested(vouched.clauses[0]) == told
    assert told in run_markdown(vouched, language)
    write_html(vouched, tmp_path, language)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert f"{Wording(language).gettext('Attested by')}: {told}" in page


def test_tables_have_columns_for_them(tmp_path: Path, vouched: Run) -> None:
    clause, other = (
        dict(zip(CLAUSE_COLUMNS, row, strict=True)) for row in table(write_csv(vouched, tmp_path, "en")[1])[1:3]
    )
    assert (clause["document"], clause["document_date"], clause["signer"]) == (DOCUMENT, "2021-03-15", SIGNER)
    assert (other["document"], other["document_date"], other["signer"]) == ("", "", "")
    book = openpyxl.load_workbook(write_xlsx(vouched, tmp_path, "en")[0])
    named = dict(
        zip((cell.value for cell in book["Clauses of the plan"][1]), rows(book, "Clauses of the plan")[0], strict=True)
    )
    day = named["Document of"]
    assert (named["Attested by"], day.date(), named["Signed by"]) == (DOCUMENT, date(2021, 3, 15), SIGNER)
