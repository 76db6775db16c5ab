"""What is proposed, put over a network: which servers will answer, what the parent will say, what trust must assume."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from netaudit.authority.content import ZoneContent
from netaudit.authority.masterfile import ZoneFile
from netaudit.dns.anchors import DS, parse_anchors
from netaudit.dns.message import Response, name_text
from netaudit.dns.resolver import ResolutionError, Resolver, ZoneCut
from netaudit.dns.validate import Validator
from netaudit.model.common import Family
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact
from netaudit.model.security import SecurityStatus
from netaudit.net.network import Network
from netaudit.net.proposed import ProposedDelegation, ProposedNetwork, ProposedZone

__all__ = ["Deployed", "Proposal", "ProposalError", "deploy"]

_ADDRESS_TYPES = {Family.IPV4: dns.rdatatype.A, Family.IPV6: dns.rdatatype.AAAA}
_NS, _DS, _SOA = dns.rdatatype.NS, dns.rdatatype.DS, dns.rdatatype.SOA
_TTL = 86_400  # of a delegation that the parent does not have yet


class ProposalError(Exception):
    """What is proposed can't be put over this network; one sentence says why."""


@dataclass(frozen=True)
class Proposal:
    """A zone that is to go live, or its delegation, or both.

    `servers` maps the names of the delegation to addresses, an empty tuple where they are to be found elsewhere; None:
    the parent keeps its NS. `ds` None: the parent keeps its DS; empty: it will have none.
    """

    zone: dns.name.Name
    file: ZoneFile | None = None
    servers: Mapping[dns.name.Name, tuple[str, ...]] | None = None
    ds: tuple[DS, ...] | None = None


@dataclass(frozen=True)
class Deployed:
    """The network with the proposal on it, and the trust anchors that its judgement takes for granted.

    `serial` is the zone's as it is live, None when it is not. `ds` are the records that the parent will have, as far
    as is known. `assumed` says whether the anchors stand for a signature that only the parent can make.
    """

    network: Network
    anchors: tuple[str, ...]
    serial: int | None
    ds: tuple[DS, ...]
    assumed: bool


async def deploy(
    proposal: Proposal, network: Network, hints: Mapping[str, Sequence[str]], anchors: Sequence[str]
) -> Deployed:
    """Look at what is live now, and put the proposal over it. Raises ProposalError."""
    facts: list[Fact] = []
    resolver = Resolver(network, hints, record=facts.append)
    try:
        return await _Deployment(proposal, network, tuple(anchors), resolver, facts).made()
    except ResolutionError as error:
        reason = f"what is above {name_text(proposal.zone)} can't be asked: {error.failure.detail or error.reason}"
        raise ProposalError(reason) from error
    finally:
        await resolver.aclose()


