"""Whether a host's HTTPS records, in AliasMode or ServiceMode, lead to names that exist (RFC 9460 section 2)."""

from netaudit.model.evidence import HostEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.targets import judge_targets


def judge(evidence: HostEvidence) -> Outcome:
    """Browsers connect to the target and expect the certificate of the host: they fail, or wait before falling back."""
    lookups = [item.lookup for item in evidence.found if item.lookup.rdtype == "HTTPS"]
    if not lookups:  # not looked up where the host has no address
        lookups = [lookup for lookup in (evidence.a, evidence.aaaa) if lookup is not None]
    unknown = next((lookup.failure for lookup in lookups if lookup.failure is not None), None)
    return judge_targets([target for target in evidence.targets if target.rdtype == "HTTPS"], unknown)
