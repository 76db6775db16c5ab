"""The scanner's check of itself, before any target is asked: which families work, and is our clock right?"""

import asyncio
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.RRSIG import RRSIG

from netaudit.model.common import Failure, Family, Reason, Side, Transport, family_of
from netaudit.model.exchange import Exchange
from netaudit.model.facts import FamilyCheck, SelfFact
from netaudit.net.rights import may_echo, may_mark
from netaudit.probes.context import ProbeContext

__all__ = ["CheckedPath", "check_self"]

_FRESH = 4.0  # seconds for which what was found of our own path holds
_SERVERS = 3  # root servers to ask in each family; one answer proves the path
_CAP_NET_RAW = 13  # linux/capability.h


async def check_self(context: ProbeContext, hints: Mapping[str, Sequence[str]]) -> SelfFact:
    """Ask root servers over each family and transport, and compare our clock with their signatures.

    `hints` maps root server names to addresses. A family whose root servers were all silent is taken
    away from the scan: nothing that it could not reach would prove anything against a target.
    """
    addresses = list(dict.fromkeys(address for found in hints.values() for address in found))
    checks = await asyncio.gather(*(_check(context, family, addresses) for family in Family))
    exchanges = [exchange for _, asked in checks for exchange in asked]
    for check, _ in checks:
        if not check.available and check.failure is not None:
            context.network.shut(check.family, check.failure)
    at = context.network.now()
    return SelfFact(
        id=f"self-{at:.3f}",
        at=at,
        families=tuple(check for check, _ in checks),
        clock_offset_s=_clock_offset(exchanges),
        raw_sockets=_raw_sockets(),
        echoes=may_echo(),
        marks=may_mark(),
        facts=tuple(exchange.id for exchange in exchanges),
    )


class CheckedPath:
    """Our own host's families, looked at again when a target fails: at most once in a few seconds each."""

    def __init__(self, context: ProbeContext, hints: Mapping[str, Sequence[str]], found: SelfFact) -> None:
        self._context = context
        self._servers = {
            family: [a for addresses in hints.values() for a in addresses if family_of(a) is family][:_SERVERS]
            for family in Family
        }
        self._worked = {check.family for check in found.families if check.available}
        self._known: dict[Family, tuple[float, Failure | None]] = {}
        self._locks = {family: asyncio.Lock() for family in Family}

    async def failure(self, family: Family) -> Failure | None:
        """See `OwnPath.failure`. A family that never worked is no news."""
        if family not in self._worked:
            return None
        async with self._locks[family]:
            at, known = self._known.get(family, (-_FRESH, None))
            if time.monotonic() - at < _FRESH:
                return known
            asked = await _ask(self._context, self._servers[family], Transport.UDP, again=True)
            known = None if _answered(asked) else _failure(family, asked)
            self._known[family] = time.monotonic(), known
            return known


async def _check(context: ProbeContext, family: Family, addresses: Iterable[str]) -> tuple[FamilyCheck, list[Exchange]]:
    missing = context.network.unavailable(family)
    if missing is not None:
        return FamilyCheck(family=family, available=False, udp=False, tcp=False, failure=missing), []
    servers = [address for address in addresses if family_of(address) is family][:_SERVERS]
    udp = await _ask(context, servers, Transport.UDP)
    # one connection is enough where it is answered
    tcp = await _ask(context, servers[:1], Transport.TCP)
    if not _answered(tcp):
        tcp += await _ask(context, servers[1:], Transport.TCP)
    works = _answered(udp)
    return (
        FamilyCheck(
            family=family,
            available=works,
            udp=works,
            tcp=_answered(tcp),
            local_address=next((e.local_address for e in (*udp, *tcp) if e.local_address), None),
            failure=None if works else _failure(family, udp),
        ),
        [*udp, *tcp],
    )


async def _ask(
    context: ProbeContext, servers: list[str], transport: Transport, *, again: bool = False
) -> list[Exchange]:
    question = (dns.name.root, dns.rdatatype.SOA)
    asked = (context.ask(*question, server, transport=transport, again=again) for server in servers)
    return list(await asyncio.gather(*asked))


def _answered(exchanges: Iterable[Exchange]) -> bool:
    return any(exchange.response is not None for exchange in exchanges)


def _failure(family: Family, exchanges: list[Exchange]) -> Failure:
    """Why a family with a route does not work. It is our side: root servers do not all fail at once."""
    seen = next((e.failure for e in exchanges if e.failure is not None), None)
    if seen is None:
        detail = f"no {family} address of a root server is known"
    else:
        detail = f"{len(exchanges)} root servers left us unanswered over {family}: {seen.detail}"
    reason = seen.reason if seen else Reason.NO_DATA
    return Failure(reason=reason, side=Side.OURS, detail=detail[:200])


def _clock_offset(exchanges: Iterable[Exchange]) -> float | None:
    """Our clock minus the nearest time at which the root's signatures are valid; None without signatures.

    Zero says that our clock lies within their validity, and no more than that (about two weeks wide).
    """
    offsets: list[float] = []
    for exchange in exchanges:
        for rrset in exchange.message.answer if exchange.message is not None else ():
            for rdata in rrset:
                if isinstance(rdata, RRSIG):
                    early = min(0.0, exchange.at - rdata.inception)
                    offsets.append(early + max(0.0, exchange.at - rdata.expiration))
    return min(offsets, key=abs, default=None)


def _raw_sockets() -> bool:
    """Whether this process may open raw sockets: root, or CAP_NET_RAW in its effective set (Linux)."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return os.geteuid() == 0
    effective = next((line.split()[1] for line in status.splitlines() if line.startswith("CapEff:")), "0")
    return bool(int(effective, 16) >> _CAP_NET_RAW & 1)
