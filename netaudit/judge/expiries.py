"""One calendar of what will break when, from everything that the scan saw an end of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import dns.name
import dns.rdatatype
import dns.rrset

from netaudit.judge.derive import Derived
from netaudit.model.evidence import (
    CertificateTrust,
    DataCentreEvidence,
    EndpointEvidence,
    MailEvidence,
    RegisterEvidence,
    ZoneEvidence,
)
from netaudit.model.expiry import Expiry
from netaudit.model.inventory import Inventory
from netaudit.rules.calendar import day_of, end_of_day
from netaudit.rules.registers import distinct, ends
from netaudit.rules.rrsig import RRSIG, validity
from netaudit.rules.zones import authoritative

__all__ = ["expiries_of_run"]

_HORIZON = 400 * 86_400.0  # seconds: what ends later than that is nobody's plan yet
_RRSIGS = 64  # over one RRset: as many are looked at


def expiries_of_run(targets: Iterable[Derived], inventory: Inventory, now: float) -> tuple[Expiry, ...]:
    """Everything that ends within 400 days or has ended already, by time."""
    found = (*_of_targets(targets), *_of_inventory(inventory))
    near = (e for e in found if 0 <= e.at <= now + _HORIZON)  # a register may claim any year
    return tuple(sorted(near, key=lambda e: (e.at, e.kind, e.subject)))


def _of_targets(targets: Iterable[Derived]) -> Iterator[Expiry]:
    certificates: dict[str, CertificateTrust] = {}
    users: dict[str, dict[str, None]] = defaultdict(dict)
    for derived in targets:
        match derived.evidence:
            case EndpointEvidence() | MailEvidence() as evidence:
                for trust in evidence.trust.values():
                    certificates[trust.fingerprint] = trust
                    users[trust.fingerprint][derived.target.name] = None
            case ZoneEvidence() as zone:
                yield from _signatures(zone)
            case DataCentreEvidence() as centre:
                yield from _roas(centre)
            case RegisterEvidence() as register:
                yield from _register(register)
            case _:
                continue
    for fingerprint, trust in certificates.items():
        affected = tuple(users[fingerprint])
        yield Expiry(kind="certificate", at=trust.not_after, subject=trust.subject, affected=affected)


def _signatures(evidence: ZoneEvidence) -> Iterator[Expiry]:
    """The signature of the zone that ends first at any of its servers, each RRset by its longest-lasting one."""
    dated = (
        state.expiration
        for server in evidence.servers
        for exchange in server.exchanges
        if authoritative(exchange) and exchange.message is not None
        for rrset in (*exchange.message.answer, *exchange.message.authority)
        if rrset.rdtype == dns.rdatatype.RRSIG
        for state in [validity(_made_by(evidence.apex, rrset), evidence.now)]
        if state.state in ("current", "expired")
    )
    first = min(dated, default=None)
    if first is not None:
        yield Expiry(kind="signature", at=first, subject=evidence.zone, affected=(evidence.zone,), renews=True)


def _made_by(zone: dns.name.Name, rrset: dns.rrset.RRset) -> list[RRSIG]:
    return [rdata for rdata in list(rrset)[:_RRSIGS] if isinstance(rdata, RRSIG) and rdata.signer == zone]


def _roas(evidence: DataCentreEvidence) -> Iterator[Expiry]:
    own = frozenset(evidence.datacentre.asns)
    last: dict[str, float] = {}
    for fact in evidence.vrps:
        for vrp in fact.vrps:
            if vrp.expires is not None and vrp.asn in own and fact.failure is None:
                name = f"{vrp.prefix} AS{vrp.asn}"
                last[name] = max(last.get(name, 0.0), vrp.expires)
    for name, at in last.items():
        yield Expiry(kind="roa", at=at, subject=name, affected=(evidence.datacentre.id,), renews=True)


def _register(evidence: RegisterEvidence) -> Iterator[Expiry]:
    """Certificates that end, by month in Viet Nam; those that have ended stand together."""
    months: dict[str, list[float]] = defaultdict(list)
    for row in distinct(evidence.fact) if evidence.fact is not None else ():
        at = ends(row)
        if at <= evidence.now + _HORIZON:
            ended = at <= evidence.now
            months["" if ended else f"{day_of(at):%Y-%m}"].append(at)
    for month, moments in months.items():
        at = max(moments) if not month else min(moments)
        id = evidence.register.id
        yield Expiry(kind="register", at=at, subject=id, affected=(id,), count=len(moments))


def _of_inventory(inventory: Inventory) -> Iterator[Expiry]:
    allowed = inventory.authorisation
    if allowed is not None and allowed.valid_until is not None:
        subject = allowed.reference or allowed.text
        at = end_of_day(allowed.valid_until)
        yield Expiry(kind="authorisation", at=at, subject=subject[:200], affected=(inventory.province.id,))
    for waiver in inventory.waivers:
        yield Expiry(kind="waiver", at=end_of_day(waiver.expires), subject=waiver.id, affected=(waiver.target,))
