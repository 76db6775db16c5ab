"""What following an SPF record's includes and its redirect costs, and where it ends (RFC 7208 sections 4.6.4, 6.1)."""

from typing import NamedTuple

from netaudit.model.senders import Senders
from netaudit.rules.spf import LOOKUP_LIMIT, mechanisms, parse_spf

__all__ = ["VOID_LIMIT", "Followed", "follow"]

VOID_LIMIT = 2
"""Questions without an answer that receivers should bear (RFC 7208 section 4.6.4)."""

_ASKING = frozenset({"include", "a", "mx", "ptr", "exists"})


class Followed(NamedTuple):
    """A record followed for a sender that no term matches, as far as names were looked up.

    `all` is the qualifier of the `all` that decides. `broken` has no record, several, or one that breaks the syntax:
    receivers give up (sections 5.2 and 6.1). `unknown`: the policy is that of a name that was not looked up.
    """

    lookups: int = 0
    all: str = ""
    broken: str = ""
    unknown: str = ""
    voids: tuple[str, ...] = ()  # names that `a` and `mx` ask for and that have nothing


def follow(senders: Senders, domain: str, record: str) -> Followed:
    """Follow the domain's well-formed record; counting ends just above the limit, as receivers do."""
    walk = _Walk(senders)
    try:
        qualifier = walk.through(domain, record, decides=True)
    except _GivenUpError:
        qualifier = ""
    return Followed(walk.lookups, qualifier, walk.broken, walk.unknown, tuple(dict.fromkeys(walk.voids)))


class _GivenUpError(Exception):
    """Nothing that follows is looked at."""


class _Walk:
    def __init__(self, senders: Senders) -> None:
        self._senders = senders
        self.lookups = 0
        self.broken = ""
        self.unknown = ""
        self.voids: list[str] = []

    def through(self, owner: str, record: str, *, decides: bool) -> str:
        """Go through one record, and return the qualifier of the `all` that ends it."""
        for mechanism in mechanisms(record):
            if mechanism.name in _ASKING:
                self._spend()
            name = mechanism.value.lower().rstrip(".") or owner
            known = {"a": self._senders.addresses, "mx": self._senders.exchangers}.get(mechanism.name, {})
            if known.get(name) == ():
                self.voids.append(name)
            if mechanism.name == "include":
                self._into(name, decides=False)
        policy = parse_spf(record)
        if not policy.redirect:
            return policy.all
        self._spend()
        return self._into(policy.redirect.lower().rstrip("."), decides=decides)

    def _into(self, name: str, *, decides: bool) -> str:
        records = self._senders.records.get(name)
        if records is None:  # a macro, or beyond what was looked up
            self.unknown = name if decides else self.unknown
            return ""
        if len(records) != 1 or parse_spf(records[0]).problem:
            self.broken = name
            raise _GivenUpError
        return self.through(name, records[0], decides=decides)

    def _spend(self) -> None:
        self.lookups += 1
        if self.lookups > LOOKUP_LIMIT:
            raise _GivenUpError
