"""Whether mail exchangers offer the same over IPv4 and IPv6: STARTTLS, certificate, greeting (RFC 5321, RFC 3207)."""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import MailEvidence
from netaudit.model.facts import MailFact
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.dialogues import complete, mx_problem, of_exchanger
from netaudit.rules.fetches import addresses, first_failure

from ._helpers import BOTH, public_key, same_certificate


def judge(evidence: MailEvidence) -> Outcome:
    """Compare each exchanger with itself. Another name in the greeting may be another machine of one farm."""
    problem = mx_problem(evidence)
    if problem is not None:
        return problem
    pairs = {exchanger: _dialogues(evidence, exchanger) for exchanger in _dual(evidence)}
    if not pairs:
        unknown = [host.lookup(family) for host in evidence.hosts.values() for family in BOTH]
        failure = first_failure(lookup.failure for lookup in unknown if lookup is not None)
        return not_applicable("one_family") if failure is None else _untested(failure)
    rows = tuple(_row(fact) for v4, v6 in pairs.values() for fact in (*v4, *v6))
    facts = tuple(fact.id for v4, v6 in pairs.values() for fact in (*v4, *v6))
    complete_pairs = {name: pair for name, pair in pairs.items() if pair[0] and pair[1]}
    for message, differs in (("starttls_differs", _starttls), ("certificate_differs", _certificates)):
        bad = tuple(name for name, (v4, v6) in complete_pairs.items() if differs(evidence, v4, v6))
        if bad:
            return failed(message, observed=rows, facts=facts, exchangers=bad)
    if len(complete_pairs) < len(pairs):
        return _untested(_why(evidence, pairs), rows, facts)
    other = tuple(name for name, (v4, v6) in pairs.items() if _greetings(v4) != _greetings(v6))
    if other:
        return warned("greeting_differs", observed=rows, facts=facts, exchangers=other)
    return passed("ok", observed=rows, facts=facts, exchangers=tuple(pairs))


_Dialogues = tuple[MailFact, ...]
_NO_DIALOGUE = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no complete SMTP dialogue over both families")


def _dual(evidence: MailEvidence) -> list[str]:
    hosts = [(name, evidence.hosts[name]) for name in evidence.exchangers if name in evidence.hosts]
    return [name for name, host in hosts if all(addresses(host, family) for family in BOTH)]


def _dialogues(evidence: MailEvidence, exchanger: str) -> tuple[_Dialogues, _Dialogues]:
    done = [fact for fact in of_exchanger(evidence, exchanger) if complete(fact)]
    v4, v6 = (tuple(fact for fact in done if fact.family is family) for family in BOTH)
    return v4, v6


def _starttls(evidence: MailEvidence, v4: _Dialogues, v6: _Dialogues) -> bool:
    return {fact.starttls_offered for fact in v4} != {fact.starttls_offered for fact in v6}


def _certificates(evidence: MailEvidence, v4: _Dialogues, v6: _Dialogues) -> bool:
    """Whether some IPv6 session shows a certificate that no IPv4 session shows."""
    known = [fact for fact in v4 if fact.id in evidence.trust]
    return bool(known) and any(
        not any(_same(evidence, fact, other) for other in known) for fact in v6 if fact.id in evidence.trust
    )


def _same(evidence: MailEvidence, one: MailFact, other: MailFact) -> bool:
    key = public_key(one.tls)
    return same_certificate(evidence.trust[one.id], evidence.trust[other.id]) or (
        key != "" and key == public_key(other.tls)
    )


def _greetings(facts: _Dialogues) -> set[str]:
    return {fact.banner.partition(" ")[0].lower() for fact in facts}


def _row(fact: MailFact) -> Observation:
    saw = f"220 {fact.banner}; {'STARTTLS' if fact.starttls_offered else 'no STARTTLS'}"
    return Observation(where=fact.exchanger, saw=saw, address=fact.address, family=Family(fact.family))


def _why(evidence: MailEvidence, pairs: dict[str, tuple[_Dialogues, _Dialogues]]) -> Failure:
    blind = [failure for family in BOTH if (failure := evidence.blind(family)) is not None]
    tried = [fact.failure for name in pairs for fact in of_exchanger(evidence, name)]
    return next(iter(blind), None) or first_failure(tried) or _NO_DIALOGUE


def _untested(failure: Failure, rows: tuple[Observation, ...] = (), facts: tuple[str, ...] = ()) -> Outcome:
    return could_not_test("not_tested", failure, observed=rows, facts=facts)
