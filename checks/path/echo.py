"""Whether hosts answer echo requests, small and large, over IPv6 (RFC 4890 section 4.3.1)."""

from netaudit.model.common import Failure, Family, Reason
from netaudit.model.evidence import HostEvidence
from netaudit.model.facts import PathFact
from netaudit.model.path import Echo
from netaudit.model.verdict import Observation, Outcome, could_not_test, passed, warned
from netaudit.rules.fetches import first_failure
from netaudit.rules.uplinks import ours
from netaudit.rules.zones import trouble

from ._helpers import UNSEEN, icmp_text, ids, is_too_big, not_looked_at, row


def judge(evidence: HostEvidence) -> Outcome:
    """Small echoes that get lost at a host that serves are filtered; large ones alone: so is what would tell why.

    IPv4 is shown beside it. A message that a packet was too big is the answer that should come.
    """
    skipped = not_looked_at(evidence)
    if skipped is not None:
        return skipped
    paths = evidence.paths or ()
    rows = tuple(line for path in paths for line in _rows(path))
    sixth = [path for path in paths if path.family is Family.IPV6]
    filtered = tuple(path.address for path in sixth if path.alive and path.echoes and _lost(path.echoes[0]))
    if filtered:
        return warned("filtered", observed=rows, facts=ids(paths), addresses=filtered)
    silent = tuple(path.address for path in paths if path.echoes and _came(path.echoes[0]) and _lost(path.echoes[-1]))
    if silent:
        size = max(echo.size for path in paths for echo in path.echoes)
        return warned("large_lost", observed=rows, facts=ids(paths), addresses=silent, size=size)
    answering = [path for path in sixth or paths if path.echoes and _came(path.echoes[0])]
    if answering:
        return passed("ok", observed=rows, facts=ids(paths), total=len(answering))
    failure = first_failure(_failure(path) for path in sixth or paths) or UNSEEN
    return could_not_test("not_tested", failure, observed=rows, facts=ids(paths))


def _failure(path: PathFact) -> Failure | None:
    return path.failure or first_failure(echo.failure for echo in path.echoes)


def _came(echo: Echo) -> bool:
    return echo.failure is None and echo.error is None


def _lost(echo: Echo) -> bool:
    """Whether an echo got no reply though our side could send it, and no word about why."""
    return echo.failure is not None and echo.failure.reason is Reason.TIMEOUT and not ours(echo.failure)


def _rows(path: PathFact) -> list[Observation]:
    if path.failure is not None:
        return [row(path, trouble(path.failure), None)]
    found = []
    for echo in path.echoes:
        if echo.error is not None:
            ok = True if is_too_big(echo.error, path.family) else None
            found.append(row(path, f"{echo.size} octets: {icmp_text(echo.error, path.family)}", ok))
        elif echo.failure is not None:
            bad = _lost(echo) and path.alive and path.family is Family.IPV6
            found.append(row(path, f"{echo.size} octets: {trouble(echo.failure)}", False if bad else None))
        else:
            found.append(row(path, f"{echo.size} octets: reply in {echo.rtt_ms:.1f} ms", True))
    return found
