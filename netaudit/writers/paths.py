"""What was seen of paths, line by line, for a terminal."""

from collections.abc import Iterator

from netaudit.model.facts import HttpHop, PathFact, UplinkFact
from netaudit.model.path import Echo, Hop, IcmpMessage
from netaudit.writers.safe import one_line
from netaudit.writers.summary import failure_text, when

__all__ = ["hop_lines", "path_lines", "uplink_lines"]


def hop_lines(hop: HttpHop) -> Iterator[str]:
    """What TCP told of a request's connection."""
    if hop.segments is not None:
        told = hop.segments
        sizes = f"MSS: theirs {told.received_mss}, ours {told.own_mss}"
        yield f"  {sizes}; {told.received} octets came, in segments of up to {told.largest}"
    if hop.clamped is not None:
        came = "came" if hop.clamped.failure is None else failure_text(hop.clamped.failure)
        yield one_line(f"  again with an MSS of {hop.clamped.mss}: {came}, {hop.clamped.elapsed_ms:.0f} ms", 400)


def path_lines(fact: PathFact) -> Iterator[str]:
    """Echoes, traces and the injection."""
    yield one_line(f"{fact.address} on behalf of {fact.host}, {when(fact.at)}")
    yield f"its service accepts connections: {'yes' if fact.alive else 'no'}"
    for echo in fact.echoes:
        yield one_line(f"echo of {echo.size} octets: {_echo(echo)}", 400)
    for trace in fact.traces:
        yield f"trace by {trace.protocol} to port {trace.port}"
        yield from (f"  {_hop(hop)}" for hop in trace.hops)
        if trace.failure is not None:
            yield one_line(f"  failure: {failure_text(trace.failure)}", 400)
    if fact.injection is not None:
        told = fact.injection
        yield f"told of an MTU of {told.mtu}: segments of up to {told.before} octets before, {told.after} after"
        if told.failure is not None:
            yield one_line(f"  failure: {failure_text(told.failure)}", 400)


def uplink_lines(fact: UplinkFact) -> Iterator[str]:
    """The probes through one uplink."""
    yield one_line(f"data centre: {fact.datacentre}, uplink: {fact.operator} AS{fact.asn}, firewall mark {fact.fwmark}")
    for probe in fact.probes:
        marked = f"{probe.marked_ms:.1f} ms" if probe.marked is None else failure_text(probe.marked)
        usual = f"{probe.usual_ms:.1f} ms" if probe.usual is None else failure_text(probe.usual)
        yield one_line(f"{probe.address} port {probe.port}: marked {marked}; the usual way {usual}", 600)


def _echo(echo: Echo) -> str:
    if echo.error is not None:
        return _message(echo.error)
    return failure_text(echo.failure) if echo.failure is not None else f"{echo.rtt_ms:.1f} ms"


def _hop(hop: Hop) -> str:
    if hop.message is not None:
        return f"{hop.limit:>2}  {_message(hop.message)}, {hop.rtt_ms:.1f} ms"
    return f"{hop.limit:>2}  {f'the target, {hop.rtt_ms:.1f} ms' if hop.reached else '*'}"


def _message(message: IcmpMessage) -> str:
    mtu = f", MTU {message.mtu}" if message.mtu else ""
    return f"{message.sender}, type {message.type} code {message.code}{mtu}"
