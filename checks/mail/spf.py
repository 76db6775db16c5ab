"""Whether the domain says which machines may send in its name, and refuses the others (RFC 7208)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, passed, warned
from netaudit.rules.spf import LOOKUP_LIMIT, SpfPolicy, parse_spf, spf_records
from netaudit.rules.spf_lookups import VOID_LIMIT, Followed, follow

from ._helpers import record_rows, untested_record

_CLOSED = ("-", "~")


def judge(evidence: MailEvidence) -> Outcome:
    """A domain that takes no mail needs the record too: a forged sender asks nobody."""
    problem = untested_record(evidence.spf)
    if problem is not None:
        return problem
    facts = evidence.spf.facts if evidence.spf is not None else ()
    records = spf_records(evidence.records.get("spf", ()))
    if len(records) != 1:
        rows = record_rows(evidence.domain, records, ok=False)
        if records:
            return failed("several", observed=rows, facts=facts, count=len(records))
        return failed("missing", observed=rows, facts=facts)
    policy = parse_spf(records[0])
    followed = follow(evidence.senders, evidence.domain, records[0]) if not policy.problem else Followed()
    message = _fault(policy, followed)
    rows = (
        *record_rows(evidence.domain, records, ok=not message),
        *(
            row
            for name, texts in evidence.senders.records.items()
            if name != evidence.domain
            for row in record_rows(name, texts, ok=False if name == followed.broken else None)
        ),
    )
    if message:
        return failed(
            message, observed=rows, facts=facts, term=policy.problem, lookups=max(policy.lookups, followed.lookups),
            limit=LOOKUP_LIMIT, name=followed.broken,
        )  # fmt: skip
    if followed.unknown:
        detail = f"the policy is that of {followed.unknown[:253]}, which was not looked up"
        failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=detail)
        return could_not_test("not_tested", failure, observed=rows, facts=facts)
    if len(followed.voids) > VOID_LIMIT:
        return warned("void_lookups", observed=rows, facts=facts, names=followed.voids, limit=VOID_LIMIT)
    if policy.uses_ptr:
        return warned("ptr", observed=rows, facts=facts)
    return passed(
        "ok", observed=rows, facts=facts, end=f"{followed.all}all", lookups=followed.lookups, limit=LOOKUP_LIMIT
    )


def _fault(policy: SpfPolicy, followed: Followed) -> str:
    """What makes receivers ignore the record or accept anybody; empty: nothing that is known."""
    if policy.problem:
        return "malformed"
    if max(policy.lookups, followed.lookups) > LOOKUP_LIMIT:
        return "too_many_lookups"
    if followed.broken:
        return "broken_name"
    if followed.all and followed.all not in _CLOSED:
        return "open"
    return "" if followed.all or followed.unknown else "no_all"
