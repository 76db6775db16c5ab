"""What the report lays side by side: each service over IPv4 and over IPv6."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from netaudit.judge.derive import Derived
from netaudit.model.common import Failure, Family
from netaudit.model.evidence import CertificateTrust, EndpointEvidence, MailEvidence
from netaudit.model.facts import DatagramFact, DialogueFact, HttpHop, MailFact, WebFact
from netaudit.model.parity import Parity, ParityRow
from netaudit.rules.calendar import day_of
from netaudit.rules.dialects import mechanisms
from netaudit.rules.fetches import SECURITY_HEADERS, Seen, addresses, attempt, header, own
from netaudit.rules.ntp import NtpReply, read_reply

__all__ = ["parity_of_run"]

_Seen = TypeVar("_Seen", WebFact, MailFact, DialogueFact, DatagramFact)

_VALUES = 8  # of one row and family
_LONGEST = 300  # characters of a value


def parity_of_run(targets: Iterable[Derived]) -> Iterator[tuple[str, Parity]]:
    """Each endpoint and mail domain that anything was asked of, by the name of its target."""
    for derived in targets:
        evidence = derived.evidence
        if isinstance(evidence, EndpointEvidence):
            found = _of_endpoint(evidence)
        elif isinstance(evidence, MailEvidence):
            found = _of_mail(evidence)
        else:
            continue
        if found.addresses:
            yield derived.target.name, found


def _of_endpoint(evidence: EndpointEvidence) -> Parity:
    if own(evidence):
        return _of_web(evidence)
    if evidence.dialogues:
        return _of_dialogues(evidence)
    if evidence.datagrams:
        return _of_datagrams(evidence)
    return _parity(evidence, evidence.connects, _failures(evidence.connects), [])


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
    return _parity(evidence, facts, _failures(facts), rows)


def _of_dialogues(evidence: EndpointEvidence) -> Parity:
    talks = evidence.dialogues
    seen = {family: [t for t in talks if t.family is family and t.failure is None] for family in Family}
    trust = {talk.id: evidence.trust.get(talk.id) for talk in talks}
    rows = [
        _row("greeting", seen, lambda talk: talk.greeting),
        _row("starttls", seen, lambda talk: "STARTTLS" if talk.starttls_offered else ""),
        _row("login_before_tls", seen, lambda talk: ", ".join(mechanisms(talk.capabilities))),
        _row("login_within_tls", seen, lambda talk: ", ".join(mechanisms(talk.secured))),
        _row("tls", seen, lambda talk: talk.tls.version if talk.tls is not None else ""),
        _row("cipher", seen, lambda talk: talk.tls.cipher if talk.tls is not None else "", told_only=True),
        _row("certificate", seen, lambda talk: _of_trust(trust[talk.id], lambda t: t.subject)),
        _row("issuer", seen, lambda talk: _of_trust(trust[talk.id], lambda t: t.issuer)),
        _row("valid_until", seen, lambda talk: _of_trust(trust[talk.id], lambda t: day_of(t.not_after).isoformat())),
        _row("key", seen, lambda talk: _of_trust(trust[talk.id], lambda t: t.key)),
        _row("offers", seen, lambda talk: ", ".join(sorted(talk.capabilities))),
        _row("offers_within_tls", seen, lambda talk: ", ".join(sorted(talk.secured))),
        _row("dialogue", seen, lambda talk: f"{talk.elapsed_ms:.0f}", told_only=True),
    ]
    return _parity(evidence, talks, _failures(talks), rows)


def _of_datagrams(evidence: EndpointEvidence) -> Parity:
    facts = evidence.datagrams
    seen = {family: [f for f in facts if f.family is family and f.reply is not None] for family in Family}
    if evidence.endpoint.startswith("ntp://"):
        rows = [
            _row("stratum", seen, _of_time(lambda reply: str(reply.stratum))),
            _row("leap", seen, _of_time(lambda reply: str(reply.leap))),
            _row("kiss", seen, _of_time(lambda reply: reply.kiss)),
            _row("reference", seen, _of_time(lambda reply: "" if reply.kiss else reply.reference)),
            _row("offset", seen, _of_time(lambda reply: f"{reply.offset * 1000:+.1f}"), told_only=True),
            _row("root_distance", seen, _of_time(lambda reply: f"{reply.distance * 1000:.1f}"), told_only=True),
        ]
    else:
        rows = [_row("octets", seen, lambda fact: str(len(fact.reply or b"")))]
    found = _parity(evidence, facts, _failures(facts), rows)
    taken = {family: tuple(fact.elapsed_ms for fact in answered) for family, answered in seen.items()}
    samples = {family: times for family, times in taken.items() if times}
    return msgspec.structs.replace(found, samples=samples, round_trips=bool(samples))


def _of_time(value: Callable[[NtpReply], str]) -> Callable[[DatagramFact], str]:
    def read(fact: DatagramFact) -> str:
        reply = read_reply(fact.reply or b"", fact.at, fact.elapsed_ms / 1000)
        return value(reply) if reply is not None else ""

    return read


def _failures(facts: Iterable[Seen]) -> dict[str, Failure]:
    return {fact.address: failure for fact in facts if (failure := attempt(fact)[0]) is not None}


def _parity(
    evidence: EndpointEvidence,
    facts: Iterable[Seen],
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
