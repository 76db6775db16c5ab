"""Whether a record that asks senders for reports about TLS can be followed (RFC 8460 section 3)."""

from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Outcome, failed, not_applicable, passed
from netaudit.rules.dialogues import mx_problem
from netaudit.rules.service_names import TLS_REPORTS
from netaudit.rules.tls_reports import report_targets, tls_report_records

from ._helpers import record_rows, untested_record


def judge(evidence: MailEvidence) -> Outcome:
    """Nobody has to ask for reports; more than one record counts as none."""
    found = evidence.texts.get(TLS_REPORTS)
    problem = mx_problem(evidence) or untested_record(found.lookup if found is not None else None)
    if problem is not None or found is None:
        return problem or not_applicable("none")
    name, facts = f"{TLS_REPORTS}.{evidence.domain}", found.lookup.facts
    records = tls_report_records(found.texts)
    if not records:
        return not_applicable("none", observed=record_rows(name, found.texts, ok=None), facts=facts)
    if len(records) > 1:
        return failed("several", observed=record_rows(name, records, ok=False), facts=facts, count=len(records))
    targets = report_targets(records[0])
    rows = record_rows(name, records, ok=bool(targets))
    if not targets:
        return failed("malformed", observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts, targets=targets)
