"""What each kind of source is asked about a data centre's resources, and about addresses. Pure: nothing is sent.

The addresses of questions follow the documentation of the services; none was verified against the live ones.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode

from netaudit.model.inventory import DataCentre, Source, SourceKind

__all__ = ["BOOTSTRAP", "ORIGINS", "Question", "address_questions", "hosts_of", "questions_about"]

ORIGINS = "origins"
BOOTSTRAP = "https://data.iana.org/rdap/"
"""Where IANA tells which registry holds what (RFC 9224): ipv4.json, ipv6.json, asn.json."""

_DEFAULT_APP = "netaudit"


class Question(NamedTuple):
    """One document to fetch. `evidence` is the kind of evidence that it is: a key of a data centre, or `origins`.

    `uri` is a URL over HTTPS; of whois `whois://HOST:PORT/QUERY`; of RTR `rtr://HOST:PORT`; of RDAP without a registry
    `rdap:ip/PREFIX` or `rdap:autnum/NUMBER`.
    """

    source: Source
    evidence: str
    uri: str
    about: str = ""  # the prefix, the AS or the address; empty: all of them


def questions_about(source: Source, centre: DataCentre) -> tuple[Question, ...]:
    """What a source is asked about a data centre; nothing where it has nothing to say."""
    return tuple(dict.fromkeys(_ABOUT[source.kind](source, centre)))


def address_questions(source: Source, addresses: Sequence[str]) -> tuple[Question, ...]:
    """What a source is asked about where addresses are announced from; nothing unless it knows of any address."""
    match source.kind:
        case SourceKind.RIPESTAT:
            return tuple(Question(source, ORIGINS, _stat(source, "prefix-overview", resource=a), a) for a in addresses)
        case SourceKind.RIS_WHOIS:
            return tuple(Question(source, ORIGINS, _whois(source, f"-L {a}"), a) for a in addresses)
        case _:
            return ()


def hosts_of(sources: Iterable[Source]) -> frozenset[str]:
    """The hosts that the inventory names, which may have any address."""
    return frozenset(source.target_host.lower() for source in sources if source.target_host)


def _ripestat(source: Source, centre: DataCentre) -> Iterator[Question]:
    """What peers announce of each prefix, which peers there are, and what RPKI says of each prefix and AS."""
    for prefix in centre.prefixes:
        yield Question(source, "routes", _stat(source, "bgp-state", resource=prefix), prefix)
    if centre.prefixes:
        yield Question(source, "routes", _stat(source, "ris-peers"))
    for prefix in centre.prefixes:
        for asn in centre.asns:
            uri = _stat(source, "rpki-validation", resource=str(asn), prefix=prefix)
            yield Question(source, "vrps", uri, prefix)


def _ris_whois(source: Source, centre: DataCentre) -> Iterator[Question]:
    """It knows origins and no paths: it is asked about addresses alone."""
    yield from ()


def _rdap(source: Source, centre: DataCentre) -> Iterator[Question]:
    base = f"{source.url.rstrip('/')}/" if source.url else "rdap:"
    paths = [(f"ip/{prefix}", prefix) for prefix in centre.prefixes]
    paths += [(f"autnum/{asn}", f"AS{asn}") for asn in centre.asns]
    yield from (Question(source, "registrations", base + path, about) for path, about in paths)


def _irr(source: Source, centre: DataCentre) -> Iterator[Question]:
    """Objects of our ASNs, and those that anybody has about our prefixes: around them (-L) and within (-M)."""
    for asn in centre.asns:
        yield Question(source, "route_objects", _whois(source, f"-i origin AS{asn}"), f"AS{asn}")
    for prefix in centre.prefixes:
        kind = "route6" if ipaddress.ip_network(prefix).version == 6 else "route"
        for flag in ("-L", "-M"):
            yield Question(source, "route_objects", _whois(source, f"-T {kind} {flag} {prefix}"), prefix)


def _rtr(source: Source, centre: DataCentre) -> Iterator[Question]:
    yield Question(source, "vrps", f"rtr://{_host(source)}:{source.target_port}")


def _vrps(source: Source, centre: DataCentre) -> Iterator[Question]:
    yield Question(source, "vrps", source.url)


def _delegated(source: Source, centre: DataCentre) -> Iterator[Question]:
    yield Question(source, "registrations", source.url)


_ABOUT = {
    SourceKind.RIPESTAT: _ripestat,
    SourceKind.RIS_WHOIS: _ris_whois,
    SourceKind.RDAP: _rdap,
    SourceKind.IRR: _irr,
    SourceKind.RTR: _rtr,
    SourceKind.VRPS: _vrps,
    SourceKind.DELEGATED: _delegated,
}


def _stat(source: Source, endpoint: str, **asked: str) -> str:
    query = urlencode({**asked, "sourceapp": source.sourceapp or _DEFAULT_APP})
    return f"{source.url.rstrip('/')}/data/{endpoint}/data.json?{query}"


def _whois(source: Source, query: str) -> str:
    return f"whois://{_host(source)}:{source.target_port}/{quote(query, safe='/:')}"


def _host(source: Source) -> str:
    return f"[{source.host}]" if ":" in source.host else source.host
