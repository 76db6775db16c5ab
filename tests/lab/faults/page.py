"""docs/faults.md, made from the table."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

from tests.lab.faults import scripts
from tests.lab.faults.expected import COMPARED, NOTHING, UNCOMPARED
from tests.lab.faults.measured import last_measured
from tests.lab.faults.plants import DOMAIN, Plant, Servers
from tests.lab.faults.table import FAULTS, MODULES, PLANTS

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"
_BLINDED = {NOTHING: "everything", UNCOMPARED: "all comparisons", COMPARED: "comparisons of pages"}


def page() -> str:
    """The whole page."""
    sections = (line for module in (*MODULES, scripts) for line in _section(module.__doc__ or "", module.PLANTS))
    return "\n".join([*_head(), *sections, ""])


def _head() -> Iterator[str]:
    harmless = [plant for plant in (*PLANTS, *scripts.PLANTS) if not plant.finds]
    faults = len(FAULTS) + sum(bool(plant.finds) for plant in scripts.PLANTS)
    yield "# Planted faults of services, and what finds them"
    yield ""
    yield textwrap.fill(
        f"{faults} faults are planted in network namespaces with nginx, Postfix, Dovecot, chrony, NSD, Knot DNS,"
        f" BIND and nftables, each at a host of its own, and found by one scan over real sockets, those of the"
        f" last section by one with `--browser`; {len(harmless)}"
        f" more look like faults and are none, or can't be told, and nothing is held against them. The test"
        " `tests/lab/test_faults.py` holds every row: what is found is what stands here, and nothing else is found.",
        width=120,
    )
    yield ""
    yield textwrap.fill(
        "`make faults` scans a healthy world twenty times, and twenty times more with 5 % of the packets lost: no"
        " finding may come out of either. The page is written by `python -m tests.lab.faults --write`; how each fault"
        " is planted is in `tests/lab/faults/`. Faults of paths (MTU black holes, tunnels, echoes) are planted in"
        " `tests/lab/test_paths.py`, those of signed zones in [agreement.md](agreement.md).",
        width=120,
    )
    yield ""
    measured = last_measured()
    if measured is not None:
        yield textwrap.fill(measured.told(), width=120)
        yield ""
    yield f"Hosts are `FAULT.{DOMAIN}`, zones `FAULT.vn`."


def _section(title: str, plants: tuple[Plant, ...]) -> Iterator[str]:
    yield ""
    yield f"## {title.strip().partition(chr(10))[0].rstrip('.').partition(':')[0]}"
    yield ""
    yield "| fault | planted | found by | the evidence says | could not be tested |"
    yield "|---|---|---|---|---|"
    for plant in plants:
        kind = "zone " if isinstance(plant.what, Servers) else ""
        found = "<br>".join(f"`{found}`" for found in plant.finds) or "nothing"
        yield f"| {kind}{plant.id} | {plant.says} | {found} | {plant.saw} | {_blinded(plant)} |"


def _blinded(plant: Plant) -> str:
    """In words where a fault takes away many checks."""
    for group, words in _BLINDED.items():
        if plant.blinds and set(group) <= set(plant.blinds):
            rest = [f"`{blind}`" for blind in plant.blinds if blind not in group]
            return "<br>".join([words, *rest])
    return "<br>".join(f"`{blind}`" for blind in plant.blinds)
