"""Evidence about recursive resolvers: their answers by address, and our own view of the names they were asked for."""

from collections import defaultdict

from netaudit.judge.derive_names import NameDeriver
from netaudit.model.common import family_of
from netaudit.model.evidence import ResolverAddress, ResolverEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.inventory import Resolver

__all__ = ["resolver_evidence"]


def resolver_evidence(names: NameDeriver, resolver: Resolver) -> ResolverEvidence | None:
    """A resolver of the inventory; None when the scan holds no fact about it."""
    fact = names.book.resolvers.get(resolver.id)
    if fact is None:
        return None
    answers: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in names.book.exchanges_of(fact.answers):
        answers[exchange.server].append(exchange)
    return ResolverEvidence(
        **names.common,
        resolver=resolver,
        fact=fact,
        addresses=tuple(
            ResolverAddress(address=address, family=family_of(address), exchanges=tuple(answers[address]))
            for address in resolver.addresses
        ),
        security={
            lookup.name: names.security(lookup.name, lookup.rdtype) for lookup in fact.lookups if lookup.failure is None
        },
    )
