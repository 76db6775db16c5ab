"""The replies of a time server, address by address; shared by the judges of network time."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import DatagramFact
from netaudit.rules.ntp import NtpReply, read_reply

__all__ = ["is_time", "replies", "said"]


def is_time(evidence: EndpointEvidence) -> bool:
    """Whether the endpoint is one of NTP."""
    return evidence.endpoint.startswith("ntp://")


def replies(evidence: EndpointEvidence) -> list[tuple[DatagramFact, NtpReply]]:
    """The replies that could be read, each with the fact that it is of."""
    found = []
    for fact in evidence.datagrams:
        reply = read_reply(fact.reply or b"", fact.at, fact.elapsed_ms / 1000)
        if reply is not None:
            found.append((fact, reply))
    return found


def said(reply: NtpReply) -> str:
    """A reply in a few technical words."""
    if reply.kiss:
        return f"stratum 0, kiss code {reply.kiss}"
    words = f"stratum {reply.stratum}, reference {reply.reference}, offset {reply.offset:+.3f} s"
    return words if reply.synchronised else f"not synchronised: leap {reply.leap}, stratum {reply.stratum}"
