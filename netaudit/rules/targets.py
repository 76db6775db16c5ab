"""What it means that a record leads to a name that does not exist: who could take the name, and with it the service.

Shared by the judges of aliases, name servers, exchangers and senders. A name is unregistered when a registry denies
it: whoever registers it has it. A name that somebody else's zone denies can be had from them: at a cloud provider by
any customer. A name that one's own zone denies is a dead end and no more.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from netaudit.model.common import Failure
from netaudit.model.security import SecurityStatus
from netaudit.model.targets import Standing, TargetName
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.covering import is_registry
from netaudit.rules.zones import trouble

__all__ = ["Fate", "fate", "judge_targets"]

_SHOWN = 20  # names in a sentence
_ROWS = 60


class Fate(StrEnum):
    """What becomes of who follows a record; the values are the ids of messages, the worst first."""

    UNREGISTERED = "unregistered"
    ELSEWHERE = "elsewhere"  # does not exist in a zone of somebody else
    LAME = "lame"  # its zone has no server that answers for it
    DEAD = "dead"  # does not exist in a zone of one's own
    UNKNOWN = "not_tested"
    OK = "ok"


def fate(target: TargetName) -> Fate:
    """What became of a name that a record leads to."""
    if target.standing is Standing.NONEXISTENT:
        if target.own:
            return Fate.DEAD
        above = target.missing.partition(".")[2] or "."
        return Fate.UNREGISTERED if is_registry(above) else Fate.ELSEWHERE
    return {Standing.EXISTS: Fate.OK, Standing.LAME: Fate.LAME}.get(target.standing, Fate.UNKNOWN)


def judge_targets(targets: Sequence[TargetName], unknown: Failure | None = None) -> Outcome:
    """The worst of all names; `unknown`: why it is not known which there are.

    Messages: those of `Fate`, and `none` where no record leads anywhere.
    """
    found = {target: fate(target) for target in targets}
    rows = tuple(_row(target, what) for target, what in sorted(found.items(), key=lambda item: _worst(item[1])))
    facts = tuple(dict.fromkeys(id for target in targets for id in target.facts))
    for what in (Fate.UNREGISTERED, Fate.ELSEWHERE, Fate.LAME, Fate.DEAD):
        bad = [target for target, became in found.items() if became is what]
        if bad:
            return failed(
                str(what),
                observed=rows[:_ROWS],
                facts=facts,
                targets=_names(target.name for target in bad),
                domains=_names(target.missing or target.name for target in bad),
                count=len(bad),
            )
    lost = next((target.failure for target in targets if target.failure is not None), unknown)
    if lost is not None:
        return could_not_test(str(Fate.UNKNOWN), lost, observed=rows[:_ROWS], facts=facts)
    if not targets:
        return not_applicable("none")
    return passed(
        str(Fate.OK), observed=rows[:_ROWS], facts=facts, targets=_names(t.name for t in targets), count=len(found)
    )


def _worst(what: Fate) -> int:
    return list(Fate).index(what)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))[:_SHOWN]


def _row(target: TargetName, what: Fate) -> Observation:
    ok = {Fate.OK: True, Fate.UNKNOWN: None}.get(what, False)
    return Observation(where=target.owner, saw=f"{target.rdtype} {target.name}: {_saw(target)}", ok=ok)


def _saw(target: TargetName) -> str:
    if target.standing is Standing.NONEXISTENT:
        proof = "proved by DNSSEC" if target.security is SecurityStatus.SECURE else "without DNSSEC proof"
        return f"NXDOMAIN for {target.missing} from {target.zone}, {proof}"
    return trouble(target.failure) if target.failure is not None else "exists"
