"""By which prefix and from which ASes addresses are announced: from routes, RISwhois, RIPEstat's prefix overview."""

import ipaddress
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from netaudit.model.routing import AddressOrigin, Route
from netaudit.routing.aspas import asn_of
from netaudit.routing.rpsl import RpslObject, RpslReader
from netaudit.routing.times import seconds_of
from netaudit.rules.upstreams import collapsed

__all__ = [
    "OriginsError", "Overview", "host_prefix", "origins_of_routes", "read_prefix_overview",
    "read_ris_whois_origin",
]  # fmt: skip

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_BYTES = 8 * 1024 * 1024
_ASNS = 64  # origins of one prefix; more are no answer about an address
_ALIGNED = "has been aligned to"
_FEWEST_PEERS = 10  # of RIS that must see a route: what fewer see is noise


class OriginsError(ValueError):
    """An answer about an address that can't be read."""


class Overview(NamedTuple):
    """An answer about one address. `messages`: what the source itself warns of."""

    origin: AddressOrigin
    data_time: float | None = None
    messages: tuple[str, ...] = ()


def host_prefix(address: str) -> str:
    """The prefix that holds one address alone."""
    return str(ipaddress.ip_network(address))


def origins_of_routes(addresses: Iterable[str], routes: Sequence[Route]) -> tuple[AddressOrigin, ...]:
    """The longest prefix over each address; a default route is over all of them and says nothing."""
    networks = {route.prefix: ipaddress.ip_network(route.prefix) for route in routes}
    return tuple(_origin(address, networks, routes) for address in addresses)


def read_ris_whois_origin(path: Path, address: str) -> Overview:
    """An answer of RISwhois to `-L ADDRESS`: the longest route that at least ten peers of RIS see.

    Raises OriginsError and OSError.
    """
    found = ipaddress.ip_address(address)
    with path.open("rb") as file:
        reader = RpslReader(file, lambda kind, _: kind in ("route", "route6"))
        try:
            seen = [(ipaddress.ip_network(i.key), asn_of(i.first("origin")), _peers(i)) for i in reader]
        except ValueError as error:
            raise OriginsError(f"{path.name}: at byte {reader.offset}: {error}"[:200]) from error
    if not reader.answered:
        raise OriginsError(f"{path.name}: no answer of RISwhois")
    over = [(net, asn, peers) for net, asn, peers in seen if _over(net, found) and peers >= _FEWEST_PEERS]
    longest = max((net.prefixlen for net, _, _ in over), default=0)
    nearest = {asn: (str(net), peers) for net, asn, peers in over if net.prefixlen == longest}
    prefix, peers = max(nearest.values(), key=lambda item: item[1], default=("", 0))
    return Overview(AddressOrigin(address=address, prefix=prefix, asns=tuple(sorted(nearest))[:_ASNS], peers=peers))


def read_prefix_overview(path: Path, address: str) -> Overview:
    """An answer of RIPEstat's data call `prefix-overview` about an address. Raises OriginsError and OSError."""
    try:
        answer = msgspec.json.decode(_content(path))
        if answer["status"] != "ok":
            raise OriginsError(f"status {answer['status']!r}"[:80])
        data = answer["data"]
        asns = tuple(sorted({int(item["asn"]) for item in data["asns"]})) if data["announced"] else ()
        prefix = str(ipaddress.ip_network(data["resource"])) if data["announced"] else ""
        time = data.get("query_time")
        messages = tuple(str(text)[:200] for kind, text in answer.get("messages", ())[:8] if _warns(kind, str(text)))
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, OriginsError):
            raise
        raise OriginsError(f"no answer of prefix-overview: {error!r}"[:160]) from error
    if len(asns) > _ASNS or (prefix and ipaddress.ip_address(address) not in ipaddress.ip_network(prefix)):
        raise OriginsError(f"an answer about {prefix} with {len(asns)} origins")
    return Overview(AddressOrigin(address=address, prefix=prefix, asns=asns), _time(time), messages)


def _origin(address: str, covering: dict[str, _Network], routes: Sequence[Route]) -> AddressOrigin:
    found = ipaddress.ip_address(address)
    over = [prefix for prefix, network in covering.items() if _over(network, found)]
    prefix = max(over, key=lambda item: covering[item].prefixlen, default="")
    mine = [route for route in routes if route.prefix == prefix]
    paths = [collapsed(route.as_path) for route in mine if not route.as_set]
    return AddressOrigin(
        address=address,
        prefix=prefix,
        asns=tuple(sorted({path[-1] for path in paths if path})),
        peers=len({route.peer_asn for route in mine}),
        upstreams=tuple(sorted({path[-2] for path in paths if len(path) > 1})),
    )


def _warns(kind: object, text: str) -> bool:
    """Whether a message tells more than that an address is no prefix: that is said of every one that is announced."""
    return kind in ("warning", "error") and _ALIGNED not in text


def _peers(item: RpslObject) -> int:
    count = item.first("num-rispeers")
    if not count.isdecimal() or len(count) > 6:
        raise ValueError(f"{item.key} without the number of peers that see it")
    return int(count)


def _over(network: _Network, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return network.version == address.version and network.prefixlen > 0 and address in network


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_BYTES + 1)
    if len(content) > _BYTES:
        raise OriginsError(f"more than {_BYTES} bytes")
    return content


def _time(value: object) -> float | None:
    """RIPEstat's times are in UTC and not marked so; None for what is none."""
    try:
        return seconds_of(f"{value}+00:00" if isinstance(value, str) and value[-3:-2] == ":" else value)
    except ValueError:
        return None
