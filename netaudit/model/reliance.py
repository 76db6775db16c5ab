"""What a province's zones rest on together: outside zones and name servers, and what goes down with each."""

from typing import Literal

from netaudit.model.common import Record

__all__ = ["Reliance", "Support"]


class Support(Record, frozen=True, kw_only=True):
    """Something that zones lean on. Should it fail alone, the zones of `down` can't be found any more.

    A server is a machine: all names that share an address.
    """

    kind: Literal["zone", "server"]
    names: tuple[str, ...]
    addresses: tuple[str, ...] = ()  # of a server
    own: bool = False  # the inventory has the zone, or the one that the server's name lies in
    users: tuple[str, ...] = ()  # audited zones that name it, or a server in it
    down: tuple[str, ...] = ()  # audited zones
    services: tuple[str, ...] = ()  # hosts and mail domains of services in the zones that go down


class Reliance(Record, frozen=True, kw_only=True):
    """All supports, those first that take most down; of audited zones that can be found. `cycles`: zones in a circle.

    Zones above are left out: with a registry everything below it goes down, and nobody has a choice.
    """

    zones: tuple[str, ...] = ()  # audited zones that can be found: the denominator
    services: int = 0  # hosts and mail domains in them
    supports: tuple[Support, ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()  # "zone (name server)", each waiting for the next
