"""Rounds: one failure of three passes, two do not, and a round of our own failure says nothing."""

import pytest

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Round
from netaudit.rules.rounds import total_tries, weighed

SILENT = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply")
OURS = Failure(reason=Reason.TIMEOUT, side=Side.OURS, detail="3 root servers left us unanswered over ipv6")


def rounds(*failures: Failure | None) -> tuple[Round, ...]:
    return tuple(Round(at=float(n), tries=2, failure=failure) for n, failure in enumerate(failures))


@pytest.mark.parametrize(
    ("made", "ok", "weighs", "decided"),
    [
        ((), True, True, None),
        ((SILENT, None, None), True, True, None),
        ((SILENT, SILENT, None), True, False, SILENT),
        ((SILENT, None, SILENT), True, False, SILENT),
        ((SILENT, SILENT, SILENT), False, False, None),
        ((SILENT, OURS), False, None, OURS),
        ((OURS,), None, None, OURS),
        ((SILENT, OURS, None), True, True, None),
    ],
)
def test_weighing(made: tuple[Failure | None, ...], ok: bool | None, weighs: bool | None, decided: object) -> None:
    found, _, failure = weighed(rounds(*made), (ok, "HTTP 200"), failing_rounds=2)
    assert (found, failure) == (weighs, decided)


def test_the_rounds_are_told() -> None:
    assert weighed(rounds(SILENT, None, None), (True, "HTTP 200"), 2)[1] == "HTTP 200; failed in 1 of 3 rounds"
    assert weighed(rounds(SILENT, SILENT, None), (True, "HTTP 200"), 2)[1] == (
        "HTTP 200; failed in 2 of 3 rounds: timeout: no reply"
    )


def test_a_stricter_profile_fails_what_failed_once() -> None:
    assert weighed(rounds(SILENT, None, None), (True, "HTTP 200"), failing_rounds=1)[0] is False


def test_tries_are_counted_over_all_rounds() -> None:
    assert total_tries(rounds(SILENT, None), 7) == 4
    assert total_tries((), 7) == 7
