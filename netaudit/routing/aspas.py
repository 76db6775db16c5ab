"""ASPA of our own ASes as exports of relying parties write them (draft-ietf-sidrops-aspa-profile).

Routinator writes `{"customer": "AS64510", "providers": ["AS64501"]}`, rpki-client `{"customer_asid": 64510,
"providers": [64501], "expires": …}`. Older ones limited a provider to one address family, by a list for each or by
`AS64501(v4)`; what is authorised in either is a provider here.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from netaudit.model.routing import Aspa
from netaudit.routing.times import seconds_of

__all__ = ["OwnAspas", "asn_of"]

_ASN = re.compile(r"(?:AS)?(\d{1,10})", re.IGNORECASE)
_LIMITED = re.compile(r"(.*)\(v[46]\)")
_PROVIDERS = 16_380  # draft-ietf-sidrops-aspa-profile: relying parties may refuse more


class OwnAspas:
    """The ASPA of some customer ASes, gathered one by one; several of one customer are joined, as a validator does."""

    def __init__(self, customers: Sequence[int]) -> None:
        self._customers = frozenset(customers)
        self._listed = False
        self._providers: dict[int, dict[int, None]] = {}
        self._expires: dict[int, float | None] = {}

    @property
    def found(self) -> tuple[Aspa, ...] | None:
        """What was gathered; None when there was no list to gather from."""
        if not self._listed:
            return None
        return tuple(
            Aspa(customer=customer, providers=tuple(sorted(providers)), expires=self._expires[customer])
            for customer, providers in sorted(self._providers.items())
        )

    def listed(self) -> None:
        """Take note that the source can tell of ASPA, of ours or none."""
        self._listed = True

    def add_all(self, items: Iterable[Any]) -> None:
        """Gather from a list of an export. Raises KeyError, TypeError or ValueError for one that makes no sense."""
        self.listed()
        for item in items:
            customer = asn_of(item["customer"] if "customer" in item else item["customer_asid"])
            if customer in self._customers:
                expires = seconds_of(item["expires"]) if "expires" in item else None
                self.add(customer, [_provider(value) for value in item["providers"]], expires)

    def add(self, customer: int, providers: Sequence[int], expires: float | None = None) -> None:
        """Gather one. Raises ValueError for more providers than any ASPA may have."""
        self.listed()
        if customer not in self._customers:
            return
        known = self._providers.setdefault(customer, {})
        known |= dict.fromkeys(providers)
        if len(known) > _PROVIDERS:
            raise ValueError(f"more than {_PROVIDERS} providers of AS{customer}")
        earlier = self._expires.get(customer)
        self._expires[customer] = min((t for t in (earlier, expires) if t is not None), default=None)

    def remove(self, customer: int) -> None:
        """Forget one, as a cache that withdraws it asks."""
        self._providers.pop(customer, None)
        self._expires.pop(customer, None)


def asn_of(value: object) -> int:
    """The AS number that an export writes as a number or as `AS64510`. Raises ValueError."""
    found = _ASN.fullmatch(value) if isinstance(value, str) else None
    asn = int(found[1]) if found is not None else value
    if type(asn) is not int or not 0 <= asn < 1 << 32:
        raise ValueError(f"no AS number: {value!r}"[:80])
    return asn


def _provider(value: object) -> int:
    limited = _LIMITED.fullmatch(value) if isinstance(value, str) else None
    return asn_of(limited[1] if limited is not None else value)
