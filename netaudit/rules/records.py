"""Records that were looked up on behalf of a name: which there are, and why none could be judged."""

from collections.abc import Iterable

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import FoundRecords
from netaudit.model.security import Security, SecurityStatus
from netaudit.rules.zones import unreadable

__all__ = ["INDETERMINATE", "NOT_LOOKED_UP", "find", "malformed", "missing", "reason_of", "status_of"]

NOT_LOOKED_UP = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the records were not looked up")
INDETERMINATE = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the security status could not be determined")


def find(found: Iterable[FoundRecords], rdtype: str, name: str) -> FoundRecords | None:
    """The look-up of one type and name, or None when it was not made."""
    return next((item for item in found if (item.lookup.rdtype, item.lookup.name) == (rdtype, name)), None)


def missing(item: FoundRecords | None) -> Failure | None:
    """Why a look-up shows neither all records nor that there are none; None when it shows one of these."""
    if item is None:
        return NOT_LOOKED_UP
    if item.lookup.failure is not None:
        return item.lookup.failure
    if item.exchange is None:
        return NOT_LOOKED_UP
    error = malformed(item)
    return Failure(reason=Reason.MALFORMED, side=Side.TARGET, detail=error) if error else None


def malformed(item: FoundRecords | None) -> str:
    """What is wrong with a record that could not be read; mostly empty."""
    return unreadable(item.exchange) if item is not None and item.exchange is not None else ""


def status_of(security: Security | None) -> SecurityStatus:
    """A security status; indeterminate where there is none."""
    return security.status if security is not None else SecurityStatus.INDETERMINATE


def reason_of(security: Security | None) -> str:
    """The word that decided a security status."""
    return security.reason if security is not None else ""
