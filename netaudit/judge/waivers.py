"""Comply or explain: findings that somebody answers for, until a day. They stay visible and stop counting."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from fnmatch import fnmatchcase

from msgspec.structs import replace

from netaudit.model.inventory import Waiver
from netaudit.model.run import Result, WaiverState, WaiverUse
from netaudit.model.verdict import Status

__all__ = ["waived"]

_WAIVABLE = (Status.FAIL, Status.WARN)
_SOON = timedelta(days=30)


def waived(
    results: Sequence[Result], waivers: Sequence[Waiver], day: date
) -> tuple[tuple[Result, ...], tuple[WaiverUse, ...]]:
    """The results, those that a waiver in force covers marked; and what became of each waiver.

    Only what fails or warns can be waived: neither what passes nor what could not be tested needs an excuse. A
    waiver past its day covers nothing any more, and says which findings it would have covered.
    """
    covers: dict[str, list[str]] = defaultdict(list)
    marked = []
    for result in results:
        matching = [waiver for waiver in waivers if _covers(waiver, result)]
        for waiver in matching:
            covers[waiver.id].append(result.id)
        marked.append(replace(result, waived=True) if any(w.expires >= day for w in matching) else result)
    uses = tuple(
        WaiverUse(waiver=waiver, state=_state(waiver, covers[waiver.id], day), results=tuple(covers[waiver.id]))
        for waiver in waivers
    )
    return tuple(marked), uses


def _covers(waiver: Waiver, result: Result) -> bool:
    verdict = result.verdict
    return (
        verdict.outcome.status in _WAIVABLE
        and waiver.check == verdict.check
        and fnmatchcase(verdict.target.name, waiver.target)
        and waiver.message in ("", verdict.outcome.message)
    )


def _state(waiver: Waiver, covered: Sequence[str], day: date) -> WaiverState:
    if waiver.expires < day:
        return WaiverState.EXPIRED
    if not covered:
        return WaiverState.UNUSED
    return WaiverState.EXPIRING if waiver.expires - day < _SOON else WaiverState.USED
