"""Who signed what along a chain of trust: the signatures that its exchanges hold, each with what became of it.

The chain itself needs one good signature and stops there; a picture shows them all.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import dns.name
import dns.rdatatype
import dns.rrset
import msgspec

from netaudit.dns.budget import Budget, BudgetExceeded, Meter
from netaudit.dns.signatures import DNSKEY, RRSIG, SignatureVerifier
from netaudit.model.exchange import Exchange
from netaudit.model.security import ChainLink, ChainSignature, Security
from netaudit.rules.algorithms import SOFTWARE, Policy
from netaudit.rules.rrsig import is_zone_key, moment

__all__ = ["Signers"]

_MOST = 8  # signatures over one RRset; a zone in the middle of a rollover of keys and algorithms has four
_PROOF = 3  # records that deny a name or type (RFC 5155 section 7.2.1)
_DENIAL = (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)
_Keys = tuple[dns.name.Name, tuple[DNSKEY, ...]]


class Signers:
    """Completes securities with their signatures; links that several of them share are read once.

    `exchanges` maps ids to exchanges; `now`, `policy` and `budget` are those of the validation.
    """

    def __init__(
        self,
        exchanges: Callable[[Iterable[str]], Iterable[Exchange]],
        now: float,
        *,
        policy: Policy = SOFTWARE,
        budget: Budget | None = None,
    ) -> None:
        self._exchanges = exchanges
        self._now = now
        self._budget = budget or Budget()
        self._verifier = SignatureVerifier(now, policy, self._budget)
        self._known: dict[tuple[str, str], tuple[ChainLink, _Keys]] = {}

    def completed(self, security: Security, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Security:
        """Return the security status of `name` and `rdtype` with the signatures of each link and of the data."""
        links: list[ChainLink] = []
        keys: _Keys | None = None
        for link in security.links:
            above = links[-1].zone if links else ""
            if (link.zone, above) not in self._known:
                self._known[link.zone, above] = self._link(link, keys)
            complete, keys = self._known[link.zone, above]
            links.append(complete)
        signatures = self._data(security, name, rdtype, keys) if keys is not None and keys[1] else ()
        return msgspec.structs.replace(security, links=tuple(links), signatures=tuple(signatures))

    def _data(
        self, security: Security, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, keys: _Keys
    ) -> Iterable[ChainSignature]:
        """The signatures over the data, an alias in its place, or the proof that there is none."""
        if security.name and security.rdtype == dns.rdatatype.to_text(rdtype):
            name = dns.name.from_text(security.name)  # of a chain of aliases, the one that decided
        found = [
            e for e in self._exchanges(reversed(security.facts)) if e.question[1] == rdtype and e.question[0] == name
        ][:1]
        section = [rrset for exchange in found for rrset in _sections(exchange)]
        own = [rrset for rrset in section if rrset.rdtype in (rdtype, dns.rdatatype.CNAME) and rrset.name == name]
        return self._over(own or _denials(section), section, keys)

    def _link(self, link: ChainLink, parent: _Keys | None) -> tuple[ChainLink, _Keys]:
        """A link with its signatures, and the keys of its zone."""
        zone = dns.name.from_text(link.zone)
        rrsets = [rrset for exchange in self._exchanges(link.facts) for rrset in _sections(exchange)]
        ds = [rrset for rrset in rrsets if rrset.rdtype == dns.rdatatype.DS and rrset.name == zone]
        dnskey = [rrset for rrset in rrsets if rrset.rdtype == dns.rdatatype.DNSKEY and rrset.name == zone]
        found = (key for rrset in dnskey for key in rrset if isinstance(key, DNSKEY) and is_zone_key(key))
        keys = zone, tuple(dict.fromkeys(found))
        vouching = ds or ([] if link.ds else _denials(rrsets))
        vouched = self._over(vouching, rrsets, parent) if parent is not None else ()
        signatures = self._over(dnskey, rrsets, keys)
        return msgspec.structs.replace(link, vouched=tuple(vouched), signatures=tuple(signatures)), keys

    def _over(
        self, rrsets: Sequence[dns.rrset.RRset], section: Sequence[dns.rrset.RRset], keys: _Keys
    ) -> list[ChainSignature]:
        """The signatures over some RRsets; of several alike (a proof takes two or three records) the worst is shown."""
        found: dict[tuple[str, int, int], ChainSignature] = {}
        for rrset in rrsets:
            for signature in self._of(rrset, section)[:_MOST]:
                one = self._judged(rrset, signature, keys)
                place = (one.covers, one.key_tag, one.algorithm)
                known = found.get(place)
                if known is None or (known.state == "validated", known.expires) > (
                    one.state == "validated",
                    one.expires,
                ):
                    found[place] = one
        return list(found.values())[:_MOST]

    def _of(self, rrset: dns.rrset.RRset, section: Sequence[dns.rrset.RRset]) -> list[RRSIG]:
        own = (other for other in section if other.rdtype == dns.rdatatype.RRSIG and other.name == rrset.name)
        covering = (s for other in own for s in other if isinstance(s, RRSIG) and s.type_covered == rrset.rdtype)
        return list(dict.fromkeys(covering))

    def _judged(self, rrset: dns.rrset.RRset, signature: RRSIG, keys: _Keys) -> ChainSignature:
        zone, own = keys
        meter = Meter("signatures_per_response", self._budget.signatures_per_response)
        try:
            state = self._verifier.verify(rrset, [signature], zone, own, meter).reason
        except BudgetExceeded as error:
            state = error.reason
        return ChainSignature(
            covers=dns.rdatatype.to_text(rrset.rdtype),
            key_tag=signature.key_tag,
            algorithm=int(signature.algorithm),
            expires=moment(signature.expiration, self._now),
            state=state,
        )


def _sections(exchange: Exchange) -> Iterator[dns.rrset.RRset]:
    if exchange.message is not None:
        yield from exchange.message.answer
        yield from exchange.message.authority


def _denials(rrsets: Iterable[dns.rrset.RRset]) -> list[dns.rrset.RRset]:
    return [rrset for rrset in rrsets if rrset.rdtype in _DENIAL][:_PROOF]
