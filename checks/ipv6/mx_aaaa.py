"""Whether every mail exchanger has an IPv6 address (RFC 3974 section 2)."""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, passed
from netaudit.rules.dialogues import mx_problem
from netaudit.rules.fetches import addresses, first_failure, usable
from netaudit.rules.zones import trouble

_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the exchanger's AAAA was not looked up")


def judge(evidence: MailEvidence) -> Outcome:
    """An AAAA that the Internet can't reach (IPv4-mapped, unique local, …) is none."""
    problem = mx_problem(evidence)
    if problem is not None:
        return problem
    rows: list[Observation] = []
    missing: list[str] = []
    failures: list[Failure] = []
    for exchanger in evidence.exchangers:
        ok, saw, failure = _standing(evidence, exchanger)
        rows.append(Observation(where=exchanger, saw=saw, family=Family.IPV6, ok=ok))
        missing += [exchanger] if ok is False else []
        failures += [failure] if failure is not None else []
    hosts = [evidence.hosts[e] for e in evidence.exchangers if e in evidence.hosts]
    facts = tuple(dict.fromkeys(id for host in hosts if host.aaaa is not None for id in host.aaaa.facts))
    total = len(evidence.exchangers)
    if missing:
        return failed("missing", observed=tuple(rows), facts=facts, exchangers=tuple(missing), total=total)
    failure = first_failure(failures)
    if failure is not None:
        return could_not_test("not_tested", failure, observed=tuple(rows), facts=facts)
    return passed("ok", observed=tuple(rows), facts=facts, exchangers=evidence.exchangers, total=total)


def _standing(evidence: MailEvidence, exchanger: str) -> tuple[bool | None, str, Failure | None]:
    host = evidence.hosts.get(exchanger)
    if host is None or host.aaaa is None:
        return None, trouble(_NOT_ASKED), _NOT_ASKED
    good = usable(host, Family.IPV6, evidence.allowed_special)
    if good:
        return True, "AAAA " + ", ".join(good), None
    if host.aaaa.failure is not None:
        return None, trouble(host.aaaa.failure), host.aaaa.failure
    bad = addresses(host, Family.IPV6)
    return False, "AAAA " + ", ".join(bad) + ", none of them usable" if bad else "no AAAA", None
