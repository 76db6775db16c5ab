"""Whether the declared prefixes are global unicast and large enough to be carried everywhere (RFC 6890, RFC 7454)."""

import ipaddress

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.addresses import special_in
from netaudit.rules.upstreams import of_family

from ._helpers import BOTH, sourced


def judge(evidence: DataCentreEvidence, *, max_ipv4_length: int, max_ipv6_length: int) -> Outcome:
    """Reads the inventory alone. A special-purpose range that the scope allows counts as global."""
    prefixes = evidence.datacentre.prefixes
    known = [prefix for family in BOTH for prefix in of_family(prefixes, family)]
    if not known:
        return sourced(evidence, not_applicable("no_prefix"))
    longest = {4: max_ipv4_length, 6: max_ipv6_length}
    special = {prefix: found.name for prefix in known if (found := special_in(prefix, evidence.allowed_special))}
    small = [p for p in known if (net := ipaddress.ip_network(p, strict=False)).prefixlen > longest[net.version]]
    rows = tuple(_row(prefix, special.get(prefix, ""), prefix in small) for prefix in known)
    if special:
        names = tuple(f"{prefix} ({name})" for prefix, name in special.items())
        return sourced(evidence, failed("special", observed=rows, prefixes=names))
    if small:
        limits = tuple(f"/{length}" for length in longest.values())
        return sourced(evidence, failed("too_long", observed=rows, prefixes=tuple(small), limits=limits))
    return sourced(evidence, passed("ok", observed=rows, prefixes=tuple(known), total=len(known)))


def _row(prefix: str, special: str, small: bool) -> Observation:
    saw = special or ("longer than most networks accept" if small else "global unicast")
    family = Family.IPV6 if ":" in prefix else Family.IPV4
    return Observation(where=prefix, saw=saw, family=family, ok=not (special or small))
