"""The routing lab still is what was recorded of it, wherever the daemons are.

NETAUDIT_ROUTING=all runs every world, else the first.
"""

import os
from pathlib import Path

import pytest

from tests.lab.multihome.printed import told
from tests.lab.multihome.recording import RECORDED, WORLDS, RecordedWorld, record

pytestmark = [pytest.mark.daemons, pytest.mark.slow, pytest.mark.xdist_group("routing")]

_WORLDS = WORLDS if os.environ.get("NETAUDIT_ROUTING") == "all" else WORLDS[:1]


@pytest.mark.parametrize("world", _WORLDS, ids=lambda world: world.name)
def test_recording_again_gives_the_same_routes(world: RecordedWorld, tmp_path: Path) -> None:
    again = record(world, tmp_path)
    kept = RECORDED / world.name
    assert sorted(file.name for file in again.iterdir()) == sorted(file.name for file in kept.iterdir())
    for file in sorted(kept.iterdir()):
        assert told(again / file.name) == told(file), file.name
