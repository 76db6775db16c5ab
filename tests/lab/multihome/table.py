"""The table: every world of the routing lab, and what a scan of it must say of the data centre."""

from netaudit.model.common import Family
from tests.lab.multihome.topology import PREFIXES, Design
from tests.lab.multihome.worlds import BY_UP1, BY_UP2, HEALTHY, V4, V6, Event, Paths, Registered, Roa, World, both

__all__ = ["SAMPLE", "SECTIONS", "TABLE"]

_V6 = (Family.IPV6,)
_NO_V4 = (("t1", Family.IPV4), ("t2", Family.IPV4))
_NO_V6 = (("t1", Family.IPV6), ("t2", Family.IPV6))
_SLOW = 240  # seconds of hold time: nothing is noticed while a test runs

_HALVES: Paths = {**BY_UP1, "up2": None, "t2": None}
_STOLEN: Paths = {**HEALTHY, "cli": (64505,), "t1": (64500, 64505), "t2": (64503, 64505)}
_THIRD: Paths = {**HEALTHY, "t1": (64500, 64510), "cli": (64505, 64500, 64510)}
_SHARED: Paths = {**HEALTHY, "t2": (64503, 64500, 64501, 64510)}
_NOBODY: Paths = dict.fromkeys(HEALTHY)
_PREPENDED: Paths = {
    **HEALTHY,
    "up2": (64502, 64510, 64510, 64510, 64510),
    "t2": (64503, 64502, 64510, 64510, 64510, 64510),
}
_STRANGER: Paths = {
    "up1": (64501, 64500, 64505),
    "up2": (64502, 64503, 64505),
    "t1": (64500, 64505),
    "t2": (64503, 64505),
    "cli": (64505,),
}
_LEAKED: dict[str, Paths] = {
    prefix: {"up2": (64502, 64510, 64501, *beyond)}
    for router, beyond in {"up1": (), "t1": (64500,), "t2": (64500, 64503), "cli": (64500, 64505)}.items()
    for prefix in PREFIXES[router].values()
}
_MANY = (*(f"198.19.{n}.0/24" for n in range(100, 130)), *(f"2001:db8:5{n}::/48" for n in range(100, 130)))
_VALLEY: Paths = {**_PREPENDED, "t2": (64503, 64505, 64500, 64501, 64510)}
_OBJECTS = ((V4, 64510, "APNIC"), (V6, 64510, "APNIC"))
_AS = Registered("AS64510", "")
_LONG4, _LONG6 = "203.0.113.0/25", "2001:db8:113::/49"
_PART4, _PART6 = "203.0.113.128/25", "2001:db8:113:8000::/49"