@dataclass
class _Deployment:
    proposal: Proposal
    network: Network
    anchors: tuple[str, ...]
    resolver: Resolver
    facts: list[Fact]
    live: ZoneCut | None = field(default=None, init=False)  # the zone as it is delegated now
    published: bool = field(default=False, init=False)

    async def made(self) -> Deployed:
        parent = await self._look_around()
        soa = await self.resolver.lookup(parent.name, _SOA)
        live_soa = await self.resolver.lookup(self.proposal.zone, _SOA) if self.published else None
        live_ds = self._live_ds()
        ds = self._ds(live_ds)
        names = self._delegated_names()
        served = await self._served(names)
        addresses = await self._addresses(names)
        delegation = ProposedDelegation(
            zone=self.proposal.zone,
            servers=frozenset(server.address for server in parent.servers),
            ns=self._ns(names),
            ds=None if ds is None else _rrset(self.proposal.zone, _DS, ds),
            soa=self._found(parent.name, _SOA, soa.facts),
            glue=tuple(self._glue(addresses)),
            addresses=frozenset(address for found in addresses.values() for address in found),
        )
        assumed = ds is not None and self._is_secure(parent.name)
        live = self._found(self.proposal.zone, _SOA, live_soa.facts) if live_soa is not None else None
        return Deployed(
            network=ProposedNetwork(self.network, delegation, served),
            anchors=(*self.anchors, *_anchor_lines(self.proposal.zone, ds or ())) if assumed else self.anchors,
            serial=int(live[0].serial) if live is not None else None,
            ds=live_ds if ds is None else ds,
            assumed=assumed,
        )

    async def _look_around(self) -> ZoneCut:
        """Find the zone's delegation, if it has one; return the parent. Raises ResolutionError, ProposalError."""
        zone = self.proposal.zone
        try:
            cut = await self.resolver.zone(zone)
        except ResolutionError:
            self.published = any(_refers(exchange, zone) for exchange in self._exchanges())
            return await self.resolver.zone(zone.parent())
        if cut.name != zone:
            return cut
        if cut.parent is None:
            raise ProposalError("the root has no parent: a proposed root can't be audited")
        self.live, self.published = cut, True
        return cut.parent

    def _delegated_names(self) -> tuple[dns.name.Name, ...]:
        """The name servers that the parent will refer to."""
        if self.proposal.servers is not None:
            return tuple(self.proposal.servers)
        if self.live is not None:
            return self.live.names
        if self.published:
            referral = next(e for e in self._exchanges() if _refers(e, self.proposal.zone))
            return tuple(_targets(Response(referral).referral()))
        if self.proposal.file is None:
            zone = name_text(self.proposal.zone)
            raise ProposalError(f"{zone} is not delegated yet: name its servers with --ns NAME or --ns NAME=ADDRESS")
        return tuple(_targets(self.proposal.file.content.get(self.proposal.zone, _NS)))

    def _ns(self, names: Sequence[dns.name.Name]) -> dns.rrset.RRset | None:
        """The NS RRset at the parent, None where it stays as it is."""
        if self.published and self.proposal.servers is None:
            return None
        return _rrset(self.proposal.zone, _NS, [_rdata(_NS, name.to_text()) for name in names])

    def _ds(self, live: tuple[DS, ...]) -> tuple[DS, ...] | None:
        """The DS that the parent will have, None where it stays as it is."""
        if self.proposal.ds is None:
            return None if self.published else ()
        return None if self.published and set(self.proposal.ds) == set(live) else self.proposal.ds

    async def _served(self, names: Iterable[dns.name.Name]) -> ProposedZone | None:
        """The zone file at every address of the servers that the parent or the file itself will name."""
        if self.proposal.file is None:
            return None
        content = self.proposal.file.content
        every = dict.fromkeys((*names, *_targets(content.get(self.proposal.zone, _NS))))
        found = await self._addresses(tuple(every))
        own = [a for name in every for a in _addresses_in(content, name)]
        existing = frozenset(server.address for server in self.live.servers) if self.live is not None else frozenset()
        addresses = frozenset((*(a for addresses in found.values() for a in addresses), *own))
        return ProposedZone(content, addresses, existing & addresses)

    async def _addresses(self, names: Iterable[dns.name.Name]) -> dict[dns.name.Name, tuple[str, ...]]:
        return {name: await self._addresses_of(name) for name in names}

    async def _addresses_of(self, name: dns.name.Name) -> tuple[str, ...]:
        """As the proposal says; else as the parent has it now, as the file has it, or as it resolves."""
        given = (self.proposal.servers or {}).get(name, ())
        if given:
            return given
        known = [s.address for s in (self.live.servers if self.live is not None else ()) if s.name == name_text(name)]
        if known and self.proposal.servers is None:
            return tuple(known)
        if name.is_subdomain(self.proposal.zone):
            content = self.proposal.file.content if self.proposal.file is not None else None
            return (_addresses_in(content, name) if content is not None else ()) or tuple(known)
        lookups = [await self.resolver.lookup(name, rdtype) for rdtype in _ADDRESS_TYPES.values()]
        return tuple(address for lookup in lookups for address in lookup.addresses)

    def _glue(self, addresses: Mapping[dns.name.Name, Sequence[str]]) -> Iterable[dns.rrset.RRset]:
        """Addresses of servers within the zone: the parent can have them from nobody else (RFC 9471)."""
        for name, found in addresses.items():
            if not name.is_subdomain(self.proposal.zone):
                continue
            for family, rdtype in _ADDRESS_TYPES.items():
                rdatas = [_rdata(rdtype, a) for a in found if (":" in a) == (family is Family.IPV6)]
                if rdatas:
                    yield _rrset(name, rdtype, rdatas)

    def _live_ds(self) -> tuple[DS, ...]:
        ids = self.live.delegation.ds if self.live is not None and self.live.delegation is not None else ()
        return tuple(rdata for rdata in self._found(self.proposal.zone, _DS, ids) or () if isinstance(rdata, DS))

    def _is_secure(self, name: dns.name.Name) -> bool:
        """Whether the parent's zone is secure: only there a DS, or its absence, means anything."""
        validator = Validator(self._exchanges(), parse_anchors(self.anchors), self.network.now())
        return validator.status(name, _SOA).status is SecurityStatus.SECURE

    def _found(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, ids: Iterable[str]
    ) -> dns.rrset.RRset | None:
        wanted = set(ids)
        found = (exchange.answer(name, rdtype) for exchange in self._exchanges() if exchange.id in wanted)
        return next((rrset for rrset in found if rrset), None)

    def _exchanges(self) -> list[Exchange]:
        return [fact for fact in self.facts if isinstance(fact, Exchange)]


def _refers(exchange: Exchange, zone: dns.name.Name) -> bool:
    referral = Response(exchange).referral()
    return exchange.question == (zone, _NS) and referral is not None and referral.name == zone


def _targets(rrset: dns.rrset.RRset | None) -> list[dns.name.Name]:
    return [rdata.target.canonicalize() for rdata in rrset or ()]


def _addresses_in(content: ZoneContent, name: dns.name.Name) -> tuple[str, ...]:
    return tuple(rdata.address for rdtype in _ADDRESS_TYPES.values() for rdata in content.get(name, rdtype) or ())


def _anchor_lines(zone: dns.name.Name, ds: Sequence[DS]) -> list[str]:
    """The DS as trust anchors; without any, a negative one (RFC 7646)."""
    return [f"{zone} IN DS {record}" for record in ds] or [f"{zone} IN DS none"]


def _rdata(rdtype: dns.rdatatype.RdataType, text: str) -> dns.rdata.Rdata:
    return dns.rdata.from_text(dns.rdataclass.IN, rdtype, text)


def _rrset(name: dns.name.Name, rdtype: dns.rdatatype.RdataType, rdatas: Iterable[dns.rdata.Rdata]) -> dns.rrset.RRset:
    rrset = dns.rrset.RRset(name, dns.rdataclass.IN, rdtype)
    rrset.update_ttl(_TTL)
    for rdata in rdatas:
        rrset.add(rdata, _TTL)
    return rrset
