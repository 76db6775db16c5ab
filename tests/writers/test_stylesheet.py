"""The colours of the stylesheet, measured: WCAG 2.2 asks 4.5:1 of text and 3:1 of marks, in both themes."""

import re

import pytest

from netaudit.content import content_path
from netaudit.writers.html import STYLE_SHEETS

TEXT = [
    (ink, ground)
    for ground in ("bg", "card")
    for ink in ("ink", "soft", "link", "pass", "fail", "warn", "gap", "na")
] + [
    ("pass", "pass-bg"), ("fail", "fail-bg"), ("warn", "warn-bg"), ("gap", "gap-bg"), ("na", "na-bg"),
    ("ink", "pass-bg"), ("ink", "fail-bg"), ("ink", "warn-bg"), ("ink", "gap-bg"), ("ink", "na-bg"),
    ("gap", "pass-bg"), ("gap", "fail-bg"), ("gap", "warn-bg"),
    ("critical-ink", "critical"), ("band-ink", "band"), ("band-soft", "band"), ("ink", "code-bg"),
]  # fmt: skip
MARKS = [(ink, "card") for ink in ("soft", "link", "plan")] + [
    (fill, "card") for fill in ("fill-pass", "fill-fail", "fill-gap")
]


def sheets() -> list[str]:
    names = STYLE_SHEETS
    return [(content_path("reports") / name).read_text(encoding="utf-8") for name in names]


def stylesheet() -> str:
    return "".join(sheets())


def themes() -> dict[str, dict[str, str]]:
    css = stylesheet()
    roots = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", root)) for root in roots)
    assert light.keys() == dark.keys()
    return {"light": light, "dark": dark}


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_the_known_maximum() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(theme: str) -> None:
    colours = themes()[theme]
    poor = {
        (a, b): round(contrast(colours[a], colours[b]), 2) for a, b in TEXT if contrast(colours[a], colours[b]) < 4.5
    }
    assert not poor


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_stand_out(theme: str) -> None:
    colours = themes()[theme]
    poor = {
        (a, b): round(contrast(colours[a], colours[b]), 2) for a, b in MARKS if contrast(colours[a], colours[b]) < 3
    }
    assert not poor


def test_colours_come_from_the_variables_only() -> None:
    css = "".join(sheet.partition("@media print")[0] for sheet in sheets())  # paper is white
    rules = re.sub(r":root \{.*?\}", "", css, flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?!matter)", re.sub(r"url\(#[a-z]+\)", "", rules))


def test_every_variable_is_defined() -> None:
    css = stylesheet()
    assert set(re.findall(r"var\(--([a-z-]+)\)", css)) <= themes()["light"].keys()
