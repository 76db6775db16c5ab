"""What is recorded of the routing lab is what its worlds are: every maker tells the same paths of the province."""

import pytest

from tests.lab.multihome.printed import told
from tests.lab.multihome.recording import RECORDED, WORLDS, RecordedWorld

_COLLECTORS = {"ipv4.mrt", "bird.ipv4.txt", "frr.ipv4.json", "gobgp.ipv4.json"}
_COLLECTORS |= {name.replace("ipv4", "ipv6") for name in _COLLECTORS}


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_all_collectors_tell_the_paths_of_the_world(world: RecordedWorld) -> None:
    for prefix, paths in (world.after or world.before).items():
        family = "ipv6" if ":" in prefix else "ipv4"
        for name in (*(name for name in _COLLECTORS if family in name), "exabgp.jsonl"):
            assert told(RECORDED / world.name / name).get(prefix) == set(paths.values()), name


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_all_collectors_have_the_same_table(world: RecordedWorld) -> None:
    for family in ("ipv4", "ipv6"):
        tables = [told(RECORDED / world.name / name) for name in sorted(_COLLECTORS) if family in name]
        assert all(table == tables[0] for table in tables), family


def test_every_recorded_world_is_one_of_the_lab() -> None:
    assert {folder.name for folder in RECORDED.iterdir() if folder.is_dir()} == {world.name for world in WORLDS}
