"""Configurations of BIRD 2 for the routers of the lab: customers, peers and providers, without valleys.

Where a route came from is kept in a large community (RFC 8092) of the router's own; what came from a provider or a
peer goes to customers alone. Collectors are told everything.
"""

from collections.abc import Iterator, Sequence

from netaudit.model.common import Family, family_of
from tests.lab.multihome.topology import ASNS, COLLECTOR_ASN, HOMES, PROVINCE, Design, End, Role

__all__ = ["router", "collector"]

_LEARNT = {Role.CUSTOMER: 1, Role.PEER: 2, Role.PROVIDER: 3}
_PREFERENCE = {Role.CUSTOMER: 200, Role.PEER: 150, Role.PROVIDER: 100}
_TIMERS = "connect delay time 1; connect retry time 1; error wait time 1, 2;"
_ALL = "if source = RTS_STATIC || source = RTS_BGP then accept;"
_HEAD = ("log stderr { error, fatal, bug };", "protocol device { scan time 2; }")


def router(name: str, number: int, ends: Sequence[End], design: Design) -> str:
    """The configuration of one AS's router. `number` makes its identifier."""
    return "\n".join([*_HEAD, f"router id 10.255.0.{number};", *_router(name, ends, design), ""])


def collector(ends: Sequence[End]) -> str:
    """The configuration of a collector: everything in, nothing out, nothing in the kernel."""
    lines = [*_HEAD, "router id 10.255.0.254;"]
    for end in ends:
        for family in end.families:
            session = _session(end, family, COLLECTOR_ASN, 30, "")
            lines.append(f"{session} {family} {{ import all; export none; }}; }}")
    return "\n".join([*lines, ""])


def _router(name: str, ends: Sequence[End], design: Design) -> Iterator[str]:
    asn = ASNS[name]
    if design.bfd:
        yield 'protocol bfd { interface "to-*" { interval 100 ms; multiplier 3; }; }'
    for family in Family:
        yield f"protocol kernel {{ {family} {{ import none; export filter {{ {_source(name, family)} }}; }}; }}"
        own = [prefix for prefix in design.origins(name) if family_of(prefix.partition("/")[0]) is family]
        if own:
            reach = " ".join(f"route {prefix} unreachable;" for prefix in own)
            yield f"protocol static {{ {family}; {reach} }}"
    for end in ends:
        yield from _neighbour(asn, end, design)


def _source(name: str, family: Family) -> str:
    """Routes go to the kernel with the router's home as source: that of a link is announced by nobody."""
    return f"if source != RTS_BGP then accept; krt_prefsrc = {HOMES[name][family]}; accept;"


def _neighbour(asn: int, end: End, design: Design) -> Iterator[str]:
    ours = PROVINCE in (end.router, end.neighbour)
    hold = design.hold if ours else 30
    extra = "bfd on;" if ours and design.bfd else ""
    if ours and design.ipv6_in_ipv4:
        channels = "".join(_channel(asn, end, family, design, mixed=True) for family in end.families)
        yield f"{_session(end, Family.IPV4, asn, hold, extra)} {channels} }}"
        return
    for family in end.families:
        yield f"{_session(end, family, asn, hold, extra)} {_channel(asn, end, family, design)} }}"


def _session(end: End, family: Family, asn: int, hold: int, extra: str) -> str:
    number = "4" if family is Family.IPV4 else "6"
    there = ASNS.get(end.neighbour, COLLECTOR_ASN)
    return (
        f"protocol bgp {end.neighbour.replace('-', '_')}_v{number} {{ local {end.local[family]} as {asn};"
        f" neighbor {end.remote[family]} as {there}; hold time {hold}; {_TIMERS} {extra}"
    )


def _channel(asn: int, end: End, family: Family, design: Design, *, mixed: bool = False) -> str:
    if end.role is Role.COLLECTOR:
        return f"{family} {{ import none; next hop self; export filter {{ {_ALL} reject; }}; }};"
    # a leak without a preference may settle in two ways (RFC 4264)
    preferred = 1 if design.leak[:2] == (end.router, end.neighbour) else 0
    arriving = (
        f"bgp_large_community.delete([({asn}, *, *)]); bgp_large_community.add(({asn}, 0, {_LEARNT[end.role]}));"
        f" bgp_local_pref = {_PREFERENCE[end.role] + preferred}; accept;"
    )
    # IPv6 in an IPv4 session: BIRD knows no next hop of its own for it
    hop = f"next hop address {end.local[family]};" if mixed and family is Family.IPV6 else "next hop self;"
    return f"{family} {{ import filter {{ {arriving} }}; {hop} export filter {{ {_leaving(asn, end, design)} }}; }};"


def _leaving(asn: int, end: End, design: Design) -> str:
    prepend = f"bgp_path.prepend({asn}); " * design.prepends.get(end.neighbour, 0) if end.router == PROVINCE else ""
    if end.role is Role.CUSTOMER or design.leak[::2] == (end.router, end.neighbour):
        return f"{prepend}{_ALL} reject;"
    learnt = f"({asn}, 0, {_LEARNT[Role.CUSTOMER]}) ~ bgp_large_community"
    return f"{prepend}if source = RTS_STATIC || (source = RTS_BGP && {learnt}) then accept; reject;"
