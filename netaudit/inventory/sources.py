"""Live sources as an inventory lists them: a URL or a host as the kind needs, and in the lab this machine alone."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from netaudit.inventory.names import NameProblem, host_name
from netaudit.inventory.problems import shown
from netaudit.inventory.shape import ShapeProblem
from netaudit.model.inventory import Inventory, NetworkKind, Source, SourceKind

__all__ = ["source_problems"]

_BY_HOST = {SourceKind.RIS_WHOIS, SourceKind.IRR, SourceKind.RTR}
_EXAMPLES = {
    SourceKind.RIPESTAT: "https://stat.ripe.net", SourceKind.RDAP: "https://rdap.apnic.net",
    SourceKind.VRPS: "https://rpki.example.vn/json", SourceKind.RIS_WHOIS: "riswhois.ripe.net",
    SourceKind.DELEGATED: "https://ftp.apnic.net/stats/apnic/delegated-apnic-extended-latest",
    SourceKind.IRR: "whois.radb.net", SourceKind.RTR: "rpki.example.vn",
}  # fmt: skip


def source_problems(inventory: Inventory) -> Iterator[ShapeProblem]:
    """What keeps a source from being asked, and a source listed twice."""
    seen: dict[str, int] = {}
    for index, source in enumerate(inventory.sources):
        path = f"$.sources[{index}]"
        problems = list(_problems(path, source))
        yield from problems
        if problems:
            continue
        if source.name in seen:
            yield path, f"the source {shown(source.name)} is listed twice", ""
        seen.setdefault(source.name, index)
        if inventory.network is NetworkKind.LAB and not _is_loopback(source.target_host):
            hint = "such as 127.0.0.1: nothing may leave this machine"
            where = shown(source.target_host) if source.target_host else "IANA's bootstrap registries"
            yield path, f"in the lab a source must have a loopback address, and {where} is none", hint


def _problems(path: str, source: Source) -> Iterator[ShapeProblem]:
    by_host = source.kind in _BY_HOST
    wanted, unwanted = ("host", "url") if by_host else ("url", "host")
    if getattr(source, unwanted):
        yield f"{path}.{unwanted}", f"a source of kind {source.kind} has no {unwanted}", f"give its {wanted}"
    elif not getattr(source, wanted) and source.kind is not SourceKind.RDAP:
        yield path, f"a source of kind {source.kind} needs its {wanted}", f"such as {_EXAMPLES[source.kind]}"
    if source.port is not None and not by_host:
        yield f"{path}.port", f"a source of kind {source.kind} has no port of its own", "put it into the url"
    if source.sourceapp and source.kind is not SourceKind.RIPESTAT:
        yield f"{path}.sourceapp", "only RIPEstat is told a sourceapp", ""
    if source.host and by_host:
        yield from _host(f"{path}.host", source.host)
    if source.url and not by_host:
        yield from _url(f"{path}.url", source)


def _host(path: str, host: str) -> Iterator[ShapeProblem]:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        try:
            plain = host_name(host)
        except NameProblem as problem:
            yield path, f"{shown(host)}: {problem}", problem.hint
        else:
            if plain != host.lower():
                yield path, f"{shown(host)} is not in A-labels", f'write "{plain}"'


def _url(path: str, source: Source) -> Iterator[ShapeProblem]:
    url, example = source.url, f"such as {_EXAMPLES[source.kind]}"
    try:
        parts = urlsplit(url)
        host, credentials, known = parts.hostname, parts.username is not None, parts.port != 0
    except ValueError:
        host, credentials, known = None, False, False
    if not host or not known or not url.isascii() or not url.isprintable() or " " in url:
        yield path, f"{shown(url)} is no URL", example
    elif credentials:
        yield path, "the URL holds credentials, which facts and reports would show", "leave them out"
    elif parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        yield path, f"{shown(url)} is not read over HTTPS", "plain HTTP is read from a loopback address alone"
    elif source.kind in (SourceKind.RIPESTAT, SourceKind.RDAP) and (parts.query or parts.fragment):
        yield path, f"{shown(url)} is no base URL: it has a query or a fragment", example
    else:
        yield from _host(path, host)


def _is_loopback(host: str) -> bool:
    """Whether it is a literal loopback address: a name might be resolved to any."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
