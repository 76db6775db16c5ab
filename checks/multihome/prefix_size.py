"""Whether every prefix is short enough to be carried everywhere (RFC 7454 section 6.1.3).

Most networks drop IPv4 routes longer than /24 and IPv6 routes longer than /48.
"""

import ipaddress

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.origin import covers
from netaudit.rules.upstreams import of_family, origins, prefix_views

from ._helpers import BOTH, over, sourced
from ._origins import family_of, usable_table

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def judge(
    evidence: DataCentreEvidence, *, max_ipv4_length: int, max_ipv6_length: int, max_routes_age_days: float
) -> Outcome:
    """The declared prefixes, and their parts that our ASNs were seen to announce; without a table, the former alone.

    A part that is too long does no harm where an announced prefix of ours covers it.
    """
    centre = evidence.datacentre
    declared = [_network(prefix) for family in BOTH for prefix in of_family(centre.prefixes, family)]
    if not declared:
        return sourced(evidence, not_applicable("no_prefix"))
    limits = {4: max_ipv4_length, 6: max_ipv6_length}
    announced = _announced(evidence, max_routes_age_days)
    short = [net for net in announced if net.prefixlen <= limits[net.version]]
    long = [
        net
        for net in dict.fromkeys([*declared, *announced])
        if net.prefixlen > limits[net.version] and not any(covers(other, net) for other in short)
    ]
    shown = list(dict.fromkeys([*declared, *long]))
    rows = tuple(_row(net, net in long) for net in shown)
    if long:
        return sourced(evidence, failed(
            "too_long", observed=rows, prefixes=tuple(str(net) for net in long),
            limits=tuple(f"/{length}" for length in limits.values()),
            over=over(family_of(str(net)) for net in long),
        ))  # fmt: skip
    return sourced(evidence, passed("ok", observed=rows, prefixes=tuple(map(str, shown)), total=len(shown)))


def _announced(evidence: DataCentreEvidence, max_age_days: float) -> list[_Network]:
    table = usable_table(evidence, max_age_days)
    own = frozenset(evidence.datacentre.asns)
    views = prefix_views(evidence.datacentre.prefixes, table.routes if table is not None else ())
    ours = {route.prefix: None for view in views for route in view.announced if own & origins([route]).keys()}
    return [_network(prefix) for prefix in ours]


def _network(prefix: str) -> _Network:
    return ipaddress.ip_network(prefix, strict=False)


def _row(net: _Network, long: bool) -> Observation:
    family = Family.IPV6 if net.version == 6 else Family.IPV4
    saw = "longer than most networks accept" if long else "short enough"
    return Observation(where=str(net), saw=saw, family=family, ok=not long)
