"""Facts for a terminal, in the field's own terms: what was asked, what came back, when and from where.

Evidence stays as the servers gave it and is not translated; whatever a terminal could act on is written out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import singledispatch

import msgspec

from netaudit.model.exchange import Exchange
from netaudit.model.facts import (
    BrowserFact,
    ConnectFact,
    ConnectTimesFact,
    DatagramFact,
    DialogueFact,
    Fact,
    HttpHop,
    JobFact,
    Lookup,
    MailFact,
    NameFact,
    PageFact,
    PathFact,
    RegisterFact,
    ResolverFact,
    Round,
    ScanEndFact,
    ScanFact,
    SelfFact,
    TlsObservation,
    UplinkFact,
    WebFact,
    ZoneFact,
)
from netaudit.model.routing import RoutingFact
from netaudit.rules.ntp import read_reply
from netaudit.writers.certificate import certificate_lines
from netaudit.writers.dig import exchange_lines
from netaudit.writers.paths import hop_lines, path_lines, uplink_lines
from netaudit.writers.safe import one_line
from netaudit.writers.sources import source_lines
from netaudit.writers.summary import fact_kind, fact_summary, failure_text, when

__all__ = ["fact_lines"]

_BODY_LINES = 40
_CERTIFICATES = 8
_ROWS = 100

FindFact = Callable[[str], Fact | None]


def fact_lines(fact: Fact, find: FindFact) -> Iterator[str]:
    """Yield a fact in full. `find` looks up the facts that it refers to, which are listed a line each."""
    yield f"{fact_kind(fact)} {one_line(fact.id)}"
    yield from _details(fact, find)
    yield from _rounds(getattr(fact, "rounds", ()))
    failure = getattr(fact, "failure", None)
    if failure is not None and not isinstance(fact, Exchange):
        yield one_line(f"failure: {failure_text(failure)}", 4_000)


@singledispatch
def _details(fact: Fact, find: FindFact) -> Iterator[str]:
    raise TypeError(f"no text for {type(fact).__name__}")


@_details.register
def _moment(fact: ConnectFact | JobFact | ScanEndFact, find: FindFact) -> Iterator[str]:
    yield f"{when(fact.at)}  {fact_summary(fact)}"


@_details.register
def _exchange(fact: Exchange, find: FindFact) -> Iterator[str]:
    yield from exchange_lines(fact)


@_details.register
def _zone(fact: ZoneFact, find: FindFact) -> Iterator[str]:
    yield one_line(f"zone: {fact.zone}, chain: {' > '.join(fact.chain) or '-'}")
    for server in fact.servers:
        yield one_line(f"server: {server.name} {server.address} ({server.source})")
    for name, failure in fact.unresolved.items():
        yield one_line(f"server without an address: {name}: {failure_text(failure)}")
    if fact.delegation is not None:
        yield one_line(f"parent: {fact.delegation.parent}")
        yield from _referred("the parent's NS", fact.delegation.referrals, find)
        yield from _referred("the parent's DS", fact.delegation.ds, find)
    yield from _referred("the zone's own servers", fact.answers, find)


@_details.register
def _name(fact: NameFact, find: FindFact) -> Iterator[str]:
    for lookup in fact.lookups:
        yield from _lookup(lookup, find)


def _lookup(lookup: Lookup, find: FindFact) -> Iterator[str]:
    canonical = f", alias of {lookup.canonical}" if lookup.canonical else ""
    found = f": {', '.join(lookup.addresses)}" if lookup.addresses else ""
    yield one_line(f"{lookup.name} {lookup.rdtype}{canonical}{found}")
    if lookup.failure is not None:
        yield one_line(f"  failure: {failure_text(lookup.failure)}", 4_000)
    for line in _referred("exchanges", lookup.facts, find):
        yield f"  {line}"


@_details.register
def _web(fact: WebFact, find: FindFact) -> Iterator[str]:
    yield one_line(f"endpoint: {fact.endpoint} at {fact.address}" + (", a repeated fetch" if fact.control else ""))
    for hop in fact.hops:
        yield ""
        yield from _hop(hop)


def _hop(hop: HttpHop) -> Iterator[str]:
    yield one_line(f"> GET {hop.url} at {hop.address}", 2_000)
    yield f"  {when(hop.at)}, connected in {hop.connect_ms:.0f} ms, done in {hop.elapsed_ms:.0f} ms, tries: {hop.tries}"
    if hop.tls is not None:
        yield from _tls(hop.tls)
    if hop.failure is not None:
        yield one_line(f"  failure: {failure_text(hop.failure)}", 2_000)
    yield from hop_lines(hop)
    if hop.status is None:
        return
    yield f"< {hop.status}"
    for name, value in hop.headers:
        yield one_line(f"< {name}: {value}", 4_000)
    yield from _body(hop)


def _body(hop: HttpHop) -> Iterator[str]:
    text = hop.body.decode("utf-8", "backslashreplace").splitlines()
    kept = "" if len(hop.body) >= hop.body_size else f", the first {len(hop.body)} kept"
    yield f"< body: {hop.body_size} bytes{kept}"
    for line in text[:_BODY_LINES]:
        yield f"  | {one_line(line, 300)}"
    if len(text) > _BODY_LINES:
        yield f"  | … (+{len(text) - _BODY_LINES} lines)"


def _tls(tls: TlsObservation) -> Iterator[str]:
    words = " ".join(word for word in (tls.version, tls.cipher, tls.alpn and f"ALPN {tls.alpn}") if word)
    yield one_line(f"  TLS for {tls.server_name}: {words or '-'}")
    if tls.failure is not None:
        yield one_line(f"  TLS failure: {failure_text(tls.failure)}", 2_000)
    for number, der in enumerate(tls.certificates[:_CERTIFICATES]):
        yield f"  certificate {number + 1} of {len(tls.certificates)}"
        for line in certificate_lines(der):
            yield f"    {line}"


@_details.register
def _connect_times(fact: ConnectTimesFact, find: FindFact) -> Iterator[str]:
    yield one_line(f"endpoint: {fact.endpoint}, {when(fact.at)}")
    for family, samples in sorted(fact.samples.items()):
        taken = ", ".join(f"{ms:.1f}" for ms in samples) or "-"
        yield one_line(f"{family} at {fact.addresses.get(family, '-')}: {taken} ms; lost: {fact.lost.get(family, 0)}")


@_details.register
def _page(fact: PageFact, find: FindFact) -> Iterator[str]:
    yield one_line(f"page: {fact.url}, {when(fact.at)}" + ("" if fact.whole else ", not all of it read"), 2_000)
    yield one_line(f"loads from: {', '.join(fact.resources) or '-'}", 4_000)
    yield one_line(f"links to: {', '.join(fact.links) or '-'}", 4_000)
    for lookup in fact.lookups[:_ROWS]:
        yield from _lookup(lookup, find)


@_details.register
def _browser(fact: BrowserFact, find: FindFact) -> Iterator[str]:
    yield one_line(f"page: {fact.url or '-'} at {fact.address or '-'}, {when(fact.at)}", 2_000)
    yield one_line(f"browser: {fact.browser or '-'}, done in {fact.elapsed_s:.1f} s, own files: {fact.own_requests}")
    for asked in fact.asked[:_ROWS]:
        yield one_line(f"asks {asked.host}: {', '.join(asked.kinds)}: {asked.count} URLs, first {asked.url}", 1_000)
    for lookup in fact.lookups[:_ROWS]:
        yield from _lookup(lookup, find)


@_details.register
def _mail(fact: MailFact, find: FindFact) -> Iterator[str]:
    yield one_line(f"mail domain: {fact.domain}, exchanger: {fact.exchanger} at {fact.address} port 25")
    yield f"  {when(fact.at)}, done in {fact.elapsed_ms:.0f} ms, tries: {fact.tries}"
    yield one_line(f"< banner: {fact.banner or '-'}", 1_000)
    yield "> EHLO"
    for capability in fact.capabilities[:_ROWS]:
        yield one_line(f"< {capability}", 1_000)
    if fact.tls is not None:
        yield "> STARTTLS"
        yield from _tls(fact.tls)


@_details.register
def _dialogue(fact: DialogueFact, find: FindFact) -> Iterator[str]:
    yield one_line(f"endpoint: {fact.endpoint} at {fact.address}")
    took = f"connected in {fact.connect_ms:.0f} ms, done in {fact.elapsed_ms:.0f} ms"
    yield f"  {when(fact.at)}, {took}, tries: {fact.tries}"
    yield one_line(f"< greeting: {fact.greeting or '-'}", 1_000)
    for capability in fact.capabilities[:_ROWS]:
        yield one_line(f"< {capability}", 1_000)
    if fact.tls is not None:
        yield from _tls(fact.tls)
    for capability in fact.secured[:_ROWS]:
        yield one_line(f"< within TLS: {capability}", 1_000)


@_details.register
def _datagram(fact: DatagramFact, find: FindFact) -> Iterator[str]:
    yield one_line(f"endpoint: {fact.endpoint} at {fact.address}")
    yield f"  {when(fact.at)}, answered in {fact.elapsed_ms:.1f} ms, tries: {fact.tries}"
    yield one_line(f"> {fact.request.hex() or 'an empty datagram'}", 2_000)
    yield one_line(f"< {fact.reply.hex() if fact.reply is not None else '-'}", 5_000)
    said = read_reply(fact.reply or b"", fact.at, fact.elapsed_ms / 1000) if fact.endpoint.startswith("ntp:") else None
    if said is not None:
        shown = f"stratum {said.stratum}, leap {said.leap}, reference {said.reference or '-'}"
        yield one_line(f"  {shown}, offset {said.offset:+.6f} s, root distance {said.distance:.6f} s")


def _rounds(rounds: Iterable[Round]) -> Iterator[str]:
    """The rounds at an address that failed at first."""
    for number, made in enumerate(rounds):
        came_out = failure_text(made.failure) if made.failure is not None else "served"
        yield one_line(f"round {number + 1}: {when(made.at)}, tries: {made.tries}: {came_out}", 2_000)


@_details.register
def _path(fact: PathFact, find: FindFact) -> Iterator[str]:
    yield from path_lines(fact)
    for lookup in fact.reverse:
        yield from _lookup(lookup, find)


@_details.register
def _uplink(fact: UplinkFact, find: FindFact) -> Iterator[str]:
    yield from uplink_lines(fact)


@_details.register
def _source(fact: RoutingFact, find: FindFact) -> Iterator[str]:
    yield from source_lines(fact)


@_details.register
def _register(fact: RegisterFact, find: FindFact) -> Iterator[str]:
    yield one_line(f"register: {fact.register}, source: {fact.source}, read {when(fact.at)}")
    yield f"SHA-256: {one_line(fact.sha256)}"
    counts: dict[str, int] = {}
    for row in fact.rows:
        counts[row.holder] = counts.get(row.holder, 0) + 1
    yield one_line(f"certificates: {_pairs(counts)}")
    for line, problem in list(fact.broken.items())[:_ROWS]:
        yield one_line(f"line {line}: {problem}")
    yield from _more(len(fact.broken))


@_details.register
def _resolver(fact: ResolverFact, find: FindFact) -> Iterator[str]:
    yield one_line(f"resolver: {fact.resolver}")
    for purpose, names in msgspec.structs.asdict(fact.tests).items():
        yield one_line(f"{purpose}: {' '.join(names) or '-'}")
    yield from _referred("its answers", fact.answers, find)
    for lookup in fact.lookups:
        yield from _lookup(lookup, find)


@_details.register
def _self(fact: SelfFact, find: FindFact) -> Iterator[str]:
    yield when(fact.at)
    for check in fact.families:
        ways = ", ".join(f"{way} {'ok' if works else 'no'}" for way, works in (("UDP", check.udp), ("TCP", check.tcp)))
        failed = f"; {failure_text(check.failure)}" if check.failure is not None else ""
        yield one_line(f"{check.family}: {ways}, from {check.local_address or '-'}{failed}")
    offset = "unknown" if fact.clock_offset_s is None else f"{fact.clock_offset_s:+.0f} s"
    yield f"clock against the root's signatures: {offset}; raw sockets: {'yes' if fact.raw_sockets else 'no'}"
    yield from _referred("root servers asked", fact.facts, find)


@_details.register
def _scan(fact: ScanFact, find: FindFact) -> Iterator[str]:
    yield one_line(f"{when(fact.at)}  {fact.tool}, facts schema {fact.schema}")
    yield one_line(f"inventory: {fact.inventory_file}, SHA-256 {fact.inventory_sha256}")
    yield one_line(f"network: {fact.inventory.network}, vantage: {fact.vantage or '-'}")
    yield one_line(f"arguments: {_pairs(fact.arguments)}")
    for anchor in fact.trust_anchors:
        yield one_line(f"trust anchor: {anchor}")


def _referred(what: str, ids: Iterable[str], find: FindFact) -> Iterator[str]:
    """The facts that a fact rests on, a line each: `netaudit facts show` prints any of them."""
    listed = list(ids)
    if not listed:
        return
    yield f"{what}:"
    for id in listed[:_ROWS]:
        found = find(id)
        yield f"  {one_line(id)}  {fact_summary(found) if found is not None else 'not in this file'}"
    yield from _more(len(listed))


def _more(number: int) -> Iterator[str]:
    if number > _ROWS:
        yield f"  … (+{number - _ROWS})"


def _pairs(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "-"
