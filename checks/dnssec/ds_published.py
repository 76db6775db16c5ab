"""Whether the parent publishes a DS for the zone (RFC 4035 section 2.4)."""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.zones import where

from ._helpers import delegated, keys_of, signed_zone


def judge(evidence: ZoneEvidence) -> Outcome:
    """Every parent server that answers must have a DS. What is in it is another check's matter.

    Without a DS the zone is insecure whether it is signed or not; the message tells the two apart.
    """
    if evidence.zone == ".":
        return not_applicable("root")
    parent = delegated(evidence)
    zone = evidence.fact.delegation.parent if evidence.fact.delegation else "parent"
    rows = tuple(
        Observation(
            where=f"{zone} (parent)",
            saw=f"DS {', '.join(parent.texts)}" if exchange in parent.positive else "no DS",
            address=exchange.server,
            family=exchange.family,
            ok=exchange in parent.positive,
        )
        for exchange in (*parent.positive, *parent.negative)
    )
    if parent.positive and parent.negative:
        servers = tuple(dict.fromkeys(exchange.server for exchange in parent.negative))
        return failed("parent_differs", observed=rows, facts=parent.facts, servers=servers, parent=zone)
    if parent.positive:
        return passed("ok", observed=rows, facts=parent.facts, ds=parent.texts, parent=zone)
    if not parent.negative:
        return parent.untested()
    signed = signed_zone(evidence)
    keys = tuple(where(answer.server, "DNSKEY") for answer in signed.survey.answers if keys_of(answer))
    message = "unsigned" if signed.outcome is not None and signed.outcome.message == "unsigned" else "no_ds"
    facts = (*parent.facts, *signed.survey.facts)
    return failed(message, observed=(*rows, *keys), facts=facts, parent=zone)
