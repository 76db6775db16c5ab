"""Whether the parent publishes a DS for the signed zone (RFC 4035 section 2.4)."""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.rrsig import ds_text
from netaudit.rules.zones import where

from ._helpers import delegated, signed_zone


def judge(evidence: ZoneEvidence) -> Outcome:
    """Every parent server that answers must have a DS; without any, the zone must be signed for it to matter."""
    if evidence.zone == ".":
        return not_applicable("root")
    parent = delegated(evidence)
    zone = evidence.fact.delegation.parent if evidence.fact.delegation else "parent"
    rows = tuple(
        Observation(
            where=f"{zone} (parent)", saw="DS" if e in parent.positive else "no DS",
            address=e.server, family=e.family, ok=e in parent.positive,
        )
        for e in (*parent.positive, *parent.negative)
    )  # fmt: skip
    if parent.positive and parent.negative:
        servers = tuple(dict.fromkeys(exchange.server for exchange in parent.negative))
        return failed("parent_differs", observed=rows, facts=parent.facts, servers=servers, parent=zone)
    if parent.positive:
        records = tuple(ds_text(ds) for ds in parent.records)
        return passed("ok", observed=rows, facts=parent.facts, ds=records, parent=zone)
    if not parent.negative:
        return parent.untested()
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    keys = tuple(where(answer.server, "DNSKEY") for answer in signed.survey.answers if answer.rrset)
    facts = (*parent.facts, *signed.survey.facts)
    return failed("no_ds", observed=(*rows, *keys), facts=facts, parent=zone)
