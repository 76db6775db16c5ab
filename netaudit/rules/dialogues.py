"""What the SMTP dialogues of a mail domain show, address by address; shared by the judges of mail.

An address serves when it greets, even to turn us away (554, 421): many exchangers refuse strangers.
What such an exchanger offers behind its greeting stays unknown.
"""

import re
from collections.abc import Iterable

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import CertificateTrust, HostEvidence, MailEvidence
from netaudit.model.facts import MailFact
from netaudit.model.verdict import Outcome, could_not_test, not_applicable
from netaudit.rules.addresses import classify, within
from netaudit.rules.fetches import SILENT, SPOKEN, Reach, first_failure, rows
from netaudit.rules.rounds import FAILING_ROUNDS, total_tries, weighed
from netaudit.rules.zones import trouble

__all__ = ["complete", "dialogue_reach", "mail_reach", "mx_problem", "of_exchanger", "sessions", "untested_mail"]

_REPLY_CODE = re.compile(r"[245]\d\d\b")


def mx_problem(evidence: MailEvidence) -> Outcome | None:
    """Why there is no exchanger to judge: `null_mx`, `no_mx` or `not_tested`; None when there is one."""
    if evidence.null_mx:
        return not_applicable("null_mx")
    if evidence.exchangers:
        return None
    failure = _MX_NOT_ASKED if evidence.mx is None else evidence.mx.failure
    if failure is not None:
        return could_not_test("not_tested", failure)
    return not_applicable("no_mx")


def of_exchanger(evidence: MailEvidence, exchanger: str) -> tuple[MailFact, ...]:
    """The dialogues with one exchanger."""
    return tuple(fact for fact in evidence.dialogues if fact.exchanger == exchanger)


def mail_reach(
    evidence: MailEvidence, families: Iterable[Family], min_tries: int, failing_rounds: int = FAILING_ROUNDS
) -> list[Reach]:
    """How each address of each exchanger served, in the families named; addresses nobody talked to are unknown."""
    wanted = tuple(families)
    talks = (fact for fact in evidence.dialogues if fact.family in wanted)
    found = [dialogue_reach(evidence, fact, min_tries, failing_rounds) for fact in talks]
    seen = {(reach.where, reach.address) for reach in found}
    for exchanger in evidence.exchangers:
        host = evidence.hosts.get(exchanger)
        for family, address in _addresses(host, wanted):
            if (exchanger, address) not in seen:
                failure = evidence.blind(family) or _NOT_ASKED
                found.append(Reach(exchanger, address, family, None, trouble(failure), failure))
    return found


def dialogue_reach(
    evidence: MailEvidence, fact: MailFact, min_tries: int, failing_rounds: int = FAILING_ROUNDS
) -> Reach:
    """Whether one address of an exchanger greets."""
    ok, saw, decided = weighed(fact.rounds, _standing(evidence, fact, min_tries), failing_rounds)
    failure = None if ok else decided or evidence.blind(fact.family) or fact.failure
    return Reach(fact.exchanger, fact.address, fact.family, ok, saw, failure, fact.id)


def complete(fact: MailFact) -> bool:
    """Whether the dialogue went as far as EHLO, so that what the exchanger offers is known."""
    return bool(fact.capabilities) or fact.starttls_offered or fact.failure is None


def sessions(evidence: MailEvidence) -> list[tuple[MailFact, CertificateTrust]]:
    """The TLS sessions with what certificate validation said of them."""
    return [(fact, evidence.trust[fact.id]) for fact in evidence.dialogues if fact.id in evidence.trust]


def untested_mail(evidence: MailEvidence, families: Iterable[Family], reached: Iterable[Reach] = ()) -> Outcome:
    """The outcome when no dialogue shows anything: message `not_tested`."""
    families, reached = tuple(families), tuple(reached)
    blind = [failure for family in families if (failure := evidence.blind(family)) is not None]
    lookups = [host.lookup(family) for host in evidence.hosts.values() for family in families]
    named = [lookup.failure for lookup in lookups if lookup is not None]
    failure = blind[0] if blind and len(blind) == len(families) else None
    failure = failure or first_failure([reach.failure for reach in reached]) or first_failure(named)
    if failure is None and lookups and not any(lookup is None or lookup.addresses for lookup in lookups):
        detail = f"{', '.join(evidence.hosts)} without address"
        failure = Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail=detail)
    return could_not_test("not_tested", failure or _NOT_ASKED, observed=rows(reached))


def _standing(evidence: MailEvidence, fact: MailFact, min_tries: int) -> tuple[bool | None, str]:
    failure = fact.failure
    if failure is None or fact.banner or fact.capabilities:
        return True, f"220 {fact.banner}".strip()
    if failure.reason is Reason.PROTOCOL and _REPLY_CODE.match(failure.detail):
        return True, failure.detail
    kind = classify(fact.address)
    if not kind.is_global and not within(fact.address, evidence.allowed_special):
        return False, f"{kind.name}; no address of the public Internet"
    if evidence.blind(fact.family) is not None or failure.side in (Side.OURS, Side.BUDGET, Side.BUG):
        return None, trouble(failure)
    if failure.reason in SILENT:
        tries = total_tries(fact.rounds, fact.tries)
        return (False if tries >= min_tries else None), f"{trouble(failure)}; {tries} tries"
    return (False if failure.reason in SPOKEN else None), trouble(failure)


def _addresses(host: HostEvidence | None, families: Iterable[Family]) -> list[tuple[Family, str]]:
    if host is None:
        return []
    lookups = [(family, host.lookup(family)) for family in families]
    return [(family, address) for family, lookup in lookups if lookup is not None for address in lookup.addresses]


_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no SMTP dialogue was held")
_MX_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the domain's MX was not looked up")
