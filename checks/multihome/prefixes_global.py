"""Whether the declared prefixes are global unicast (RFC 6890); how long they may be is prefix_size's affair."""

from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.addresses import special_in
from netaudit.rules.upstreams import of_family

from ._helpers import BOTH, sourced


def judge(evidence: DataCentreEvidence) -> Outcome:
    """Reads the inventory alone. A special-purpose range that the scope allows counts as global."""
    prefixes = evidence.datacentre.prefixes
    known = {prefix: family for family in BOTH for prefix in of_family(prefixes, family)}
    if not known:
        return sourced(evidence, not_applicable("no_prefix"))
    special = {prefix: found.name for prefix in known if (found := special_in(prefix, evidence.allowed_special))}
    rows = tuple(
        Observation(where=prefix, saw=special.get(prefix, "global unicast"), family=family, ok=prefix not in special)
        for prefix, family in known.items()
    )
    if special:
        names = tuple(f"{prefix} ({name})" for prefix, name in special.items())
        return sourced(evidence, failed("special", observed=rows, prefixes=names))
    return sourced(evidence, passed("ok", observed=rows, prefixes=tuple(known), total=len(known)))
