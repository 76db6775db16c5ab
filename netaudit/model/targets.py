"""Where records lead: the names in CNAME, NS, MX, SPF, SRV and HTTPS records, and whether they exist."""

from enum import StrEnum

from netaudit.model.common import Failure, Record
from netaudit.model.security import SecurityStatus

__all__ = ["ListedDigest", "ListedName", "ListedTarget", "Standing", "TargetName", "ZoneListing"]


class Standing(StrEnum):
    """What is known of a name that a record leads to."""

    EXISTS = "exists"
    NONEXISTENT = "nonexistent"  # NXDOMAIN
    LAME = "lame"  # it is delegated, and no server of its zone answers for it, or none has an address
    UNKNOWN = "unknown"


class TargetName(Record, frozen=True, kw_only=True):
    """A name that a record leads to.

    Of a name that does not exist, `missing` is it or the highest name above it that does not exist either, `zone`
    the zone that says so, and `security` whether that is proved. `own`: the zone is the inventory's, or the one that
    holds the record.
    """

    owner: str  # of the record
    rdtype: str  # CNAME, NS, MX, SPF, SRV, HTTPS, SVCB
    name: str  # where its aliases end, when it has any
    standing: Standing
    zone: str = ""
    missing: str = ""
    own: bool = False
    security: SecurityStatus = SecurityStatus.INDETERMINATE
    failure: Failure | None = None  # with `lame` and `unknown`
    facts: tuple[str, ...] = ()


class ListedName(Record, frozen=True, kw_only=True):
    """A name that a zone holds, and the types of its records: no data."""

    name: str
    types: tuple[str, ...]


class ListedTarget(Record, frozen=True, kw_only=True):
    """A record of a zone that leads to another name."""

    owner: str
    rdtype: str  # CNAME, NS, MX, SPF, SRV, HTTPS, SVCB
    target: str


class ListedDigest(Record, frozen=True, kw_only=True):
    """A ZONEMD record of a zone, and what the digest of the whole zone should be (RFC 8976), both as text."""

    published: str
    computed: str


class ZoneListing(Record, frozen=True, kw_only=True):
    """The names in a zone, and where they lead, as a zone file or a permitted transfer has them; all else is dropped.

    `complete` is False when the transfer did not come to its end, or the zone has more names than are kept.
    """

    source: str  # the file's name, or the address of the server that gave the zone
    names: tuple[ListedName, ...] = ()
    targets: tuple[ListedTarget, ...] = ()
    digests: tuple[ListedDigest, ...] = ()  # none when not all of the zone was seen
    complete: bool = True
    failure: Failure | None = None  # the file could not be read
