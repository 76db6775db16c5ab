"""What several rounds at one address say together: a passing failure is none, a returning one is."""

from collections.abc import Sequence

from netaudit.model.common import Failure, Side
from netaudit.model.facts import Round
from netaudit.rules.zones import trouble

__all__ = ["FAILING_ROUNDS", "total_tries", "weighed"]

FAILING_ROUNDS = 2  # of three: what a check holds against an address where its profile says nothing else
_NOT_THEIRS = (Side.OURS, Side.BUDGET, Side.BUG)


def weighed(
    rounds: Sequence[Round], standing: tuple[bool | None, str], failing_rounds: int
) -> tuple[bool | None, str, Failure | None]:
    """Weigh how the best round stands (`ok`, and in words) against all rounds; the failure that decided, if any.

    An address that served in some round fails where at least `failing_rounds` failed all the same. A round in
    which our own host was cut off says nothing: then an address that never served is unknown.
    """
    ok, saw = standing
    failures = [made.failure for made in rounds if made.failure is not None]
    if not failures:
        return ok, saw, None
    theirs = [failure for failure in failures if failure.side not in _NOT_THEIRS]
    ours = next((failure for failure in failures if failure.side in _NOT_THEIRS), None)
    said = f"{saw}; failed in {len(failures)} of {len(rounds)} rounds"
    if ok and len(theirs) >= failing_rounds:
        return False, f"{said}: {trouble(theirs[-1])}", theirs[-1]
    if not ok and ours is not None:
        return None, f"{said}: {trouble(ours)}", ours
    return ok, said, None


def total_tries(rounds: Sequence[Round], tries: int) -> int:
    """All tries of all rounds; `tries` where there was one round."""
    return sum(made.tries for made in rounds) or tries
