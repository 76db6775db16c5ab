"""The names that resolvers are asked for: those of the inventory, else the shipped ones."""

from functools import cache
from pathlib import Path

import msgspec

from netaudit.model.inventory import Inventory, NetworkKind, ResolverTests

__all__ = ["shipped_tests", "names_of", "tests_of"]

_FILE = "resolver-tests-2026-11-26.yaml"


def tests_of(inventory: Inventory) -> ResolverTests:
    """The test names of an inventory. In the lab the names of the Internet do not exist."""
    if inventory.resolver_tests is not None:
        return inventory.resolver_tests
    return shipped_tests() if inventory.network is NetworkKind.INTERNET else ResolverTests()


def names_of(tests: ResolverTests) -> tuple[str, ...]:
    """Every name once, in the order of the purposes."""
    return tuple(dict.fromkeys(name for names in msgspec.structs.astuple(tests) for name in names))


@cache
def shipped_tests() -> ResolverTests:
    """The names that stand in the dated file beside this module."""
    return msgspec.yaml.decode(Path(__file__).with_name(_FILE).read_bytes(), type=ResolverTests)
