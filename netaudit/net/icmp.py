"""ICMP without raw sockets: echoes, and what ICMP says to our datagrams, from the error queue of Linux.

A connected UDP socket with `IP_RECVERR` is told every ICMP message about its packets, with sender, type and code, and
whoever runs us. One socket is one flow: addresses, ports and flow label stay while the hop limit rises (the
invariants of Paris traceroute). Everything here blocks for a bounded time; callers run it in a thread.
"""

import errno
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.path import Echo, Hop, IcmpMessage, Trace
from netaudit.net.errors import failure_of

__all__ = ["TRACE_PORT", "echo", "may_echo", "trace"]

TRACE_PORT = 33_434  # where traceroute starts; nobody listens there

_HOPS = 30
_SILENT_HOPS = 4  # in a row: then nothing more will come
_NO_LINUX = Failure(reason=Reason.NOT_PERMITTED, side=Side.OURS, detail="this needs Linux: the error queue of sockets")
_NO_ECHO = Failure(
    reason=Reason.NOT_PERMITTED,
    side=Side.OURS,
    detail="no ICMP socket: it needs CAP_NET_RAW, or our group in net.ipv4.ping_group_range",
)

_FROM_ICMP = (2, 3)  # ee_origin: ICMP, ICMPv6 (linux/errqueue.h)
_PROBE = 3  # IP_PMTUDISC_PROBE: never fragment, and ask the packet's way, not the memory of it


Socket = socket.socket  # noqa: TID251 - this is the room of sockets


class _Version(NamedTuple):
    """The numbers of one address family (linux/in.h, linux/in6.h, RFC 792, RFC 4443)."""

    family: socket.AddressFamily
    protocol: int
    level: int
    headers: int  # octets of the IP header
    receive_errors: int
    mtu_discover: int
    hop_limit: int
    request: int
    reply: int
    time_exceeded: int


_V4 = _Version(socket.AF_INET, socket.IPPROTO_ICMP, socket.IPPROTO_IP, 20, 11, 10, socket.IP_TTL, 8, 0, 11)
_V6 = _Version(
    socket.AF_INET6, socket.IPPROTO_ICMPV6, socket.IPPROTO_IPV6, 40, 25, 23, socket.IPV6_UNICAST_HOPS, 128, 129, 3
)


