"""Whether the certificates of the exchangers' TLS sessions would pass validation (RFC 5280, RFC 9525).

Departures are warnings, never failures. SMTP between servers is opportunistic (RFC 7435): whether to
believe the certificate is the sender's local matter (RFC 3207 section 4.1), and senders deliver all the
same. Only MTA-STS (RFC 8461 section 4.2) makes a valid certificate a must, and DANE (RFC 7672 section
3.1.1) makes name and expiry of one that a TLSA record names irrelevant. Neither policy is looked up here.
"""

from collections.abc import Callable

from netaudit.model.common import Family
from netaudit.model.evidence import CertificateTrust, MailEvidence
from netaudit.model.facts import MailFact
from netaudit.model.verdict import Outcome, not_applicable, passed, warned
from netaudit.rules.dialogues import complete, mail_reach, mx_problem, sessions, untested_mail
from netaudit.rules.registers import day

from ._helpers import row, server

_BOTH = (Family.IPV4, Family.IPV6)
_DAY = 86_400


def judge(evidence: MailEvidence, *, min_days: int) -> Outcome:
    """The name comes first: it is the commoner mistake, and explains more."""
    problem = mx_problem(evidence)
    if problem is not None:
        return problem
    seen = sessions(evidence)
    if not seen:
        told = [complete(fact) and not fact.starttls_offered for fact in evidence.dialogues]
        if told and all(told):
            return not_applicable("no_starttls", facts=tuple(fact.id for fact in evidence.dialogues))
        return untested_mail(evidence, _BOTH, mail_reach(evidence, _BOTH, min_tries=1))
    rows = tuple(row(fact, _described(trust), trust.trusted and trust.name_matches) for fact, trust in seen)
    facts = tuple(fact.id for fact, _ in seen)
    misnamed = _where(seen, lambda trust: not trust.name_matches)
    if misnamed:
        names = next(trust.names for _, trust in seen if not trust.name_matches)[:8]
        return warned("name_mismatch", observed=rows, facts=facts, servers=misnamed, names=names)
    ended = _where(seen, lambda trust: trust.not_after <= evidence.now)
    if ended:
        return warned("expired", observed=rows, facts=facts, servers=ended)
    untrusted = _where(seen, lambda trust: not trust.trusted)
    if untrusted:
        bad = next(trust for _, trust in seen if not trust.trusted)
        return warned(
            "untrusted", observed=rows, facts=facts, servers=untrusted, issuer=bad.issuer,
            error=bad.error or "untrusted",
        )  # fmt: skip
    until = min(trust.not_after for _, trust in seen)
    days = int((until - evidence.now) // _DAY)
    if days < min_days:
        return warned("expires_soon", observed=rows, facts=facts, until=day(until), days=days)
    return passed("ok", observed=rows, facts=facts, until=day(until), total=len(seen))


def _where(seen: list[tuple[MailFact, CertificateTrust]], bad: Callable[[CertificateTrust], bool]) -> tuple[str, ...]:
    return tuple(server(fact) for fact, trust in seen if bad(trust))


def _described(trust: CertificateTrust) -> str:
    return f"{trust.subject}; issuer {trust.issuer}; until {day(trust.not_after)}; {trust.error or 'valid'}"
