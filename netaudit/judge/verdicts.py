"""Asking the judges: every check about every target of its kind, with the parameters that clauses want."""

from collections.abc import Iterable, Mapping

import msgspec

from netaudit.judge.bugs import bug
from netaudit.judge.catalogue import Catalogue, Check
from netaudit.judge.derive import Derived
from netaudit.model.common import Failure, Reason, Side, Text
from netaudit.model.profile import CheckInfo
from netaudit.model.verdict import Outcome, Status, Target, could_not_test

__all__ = ["RESERVED_MESSAGES", "Parameters", "Verdicts", "with_standard_messages", "worst"]

Parameters = Mapping[str, int | float | str | bool | tuple[str, ...]]

_NOT_OBSERVED, _JUDGE_FAILED = "not_observed", "judge_failed"
_MESSAGES = {
    _NOT_OBSERVED: Text("Chưa thu thập được dữ liệu ({reason}).", "Nothing was observed to judge ({reason})."),
    _JUDGE_FAILED: Text(
        "Không kết luận được vì lỗi của chính netaudit ({detail}).",
        "A fault of netaudit kept it from judging ({detail}).",
    ),
}
RESERVED_MESSAGES = frozenset(_MESSAGES)
"""The messages that judging gives by itself: no check may have one of that name."""
_ORDER = (Status.FAIL, Status.WARN, Status.COULD_NOT_TEST, Status.MANUAL, Status.PASS, Status.NOT_APPLICABLE)


class Verdicts:
    """What the judges say of each target; each is asked once for the same parameters."""

    def __init__(self, catalogue: Catalogue, targets: Iterable[Derived]) -> None:
        self._catalogue = catalogue
        self.targets: dict[Target, Derived] = {derived.target: derived for derived in targets}
        self._known: dict[tuple[str, Target, tuple[tuple[str, object], ...]], Outcome] = {}

    def outcome(self, check: str, target: Target, parameters: Parameters | None = None) -> Outcome | None:
        """The outcome of a check, with `parameters` in place of its own; None for what the scan did not ask.

        Parameters that the check does not have are meant for another one.
        """
        derived, known = self.targets.get(target), self._catalogue.checks[check]
        if derived is None:
            return None
        own = known.info.parameters
        changed = {n: value for n, value in (parameters or {}).items() if n in own and own[n] != value}
        key = (check, target, tuple(sorted(changed.items())))
        if key not in self._known:
            self._known[key] = _ask(known, derived, {**own, **changed})
        return self._known[key]


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that is shown where several sets of parameters were asked for: a fail before anything else."""
    return min(outcomes, key=lambda outcome: _ORDER.index(outcome.status))


def with_standard_messages(info: CheckInfo) -> CheckInfo:
    """A check with the messages that judging itself may give beside its own."""
    return msgspec.structs.replace(info, messages={**info.messages, **_MESSAGES})


def _ask(check: Check, derived: Derived, parameters: Parameters) -> Outcome:
    """Ask one judge; whatever it raises is a fault of ours, and never ends the judging."""
    if derived.evidence is None:
        failure = derived.failure or Failure(reason=Reason.NO_DATA, side=Side.OURS)
        return could_not_test(_NOT_OBSERVED, failure)
    try:
        outcome = check.judge(derived.evidence, **parameters)
        if not isinstance(outcome, Outcome):
            raise TypeError(f"the judge returned {type(outcome).__name__}, no Outcome")
    except Exception as error:
        failure = bug(error)
        return could_not_test(_JUDGE_FAILED, failure, detail=failure.detail)
    return outcome
