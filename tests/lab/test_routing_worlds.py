"""Each routing world is found to be what it is, by the command that users run, and nothing else is found.

NETAUDIT_ROUTING=all scans every world, else a sample.
"""

import os
from pathlib import Path

import pytest

from tests.lab.multihome.expected import expected
from tests.lab.multihome.page import PAGE, page
from tests.lab.multihome.scan import said, scanned
from tests.lab.multihome.table import SAMPLE, SECTIONS, TABLE
from tests.lab.multihome.worlds import World

_WORLDS = [world for world in TABLE if os.environ.get("NETAUDIT_ROUTING") == "all" or world.id in SAMPLE]


@pytest.mark.daemons
@pytest.mark.slow
@pytest.mark.xdist_group("routing")
@pytest.mark.parametrize("world", _WORLDS, ids=lambda world: world.id)
def test_what_is_found_is_what_is_so(world: World, tmp_path: Path) -> None:
    assert said(scanned(world, tmp_path)) == expected()[world.id]


def test_every_world_was_looked_through() -> None:
    assert [world.id for world in TABLE] == list(expected())


def test_healthy_worlds_are_told_from_all_others_and_these_from_each_other() -> None:
    known = expected()
    assert known["healthy"].finds == known["healthy"].blinds == {}
    assert len({str(known[world.id]) for world in TABLE if known[world.id].finds}) >= 25


def test_the_same_routes_say_the_same_in_every_makers_words() -> None:
    known = expected()
    assert all(known[world.id] == known["v6-one-uplink"] for world in SECTIONS["Route tables of other makers"])


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.lab.multihome --write"
