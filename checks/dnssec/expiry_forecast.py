"""How long signatures last against what depends on them, and whether the signer has stopped (RFC 6781 section 4.4)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import dns.name
import dns.rdatatype
import dns.rrset

from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.verdict import Argument, Observation, Outcome, failed, not_applicable, passed, warned
from netaudit.rules.once import by_content, once
from netaudit.rules.rrsig import RRSIG, Validity, key_tag, utc, validity
from netaudit.rules.zones import authoritative, label, survey, where

from ._helpers import SignedZone, signed_zone

_DAY = 86_400
_RRSIGS = 64  # over one RRset: as many are looked at


class Dated(NamedTuple):
    """An RRset that one server gave, and the signature over it that lasts longest."""

    server: ServerEvidence | None  # None: one of the parent's
    exchange: Exchange
    rdtype: str
    ttl: int  # seconds
    validity: Validity

    @property
    def lifetime(self) -> float:
        """Seconds between the signature's two dates."""
        return self.validity.expiration - self.validity.inception

    def left(self, now: int) -> float:
        """Seconds from `now` to the signature's end."""
        return self.validity.expiration - now


def judge(evidence: ZoneEvidence, *, renewal: float) -> Outcome:
    """Compare the first end of a signature with the SOA's timers and with TTLs, at every server.

    `dnssec.signature_margin` holds the days left against a fixed number; this check holds them against the
    zone's own timers, and looks at whether anything was signed lately. Signers renew a signature before
    `renewal` of its lifetime is over, so when none on any server is younger than that, the signer has stopped.
    That takes every server's word: one that was not heard may have newer signatures. Beside an earlier scan, it
    tells whether anything was signed since, and warns of the day when that would become a shortage.
    """
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    found = _dated(evidence)
    own = [item for item in found if item.server is not None]
    before = _before(evidence)
    then = () if before is None else (before.row(evidence.zone),)
    rows = (*_rows(evidence, found), *then, *signed.survey.unseen())
    facts = tuple(dict.fromkeys(item.exchange.id for item in found))
    if not own:
        return not_applicable("no_signatures", observed=rows, facts=facts)
    now = int(evidence.now)
    newest = max(own, key=lambda item: item.validity.inception)
    first = min(own, key=lambda item: item.validity.expiration)
    due = newest.validity.inception + renewal * newest.lifetime
    if due < now and _all_heard(evidence, signed):
        ended = all(item.validity.expiration < now for item in own)
        outcome, message = (failed, "stopped") if ended else (warned, "overdue")
        return outcome(
            message, observed=rows, facts=facts,
            made=utc(newest.validity.inception), due=utc(due), ago=_days(now - due),
            when=utc(first.validity.expiration),
        )  # fmt: skip
    if first.left(now) < 0:
        return failed("ended", observed=rows, facts=facts, **_told(first, now))
    short = min(own, key=lambda item: item.left(now) - item.ttl)
    if short.left(now) < short.ttl:
        return warned("below_ttl", observed=rows, facts=facts, ttl=_days(short.ttl), **_told(short, now))
    timers = _timers(evidence)
    if first.left(now) < timers:
        return warned("below_timers", observed=rows, facts=facts, timers=_days(timers), **_told(first, now))
    above = min((i for i in found if i.server is None), key=lambda item: item.left(now) - item.ttl, default=None)
    if above is not None and above.left(now) < above.ttl:
        return warned("parent", observed=rows, facts=facts, ttl=_days(above.ttl), **_told(above, now))
    told = {"timers": _days(timers), "margin": _days(first.left(now) - timers), **_told(first, now)}
    if before is None:
        return passed("ok", observed=rows, facts=facts, **told)
    told |= {"since": utc(before.at), "before": _days(before.left), "made": utc(newest.validity.inception)}
    if newest.validity.inception > before.newest:
        return passed("renewed", observed=rows, facts=facts, **told)
    told["silent"] = _days(now - newest.validity.inception)
    if _all_heard(evidence, signed) and first.left(now) - (now - before.at) < timers:
        return warned("shrinking", observed=rows, facts=facts, **told)
    return passed("idle", observed=rows, facts=facts, **told)


class _Before(NamedTuple):
    """What an earlier scan saw of the zone's signatures: when, the newest one's beginning, the first one's end."""

    at: float
    newest: float
    first: float

    @property
    def left(self) -> float:
        return self.first - self.at

    def row(self, zone: str) -> Observation:
        saw = f"first end {utc(self.first)} ({_days(self.left)} days left); last signed {utc(self.newest)}"
        return Observation(where=f"{zone} at {utc(self.at)}", saw=saw)


