"""Facts in one line each: what a fact is about and how it came out."""

from datetime import UTC, datetime
from functools import singledispatch

from netaudit.model.common import Failure
from netaudit.model.exchange import Exchange
from netaudit.model.facts import (
    BrowserFact,
    ConnectFact,
    ConnectTimesFact,
    DatagramFact,
    DialogueFact,
    Fact,
    JobFact,
    MailFact,
    NameFact,
    PageFact,
    PathFact,
    RegisterFact,
    ResolverFact,
    ScanEndFact,
    ScanFact,
    SelfFact,
    UplinkFact,
    WebFact,
    ZoneFact,
)
from netaudit.model.routing import RoutingFact
from netaudit.writers.dig import question_text, rcode_text
from netaudit.writers.safe import one_line
from netaudit.writers.sources import source_count

__all__ = ["fact_kind", "fact_summary", "failure_text", "when"]


def fact_kind(fact: Fact) -> str:
    """Return the kind as the facts file has it: dns, zone, name, web, …"""
    return str(fact.__struct_config__.tag)


def fact_summary(fact: Fact) -> str:
    """Return what a fact is about and how it came out, fit for one line of a terminal."""
    failure = getattr(fact, "failure", None)
    failed = f"; {failure_text(failure)}" if failure is not None and not isinstance(fact, Exchange) else ""
    return one_line(_about(fact) + failed, 300)


def failure_text(failure: Failure) -> str:
    """Return why an attempt gave nothing and on whose side; the detail may hold a target's bytes."""
    return f"{failure.reason} (side: {failure.side}) {failure.detail}".rstrip()


def when(at: float) -> str:
    """Return a time in UTC: `2026-11-24T14:00:00.250Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@singledispatch
def _about(fact: Fact) -> str:
    raise TypeError(f"no summary for {type(fact).__name__}")


@_about.register
def _dns(fact: Exchange) -> str:
    return f"{question_text(fact)} @{fact.server} {fact.transport}: {rcode_text(fact)}"


@_about.register
def _zone(fact: ZoneFact) -> str:
    passed = "" if fact.audited else ", passed through"
    return f"{fact.zone}: {len(fact.servers)} server addresses, {len(fact.answers)} exchanges{passed}"


@_about.register
def _name(fact: NameFact) -> str:
    return f"{fact.name}: {', '.join(dict.fromkeys(lookup.rdtype for lookup in fact.lookups))}"


@_about.register
def _web(fact: WebFact) -> str:
    statuses = " → ".join(str(hop.status or "-") for hop in fact.hops)
    return f"{fact.endpoint} at {fact.address}: {statuses or '-'}" + (" (repeated)" if fact.control else "")


@_about.register
def _connect(fact: ConnectFact) -> str:
    return f"{fact.endpoint} at {fact.address}: {'-' if fact.failure else 'connected'}"


@_about.register
def _connect_times(fact: ConnectTimesFact) -> str:
    taken = ", ".join(f"{family} {len(samples)} samples" for family, samples in sorted(fact.samples.items()))
    return f"{fact.endpoint}: {taken}"


@_about.register
def _page(fact: PageFact) -> str:
    return f"{fact.endpoint}: loads from {len(fact.resources)} other hosts, links to {len(fact.links)}"


@_about.register
def _browser(fact: BrowserFact) -> str:
    return f"{fact.endpoint} in {fact.browser or 'no browser'}: asks {len(fact.asked)} other hosts"


@_about.register
def _mail(fact: MailFact) -> str:
    return f"{fact.domain} by {fact.exchanger} at {fact.address}: {fact.banner[:80] or '-'}"


@_about.register
def _dialogue(fact: DialogueFact) -> str:
    return f"{fact.endpoint} at {fact.address}: {fact.greeting[:80] or '-'}"


@_about.register
def _datagram(fact: DatagramFact) -> str:
    return f"{fact.endpoint} at {fact.address}: {'-' if fact.reply is None else f'{len(fact.reply)} octets'}"


@_about.register
def _path(fact: PathFact) -> str:
    hops = max((len(trace.hops) for trace in fact.traces), default=0)
    return f"{fact.address} for {fact.host}: {len(fact.echoes)} echoes, {hops} hops"


@_about.register
def _uplink(fact: UplinkFact) -> str:
    through = sum(probe.marked is None for probe in fact.probes)
    return f"{fact.datacentre} by {fact.operator}, mark {fact.fwmark}: {through} of {len(fact.probes)} targets reached"


@_about.register
def _source(fact: RoutingFact) -> str:
    return f"{fact.datacentre or '-'} in {fact.source or '-'}: {source_count(fact)}"


@_about.register
def _register(fact: RegisterFact) -> str:
    return f"{fact.register} in {fact.source}: {len(fact.rows)} certificates, {len(fact.broken)} broken rows"


@_about.register
def _resolver(fact: ResolverFact) -> str:
    return f"{fact.resolver}: {len(fact.answers)} exchanges"


@_about.register
def _job(fact: JobFact) -> str:
    return f"{fact.job}: {fact.elapsed_s:g} s"


@_about.register
def _self(fact: SelfFact) -> str:
    return ", ".join(f"{check.family} {'works' if check.available else 'unavailable'}" for check in fact.families)


@_about.register
def _scan(fact: ScanFact) -> str:
    return f"{fact.tool} of {fact.inventory_file}"


@_about.register
def _end(fact: ScanEndFact) -> str:
    return f"{fact.jobs_done} of {fact.jobs_total} jobs" + (f", {fact.reason}" if fact.reason else "")
