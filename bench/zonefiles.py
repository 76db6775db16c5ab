"""The master files of the benchmark's world."""

import time
from dataclasses import dataclass
from pathlib import Path

from bench.apart import apart
from bench.world import LEVELS, bench_world, level_of
from netaudit.lab.authority import zone_contents

__all__ = ["ZoneFiles", "write_zone_files"]


@dataclass(frozen=True)
class ZoneFiles:
    """Signed master files, the zones of a level in the folder of that name, and what resolution starts from."""

    folder: Path
    files: dict[str, dict[str, str]]  # level -> zone -> file in the level's folder
    served: dict[str, str]  # machine -> one of its zones
    hints: dict[str, tuple[str, ...]]  # root server -> addresses
    anchors: tuple[str, ...]  # DS of the root
    root_keys: str  # DNSKEY of the root's key-signing key


def write_zone_files(count: int, folder: Path) -> ZoneFiles:
    """Make the world of `count` zones and sign it, from now on, into `folder`."""
    return apart(_write, count, folder)


def _write(count: int, folder: Path) -> ZoneFiles:
    contents = zone_contents(bench_world(count), time.time())
    files: dict[str, dict[str, str]] = {level: {} for level in LEVELS}
    for level in LEVELS:
        (folder / level).mkdir()
    for zone in contents.zones:
        level = level_of(zone.machine)
        if zone.name not in files[level]:
            files[level][zone.name] = f"zone{len(files[level])}"
            (folder / level / files[level][zone.name]).write_text(zone.text)
    root = (folder / "root" / files["root"]["."]).read_text().splitlines()
    return ZoneFiles(
        folder=folder,
        files=files,
        served={zone.machine: zone.name for zone in contents.zones},
        hints=contents.hints,
        anchors=contents.anchors,
        root_keys="".join(f"{line}\n" for line in root if " IN DNSKEY 257 " in line),
    )
