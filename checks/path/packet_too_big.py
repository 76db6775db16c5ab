"""Whether a server heeds "packet too big" (RFC 8201 section 4, RFC 1191 section 3)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import HostEvidence
from netaudit.model.facts import PathFact
from netaudit.model.path import Injection
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import first_failure
from netaudit.rules.zones import trouble

from ._helpers import ids, mtu_of, row

_SMALL = Failure(reason=Reason.NO_DATA, side=Side.TARGET, detail="its segments were small before already")


def judge(evidence: HostEvidence) -> Outcome:
    """Its largest segment after it was told, over a new connection, must fit into the size told."""
    told = [(path, path.injection) for path in evidence.paths or () if path.injection is not None]
    if not told:
        return not_applicable("not_asked")
    rows = tuple(_row(path, injection) for path, injection in told)
    facts = ids(path for path, _ in told)
    deaf = tuple(path.address for path, injection in told if _heeded(path, injection) is False)
    mtu = told[0][1].mtu
    if deaf:
        return failed("ignored", observed=rows, facts=facts, addresses=deaf, mtu=mtu)
    if all(_heeded(path, injection) for path, injection in told):
        return passed("ok", observed=rows, facts=facts, mtu=mtu, total=len(told))
    failure = first_failure(injection.failure for _, injection in told) or _SMALL
    return could_not_test("not_tested", failure, observed=rows, facts=facts)


def _heeded(path: PathFact, injection: Injection) -> bool | None:
    """Whether the server made its packets smaller; None: not known."""
    if injection.failure is not None or mtu_of(injection.before, path.family) <= injection.mtu:
        return None
    return mtu_of(injection.after, path.family) <= injection.mtu


def _row(path: PathFact, injection: Injection) -> Observation:
    if injection.failure is not None:
        return row(path, trouble(injection.failure), None)
    saw = f"segments of up to {injection.before} octets before, {injection.after} after a message of {injection.mtu}"
    return row(path, saw, _heeded(path, injection))
