"""What the services played here say of a province: two prefixes, one AS, and the addresses of its servers."""

import json

from netaudit.model.common import Text
from netaudit.model.inventory import DataCentre
from tests.sources.servers import RESPONSE, Reply, end_of_data, pdu, prefix4

NAME = Text(vi="Tên", en="Name")
IPV4, IPV6, ASN = "203.0.113.0/24", "2001:db8:113::/48", 64510
CENTRE = DataCentre(id="dc", name=NAME, asns=(ASN,), prefixes=(IPV4, IPV6))
AT = "2026-11-26T08:00:00"


def _state(prefix: str) -> dict[str, object]:
    paths = {"00-192.0.2.201": [64496, 64501, 64510], "01-192.0.2.202": [64497, 64502, 64510]}
    return {
        "resource": prefix,
        "bgp_state": [
            {"target_prefix": prefix, "source_id": source, "path": path, "community": []}
            for source, path in paths.items()
        ],
        "nr_routes": 2,
        "query_time": AT,
    }


def _validation(prefix: str) -> dict[str, object]:
    length = int(prefix.partition("/")[2])
    roa = {"origin": "64510", "prefix": prefix, "max_length": length, "validity": "valid", "source": "lab"}
    return {
        "validator": "routinator",
        "resource": "64510",
        "prefix": prefix,
        "status": "valid",
        "validating_roas": [roa],
    }


def _overview(prefix: str, asn: int) -> dict[str, object]:
    return {
        "announced": True, "is_less_specific": True, "resource": prefix, "type": "prefix", "query_time": AT,
        "asns": [{"asn": asn, "holder": "X"}], "related_prefixes": [],
        "block": {"resource": "203.0.0.0/8", "desc": "APNIC", "name": "X"},
    }  # fmt: skip


_PEERS = [
    {"asn": "64496", "ip": "192.0.2.201", "v4_prefix_count": 1_000_000, "v6_prefix_count": 230_000},
    {"asn": "64497", "ip": "192.0.2.202", "v4_prefix_count": 990_000, "v6_prefix_count": 229_000},
    {"asn": "64498", "ip": "192.0.2.203", "v4_prefix_count": 1_000, "v6_prefix_count": 0},
]

RIPESTAT: dict[tuple[str, str], object] = {
    ("bgp-state", IPV4): _state(IPV4),
    ("bgp-state", IPV6): _state(IPV6),
    ("ris-peers", ""): {"peers": {"rrc00": _PEERS}, "latest_time": AT},
    ("rpki-validation", IPV4): _validation(IPV4),
    ("rpki-validation", IPV6): _validation(IPV6),
}


def known_addresses(addresses: list[str]) -> dict[tuple[str, str], object]:
    """What prefix-overview says of addresses: the first in our prefix, the others in a stranger's of their own."""
    return {
        ("prefix-overview", address): _overview(f"{address}/{32 if '.' in address else 128}", 64510 + number)
        for number, address in enumerate(addresses)
    }


def _route(prefix: str, kind: str) -> str:
    return f"{kind}: {prefix}\ndescr: Province\norigin: AS64510\nmnt-by: MAINT-X\nsource: RADB\n\n"


IRR = {
    "-i origin AS64510": _route(IPV4, "route") + _route(IPV6, "route6"),
    f"-T route -L {IPV4}": _route(IPV4, "route"),
    f"-T route6 -L {IPV6}": _route(IPV6, "route6"),
}

RDAP = {
    f"/ip/{IPV4}": {
        "objectClassName": "ip network", "handle": "203.0.113.0 - 203.0.113.255", "startAddress": "203.0.113.0",
        "endAddress": "203.0.113.255", "ipVersion": "v4", "name": "PROVINCE", "type": "ASSIGNED PORTABLE",
        "country": "VN", "status": ["active"], "port43": "whois.apnic.net",
    },
    "/autnum/64510": {
        "objectClassName": "autnum", "handle": "AS64510", "startAutnum": 64510, "endAutnum": 64510, "name": "PROVINCE",
        "country": "VN", "status": ["active"], "port43": "whois.apnic.net",
    },
}  # fmt: skip


def rdap(target: str) -> Reply:
    """A registry that knows one prefix and the AS, and not the other prefix."""
    found = RDAP.get(target)
    return Reply(status=404) if found is None else Reply(json.dumps(found).encode())


def bootstrap(base: str) -> dict[str, object]:
    """The bootstrap registries of IANA, by path (RFC 9224 section 3)."""
    wide = {"version": "1.0", "publication": "2026-11-01T00:00:00Z"}
    return {
        "/rdap/ipv4.json": {
            **wide,
            "services": [[["41.0.0.0/8"], ["https://other.example/"]], [["203.0.0.0/8"], [base]]],
        },
        "/rdap/ipv6.json": {**wide, "services": [[["2001:db8::/32"], [base]]]},
        "/rdap/asn.json": {**wide, "services": [[["1-64000"], ["https://other.example/"]], [["64001-65535"], [base]]]},
    }


def rtr(version: int) -> bytes:
    """A cache with one payload."""
    ours = prefix4(version, bytes((203, 0, 113, 0)), 24, 24, ASN)
    return pdu(version, RESPONSE, 7) + ours + end_of_data(version)


VRPS = json.dumps(
    {
        "metadata": {"buildtime": "2026-11-26T08:00:00Z"},
        "roas": [{"asn": "AS64510", "prefix": IPV4, "maxLength": 24, "ta": "apnic"}],
    }
).encode()
DELEGATED = (
    b"2|apnic|20261126|3|19830101|20261125|+1000\n"
    b"apnic|VN|asn|64510|1|20200101|allocated|A91F0001\n"
    b"apnic|VN|ipv4|203.0.113.0|256|20200101|assigned|A91F0001\n"
    b"apnic|VN|ipv6|2001:db8:113::|48|20200101|assigned|A91F0001\n"
)
