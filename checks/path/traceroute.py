"""Where the path to a host ends when it does not reach it: who refused, or behind whom it is lost (RFC 4443)."""

from typing import NamedTuple

from netaudit.model.common import Failure, Family
from netaudit.model.evidence import HostEvidence
from netaudit.model.facts import PathFact
from netaudit.model.path import IcmpMessage, Trace
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, passed
from netaudit.rules.fetches import first_failure
from netaudit.rules.zones import trouble

from ._helpers import UNSEEN, icmp_text, ids, not_looked_at, row

_EXCEEDED = {Family.IPV4: 11, Family.IPV6: 3}


class _Way(NamedTuple):
    """How the path to one address stands."""

    path: PathFact
    ok: bool | None
    refusal: IcmpMessage | None = None
    last: str = ""  # the last that answered
    failure: Failure | None = None

    @property
    def words(self) -> str:
        """The end of the path for a sentence."""
        told = icmp_text(self.refusal, self.path.family) if self.refusal is not None else self.last
        return f"{self.path.address} ({told})" if told else self.path.address


def judge(evidence: HostEvidence) -> Outcome:
    """A host that serves, or that answered a trace, is reached. Otherwise the traces tell where the path ends."""
    skipped = not_looked_at(evidence)
    if skipped is not None:
        return skipped
    paths = evidence.paths or ()
    ways = [_way(path) for path in paths]
    rows = tuple(_row(path, trace) for path in paths for trace in path.traces)
    refused = tuple(way.words for way in ways if way.ok is False and way.refusal is not None)
    if refused:
        return failed("refused", observed=rows, facts=ids(paths), ends=refused)
    lost = tuple(way.words for way in ways if way.ok is False)
    if lost:
        return failed("lost", observed=rows, facts=ids(paths), ends=lost)
    if not ways or any(way.ok is None for way in ways):
        failure = first_failure(way.failure for way in ways) or UNSEEN
        return could_not_test("not_tested", failure, observed=rows, facts=ids(paths))
    return passed("ok", observed=rows, facts=ids(paths), total=len(ways))


def _way(path: PathFact) -> _Way:
    traces = _telling(path)
    if path.alive or any(hop.reached for trace in traces for hop in trace.hops):
        return _Way(path, True)
    if not traces:
        failure = path.failure or first_failure(trace.failure for trace in path.traces) or UNSEEN
        return _Way(path, None, failure=failure)
    messages = [hop.message for trace in traces for hop in trace.hops if hop.message is not None]
    refusal = next((m for m in messages if m.type != _EXCEEDED[path.family]), None)
    return _Way(path, False, refusal, messages[-1].sender if messages else "")


def _telling(path: PathFact) -> list[Trace]:
    """The trace to the service where there is one, for firewalls tell services apart; else the other."""
    made = [trace for trace in path.traces if trace.failure is None]
    return [trace for trace in made if trace.protocol == "tcp"] or made


def _row(path: PathFact, trace: Trace) -> Observation:
    if trace.failure is not None:
        return row(path, f"{trace.protocol}/{trace.port}: {trouble(trace.failure)}", None)
    senders = [hop.message.sender if hop.message is not None else "*" for hop in trace.hops]
    end = next((hop.message for hop in reversed(trace.hops) if hop.message is not None), None)
    refusal = f"; {icmp_text(end, path.family)}" if end is not None and end.type != _EXCEEDED[path.family] else ""
    reached = any(hop.reached for hop in trace.hops)
    answered = "; the target answered" if reached and not refusal else ""
    return row(
        path, f"{trace.protocol}/{trace.port}: {' '.join(senders)}{refusal}{answered}", True if reached else None
    )
