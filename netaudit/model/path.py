"""What was seen of the way to an address: segments of TCP, echoes, hops, and probes through declared uplinks."""

from netaudit.model.common import Failure, Family, Record, Timestamp

__all__ = ["ClampedFetch", "Echo", "Hop", "IcmpMessage", "Injection", "Segments", "Trace", "UplinkProbe"]


class Segments(Record, frozen=True, kw_only=True):
    """What TCP itself says of one of our connections. Sizes in octets of data, without headers."""

    received_mss: int  # the MSS option of the peer's SYN-ACK, as far as our own link lets it show (RFC 9293 3.7.1)
    own_mss: int  # the MSS option of our SYN
    largest: int = 0  # the largest segment that came; 0: none, or the system does not tell
    received: int = 0  # octets in all, those of TLS included


class ClampedFetch(Record, frozen=True, kw_only=True):
    """A fetch that had stalled, repeated over a connection that takes small segments only."""

    mss: int  # in our SYN
    elapsed_ms: float = 0.0
    failure: Failure | None = None


class IcmpMessage(Record, frozen=True, kw_only=True):
    """An ICMP or ICMPv6 message that answered a probe; the numbers are those of the address family's protocol."""

    sender: str
    type: int
    code: int
    mtu: int = 0  # of "packet too big" and "fragmentation needed"


class Echo(Record, frozen=True, kw_only=True):
    """An echo request (RFC 4443 section 4.1, RFC 792). `size`: octets of the IP packet; fragmenting was forbidden."""

    size: int
    rtt_ms: float = 0.0
    tries: int = 1
    error: IcmpMessage | None = None  # what came in place of the reply
    failure: Failure | None = None


class Hop(Record, frozen=True, kw_only=True):
    """What came back from a packet with one hop limit; `message` None: the target itself, or nothing."""

    limit: int
    rtt_ms: float = 0.0
    message: IcmpMessage | None = None
    reached: bool = False  # the target itself answered


class Trace(Record, frozen=True, kw_only=True):
    """Packets of one flow with rising hop limits: same addresses, ports and flow label (Paris traceroute)."""

    protocol: str  # udp, tcp
    port: int
    hops: tuple[Hop, ...] = ()
    failure: Failure | None = None

    @property
    def end(self) -> IcmpMessage | None:
        """The ICMP message that ended it; None when it never ended or the target answered otherwise."""
        return next((hop.message for hop in self.hops if hop.message is not None and hop.reached), None)


class Injection(Record, frozen=True, kw_only=True):
    """Whether a server heeds a "packet too big": its largest segment before one was sent, and after."""

    mtu: int
    before: int = 0
    after: int = 0
    failure: Failure | None = None


class UplinkProbe(Record, frozen=True, kw_only=True):
    """A TCP connection through one uplink, and the same by the usual way; None as failure: it could be opened."""

    address: str
    port: int
    family: Family
    at: Timestamp
    marked: Failure | None = None
    usual: Failure | None = None
    marked_ms: float = 0.0
    usual_ms: float = 0.0
