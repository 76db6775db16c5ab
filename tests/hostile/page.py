"""docs/hostile.md, made from what was measured."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from netaudit.dns.budget import Budget
from tests.hostile.attack import Measured
from tests.hostile.table import ATTACKS, KINDS

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[2] / "docs" / "hostile.md"

_HEAD = """# Hostile servers

Whoever owns a zone says what its servers answer. Each attack below is played against the resolver and the validator of
a scan, in memory, by `tests/hostile/`: its answers are written down, its queries are counted, and the CPU time is
measured without what it costs to make up the attacker's answers. `tests/hostile/test_attacks.py` holds each to its
bounds.

    .venv/bin/python -m tests.hostile            # measure again
    .venv/bin/python -m tests.hostile --write    # and write this page

No attack ends *secure* (but those rows that are no attack and must not be refused), and no exhausted budget makes
anything *bogus*: the status is indeterminate with a reason that begins with `budget_`, the verdict is "could not test",
and `netaudit check` and the report say which budget it was, in both languages (`tests/hostile/test_visible.py`, with
the fault `colliding_keys` of the [lab](lab.md)). A look-up that spends its budget has the failure `budget`, beside an
indeterminate status; without an anchor, as in these scenes, that is `no_anchor`.

What comes over real sockets is in `tests/hostile/test_sockets.py`: forged replies that come first (TuDoor,
CVE-2023-29483), empty and foreign datagrams, lengths that lie, answers that come an octet at a time. What real name
servers will serve (BIND, Knot DNS, NSD: colliding keys, zones in a circle, a fan of delegations) is scanned in
`tests/lab/test_hostile_with_daemons.py`.

## The budgets

`netaudit.dns.budget.Budget`, all in one place:

| bound | value |
|---|---|
"""


def page(measured: Mapping[str, Measured]) -> str:
    """The whole page."""
    budget = msgspec.structs.asdict(Budget())
    rows = "\n".join(f"| `{name}` | {value:g} |" for name, value in budget.items())
    return "\n".join([_HEAD + rows, "", *(_section(kind, measured) for kind in KINDS)])


def _section(kind: str, measured: Mapping[str, Measured]) -> str:
    lines = [
        f"## {kind}\n",
        "| attack | what it does | outcome | look-up | CPU (bound) | queries (bound) | signatures (bound) |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in measured.items():
        attack = ATTACKS[name]
        if attack.kind != kind:
            continue
        cost, bound = found.cost, attack.bound
        failure = found.lookup.failure if found.lookup is not None else None
        queries = f"{cost.queries} ({bound.queries})" if found.lookup is not None else ""
        lines.append(
            f"| {name} | {attack.what} | {found.outcome} | {failure.reason if failure else ''} "
            f"| {cost.seconds * 1000:.0f} ms ({bound.seconds:g} s) | {queries} "
            f"| {cost.verifications} ({bound.verifications}) |"
        )
    return "\n".join([*lines, ""])
