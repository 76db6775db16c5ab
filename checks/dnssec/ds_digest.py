"""Whether the DS digests are fit for use (RFC 9904, RFC 9905, RFC 9906)."""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.algorithms import DIGESTS, REGISTRY_DATE, Use, digest_name
from netaudit.rules.rrsig import DS, ds_text

from ._helpers import delegated


def judge(evidence: ZoneEvidence) -> Outcome:
    """Look each DS digest type up in the registry; a DS that can't be read is a fault of its own."""
    if evidence.zone == ".":
        return not_applicable("root")
    parent = delegated(evidence)
    if not parent.positive:
        return not_applicable("no_ds", facts=parent.facts) if parent.negative else parent.untested()
    zone = evidence.fact.delegation.parent if evidence.fact.delegation else "parent"
    uses = {
        ds: DIGESTS[int(ds.digest_type)].delegation if int(ds.digest_type) in DIGESTS else None for ds in parent.records
    }
    bad_words = (Use.MUST_NOT, None)
    rows = tuple(
        Observation(where=f"{zone} (parent)", saw=f"DS {ds_text(ds)}, {_name(ds)}", ok=use not in bad_words)
        for ds, use in uses.items()
    )
    if parent.malformed:
        return failed("malformed", observed=rows, facts=parent.facts, detail=parent.malformed[0], parent=zone)
    registry = REGISTRY_DATE.isoformat()
    for message, word in (("forbidden", Use.MUST_NOT), ("unknown", None)):
        bad = [ds for ds, use in uses.items() if use is word]
        if bad:
            names = tuple(dict.fromkeys(_name(ds) for ds in bad))
            texts = tuple(ds_text(ds) for ds in bad)
            return failed(message, observed=rows, facts=parent.facts, digests=names, ds=texts, registry=registry)
    names = tuple(dict.fromkeys(_name(ds) for ds in uses))
    return passed("ok", observed=rows, facts=parent.facts, digests=names, registry=registry)


def _name(ds: DS) -> str:
    return f"{digest_name(int(ds.digest_type))} ({int(ds.digest_type)})"
