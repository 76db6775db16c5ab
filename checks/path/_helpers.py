"""What the judges of paths share: whether they were looked at, and rows of the evidence table."""

from collections.abc import Iterable

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import HostEvidence
from netaudit.model.facts import PathFact
from netaudit.model.path import IcmpMessage
from netaudit.model.verdict import Observation, Outcome, not_applicable

UNSEEN = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the path was not looked at")

_HEADERS = {Family.IPV4: 40, Family.IPV6: 60}  # octets of IP and TCP without options
_UNREACHABLE = {
    Family.IPV4: (3, {0: "no route", 1: "host unreachable", 3: "port unreachable", 4: "fragmentation needed",
                      9: "prohibited", 10: "prohibited", 13: "administratively prohibited"}),
    Family.IPV6: (1, {0: "no route", 1: "administratively prohibited", 3: "address unreachable", 4: "port unreachable",
                      5: "source address policy", 6: "reject route"}),
}  # fmt: skip
_OTHER = {Family.IPV4: {11: "time exceeded"}, Family.IPV6: {2: "packet too big", 3: "time exceeded"}}


def not_looked_at(evidence: HostEvidence) -> Outcome | None:
    """The outcome of a scan without `--path`, or of a host without addresses: messages `not_asked` and `no_address`."""
    if evidence.paths is None:
        return not_applicable("not_asked")
    lookups = [lookup for lookup in (evidence.a, evidence.aaaa) if lookup is not None]
    if lookups and all(lookup.failure is None and not lookup.addresses for lookup in lookups):
        return not_applicable("no_address")
    return None


def ids(paths: Iterable[PathFact]) -> tuple[str, ...]:
    """The facts that a verdict rests on."""
    return tuple(path.id for path in paths)


def row(path: PathFact, saw: str, ok: bool | None) -> Observation:
    """A row about one address."""
    return Observation(where=path.host, saw=saw, address=path.address, family=path.family, ok=ok)


def icmp_text(message: IcmpMessage, family: Family) -> str:
    """An ICMP message in the words of its registry, with type, code and sender."""
    kind, codes = _UNREACHABLE[family]
    word = codes.get(message.code, "unreachable") if message.type == kind else _OTHER[family].get(message.type, "ICMP")
    return (
        f"{word} ({'ICMPv6' if family is Family.IPV6 else 'ICMP'} {message.type}/{message.code}) from {message.sender}"
    )


def is_too_big(message: IcmpMessage | None, family: Family) -> bool:
    """Whether a message says that a packet was too big (ICMPv6 2, ICMP 3/4)."""
    if message is None:
        return False
    return message.type == 2 if family is Family.IPV6 else (message.type, message.code) == (3, 4)


def mtu_of(mss: int, family: Family) -> int:
    """The size of packets whose TCP segments carry `mss` octets."""
    return mss + _HEADERS[family]
