"""The security status of a name, in the four words of RFC 4035 section 4.3, and what decided it."""

from enum import StrEnum
from typing import Annotated

import msgspec

from netaudit.model.common import Record, Timestamp

__all__ = ["ChainLink", "ChainSignature", "Security", "SecurityStatus"]


ThreeNumbers = Annotated[str, msgspec.Meta(pattern=r"^\d{1,5} \d{1,3} \d{1,5}$")]


class SecurityStatus(StrEnum):
    """RFC 4035 section 4.3."""

    SECURE = "secure"
    INSECURE = "insecure"
    BOGUS = "bogus"
    INDETERMINATE = "indeterminate"


class ChainSignature(Record, frozen=True, kw_only=True):
    """An RRSIG record that the chain of trust met, and what became of it."""

    covers: str  # the type: DNSKEY, DS, SOA, NSEC3
    key_tag: int
    algorithm: int
    expires: Timestamp
    state: str  # "validated", or why not, in a word of `netaudit.dns.reasons`


class ChainLink(Record, frozen=True, kw_only=True):
    """One zone of the chain of trust: how the parent vouches for it and which keys carry it."""

    zone: str
    status: SecurityStatus
    reason: str = ""
    ds: tuple[ThreeNumbers, ...] = ()  # "12345 13 2" = key tag, algorithm, digest type
    keys: tuple[ThreeNumbers, ...] = ()  # "12345 13 257" = key tag, algorithm, flags
    signed_by: tuple[int, ...] = ()  # key tags whose signature over the DNSKEY RRset was verified
    server: str = ""  # whose answer was used
    facts: tuple[str, ...] = ()
    vouched: tuple[ChainSignature, ...] = ()  # by the parent's keys, over the DS RRset or the proof that there is none
    signatures: tuple[ChainSignature, ...] = ()  # by the zone's keys, over its DNSKEY RRset


class Security(Record, frozen=True, kw_only=True):
    """A security status with the name, RRset, server and reason that decided it.

    `reason` is a snake_case word of `netaudit.dns.reasons`; `ede` is the matching code of the IANA
    Extended DNS Errors registry (RFC 8914), None when the status is secure.
    """

    status: SecurityStatus
    reason: str
    name: str = ""
    rdtype: str = ""
    zone: str = ""
    server: str = ""
    ede: int | None = None
    detail: str = ""
    links: tuple[ChainLink, ...] = ()
    facts: tuple[str, ...] = ()
    signatures: tuple[ChainSignature, ...] = ()  # over the data asked for, or the proof that there is none
