"""Warnings about an inventory in the reader's language."""

from datetime import date
from pathlib import Path

import pytest

from netaudit.inventory.loader import load_bytes
from netaudit.inventory.problems import Problem
from netaudit.writers.doubts import DOUBTS, doubt_line
from netaudit.writers.wording import Wording

DOUBTFUL = """schema: 1
province: {id: thu, name: {vi: Tỉnh thử, en: Trial}}
network: internet
tiers: [{id: so, name: {vi: Sở, en: Department}, expected: 3}]
units:
  - {id: a, name: {vi: Sở A, en: A}, tier: so}
zones: [khac.vn]
services:
  - {id: web, kind: department_site, host: www.tinh.vn, units: []}
authorisation: {text: Cho phép, valid_until: 2026-01-31}
"""


def test_every_doubt_of_an_inventory_is_told_in_vietnamese() -> None:
    doubts = load_bytes(DOUBTFUL.encode(), Path("i.yaml"), date(2026, 1, 20)).warnings
    assert len(doubts) >= 5
    for doubt in doubts:
        english, vietnamese = doubt_line(doubt, "en"), doubt_line(doubt, "vi")
        assert english == f"warning: {doubt}"
        assert vietnamese.startswith(f"cảnh báo: i.yaml:{doubt.line}: ")
        assert doubt.message not in vietnamese
        assert not doubt.hint or doubt.hint not in vietnamese


@pytest.mark.parametrize("message", DOUBTS)
def test_every_doubt_has_its_vietnamese(message: str) -> None:
    assert Wording("vi").gettext(message) != message


def test_what_is_unknown_stays_as_it_is() -> None:
    assert doubt_line(Problem("i.yaml", 0, "something new", "look"), "vi") == "cảnh báo: i.yaml: something new  (look)"