def _before(evidence: ZoneEvidence) -> _Before | None:
    """The zone's signatures as an earlier scan saw them, whatever its keys were then."""
    earlier = evidence.earlier
    if earlier is None:
        return None
    made = [
        state
        for server in earlier.servers
        for exchange in server.exchanges
        if authoritative(exchange)
        for _, _, state in _signed(exchange, evidence.apex, None, earlier.at)
    ]
    if not made:
        return None
    return _Before(earlier.at, max(s.inception for s in made), min(s.expiration for s in made))


def _told(item: Dated, now: int) -> dict[str, Argument]:
    """The arguments that describe a signature."""
    server = label(item.server) if item.server is not None else item.exchange.server
    ends = item.validity.expiration
    return {"days": _days(item.left(now)), "when": utc(ends), "rdtype": item.rdtype, "server": server}


@once
def _dated(evidence: ZoneEvidence) -> tuple[Dated, ...]:
    """Every signed RRset of the zone that its servers gave, and the DS RRsets of the parent's."""
    keys = {(key_tag(key), int(key.algorithm)) for key in signed_zone(evidence).zone_keys}
    signed = by_content(lambda exchange: tuple(_signed(exchange, evidence.apex, keys, evidence.now)))
    found = [
        Dated(server, exchange, *item)
        for server in evidence.servers
        for exchange in server.exchanges
        if authoritative(exchange)
        for item in signed(exchange)
    ]
    for exchange in evidence.ds:
        rrset = exchange.answer(evidence.apex, dns.rdatatype.DS) if authoritative(exchange) else None
        if rrset is not None:
            found += [
                Dated(None, exchange, *item) for item in _signed(exchange, None, None, evidence.now) if item[0] == "DS"
            ]
    return tuple(found)


def _signed(
    exchange: Exchange, signer: dns.name.Name | None, keys: set[tuple[int, int]] | None, now: float
) -> Iterator[tuple[str, int, Validity]]:
    """The RRsets in a response with the signatures of the zone's keys that have a beginning and an end."""
    message = exchange.message
    sections: Iterable[dns.rrset.RRset] = (*message.answer, *message.authority) if message is not None else ()
    for rrset in sections:
        if rrset.rdtype != dns.rdatatype.RRSIG:
            continue
        made = [
            rdata
            for rdata in list(rrset)[:_RRSIGS]
            if isinstance(rdata, RRSIG)
            and (signer is None or rdata.signer == signer)
            and (keys is None or (int(rdata.key_tag), int(rdata.algorithm)) in keys)
        ]
        state = validity(made, now)
        if state.state in ("current", "expired"):
            yield dns.rdatatype.to_text(rrset.covers), int(rrset.ttl), state


def _all_heard(evidence: ZoneEvidence, signed: SignedZone) -> bool:
    heard = survey(evidence, dns.rdatatype.SOA)
    return not signed.survey.missing and not heard.missing and not evidence.fact.unresolved


def _timers(evidence: ZoneEvidence) -> int:
    """How long a secondary cut off from its primary goes on answering: refresh and expire (RFC 1035 3.3.13)."""
    answers = survey(evidence, dns.rdatatype.SOA).answers
    return max((int(soa.refresh) + int(soa.expire) for a in answers for soa in (a.rrset or ())), default=0)


def _rows(evidence: ZoneEvidence, found: tuple[Dated, ...]) -> tuple[Observation, ...]:
    """One row a server: the signature that ends first and the one made last."""
    servers: dict[str, list[Dated]] = {}
    for item in found:
        servers.setdefault(label(item.server) if item.server is not None else "", []).append(item)
    return tuple(_row(evidence, items) for items in servers.values())


def _row(evidence: ZoneEvidence, items: list[Dated]) -> Observation:
    first = min(items, key=lambda item: item.validity.expiration)
    newest = max(items, key=lambda item: item.validity.inception)
    left = _days(first.validity.expiration - int(evidence.now))
    ends = f"first end {utc(first.validity.expiration)} ({first.rdtype}, {left} days left)"
    saw = f"{ends}; last signed {utc(newest.validity.inception)} ({newest.rdtype})"
    good = first.validity.state == "current"
    if first.server is not None:
        return where(first.server, saw, good)
    return Observation(where=f"DS of {evidence.zone}", saw=saw, address=first.exchange.server, ok=good)


def _days(seconds: float) -> float:
    return round(seconds / _DAY, 1)
