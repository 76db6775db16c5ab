"""A scan of a realised world: the sample's inventory, as it would be if its names were on the Internet."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from netaudit.content import content_path
from tests.lab.namespaces import Namespaces
from tests.lab.realise import SCANNER, Realised

__all__ = ["netaudit", "netaudit_on", "write_inventory"]

_PACKAGES = Path(__file__).parents[2]


def write_inventory(source: Path, lab: Realised, folder: Path) -> Path:
    """Write into `folder` the inventory `source` with `network: internet`, and everything that it names.

    What a lab inventory gets from its world file, an Internet one says itself: where resolution and trust
    start, the route tables, what RPKI and registries say.
    """
    data: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    del data["world"]
    data["network"] = "internet"
    data["root_hints"] = {server: list(addresses) for server, addresses in lab.contents.hints.items()}
    data["trust_anchors"] = list(lab.contents.anchors)
    data["certificate_roots"] = ["lab-root.pem"]
    (folder / "lab-root.pem").write_text(lab.root)
    for table in lab.tables:
        shutil.copy(table, folder)
    for centre in data["datacentres"]:
        centre["routes"] = [table.name for table in lab.tables]
        centre |= {kind: [document.name] for kind, document in lab.documents.items()}
    for document in lab.documents.values():
        (folder / document.name).write_bytes(document.content)
    beside = [file for register in data["registers"] for file in (register["file"], *register.get("crl", ()))]
    for file in (*beside, *data.get("zone_files", {}).values()):
        target = folder / file
        target.parent.mkdir(exist_ok=True)
        shutil.copy(content_path(file), target)
    path = folder / "inventory.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def netaudit(
    lab: Realised, *arguments: str, timeout: float = 150.0, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command of netaudit in the scanner's namespace; `before`: what starts it, with other rights for example."""
    return netaudit_on(SCANNER, lab.namespaces, *arguments, timeout=timeout, before=before)


def netaudit_on(
    host: str, namespaces: Namespaces, *arguments: str, timeout: float = 150.0, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command of netaudit in the namespace of `host`."""
    command = namespaces.command(host, [*before, sys.executable, "-m", "netaudit", *arguments])
    environment = {**os.environ, "PYTHONPATH": str(_PACKAGES), "NO_COLOR": "1"}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, cwd=_PACKAGES, env=environment, check=False
    )
