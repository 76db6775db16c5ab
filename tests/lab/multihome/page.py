"""docs/routing-lab.md, made from the table and from what is expected of it."""

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from netaudit.model.verdict import Argument
from tests.lab.multihome.expected import Findings, expected
from tests.lab.multihome.table import SECTIONS, TABLE
from tests.lab.multihome.worlds import World

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[3] / "docs" / "routing-lab.md"

_PICTURE = """
    cli AS64505 ---- t1 AS64500 ==peers== t2 AS64503 ---- cli
                       |                     |
                    up1 AS64501           up2 AS64502
                       \\---- prov AS64510 ----/
"""


def page() -> str:
    """The whole page."""
    sections = (line for title, worlds in SECTIONS.items() for line in _section(title, worlds))
    return "\n".join([*_head(), *sections, ""])


def _head() -> Iterator[str]:
    found = [world for world in TABLE if expected()[world.id].finds or expected()[world.id].asks]
    yield "# Routing worlds, and what is found of them"
    yield ""
    yield _filled(
        f"{len(TABLE)} worlds of a province with two uplinks, each run in network namespaces with seven BIRD routers,"
        f" a collector and both address families, and scanned by `netaudit scan` from the province or from the far end;"
        f" {len(TABLE) - len(found)} of them are healthy, whatever they look like, and nothing is held against those."
        " What the scan says of the data centre stands here, and nothing else is found."
    )
    yield _PICTURE
    yield _filled(
        "`make routing-faults` runs all worlds; `make test` runs a sample and checks this page. A world is ready when"
        " the collector has the very paths that its design gives. How it is made is in `tests/lab/multihome/`;"
        " `python -m tests.lab.multihome --scan '*' --accept --write` scans all and writes this page. What BIRD, FRR,"
        " GoBGP and ExaBGP print of such worlds is recorded in `tests/routing/recorded/` (`make routing-record`)."
    )


def _section(title: str, worlds: tuple[World, ...]) -> Iterator[str]:
    yield from ("", f"## {title}", "", "| world | what is so | found | could not be tested |", "|---|---|---|---|")
    for world in worlds:
        known = expected()[world.id]
        yield f"| {world.id} | {world.what} | {_cell(known.finds | known.asks) or 'nothing'} | {_cell(known.blinds)} |"


def _cell(findings: Findings) -> str:
    return "<br>".join(f"`{name}`{_named(arguments)}" for name, arguments in findings.items())


def _named(arguments: Mapping[str, Argument]) -> str:
    values = [_text(value) for value in arguments.values()]
    return f": {'; '.join(values)}" if values else ""


def _text(value: Argument) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, tuple | list) else str(value)


def _filled(text: str) -> str:
    return textwrap.fill(text, width=120, break_on_hyphens=False)
