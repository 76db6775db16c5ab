"""From what a route was told and what the newest run says to what it is to be told. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from netaudit.judge.regressions import damping_of, regressions, snapshot_of
from netaudit.model.expiry import Expiry
from netaudit.model.news import Closed, Ending, News, Open, Told
from netaudit.model.regression import FindingHistory, Snapshot, Standing, State
from netaudit.model.run import Run
from netaudit.model.verdict import Status, Target
from netaudit.notify.owners import Owners
from netaudit.notify.settings import NotifyFile, Route
from netaudit.notify.state import RouteState, Series, Warned

__all__ = ["is_news", "series_of", "take_in"]

_DAY = 86_400.0
_SKEW = 3_600.0  # seconds by which clocks of two machines may well differ
_REMEMBERED = 60 * _DAY  # how long after its end an end is known to have been told

_Subject = tuple[str, Target]


def series_of(run: Run) -> str:
    """Under which name the runs of this one's kind are kept: only these are compared with one another."""
    return f"{run.province.id}/{run.network}/{run.seen_from}"


def is_news(run: Run, known: Series | None, now: float) -> bool:
    """Whether a run says anything that was not looked at: a later one, or the same gone on with after it was cut short.

    A run of what is only proposed never does. One that was looked at and began after `now` had a wrong clock: it must
    not silence all that is to come until then.
    """
    if run.proposed:
        return False
    if known is None or run.started > known.at or (known.at > now + _SKEW and run.id != known.run):
        return True
    return run.id == known.run and run.complete and not known.complete


def take_in(run: Run, known: Series | None, settings: NotifyFile) -> tuple[Series, list[tuple[Route, News]]]:
    """Look at a run: the series after it, and what each route is to be told; a route without news is left out."""
    earlier = tuple(s for s in (known.course if known is not None else ()) if s.run != run.id)
    before = known.routes if known is not None else {}
    told = [told for route in before.values() for told in route.told]
    damping = damping_of(run.profiles)
    course = _reduced((*earlier, snapshot_of(run)), told, max(damping.flap_window, damping.confirm_window))
    histories = regressions(course, damping)
    owners = Owners(run)
    routes: dict[str, RouteState] = {}
    news: list[tuple[Route, News]] = []
    for route in settings.routes:
        former = before.get(route.name)
        routes[route.name], found = _of_route(run, route, former, histories, owners, settings)
        since = known.run if known is not None and former is not None else ""
        cut_short = not run.complete and (known is None or known.complete)
        found = msgspec.structs.replace(found, since=since, cut_short=cut_short)
        if not found.empty:
            news.append((route, found))
    return Series(run=run.id, at=run.started, complete=run.complete, course=course, routes=routes), news


def _of_route(
    run: Run,
    route: Route,
    former: RouteState | None,
    histories: Sequence[FindingHistory],
    owners: Owners,
    settings: NotifyFile,
) -> tuple[RouteState, News]:
    chosen = owners.chosen(route.units)
    told = {each.id: each for each in (former.told if former is not None else ())}
    closed = [
        gone for history in histories if history.state.id in told and (gone := _closed(history, told)) is not None
    ]
    changed = {(c.finding.check, c.finding.target) for c in closed if c.why is Standing.REPLACED}
    left = {id: each for id, each in told.items() if id not in {c.finding.id for c in closed}}
    opened = []
    for history in histories:
        state = history.state
        concerned = chosen is None or bool(chosen & owners.of_state(state))
        if state.id not in left and _tells(history) and state.severity.rank <= route.severity.rank and concerned:
            left[state.id] = _told(state)
            if (state.check, state.target) not in changed:
                opened.append(Open(finding=left[state.id], flapping=history.course.flapping))
    endings, warned = _endings(run, chosen, former.warned if former is not None else {}, owners, settings)
    news = News(
        province=run.province.id,
        run=run.id,
        at=run.started,
        opened=tuple(opened),
        closed=tuple(closed),
        endings=tuple(endings),
        remaining=len(left),
        untested=sum(h.state.id in left and not h.counts and h.standing.open and not h.state.waived for h in histories),
        all_clear=bool(told) and not left,
    )
    return RouteState(told=tuple(left.values()), warned=warned), news


