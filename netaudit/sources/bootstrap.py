"""Which registry holds a resource: the bootstrap registries of RDAP (RFC 9224). Bytes in, a URL out."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec

from netaudit.model.common import Reason
from netaudit.sources.limits import SourceError

__all__ = ["registry_file", "service_url"]


def registry_file(path: str) -> str:
    """The bootstrap registry that tells of `ip/PREFIX` or `autnum/NUMBER`."""
    kind, _, resource = path.partition("/")
    if kind == "autnum":
        return "asn.json"
    return "ipv6.json" if ":" in resource else "ipv4.json"


def service_url(content: bytes, path: str) -> str:
    """The base URL, over HTTPS, of the registry with the longest match. Raises SourceError."""
    kind, _, resource = path.partition("/")
    try:
        registry = msgspec.json.decode(content, type=_Registry)
        found = max(_matching(registry, kind, resource), default=None)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise SourceError.of(Reason.MALFORMED, f"the bootstrap registry can't be read: {error}") from error
    if found is None:
        raise SourceError.of(Reason.NO_DATA, f"no registry is known for {resource}")
    return found[1]


class _Registry(msgspec.Struct, frozen=True):
    services: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]  # each: its ranges, the URLs of its registry


def _matching(registry: _Registry, kind: str, resource: str) -> Iterable[tuple[int, str]]:
    """How close each service's range is, and its URL. Raises ValueError for ranges and URLs that are none."""
    for entries, urls in registry.services:
        url = next((url for url in urls if url.startswith("https://") and urlsplit(url).hostname), None)
        closeness = max((_closeness(entry, kind, resource) for entry in entries), default=-1)
        if url is not None and closeness >= 0:
            yield closeness, f"{url.rstrip('/')}/"


def _closeness(entry: str, kind: str, resource: str) -> int:
    """Negative: the range does not hold the resource."""
    if kind == "autnum":
        first, _, last = entry.partition("-")
        return int(first) - int(last or first) + (1 << 32) if int(first) <= int(resource) <= int(last or first) else -1
    ours, range_ = ipaddress.ip_network(resource), ipaddress.ip_network(entry)
    held = ours.version == range_.version and ours.prefixlen >= range_.prefixlen and ours.overlaps(range_)
    return range_.prefixlen if held else -1
