"""What the report shows beside verdicts: coverage, registers of certificates, and chains of trust."""

from collections.abc import Iterable, Iterator

import dns.rdatatype
import msgspec

from netaudit.dns.signers import Signers
from netaudit.judge.derive import Derived
from netaudit.judge.derive_coverage import denominator
from netaudit.model.book import FactBook
from netaudit.model.evidence import CoverageEvidence, RegisterEvidence, ZoneEvidence
from netaudit.model.run import Coverage, RegisterSummary, ZoneSummary
from netaudit.model.security import ChainLink
from netaudit.rules.registers import counted, distinct, expired, expiring

__all__ = ["coverage_of_run", "registers_of_run", "zones_of_run"]


def coverage_of_run(targets: Iterable[Derived]) -> Iterator[Coverage]:
    """One row for each tier and kind of service that was asked about."""
    for derived in targets:
        evidence = derived.evidence
        if isinstance(evidence, CoverageEvidence):
            units = evidence.units
            yield Coverage(
                tier=evidence.tier.id,
                kind=evidence.service_kind,
                expected=denominator(evidence.tier, len(units)),
                as_of=evidence.tier.as_of,
                listed=len(units),
                declared=sum(unit.declared for unit in units),
                present=sum(unit.present is True for unit in units),
                working=sum(unit.working is True for unit in units),
                untested=sum(unit.working is None for unit in units),
                closed=sum(unit.closed for unit in units),
            )


def registers_of_run(targets: Iterable[Derived]) -> Iterator[RegisterSummary]:
    """Each register that was read, counted by holder, with those that have expired or will soon."""
    for derived in targets:
        evidence = derived.evidence
        if isinstance(evidence, RegisterEvidence) and evidence.fact is not None and evidence.fact.failure is None:
            rows, holders = distinct(evidence.fact), counted(evidence.fact)
            yield RegisterSummary(
                register=evidence.register.id,
                declared=dict(evidence.register.declared),
                counted={holder: holders.get(holder, 0) for holder in (*evidence.register.declared, *holders)},
                expired=len(expired(rows, evidence.now)),
                expiring_30=len(expiring(rows, evidence.now, 30)),
                expiring_60=len(expiring(rows, evidence.now, 60)),
                expiring_90=len(expiring(rows, evidence.now, 90)),
                broken=len(evidence.fact.broken),
            )


def zones_of_run(targets: Iterable[Derived], book: FactBook) -> tuple[dict[str, ChainLink], dict[str, ZoneSummary]]:
    """Each audited zone with its servers and its chain of trust, told who signed what; the chains' links by zone."""
    signers = Signers(book.exchanges_of, book.scan.at)
    links: dict[str, ChainLink] = {}
    summaries: dict[str, ZoneSummary] = {}
    for derived in targets:
        evidence = derived.evidence
        if isinstance(evidence, ZoneEvidence):
            found = signers.completed(evidence.security, evidence.apex, dns.rdatatype.SOA)
            links.update({link.zone: link for link in found.links})
            summaries[evidence.zone] = ZoneSummary(
                servers=evidence.fact.servers,
                chain=tuple(link.zone for link in found.links),
                security=msgspec.structs.replace(found, links=(), facts=()),
            )
    return links, summaries
