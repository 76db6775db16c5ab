"""What the report lays side by side: each service over IPv4 and over IPv6."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from netaudit.judge.derive import Derived
from netaudit.model.common import Failure, Family
from netaudit.model.evidence import CertificateTrust, EndpointEvidence, MailEvidence
from netaudit.model.facts import ConnectFact, HttpHop, MailFact, WebFact
from netaudit.model.parity import Parity, ParityRow
from netaudit.rules.calendar import day_of
from netaudit.rules.fetches import SECURITY_HEADERS, addresses, attempt, header, own

__all__ = ["parity_of_run"]

_Seen = TypeVar("_Seen", WebFact, MailFact)

_VALUES = 8  # of one row and family
_LONGEST = 300  # characters of a value


def parity_of_run(targets: Iterable[Derived]) -> Iterator[tuple[str, Parity]]:
    """Each web service, TCP service and mail domain that anything was asked of, by the name of its target."""
    for derived in targets:
        evidence = derived.evidence
        if isinstance(evidence, EndpointEvidence):
            found = _of_web(evidence) if own(evidence) else _of_connects(evidence)
        elif isinstance(evidence, MailEvidence):
            found = _of_mail(evidence)
        else:
            continue
        if found.addresses:
            yield derived.target.name, found


def _of_web(evidence: EndpointEvidence) -> Parity:
    facts = own(evidence)
    good = [fact for fact in facts if attempt(fact)[0] is None and fact.hops]
    seen = {family: [fact for fact in good if fact.family is family] for family in Family}
    trust = {fact.id: evidence.trust.get(fact.id) for fact in good}
    rows = [
        _row("way", seen, _way),
        _row("final_url", seen, lambda fact: fact.hops[-1].url.partition("?")[0]),
        _row("tls", seen, _session),
        _row("cipher", seen, lambda fact: _tls(fact, "cipher"), told_only=True),
        _row("certificate", seen, lambda fact: _of_trust(trust[fact.id], lambda t: t.subject)),
        _row("issuer", seen, lambda fact: _of_trust(trust[fact.id], lambda t: t.issuer)),
        _row("valid_until", seen, lambda fact: _of_trust(trust[fact.id], lambda t: day_of(t.not_after).isoformat())),
        _row("key", seen, lambda fact: _of_trust(trust[fact.id], lambda t: t.key)),
        _row("server", seen, lambda fact: header(fact.hops[-1], "server") or ""),
        *(_row(f"header:{name}", seen, _field(name)) for name in SECURITY_HEADERS),
        _row("size", seen, lambda fact: str(fact.hops[-1].body_size), told_only=True),
        _row("first_byte", seen, lambda fact: f"{fact.hops[0].first_byte_ms:.0f}", told_only=True),
    ]
    failures = {fact.address: failure for fact in facts if (failure := attempt(fact)[0]) is not None}
    return _parity(evidence, facts, failures, rows)


def _of_connects(evidence: EndpointEvidence) -> Parity:
    failures = {fact.address: fact.failure for fact in evidence.connects if fact.failure is not None}
    return _parity(evidence, evidence.connects, failures, [])


def _parity(
    evidence: EndpointEvidence,
    facts: Iterable[WebFact | ConnectFact],
    failures: Mapping[str, Failure],
    rows: Iterable[ParityRow],
) -> Parity:
    asked = {family: tuple(fact.address for fact in facts if fact.family is family) for family in Family}
    known = {family: asked[family] or addresses(evidence.host, family) for family in Family}
    times = evidence.times
    return Parity(
        addresses={family: found for family, found in known.items() if found},
        failures=dict(failures),
        rows=tuple(row for row in rows if row.ipv4 or row.ipv6),
        samples=times.samples if times is not None else {},
        lost={family: lost for family, lost in times.lost.items() if lost} if times is not None else {},
    )


def _of_mail(evidence: MailEvidence) -> Parity:
    talks = evidence.dialogues
    seen = {family: [t for t in talks if t.family is family and t.failure is None] for family in Family}
    trust = {talk.id: evidence.trust.get(talk.id) for talk in talks}
    rows = [
        _row("exchanger", seen, lambda talk: talk.exchanger),
        _row("banner", seen, lambda talk: talk.banner),
        _row("starttls", seen, lambda talk: "STARTTLS" if talk.starttls_offered else "–"),
        _row("tls", seen, lambda talk: talk.tls.version if talk.tls is not None else ""),
        _row("certificate", seen, lambda talk: _of_trust(trust[talk.id], lambda t: t.subject)),
        _row("issuer", seen, lambda talk: _of_trust(trust[talk.id], lambda t: t.issuer)),
        _row("valid_until", seen, lambda talk: _of_trust(trust[talk.id], lambda t: day_of(t.not_after).isoformat())),
        _row("capabilities", seen, lambda talk: ", ".join(sorted(talk.capabilities))),
        _row("dialogue", seen, lambda talk: f"{talk.elapsed_ms:.0f}", told_only=True),
    ]
    asked = {family: tuple(talk.address for talk in talks if talk.family is family) for family in Family}
    return Parity(
        addresses={family: found for family, found in asked.items() if found},
        failures={talk.address: talk.failure for talk in talks if talk.failure is not None},
        rows=tuple(row for row in rows if row.ipv4 or row.ipv6),
    )


def _row(
    what: str, seen: Mapping[Family, list[_Seen]], value: Callable[[_Seen], str], *, told_only: bool = False
) -> ParityRow:
    """The values of both families; alike where they are the same, and both families were seen."""
    v4, v6 = (_values(map(value, seen[family])) for family in Family)
    compared = bool(seen[Family.IPV4] and seen[Family.IPV6]) and not told_only
    return ParityRow(what=what, ipv4=v4, ipv6=v6, alike=set(v4) == set(v6) if compared else None)


def _values(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value[:_LONGEST] for value in found if value))[:_VALUES]


def _way(fact: WebFact) -> str:
    """`301 → 200`: the statuses on the way, the last one the page's."""
    return " → ".join(_status(hop) for hop in fact.hops)


def _status(hop: HttpHop) -> str:
    if hop.status is not None:
        return str(hop.status)
    return hop.failure.reason if hop.failure is not None else "?"


def _session(fact: WebFact) -> str:
    return ", ".join(part for part in (_tls(fact, "version"), _tls(fact, "alpn")) if part)


def _tls(fact: WebFact, name: str) -> str:
    session = fact.hops[0].tls
    return str(getattr(session, name)) if session is not None else ""


def _field(name: str) -> Callable[[WebFact], str]:
    return lambda fact: header(fact.hops[-1], name) or ""


def _of_trust(trust: CertificateTrust | None, value: Callable[[CertificateTrust], str]) -> str:
    return value(trust) if trust is not None else ""
