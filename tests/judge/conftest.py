"""The facts of a scan of the small unsigned Internet in tests/conftest.py."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from netaudit.engine.plan import Selection
from netaudit.engine.scan import ScanOptions, collect
from netaudit.model.facts import Fact
from netaudit.model.inventory import Inventory, Service
from netaudit.net.limits import Limits
from tests.judge.builders import inventory, site

ANCHOR = ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
ROOT_V6 = "2001:db8::1"
SERVICES = (
    site("www", "one"),
    Service(id="www-two", kind="site", host="www.p.example", units=("two",), path="/two"),
    site("four", "one"),
    Service(id="axis", kind="axis", host="www.p.example", scheme="tcp", port=8443, units=("one",)),
    Service(id="mail", kind="mail", scheme="mail", host="p.example", units=("one", "two")),
    site("inside", "one", "two", kind="documents", network="tslcd"),
)
Scan = Callable[..., Awaitable[list[Fact]]]


@pytest.fixture
def listed() -> Inventory:
    """What is scanned."""
    return inventory(*SERVICES)


@pytest.fixture
def scan(script: Any, listed: Inventory) -> Scan:
    """Scan it, or a part of it."""

    async def scanned(
        *, targets: Sequence[str] = (), kinds: Sequence[str] = (), units: Sequence[str] = ()
    ) -> list[Fact]:
        facts: list[Fact] = []
        script.zones[ROOT_V6] = script.zones["192.0.2.1"]
        options = ScanOptions(
            inventory_file="inventory.yaml",
            inventory_sha256="abc",
            limits=Limits(round_pause=0.0),
            selection=Selection(targets=tuple(targets), kinds=tuple(kinds), units=tuple(units)),
            arguments={"targets": " ".join(targets), "kinds": " ".join(kinds), "units": " ".join(units)},
        )
        await collect(
            listed,
            script,
            hints={"a.root": ("192.0.2.1", ROOT_V6)},
            anchors=(ANCHOR,),
            record=facts.append,
            options=options,
        )
        return facts

    return scanned