_CABLES = (
    World("healthy", "nothing is wrong"),
    World("up1-cut", "the cable to the first uplink is cut", event=Event("cut", "prov", "up1", after=both(BY_UP2))),
    World("up2-cut", "the cable to the second uplink is cut", event=Event("cut", "prov", "up2", after=both(BY_UP1))),
    World(
        "up1-silent-bfd",
        "the first uplink loses all packets, and BFD notices",
        design=Design(bfd=True),
        event=Event("drop", "prov", "up1", after=both(BY_UP2)),
    ),
    World(
        "up1-silent",
        "the first uplink loses all packets, and nobody has noticed yet (hold time 240 s)",
        design=Design(hold=_SLOW),
        event=Event("drop", "prov", "up1"),
    ),
    World(
        "up2-v4-silent",
        "the second uplink loses all IPv4, and nobody has noticed yet",
        design=Design(hold=_SLOW),
        event=Event("drop", "prov", "up2", (Family.IPV4,)),
    ),
    World(
        "up1-v6-noticed",
        "the first uplink loses all IPv6; it has a session of its own, with BFD",
        design=Design(bfd=True),
        event=Event("drop", "prov", "up1", _V6, {V4: HEALTHY, V6: BY_UP2}),
    ),
    World(
        "up1-flapped",
        "the first uplink's cable was out for a moment, and Linux has forgotten the IPv6 address",
        design=Design(forgets_ipv6=True),
        event=Event("flap", "prov", "up1", after={V4: HEALTHY, V6: BY_UP2}, between=both(BY_UP2)),
    ),
    World(
        "up1-flapped-kept",
        "the same with keep_addr_on_down=1: no fault",
        event=Event("flap", "prov", "up1", after=both(HEALTHY), between=both(BY_UP2)),
    ),
    World(
        "up2-cut-above",
        "the second uplink's cable to its own transit is cut",
        event=Event("cut", "t2", "up2", after=both({**_SHARED, "up2": (64502, 64510)})),
    ),
)
_FAMILIES = (
    World(
        "v6-one-uplink",
        "the second uplink carries no IPv6",
        design=Design(one_ipv6=True),
        paths={V4: HEALTHY, V6: BY_UP1},
    ),
    World(
        "v6-split",
        "the second uplink carries no IPv6, and the two transits do not exchange IPv6",
        design=Design(one_ipv6=True, split=True),
        apart=_NO_V6[1:],
        paths={V4: HEALTHY, V6: _HALVES},
    ),
    World(
        "v6-withdrawn",
        "the IPv6 prefix is not announced",
        design=Design(originates={"prov": (V4,)}),
        paths={V4: HEALTHY, V6: _NOBODY},
        apart=_NO_V6,
    ),
    World(
        "v4-withdrawn",
        "the IPv4 prefix is not announced",
        design=Design(originates={"prov": (V6,)}),
        paths={V4: _NOBODY, V6: HEALTHY},
        apart=_NO_V4,
    ),
    World(
        "v6-in-v4-dead",
        "IPv6 routes ride in the IPv4 session; the first uplink loses all IPv6",
        design=Design(ipv6_in_ipv4=True, hold=9),
        event=Event("drop", "prov", "up1", _V6),
    ),
    World(
        "v6-in-v4-dead-bfd",
        "the same with BFD, which runs over IPv4",
        design=Design(ipv6_in_ipv4=True, bfd=True),
        event=Event("drop", "prov", "up1", _V6),
    ),
    World(
        "v6-in-v4-dead-outside",
        "the same, seen from outside",
        design=Design(ipv6_in_ipv4=True),
        event=Event("drop", "prov", "up1", _V6),
        scanner="cli",
    ),
    World("v6-in-v4", "IPv6 routes ride in the IPv4 session; all works", design=Design(ipv6_in_ipv4=True)),
)
_UPSTREAMS = (
    World("shared-transit", "both uplinks buy from one transit", design=Design(shared=True), paths=both(_SHARED)),
    World("undeclared", "the province buys from a third AS, which nobody declared", design=Design(third=True),
          paths=both(_THIRD)),
    World(
        "declared-absent",
        "an uplink is declared that is not there",
        uplinks=(
            {"operator": "Một", "asn": 64501}, {"operator": "Hai", "asn": 64502}, {"operator": "Ba", "asn": 64504},
        ),
    ),
    World("one-operator", "both uplinks belong to one operator",
          uplinks=({"operator": "Một", "asn": 64501}, {"operator": "Một", "asn": 64502})),
    World("standby", "the second uplink is a standby: the province prepends itself three times",
          design=Design(prepends={"up2": 3}), paths=both(_PREPENDED)),
    World(
        "leak",
        "the province hands on to the second uplink what it hears from the first",
        design=Design(leak=("prov", "up1", "up2"), adds={"cli": _MANY}),
        paths={**both(HEALTHY), **_LEAKED},
    ),
    World(
        "leak-above",
        "a customer of both transits hands on from one to the other, and the second uplink is a standby",
        design=Design(leak=("cli", "t1", "t2"), prepends={"up2": 3}),
        paths=both(_VALLEY),
    ),
    World("slow", "hold time 240 s and no BFD", design=Design(hold=_SLOW)),
    World("slow-bfd", "hold time 240 s, and BFD: no fault", design=Design(hold=_SLOW, bfd=True)),
)  # fmt: skip
_ORIGINS = (
    World("v4-stolen", "another AS announces the IPv4 prefix as well", design=Design(adds={"cli": (V4,)}),
          paths={V4: _STOLEN, V6: HEALTHY}, apart=_NO_V4),
    World("v6-stolen", "another AS announces the IPv6 prefix as well", design=Design(adds={"cli": (V6,)}),
          paths={V4: HEALTHY, V6: _STOLEN}, apart=_NO_V6),
    World("v4-part-stolen", "another AS announces half of the IPv4 prefix", design=Design(adds={"cli": (_PART4,)}),
          paths={V4: HEALTHY, _PART4: _STRANGER}),
    World("v6-part-stolen", "another AS announces half of the IPv6 prefix", design=Design(adds={"cli": (_PART6,)}),
          paths={V6: HEALTHY, _PART6: _STRANGER}),
    World("v4-part", "the province also announces half of its IPv4 prefix", design=Design(adds={"prov": (_PART4,)}),
          paths={**both(HEALTHY), _PART4: HEALTHY}),
    World("v6-part", "the province also announces half of its IPv6 prefix", design=Design(adds={"prov": (_PART6,)}),
          paths={**both(HEALTHY), _PART6: HEALTHY}),
    World(
        "too-long",
        "what is declared and announced is longer than most networks accept",
        design=Design(originates={"prov": (_LONG4, _LONG6)}),
        paths={_LONG4: HEALTHY, _LONG6: HEALTHY},
        declared=(_LONG4, _LONG6),
        roas=(Roa(_LONG4, 25), Roa(_LONG6, 49)),
        objects=((_LONG4, 64510, "APNIC"), (_LONG6, 64510, "APNIC")),
    ),
)  # fmt: skip
_ROAS = (
    World("roa-none", "there is no ROA", roas=()),
    World("roa-v4-alone", "there is a ROA for IPv4 alone", roas=(Roa(V4, 24),)),
    World("roa-other-as", "the ROA for IPv6 is another AS's", roas=(Roa(V4, 24), Roa(V6, 48, 64502))),
    World("roa-too-short", "the ROA is for a covering prefix and no part of it",
          roas=(Roa("203.0.112.0/22", 22), Roa(V6, 48))),
    World("roa-loose", "the ROA for IPv4 allows every address", roas=(Roa(V4, 32), Roa(V6, 48))),
    World("roa-ends-soon", "the ROA for IPv6 ends within the hour", roas=(Roa(V4, 24), Roa(V6, 48, days=0.03))),
    World("roa-standby", "a ROA for an uplink's AS beside the own, for scrubbing: no fault",
          roas=(Roa(V4, 24), Roa(V6, 48), Roa(V4, 24, 64501))),
    World("rtr", "the ROA payloads are asked of StayRTR at the far end: no fault", rtr=True),
    World("rtr-other-as", "the same, and the ROA for IPv6 is another AS's", rtr=True,
          roas=(Roa(V4, 24), Roa(V6, 48, 64502))),
)  # fmt: skip
_MAKERS = tuple(
    World(f"v6-one-uplink-{maker}", f"the second uplink carries no IPv6; the route tables are {what}",
          design=Design(one_ipv6=True), paths={V4: HEALTHY, V6: BY_UP1}, tables=maker)
    for maker, what in (
        ("bird", "BIRD's text"), ("frr", "FRR's JSON"), ("gobgp", "GoBGP's JSON"), ("exabgp", "ExaBGP's JSON lines"),
    )
)  # fmt: skip
_REGISTRIES = (
    World("irr-no-route6", "there is a route object and no route6 object", objects=_OBJECTS[:1]),
    World("irr-other-as", "a route6 object lets an uplink's AS originate the prefix, too",
          objects=(*_OBJECTS, (V6, 64501, "APNIC"))),
    World("irr-radb", "the route6 object is in a registry where anybody may write",
          objects=(_OBJECTS[0], (V6, 64510, "RADB"))),
    World("borrowed-v6", "the IPv6 prefix is borrowed from a provider",
          registered=(Registered(V4), Registered(V6, "ASSIGNED NON-PORTABLE"), _AS)),
    World("other-holder", "the IPv4 prefix is registered to another holder than the AS number",
          registered=(Registered(V4, holder="ORG-KHAC1-AP"), Registered(V6), _AS)),
    World("aspa-incomplete", "the ASPA leaves out the second uplink", providers=(64501,)),
)  # fmt: skip

SECTIONS = {
    "Cables": _CABLES,
    "Address families": _FAMILIES,
    "Upstreams": _UPSTREAMS,
    "Origins and sizes": _ORIGINS,
    "ROA": _ROAS,
    "Registries and ASPA": _REGISTRIES,
    "Route tables of other makers": _MAKERS,
}
TABLE: tuple[World, ...] = tuple(world for worlds in SECTIONS.values() for world in worlds)
SAMPLE = ("healthy", "v6-one-uplink", "v6-in-v4-dead", "v6-in-v4-dead-outside", "shared-transit")
"""Those that every run of the tests scans."""
