"""The head of printed pages: a string of CSS that no text can leave."""

import re
from pathlib import Path

import msgspec
import pytest
import tinycss2  # type: ignore[import-untyped]

from netaudit.model.common import Text
from netaudit.writers.paper import running_head
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording
from tests.writers.synthetic import HOSTILE, province_run

_MORE = ('"}body{display:none}', "\\", "</style><script>alert(1)</script>", "a\nb", "Đắk Lắk")


def strings(css: str) -> list[str]:
    """The strings of a stylesheet that consists of one rule, as a browser reads them."""
    (rule,) = tinycss2.parse_stylesheet(css)
    return [
        token.value
        for box in rule.content if box.type == "{} block"
        for token in box.content if token.type == "string"
    ]  # fmt: skip


def test_it_names_province_scan_and_who_may_read() -> None:
    run = msgspec.structs.replace(province_run(), classification="TLP:AMBER+STRICT")
    assert strings(running_head(run, Wording("vi"))) == [f"Tỉnh Lâm Đồng · lần quét {run.id}", "TLP:AMBER+STRICT"]
    assert strings(running_head(province_run(), Wording("en")))[1] == ""


@pytest.mark.parametrize("text", [*HOSTILE, *_MORE])
def test_no_text_leaves_its_string(text: str) -> None:
    run = province_run()
    province = msgspec.structs.replace(run.province, name=Text(text, text))
    head = running_head(msgspec.structs.replace(run, province=province, classification=text), Wording("vi"))
    assert strings(head) == [f"{one_line(text, 90)} · lần quét {run.id}", one_line(text, 80)]
    assert not re.search(r"[<>\\\x00-\x1f]", re.sub(r"\\[0-9a-f]+ ", "", head))


def test_every_page_has_it_and_lets_it_in(province_report: Path) -> None:
    pages = [
        page.read_text(encoding="utf-8") for page in province_report.rglob("*.html") if page.name != "summary.html"
    ]
    language = re.findall('<html lang="(..)">', pages[0])[0]
    head = running_head(province_run(), Wording(language))
    assert len(pages) > 200 and all(f"{head}</style>" in page for page in pages)
