"""Details of failures in the reader's language: only what the machine itself says, and all of that as it is said."""

import re
from pathlib import Path

import pytest

from netaudit.model.common import Failure, Reason, Side
from netaudit.writers.chain import failure_line
from netaudit.writers.details import DETAILS, detail_text
from netaudit.writers.wording import Wording

ROOT = Path(__file__).parents[2]
VI, EN = Wording("vi"), Wording("en")


@pytest.mark.parametrize(
    ("detail", "vi", "en"),
    [
        (
            "ipv6 was switched off for this scan",
            "IPv6 đã bị tắt cho lần quét này",
            "IPv6 was switched off for this scan",
        ),
        (
            "no ipv4 route on this host: Network is unreachable",
            "máy này không có đường đi IPv4: Network is unreachable",
            "no IPv4 route on this host: Network is unreachable",
        ),
        (
            "not asked again: 4 earlier questions in this scan got no answer (no reply)",
            "không hỏi lại: 4 câu hỏi trước đó trong lần quét này không được trả lời (không có trả lời)",
            "not asked again: 4 earlier questions in this scan got no answer (no reply)",
        ),
        (
            "so.xlsx has no sheet whose first rows name the columns serial, holder_kind",
            "so.xlsx không có trang tính nào mà những dòng đầu có tên các cột serial, holder_kind",
            "so.xlsx has no sheet whose first rows name the columns serial, holder_kind",
        ),
        ("interrupted", "bị dừng giữa chừng", "interrupted"),
        ("554 no such user %(x)s", "554 no such user %(x)s", "554 no such user %(x)s"),
        ("100 % was excluded", "100 % was excluded", "100 % was excluded"),
        ("", "", ""),
    ],
)
def test_our_own_words_are_translated_and_those_of_others_kept(detail: str, vi: str, en: str) -> None:
    assert detail_text(detail, VI) == vi
    assert detail_text(detail, EN) == en


@pytest.mark.parametrize("message", DETAILS)
def test_each_detail_is_said_somewhere(message: str) -> None:
    """A sentence that the code has changed must change here too."""
    said = "\n".join(
        path.read_text(encoding="utf-8")
        for room in ("netaudit", "checks")
        for path in (ROOT / room).rglob("*.py")
        if path.name != "details.py"
    )
    longest = max(re.split(r"%\(\w+\)s|: ", message), key=len).strip(" :(),")
    assert longest in said


def test_why_a_look_up_failed_is_one_line_in_the_language() -> None:
    failure = Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail="no server of tinh.vn has an address")
    assert failure_line(failure, "vi").endswith("không máy chủ nào của tinh.vn có địa chỉ")
    assert failure_line(failure, "en").endswith(": no server of tinh.vn has an address")
    hostile = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="a\x1b[2Jb\nc")
    assert failure_line(hostile, "en").isprintable()
