"""The one room that sends raw packets, with scapy: the extra `netaudit[raw]`, and CAP_NET_RAW.

Both are looked for when something is wanted, and what is missing is told, with how to come by it. scapy is imported
here alone, and late: it takes a while and looks at the host's routes. Everything here blocks for a bounded time.
"""

import importlib
import logging
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.path import Hop, IcmpMessage, Trace
from netaudit.net.errors import failure_of
from netaudit.net.tls import observer_context

__all__ = ["SMALLEST_MTU", "missing", "packet_too_big", "trace_tcp"]

SMALLEST_MTU = 1280  # RFC 8200 section 5; never less (RFC 8201 section 4)

_HOPS = 30
_SILENT_HOPS = 4
_SETTLE = 0.3  # seconds until what is under way has arrived
_EPHEMERAL = range(32_768, 60_999)
_READ = 65_536
_QUOTED = 400  # octets of data in the packet that is said to be too big, of those that it had


def missing() -> Failure | None:
    """Why no raw packets can be sent from here, or None."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP):  # noqa: TID251
            pass
    except OSError:
        return _not_permitted("raw sockets need CAP_NET_RAW")
    try:
        _scapy()
    except ImportError:
        return _not_permitted("netaudit[raw] is not installed: pip install 'netaudit[raw]'")
    return None


def trace_tcp(address: str, port: int, timeout: float) -> Trace:
    """Send SYNs of one flow (same ports and flow label) with rising hop limits until the target answers.

    The system resets what it did not open, so that nothing stays half-open at the target.
    """
    lacking = missing()
    if lacking is not None:
        return Trace(protocol="tcp", port=port, failure=lacking)
    scapy = _scapy()
    port_here, label = random.choice(_EPHEMERAL), random.getrandbits(20)  # noqa: S311
    hops: list[Hop] = []
    try:
        own = _own_address(address)
        for limit in range(1, _HOPS + 1):
            segment = scapy.TCP(sport=port_here, dport=port, seq=random.getrandbits(32), flags="S")
            if ":" in address:
                header = scapy.IPv6(src=own, dst=address, hlim=limit, fl=label)
            else:
                header = scapy.IP(src=own, dst=address, ttl=limit)
            hops.append(_hop(scapy, header / segment, limit, timeout))
            if hops[-1].reached or _ended(hops):
                break
    except OSError as error:
        return Trace(protocol="tcp", port=port, hops=tuple(hops), failure=failure_of(error))
    return Trace(protocol="tcp", port=port, hops=tuple(hops))


def packet_too_big(url: str, address: str, mtu: int, timeout: float) -> Failure | None:
    """Tell the server at `address`, in answer to its own packet, that more than `mtu` octets do not pass.

    The message quotes the octet that the server would send next over a connection of ours, which is what servers
    check before they believe it (RFC 5927 section 4.1); its sender may be any router, and is this host. None: sent.
    Raises ValueError for an MTU that is never told.
    """
    if mtu < SMALLEST_MTU:
        raise ValueError(f"an MTU below {SMALLEST_MTU} is never told")
    lacking = missing()
    if lacking is not None:
        return lacking
    scapy = _scapy()
    try:
        with _overheard(scapy, address) as packets, _connection(url, address, timeout) as talking:
            talking.sendall(b"HEAD / HTTP/1.1\r\nHost: %s\r\n\r\n" % _host(url).encode("idna"))
            talking.recv(_READ)
            time.sleep(_SETTLE)
            ours = [p for p in packets if p[scapy.TCP].dport == talking.getsockname()[1]]
            if not ours:
                return Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no packet of the server was overheard")
            scapy.send(_message(scapy, max(ours, key=_next), mtu), verbose=False)
            time.sleep(_SETTLE)
    except OSError as error:
        return failure_of(error)
    return None


def _hop(scapy: Any, packet: Any, limit: int, timeout: float) -> Hop:
    began = time.monotonic()
    reply = scapy.sr1(packet, timeout=timeout, verbose=False)
    took = round((time.monotonic() - began) * 1000, 2)
    if reply is None:
        return Hop(limit=limit)
    if scapy.TCP in reply:
        return Hop(limit=limit, rtt_ms=took, reached=True)
    layer = reply.payload
    message = IcmpMessage(sender=reply.src, type=layer.type, code=layer.code)
    exceeded = layer.type == (3 if scapy.IPv6 in reply else 11)
    return Hop(limit=limit, rtt_ms=took, message=message, reached=reply.src == packet.dst and not exceeded)


def _ended(hops: list[Hop]) -> bool:
    """Whether something refused the packet, or nobody has answered for some hops."""
    last = hops[-1].message
    refused = last is not None and last.type != (3 if ":" in last.sender else 11)
    return refused or (len(hops) >= _SILENT_HOPS and all(hop.message is None for hop in hops[-_SILENT_HOPS:]))


@contextmanager
def _overheard(scapy: Any, address: str) -> Iterator[list[Any]]:
    """The TCP packets that come from `address` meanwhile."""
    packets: list[Any] = []
    started = threading.Event()
    listening = scapy.AsyncSniffer(
        store=False,
        iface=_interface(scapy, address),
        prn=packets.append,
        lfilter=lambda packet: scapy.TCP in packet and packet[1].src == address,
        started_callback=started.set,
    )
    listening.start()
    started.wait(_SETTLE * 10)
    try:
        yield packets
    finally:
        listening.stop()


def _interface(scapy: Any, address: str) -> Any:
    """The interface that packets to `address` leave by."""
    return scapy.conf.route6.route(address)[0] if ":" in address else scapy.conf.route.route(address)[0]


@contextmanager
def _connection(url: str, address: str, timeout: float) -> Iterator[socket.socket]:  # noqa: TID251
    parts = urlsplit(url)
    with socket.create_connection((address, parts.port or {"https": 443}.get(parts.scheme, 80)), timeout) as plain:  # noqa: TID251
        if parts.scheme != "https":
            yield plain
            return
        with observer_context().wrap_socket(plain, server_hostname=_host(url)) as secured:
            yield secured


def _message(scapy: Any, packet: Any, mtu: int) -> Any:
    """A "packet too big" (RFC 4443 section 3.2) or "fragmentation needed" (RFC 1191) about the server's next packet."""
    heard = packet[scapy.TCP]
    quoted = scapy.TCP(sport=heard.sport, dport=heard.dport, seq=_next(packet), ack=heard.ack, flags="A")
    if scapy.IPv6 in packet:
        from_, to = packet[scapy.IPv6].src, packet[scapy.IPv6].dst
        inner = scapy.IPv6(src=from_, dst=to, plen=1440) / quoted / bytes(_QUOTED)
        return scapy.IPv6(src=to, dst=from_) / scapy.ICMPv6PacketTooBig(mtu=mtu) / inner
    from_, to = packet[scapy.IP].src, packet[scapy.IP].dst
    inner = scapy.IP(src=from_, dst=to, len=1500, flags="DF") / quoted / bytes(_QUOTED)
    return scapy.IP(src=to, dst=from_) / scapy.ICMP(type=3, code=4, nexthopmtu=mtu) / inner


def _next(packet: Any) -> int:
    """The sequence number that follows a segment."""
    segment = packet["TCP"]
    syn_or_fin = bool(segment.flags.S) + bool(segment.flags.F)
    return int(segment.seq + len(_data(packet)) + syn_or_fin) & 0xFFFFFFFF


def _data(packet: Any) -> bytes:
    """A segment's octets of data; what fills up a short frame is none of it."""
    segment = packet["TCP"]
    if "IPv6" in packet:
        length = packet["IPv6"].plen - segment.dataofs * 4
    else:
        length = packet["IP"].len - packet["IP"].ihl * 4 - segment.dataofs * 4
    return bytes(segment.payload)[: max(0, length)]


def _own_address(address: str) -> str:
    """The address that the system would send from; scapy's choice is another."""
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(kind, socket.SOCK_DGRAM) as asking:  # noqa: TID251
        asking.connect((address, 53))
        return str(asking.getsockname()[0])


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _not_permitted(detail: str) -> Failure:
    return Failure(reason=Reason.NOT_PERMITTED, side=Side.OURS, detail=detail)


@cache
def _scapy() -> Any:
    """Scapy's names. Raises ImportError when it is not installed."""
    logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
    return importlib.import_module("scapy.all")