def echo(address: str, size: int, timeout: float, tries: int) -> Echo:
    """Send up to `tries` echo requests as packets of `size` octets, each for `timeout` seconds."""
    if not sys.platform.startswith("linux"):
        return Echo(size=size, tries=0, failure=_NO_LINUX)
    version = _version(address)
    try:
        asking = _echo_socket(version)
    except PermissionError:
        return Echo(size=size, tries=0, failure=_NO_ECHO)
    with asking:
        _prepare(asking, version)
        asking.connect((address, 0))
        for made in range(1, tries + 1):
            request = _request(version, size, made)
            sent = time.monotonic()
            try:
                asking.send(request)
                answer = _wait(asking, version, timeout, partial(_answers, request, version))
            except OSError as error:
                return Echo(size=size, tries=made, failure=_why(error))
            if isinstance(answer, IcmpMessage):
                return Echo(size=size, tries=made, error=answer)
            if answer:
                return Echo(size=size, tries=made, rtt_ms=_since(sent))
    return Echo(size=size, tries=tries, failure=Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply"))


def may_echo() -> bool:
    """Whether echo requests can be sent from here; nothing is sent."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        _echo_socket(_V6).close()
    except OSError:
        return False
    return True


def trace(address: str, timeout: float, tries: int) -> Trace:
    """Send a datagram with each hop limit until the target or a refusal answers, or nobody does any more."""
    if not sys.platform.startswith("linux"):
        return Trace(protocol="udp", port=TRACE_PORT, failure=_NO_LINUX)
    version = _version(address)
    hops: list[Hop] = []
    with Socket(version.family, socket.SOCK_DGRAM) as asking:
        try:
            _prepare(asking, version)
            asking.connect((address, TRACE_PORT))
            for limit in range(1, _HOPS + 1):
                hops.append(_hop(asking, version, address, limit, timeout, tries))
                silent = all(hop.message is None for hop in hops[-_SILENT_HOPS:]) and len(hops) >= _SILENT_HOPS
                if hops[-1].reached or silent or _refused(hops[-1], version):
                    break
        except OSError as error:
            return Trace(protocol="udp", port=TRACE_PORT, hops=tuple(hops), failure=_why(error))
    return Trace(protocol="udp", port=TRACE_PORT, hops=tuple(hops))


def _hop(
    asking: Socket,
    version: _Version,
    address: str,
    limit: int,
    timeout: float,
    tries: int,
) -> Hop:
    asking.setsockopt(version.level, version.hop_limit, limit)
    for _ in range(tries):
        sent = time.monotonic()
        try:
            asking.send(b"netaudit")
        except OSError as error:
            if error.errno in (errno.ENETUNREACH, errno.EPERM, errno.EACCES):
                raise
        answer = _wait(asking, version, timeout, lambda data: True)
        if isinstance(answer, IcmpMessage):
            reached = answer.sender == address and answer.type != version.time_exceeded
            return Hop(limit=limit, rtt_ms=_since(sent), message=answer, reached=reached)
        if answer:
            return Hop(limit=limit, rtt_ms=_since(sent), reached=True)
    return Hop(limit=limit)


def _refused(hop: Hop, version: _Version) -> bool:
    """Whether something on the way said that the packet goes no further."""
    return hop.message is not None and hop.message.type != version.time_exceeded


def _wait(
    asking: Socket,
    version: _Version,
    timeout: float,
    ours: Callable[[bytes], bool],
) -> IcmpMessage | bool:
    """The ICMP message about our packet, True for an answer to it, False for neither.

    Raises OSError when our own host could not send it.
    """
    end = time.monotonic() + timeout
    poll = select.poll()
    poll.register(asking, select.POLLIN)
    while (left := end - time.monotonic()) > 0:
        for _, events in poll.poll(left * 1000):
            if events & select.POLLERR and (message := _error(asking, version)) is not None:
                return message
            if events & select.POLLIN and _took(asking, ours):
                return True
    return False


def _took(asking: Socket, ours: Callable[[bytes], bool]) -> bool:
    try:
        return ours(asking.recv(65_535, socket.MSG_DONTWAIT))
    except OSError:  # what an ICMP message left; the error queue tells more of it
        return False


def _error(asking: Socket, version: _Version) -> IcmpMessage | None:
    """Read one message from the error queue. Raises OSError when it is of our own host."""
    try:
        _, ancillary, _, _ = asking.recvmsg(0, 512, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT)
    except BlockingIOError:
        asking.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)  # or poll tells of it for ever
        return None
    for level, kind, data in ancillary:
        if level == version.level and kind == version.receive_errors:
            number, origin, icmp_type, code, info = struct.unpack_from("=IBBBxI", data)
            if origin not in _FROM_ICMP:
                raise OSError(number, os.strerror(number))
            return IcmpMessage(sender=_offender(data[16:], version), type=icmp_type, code=code, mtu=info)
    return None


def _offender(data: bytes, version: _Version) -> str:
    """The address in a `struct sockaddr`."""
    packed = data[8:24] if version is _V6 else data[4:8]
    return socket.inet_ntop(version.family, packed)


def _version(address: str) -> _Version:
    return _V6 if ":" in address else _V4


def _echo_socket(version: _Version) -> Socket:
    """An ICMP socket of the kind that needs no privilege, or a raw one. Raises PermissionError."""
    try:
        return Socket(version.family, socket.SOCK_DGRAM, version.protocol)
    except PermissionError:
        return Socket(version.family, socket.SOCK_RAW, version.protocol)


def _prepare(asking: Socket, version: _Version) -> None:
    asking.setsockopt(version.level, version.receive_errors, 1)
    asking.setsockopt(version.level, version.mtu_discover, _PROBE)


def _request(version: _Version, size: int, sequence: int) -> bytes:
    """An echo request; the system fills in the checksum of ICMPv6, and the identifier where it owns that."""
    body = os.urandom(8).ljust(max(8, size - version.headers - 8), b"\0")
    identifier = os.getpid() & 0xFFFF
    header = struct.pack("!BBHHH", version.request, 0, 0, identifier, sequence)
    if version is _V6:
        return header + body
    return struct.pack("!BBHHH", version.request, 0, _checksum(header + body), identifier, sequence) + body


def _answers(request: bytes, version: _Version, data: bytes) -> bool:
    """Whether a packet is the reply to our request: known by its random data, for identifiers may be the system's."""
    if version is _V4 and data[:1] and data[0] >> 4 == 4:  # a raw socket's: with the IP header
        data = data[(data[0] & 0x0F) * 4 :]
    return data[:1] == bytes((version.reply,)) and data[8:] == request[8:]


def _checksum(data: bytes) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data[: len(data) & ~1]))
    total += data[-1] << 8 if len(data) & 1 else 0
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _why(error: OSError) -> Failure:
    if error.errno == errno.EMSGSIZE:
        return Failure(reason=Reason.TOO_LARGE, side=Side.OURS, detail="larger than our own link takes")
    return failure_of(error)


def _since(sent: float) -> float:
    return round((time.monotonic() - sent) * 1000, 2)
