"""What commands say beside their results is in the language of `--lang`, Vietnamese unless another is named."""

import re
from pathlib import Path

import pytest

from tests.cli.command import netaudit

ENGLISH = re.compile(
    r"\b(the|was|were|with|from|observed|scan(?:ned)?|report|facts|targets?|units|services|zones|network|all|"
    r"nothing|interrupted|could)\b"
)
PATHS = re.compile(r"\S*/\S*|\S+\.(?:yaml|html|zst|json)\b")


def said(text: str) -> str:
    """The text without paths and names of files, which are the same in every language."""
    return PATHS.sub("", text)


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "--no-ipv6", "--check", "web.*"),
        ("scan", "--kind", "mail"),
        ("collect", "--kind", "zone", "-o", "raw"),
        ("plan",),
        ("inventory", "validate"),
        ("inventory", "list"),
        ("doctor", "-i", "inventory.yaml"),
    ],
    ids=" ".join,
)
def test_what_is_said_beside_the_results_is_vietnamese(arguments: tuple[str, ...], province: Path) -> None:
    done = netaudit(*arguments, cwd=province)
    assert done.returncode in (0, 3), done.stderr
    text = said(done.stderr + done.stdout)
    assert text.strip()
    assert not ENGLISH.search(text), text
    english = netaudit(*arguments, "--lang", "en", cwd=province)
    assert ENGLISH.search(said(english.stderr + english.stdout)) or "UNITS" in english.stdout


def test_a_family_that_was_switched_off_is_said_in_both_languages(province: Path) -> None:
    for language, line in (
        ("vi", "không kiểm tra được IPv6 từ đây: IPv6 đã bị tắt cho lần quét này"),
        ("en", "IPv6 can't be tested from here: IPv6 was switched off for this scan"),
    ):
        done = netaudit("scan", "--no-ipv6", "--kind", "mail", "-f", "text", "--lang", language, cwd=province)
        assert done.stderr.splitlines()[0] == line
        assert line.rpartition(": ")[2] in done.stdout, "the gaps say it in the same words"


def test_a_blackout_window_is_said_in_vietnamese(province: Path) -> None:
    path = province / "inventory.yaml"
    window = 'blackouts: [{start: 00:00, end: "23:59:59", reason: Bảo trì}, {start: "23:59:59", end: 00:00}]\n'
    path.write_text(window + path.read_text(encoding="utf-8"), encoding="utf-8")
    first = netaudit("scan", cwd=province).stderr.splitlines()[0]
    assert first == (
        "không gửi gì: đang trong khung giờ không được quét 00:00-23:59 Asia/Ho_Chi_Minh của tệp kiểm kê: Bảo trì"
    )
