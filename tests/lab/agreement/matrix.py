"""All broken zones: importing their modules registers them."""

from tests.lab.agreement import (
    algorithms,
    aliases,
    answers,
    children,
    delegation,
    denial,
    edges,
    misplaced,
    rollovers,
    signatures,
    zone_keys,
)
from tests.lab.agreement.planted import CASES, PARENT

__all__ = ["CASES", "MODULES", "PARENT"]

# in the order of the page
MODULES = (
    delegation, zone_keys, algorithms, rollovers, signatures, children, aliases, denial, answers, misplaced, edges,
)  # fmt: skip
