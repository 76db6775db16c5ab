"""Whether the domain publishes a DMARC policy of its own that receivers can act on (RFC 7489).

Without one, receivers look at the organizational domain's (section 6.6.3), whose `sp` may say anything.
That record is not looked up here, so the finding says no more than that the domain has none of its own.
"""

from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Outcome, failed, passed, warned
from netaudit.rules.dmarc import dmarc_records, looks_like_dmarc, parse_dmarc

from ._helpers import record_rows, untested_record


def judge(evidence: MailEvidence) -> Outcome:
    """`p=none` asks receivers to do nothing: it is for watching, before a policy is set."""
    problem = untested_record(evidence.dmarc)
    if problem is not None:
        return problem
    facts = evidence.dmarc.facts if evidence.dmarc is not None else ()
    name, texts = f"_dmarc.{evidence.domain}", evidence.records.get("dmarc", ())
    records = dmarc_records(texts)
    if len(records) > 1:
        return failed("several", observed=record_rows(name, records, ok=False), facts=facts, count=len(records))
    if not records:
        meant = tuple(text for text in texts if looks_like_dmarc(text))
        rows = record_rows(name, meant, ok=False)
        if meant:
            return failed("malformed", observed=rows, facts=facts, problem="v=DMARC1 does not come first")
        return failed("missing", observed=rows, facts=facts, name=name)
    policy = parse_dmarc(records[0])
    if policy.problem:
        return failed("malformed", observed=record_rows(name, records, ok=False), facts=facts, problem=policy.problem)
    rows = record_rows(name, records, ok=True)
    if policy.policy == "none" or policy.percent == 0:
        return warned("none", observed=rows, facts=facts)
    if policy.percent < 100:
        return warned("partial", observed=rows, facts=facts, policy=policy.policy, percent=policy.percent)
    return passed("ok", observed=rows, facts=facts, policy=policy.policy)
