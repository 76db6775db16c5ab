"""What the reverse name of an address leads to, and whether that leads back (RFC 1912 section 2.1)."""

from typing import NamedTuple

from dns.rdtypes.ANY.PTR import PTR

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import FoundRecords
from netaudit.rules.fetches import first_failure
from netaudit.rules.zones import name_text, trouble

__all__ = ["Pointer", "pointer_of"]

_UNREAD = Failure(reason=Reason.MALFORMED, side=Side.TARGET, detail="the response can't be read")


class Pointer(NamedTuple):
    """The names that an address has; `confirmed`: one of them has the address, None: not known."""

    names: tuple[str, ...]
    confirmed: bool | None
    failure: Failure | None = None

    @property
    def saw(self) -> str:
        """It in the words of evidence tables."""
        if self.failure is not None:
            return trouble(self.failure)
        if not self.names:
            return "no PTR record"
        named = ", ".join(self.names)
        return named if self.confirmed else f"{named}, which has not this address"

    @property
    def ok(self) -> bool | None:
        """Whether that is good, None: not known."""
        return None if self.failure is not None else bool(self.names and self.confirmed)


def pointer_of(address: str, found: tuple[FoundRecords, ...]) -> Pointer:
    """Read the look-up of an address's PTR, which comes first, and those of the names that it gave."""
    first, *forward = found
    if first.lookup.failure is not None:
        return Pointer((), None, first.lookup.failure)
    if first.exchange is None:
        return Pointer((), None, _UNREAD)
    names = tuple(name_text(record.target) for record in first.rdatas if isinstance(record, PTR))
    if any(address in item.lookup.addresses for item in forward):
        return Pointer(names, True)
    failure = first_failure(item.lookup.failure for item in forward)
    return Pointer(names, False if failure is None else None, failure)