def _tells(history: FindingHistory) -> bool:
    """Whether a finding is worth a message: it fails, counts, and was seen as often as the profile asks for."""
    return history.counts and history.state.status is Status.FAIL and history.course.confirmed


def _closed(history: FindingHistory, told: Mapping[str, Told]) -> Closed | None:
    """Whether a finding is over. One that comes and goes is so only when it has stopped to."""
    finding = told[history.state.id]
    if history.standing in (Standing.NEW, Standing.STILL):
        return Closed(finding=finding, why=None) if history.state.waived else None
    if history.standing.open or (history.course.flapping and history.standing is not Standing.GONE):
        return None
    return Closed(finding=finding, why=history.standing)


def _told(state: State) -> Told:
    return Told(id=state.id, check=state.check, target=state.target, severity=state.severity, units=state.units)


def _endings(
    run: Run,
    chosen: frozenset[str] | None,
    warned: Mapping[str, Warned],
    owners: Owners,
    settings: NotifyFile,
) -> tuple[list[Ending], dict[str, Warned]]:
    """What ends within a threshold that was not told yet, and what is known to have been told after that."""
    known = {key: each for key, each in warned.items() if each.at > run.started - _REMEMBERED}
    found = []
    for expiry in run.expiries:
        days = _threshold(expiry, run.ended, settings)
        key = f"{expiry.kind}|{expiry.subject}|{int(expiry.at)}"
        if days is None or (key in known and known[key].days <= days):
            continue
        if chosen is None or chosen & owners.of_expiry(expiry):
            found.append(Ending(expiry=expiry, days=days))
            known[key] = Warned(at=max(expiry.at, run.started), days=days)
    return found, known


def _threshold(expiry: Expiry, now: float, settings: NotifyFile) -> int | None:
    """The smallest threshold that has been reached; 0 when it has ended."""
    if expiry.at <= now:
        return 0
    thresholds = settings.renewing_days if expiry.renews else settings.expiry_days
    return min((days for days in thresholds if expiry.at - now <= days * _DAY), default=None)


def _reduced(course: Sequence[Snapshot], told: Iterable[Told], length: int) -> tuple[Snapshot, ...]:
    """The last snapshots of a course, with the states of what was ever found or told.

    What was told and has not been seen since stands in the oldest, so that it can still be closed after months.
    """
    kept = list(course[-length:])
    subjects = {(state.check, state.target) for snapshot in kept for state in snapshot.states if state.found}
    told = list(told)
    subjects |= {(each.check, each.target) for each in told}
    reduced = [_only(snapshot, subjects) for snapshot in kept]
    if len(reduced) > 1:
        reduced[0] = _with_told(reduced[0], told)
    return tuple(reduced)


def _only(snapshot: Snapshot, subjects: set[_Subject]) -> Snapshot:
    targets = {target for _, target in subjects}
    return msgspec.structs.replace(
        snapshot,
        states=tuple(state for state in snapshot.states if (state.check, state.target) in subjects),
        left_out=snapshot.left_out & targets,
        carried=snapshot.carried & targets,
    )


def _with_told(snapshot: Snapshot, told: Iterable[Told]) -> Snapshot:
    known = {
        (state.check, state.target): state
        for state in snapshot.states
        if state.status not in (Status.COULD_NOT_TEST, Status.MANUAL)
    }
    for each in told:
        known.setdefault(
            (each.check, each.target),
            State(
                id=each.id, check=each.check, target=each.target, message="", status=Status.FAIL,
                severity=each.severity, units=each.units,
            ),
        )  # fmt: skip
    return msgspec.structs.replace(snapshot, states=tuple(known.values()))
