"""Puts questions to resolvers and to netaudit, inside the namespace: `python -m tests.lab.agreement.ask < REQUEST`."""

import asyncio
import sys
from collections.abc import Iterable

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import msgspec

from netaudit.dns.anchors import parse_anchors
from netaudit.dns.resolution import ValidatingResolver
from netaudit.model.common import Record, Transport
from netaudit.net.internet import InternetNetwork
from netaudit.net.limits import Limits
from netaudit.net.policy import TargetPolicy
from tests.lab.agreement.delv import validated_by_delv
from tests.lab.agreement.places import ANYWHERE, DELV, DELV_ASKS, UNHURRIED
from tests.lab.agreement.seen import Found, Seen

__all__ = ["Asked", "Request", "put"]

_AT_ONCE = 24  # zones
_PEERS = Limits(udp_timeout=15.0, udp_tries=1, dns_tcp_timeout=15.0, sockets=256, per_server=UNHURRIED)
_OURS = Limits(udp_timeout=2.0, udp_tries=2, sockets=256, per_server=UNHURRIED)


class Request(Record, frozen=True, kw_only=True):
    """What to ask of whom: `zones` holds, for each zone, its names and types, asked one after the other."""

    resolvers: dict[str, str]
    hints: dict[str, tuple[str, ...]]
    anchors: tuple[str, ...]
    zones: tuple[tuple[tuple[str, str], ...], ...]


class Asked(Record, frozen=True, kw_only=True):
    """A question and what each made of it."""

    name: str
    rdtype: str
    seen: dict[str, Seen]


async def ask(request: Request) -> list[Asked]:
    """Ask everybody; many zones at once."""
    ours, *theirs = await asyncio.gather(
        _netaudit(request), *(_resolver(address, request.zones) for address in request.resolvers.values())
    )
    # afterwards, when the resolver that it fetches from knows most of it
    known = dict(zip(request.resolvers, theirs, strict=True))[DELV_ASKS]
    delv = await validated_by_delv(request.resolvers[DELV_ASKS], request.anchors, known)
    questions = [question for zone in request.zones for question in zone]
    return [
        Asked(
            name=name, rdtype=rdtype,
            seen={
                **{resolver: found[name, rdtype] for resolver, found in zip(request.resolvers, theirs, strict=True)},
                DELV: delv[name, rdtype],
                "netaudit": ours[name, rdtype],
            },
        )
        for name, rdtype in questions
    ]  # fmt: skip


async def _resolver(address: str, zones: Iterable[tuple[tuple[str, str], ...]]) -> Found:
    network = InternetNetwork(_PEERS, TargetPolicy(allowed=ANYWHERE))
    places = asyncio.Semaphore(_AT_ONCE)
    found: Found = {}

    async def of_zone(questions: Iterable[tuple[str, str]]) -> None:
        async with places:
            for name, rdtype in questions:
                found[name, rdtype] = await _validated(network, address, name, rdtype)

    await asyncio.gather(*map(of_zone, zones))
    return found


async def _validated(network: InternetNetwork, address: str, name: str, rdtype: str) -> Seen:
    """A resolver's view. SERVFAIL that goes away with CD=1 is bogus; one that stays is a failure to resolve."""
    answer = await put(network, address, name, rdtype, dns.flags.RD)
    if answer is None:
        return Seen()
    why = ", ".join(f"EDE {int(o.code)}" for o in answer.options if isinstance(o, dns.edns.EDEOption))
    if answer.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Seen(status="secure" if answer.flags & dns.flags.AD else "insecure", why=why)
    unchecked = await put(network, address, name, rdtype, dns.flags.RD | dns.flags.CD)
    resolved = unchecked is not None and unchecked.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
    return Seen(status="bogus" if resolved else "indeterminate", why=why)


async def put(
    network: InternetNetwork, address: str, name: str, rdtype: str, flags: int = 0
) -> dns.message.Message | None:
    """Ask a server with DO, over TCP where UDP is too small."""
    query = dns.message.make_query(name, rdtype, want_dnssec=True, flags=dns.flags.Flag(flags))
    message = (await network.dns(query.to_wire(), address)).message
    if message is not None and message.flags & dns.flags.TC:
        message = (await network.dns(query.to_wire(), address, transport=Transport.TCP)).message
    return message


async def _netaudit(request: Request) -> Found:
    """Our own view: the library's validating resolver, one for each zone."""
    network = InternetNetwork(_OURS, TargetPolicy(allowed=ANYWHERE))
    anchors = parse_anchors(request.anchors)
    places = asyncio.Semaphore(_AT_ONCE)
    found: Found = {}

    async def of_zone(questions: Iterable[tuple[str, str]]) -> None:
        async with places:
            resolver = ValidatingResolver(network, hints=request.hints, anchors=anchors)
            for name, rdtype in questions:
                answer = await resolver.resolve(
                    dns.name.from_text(name), dns.rdatatype.from_text(rdtype), network.now()
                )
                assert answer.security is not None
                found[name, rdtype] = Seen(status=str(answer.security.status), why=answer.security.reason)
            await resolver.aclose()

    await asyncio.gather(*map(of_zone, request.zones))
    return found


if __name__ == "__main__":
    asked = asyncio.run(ask(msgspec.json.decode(sys.stdin.buffer.read(), type=Request)))
    sys.stdout.buffer.write(msgspec.json.encode(asked))
